package dev.throughline.channel.sms;

import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.channel.sms.SmsCredentials.Concatenation;
import dev.throughline.channel.sms.SmsCredentials.Numbering;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jsmpp.bean.OptionalParameter;

/**
 * One submit_sm, but for what all of an account share (SMPP 3.4, 4.4.1).
 *
 * @param receipt whether the SMSC is to tell of its delivery, too; of a failure it is always to
 */
record SmppSubmit(
    String source,
    Numbering sourceNumbering,
    String destination,
    Numbering destinationNumbering,
    int esmClass,
    int dataCoding,
    String validity,
    boolean receipt,
    Bytes octets,
    List<OptionalParameter> parameters) {
  private static final Numbering INTERNATIONAL = new Numbering(1, 1);
  private static final Numbering NAME = new Numbering(5, 0);
  private static final Numbering SHORT_CODE = new Numbering(3, 0);

  private static final int UDHI = 0x40;
  private static final int UCS2 = 0x08;

  /** A message class, and it is 0: shown at once. */
  private static final int FLASH = 0x10;

  private static final int SHORT_CODE_DIGITS = 6;

  /** A validity of nothing is the SMSC's own. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** Longer than any SMSC keeps a message, and two digits of days. */
  private static final Duration LONGEST = Duration.ofDays(99);

  SmppSubmit {
    parameters = List.copyOf(parameters);
  }

  /**
   * In the order in which they are to be submitted.
   *
   * @param reference by which phones join what belongs together
   */
  static List<SmppSubmit> of(
      SmsMessage message, Identity recipient, SmsCredentials.Smpp account, int reference) {
    Segments segments = segments(message.text(), account.alphabet());
    boolean whole = account.concatenation() == Concatenation.PAYLOAD;
    List<String> parts =
        whole && segments.parts().size() > 1 ? List.of(message.text()) : segments.parts();
    String source = message.sender().orElse(account.sender());
    String plain = source.startsWith("+") ? source.substring(1) : source;
    int coding =
        (segments.encoding() == Segments.Encoding.UCS2 ? UCS2 : 0) | (message.flash() ? FLASH : 0);
    List<SmppSubmit> submits = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      byte[] octets = octets(parts.get(i), segments.encoding(), account.alphabet());
      boolean headed = parts.size() > 1 && account.concatenation() == Concatenation.UDH;
      List<OptionalParameter> parameters = new ArrayList<>();
      if (parts.size() > 1 && account.concatenation() == Concatenation.SAR) {
        parameters.add(new OptionalParameter.Sar_msg_ref_num((short) reference));
        parameters.add(new OptionalParameter.Sar_total_segments((byte) parts.size()));
        parameters.add(new OptionalParameter.Sar_segment_seqnum((byte) (i + 1)));
      }
      boolean payload = whole && segments.parts().size() > 1;
      if (payload) {
        parameters.add(new OptionalParameter.Message_payload(octets));
      }
      submits.add(
          new SmppSubmit(
              plain,
              account.source().orElseGet(() -> numbering(plain)),
              recipient.value(),
              account.destination().orElse(INTERNATIONAL),
              headed ? UDHI : 0,
              coding,
              message.validity(account.validity()).map(SmppSubmit::relative).orElse(""),
              i == parts.size() - 1,
              Bytes.wrap(
                  payload ? new byte[0] : headed ? headed(octets, reference, parts, i) : octets),
              parameters));
    }
    return submits;
  }

  /** What the SMSC's default alphabet cannot say goes as UCS-2. */
  static Segments segments(String text, Alphabet alphabet) {
    Segments segments = Segments.of(text);
    boolean sayable =
        switch (alphabet) {
          case GSM7 -> true;
          case LATIN1 -> text.chars().allMatch(c -> c < 0x100);
        };
    return segments.encoding() == Segments.Encoding.GSM_7BIT && !sayable
        ? Segments.of(text, Segments.Encoding.UCS2)
        : segments;
  }

  private static byte[] octets(String part, Segments.Encoding encoding, Alphabet alphabet) {
    return switch (encoding) {
      case UCS2 -> part.getBytes(StandardCharsets.UTF_16BE);
      case GSM_7BIT ->
          switch (alphabet) {
            case GSM7 -> Gsm7.encode(part).orElseThrow();
            case LATIN1 -> part.getBytes(StandardCharsets.ISO_8859_1);
          };
    };
  }

  /**
   * The header of a concatenated SMS with a reference of one octet (3GPP TS 23.040 §9.2.3.24.1).
   */
  private static byte[] headed(byte[] octets, int reference, List<String> parts, int index) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(octets.length + 6);
    out.writeBytes(new byte[] {5, 0, 3, (byte) reference, (byte) parts.size(), (byte) (index + 1)});
    out.writeBytes(octets);
    return out.toByteArray();
  }

  private static Numbering numbering(String source) {
    if (source.isEmpty()) {
      return new Numbering(0, 0);
    }
    if (!source.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return NAME;
    }
    return source.length() <= SHORT_CODE_DIGITS ? SHORT_CODE : INTERNATIONAL;
  }

  /** The relative form of a time (SMPP 3.4, 7.1.1.2). */
  private static String relative(Duration given) {
    Duration time = given.compareTo(SHORTEST) < 0 ? SHORTEST : given;
    if (time.compareTo(LONGEST) > 0) {
      return "";
    }
    return "0000%02d%02d%02d%02d000R"
        .formatted(
            time.toDaysPart(), time.toHoursPart(), time.toMinutesPart(), time.toSecondsPart());
  }

  /** Shows nothing of whom and what. */
  @Override
  public String toString() {
    return "SmppSubmit[" + octets + "]";
  }
}
