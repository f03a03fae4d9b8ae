package dev.throughline.channel.sms;

import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.message.Bytes;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What stands in a deliver_sm: its text, and where it belongs if it is one of several. Never fails.
 *
 * @param text empty for octets that are none
 */
record SmppText(Optional<String> text, Optional<Place> place) {
  private static final int UDHI = 0x40;

  /** Information elements (3GPP TS 23.040 §9.2.3.24). */
  private static final int CONCATENATED_8 = 0x00;

  private static final int CONCATENATED_16 = 0x08;

  private static final int SAR_MSG_REF_NUM = 0x020C;
  private static final int SAR_TOTAL_SEGMENTS = 0x020E;
  private static final int SAR_SEGMENT_SEQNUM = 0x020F;

  /**
   * @param reference what the pieces of one text share
   * @param number from 1
   */
  record Place(int reference, int count, int number) {
    static Optional<Place> of(int reference, int count, int number) {
      return count > 1 && number >= 1 && number <= count
          ? Optional.of(new Place(reference, count, number))
          : Optional.empty();
    }
  }

  static SmppText of(SmppDelivery delivery) {
    byte[] octets = delivery.payload().array();
    boolean headed = (delivery.esmClass() & UDHI) != 0 && octets.length > 0;
    int header = headed ? Math.min(octets.length, 1 + (octets[0] & 0xFF)) : 0;
    Optional<Place> place =
        headed ? concatenated(octets, header).or(() -> sar(delivery)) : sar(delivery);
    byte[] rest = Bytes.wrap(octets).slice(header, octets.length).array();
    return new SmppText(decoded(rest, delivery.dataCoding(), delivery.alphabet()), place);
  }

  private static Optional<Place> concatenated(byte[] octets, int end) {
    int at = 1;
    while (at + 1 < end) {
      int id = octets[at] & 0xFF;
      int length = octets[at + 1] & 0xFF;
      int value = at + 2;
      if (value + length > end) {
        return Optional.empty();
      }
      if (id == CONCATENATED_8 && length == 3) {
        return Place.of(octets[value] & 0xFF, octets[value + 1] & 0xFF, octets[value + 2] & 0xFF);
      }
      if (id == CONCATENATED_16 && length == 4) {
        return Place.of(
            (octets[value] & 0xFF) << 8 | octets[value + 1] & 0xFF,
            octets[value + 2] & 0xFF,
            octets[value + 3] & 0xFF);
      }
      at = value + length;
    }
    return Optional.empty();
  }

  private static Optional<Place> sar(SmppDelivery delivery) {
    Optional<Integer> reference = delivery.number(SAR_MSG_REF_NUM);
    Optional<Integer> count = delivery.number(SAR_TOTAL_SEGMENTS);
    Optional<Integer> number = delivery.number(SAR_SEGMENT_SEQNUM);
    return reference.isPresent() && count.isPresent() && number.isPresent()
        ? Place.of(reference.get(), count.get(), number.get())
        : Optional.empty();
  }

  /** SMPP 3.4, 5.2.19, and the groups of 3GPP TS 23.038 that SMSCs pass on. */
  private static Optional<String> decoded(byte[] octets, int coding, Alphabet alphabet) {
    return switch (coding) {
      case 0x00 -> Optional.of(byDefault(octets, alphabet));
      case 0x01 -> Optional.of(new String(octets, StandardCharsets.US_ASCII));
      case 0x03 -> Optional.of(new String(octets, StandardCharsets.ISO_8859_1));
      case 0x06 -> Optional.of(new String(octets, Charset.forName("ISO-8859-5")));
      case 0x07 -> Optional.of(new String(octets, Charset.forName("ISO-8859-8")));
      case 0x08 -> Optional.of(ucs2(octets));
      case 0x0A -> Optional.of(new String(octets, Charset.forName("ISO-2022-JP")));
      case 0x0E -> Optional.of(new String(octets, Charset.forName("EUC-KR")));
      default -> byGroup(octets, coding, alphabet);
    };
  }

  private static Optional<String> byGroup(byte[] octets, int coding, Alphabet alphabet) {
    boolean withClass = coding >= 0xF0 && coding <= 0xFF;
    boolean general = coding >= 0x10 && coding < 0x40;
    int letters = withClass ? coding & 0x04 : coding & 0x0C;
    if (!withClass && !general) {
      return Optional.empty();
    }
    return switch (letters) {
      case 0x00 -> Optional.of(byDefault(octets, alphabet));
      case 0x08 -> Optional.of(ucs2(octets));
      default -> Optional.empty();
    };
  }

  /** Unit by unit: the other half of a pair may stand in the next piece. */
  private static String ucs2(byte[] octets) {
    StringBuilder text = new StringBuilder(octets.length / 2);
    for (int i = 0; i + 1 < octets.length; i += 2) {
      text.append((char) ((octets[i] & 0xFF) << 8 | octets[i + 1] & 0xFF));
    }
    return text.toString();
  }

  private static String byDefault(byte[] octets, Alphabet alphabet) {
    return switch (alphabet) {
      case GSM7 -> Gsm7.decode(octets);
      case LATIN1 -> new String(octets, StandardCharsets.ISO_8859_1);
    };
  }

  /** Shows nothing of the text. */
  @Override
  public String toString() {
    return "SmppText[" + place + "]";
  }
}
