package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.SmsText;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.extra.ProcessRequestException;

/**
 * A submit_sm, understood.
 *
 * @param to with its plus
 * @param reference what the parts of one text have in common; 0 if it is whole
 * @param part from 1
 * @param wanted the low bits of registered_delivery
 */
record Submission(
    String from,
    String to,
    String text,
    int reference,
    int part,
    int parts,
    int wanted,
    boolean intermediate,
    int userReference,
    String validity) {

  private static final int UDHI = 0x40;
  private static final int GSM = 0;
  private static final int ASCII = 1;
  private static final int LATIN_1 = 3;
  private static final int UCS_2 = 8;
  private static final int OCTETS_LIMIT = 140;
  private static final int SEPTETS_LIMIT = 160;
  private static final int USER_MESSAGE_REFERENCE = 0x0204;
  private static final int SAR_REFERENCE = 0x020C;
  private static final int SAR_TOTAL = 0x020E;
  private static final int SAR_NUMBER = 0x020F;
  private static final int MESSAGE_PAYLOAD = 0x0424;

  private record Header(int length, int reference, int parts, int part) {
    static final Header NONE = new Header(0, 0, 1, 1);
  }

  /** Whether a receipt of this outcome was asked for. */
  boolean wants(boolean delivered) {
    return wanted == 1 || (wanted == 2 && !delivered);
  }

  static Submission of(SubmitSm pdu) throws ProcessRequestException {
    if (!pdu.getDestAddress().matches("\\+?[0-9]{5,20}")) {
      throw refused("The destination is no number", SMPPConstant.STAT_ESME_RINVDSTADR);
    }
    String destination = pdu.getDestAddress();
    byte[] message = pdu.getShortMessage();
    Optional<byte[]> payload = octets(pdu, MESSAGE_PAYLOAD);
    if (payload.isPresent() && message.length > 0) {
      throw refused(
          "short_message and message_payload exclude each other",
          SMPPConstant.STAT_ESME_RINVMSGLEN);
    }
    byte[] all = payload.orElse(message);
    boolean headed = (pdu.getEsmClass() & UDHI) != 0;
    Header header = headed ? header(all) : sar(pdu);
    byte[] words = Arrays.copyOfRange(all, header.length, all.length);
    int coding = pdu.getDataCoding() & 0xff;
    if (payload.isEmpty()) {
      checkLength(coding, header, words.length, !headed && header.parts > 1);
    }
    return new Submission(
        pdu.getSourceAddr(),
        destination.startsWith("+") ? destination : "+" + destination,
        decode(coding, words),
        header.reference,
        header.part,
        header.parts,
        pdu.getRegisteredDelivery() & 3,
        (pdu.getRegisteredDelivery() & 0x10) != 0,
        octets(pdu, USER_MESSAGE_REFERENCE).map(Submission::number).orElse(-1),
        String.valueOf(pdu.getValidityPeriod()));
  }

  static ProcessRequestException refused(String words, int status) {
    return new ProcessRequestException(words, status);
  }

  private static Optional<byte[]> octets(SubmitSm pdu, int tag) {
    OptionalParameter parameter = pdu.getOptionalParameter((short) tag);
    if (parameter == null) {
      return Optional.empty();
    }
    byte[] whole = parameter.serialize(); // tag and length, two octets each, then the value
    return Optional.of(Arrays.copyOfRange(whole, 4, whole.length));
  }

  private static int number(byte[] octets) {
    int number = 0;
    for (byte octet : octets) {
      number = number << 8 | octet & 0xff;
    }
    return number;
  }

  private static Header sar(SubmitSm pdu) throws ProcessRequestException {
    Optional<byte[]> reference = octets(pdu, SAR_REFERENCE);
    if (reference.isEmpty()) {
      return Header.NONE;
    }
    return checked(
        new Header(
            0,
            number(reference.get()),
            octets(pdu, SAR_TOTAL).map(Submission::number).orElse(0),
            octets(pdu, SAR_NUMBER).map(Submission::number).orElse(0)));
  }

  private static Header header(byte[] message) throws ProcessRequestException {
    int length = message.length == 0 ? 0 : (message[0] & 0xff) + 1;
    if (length < 2 || length > message.length) {
      throw refused("The user data header is cut off", SMPPConstant.STAT_ESME_RSUBMITFAIL);
    }
    int at = 1;
    while (at + 2 <= length) {
      int id = message[at] & 0xff;
      int size = message[at + 1] & 0xff;
      int value = at + 2;
      if (value + size > length) {
        break;
      }
      if (id == 0 && size == 3) {
        return checked(
            new Header(
                length,
                message[value] & 0xff,
                message[value + 1] & 0xff,
                message[value + 2] & 0xff));
      }
      if (id == 8 && size == 4) {
        return checked(
            new Header(
                length,
                (message[value] & 0xff) << 8 | message[value + 1] & 0xff,
                message[value + 2] & 0xff,
                message[value + 3] & 0xff));
      }
      at = value + size;
    }
    return new Header(length, 0, 1, 1);
  }

  private static Header checked(Header header) throws ProcessRequestException {
    if (header.part < 1 || header.part > header.parts) {
      throw refused("There is no such part", SMPPConstant.STAT_ESME_RSUBMITFAIL);
    }
    return header;
  }

  /** What fits into one short message of 140 octets, header and all. */
  private static void checkLength(int coding, Header header, int length, boolean sar)
      throws ProcessRequestException {
    int headerOctets = sar ? 6 : header.length;
    int limit =
        coding == GSM
            ? (OCTETS_LIMIT - headerOctets) * 8 / 7
            : coding == UCS_2 || coding == LATIN_1 ? OCTETS_LIMIT - headerOctets : SEPTETS_LIMIT;
    if (length > limit) {
      throw refused(length + " do not fit into " + limit, SMPPConstant.STAT_ESME_RINVMSGLEN);
    }
  }

  private static String decode(int coding, byte[] words) throws ProcessRequestException {
    return switch (coding) {
      case GSM ->
          SmsText.decodeGsm(words)
              .orElseThrow(
                  () -> refused("Not in the GSM alphabet", SMPPConstant.STAT_ESME_RSUBMITFAIL));
      case ASCII -> decode(StandardCharsets.US_ASCII, words);
      case LATIN_1 -> decode(StandardCharsets.ISO_8859_1, words);
      case UCS_2 -> decode(StandardCharsets.UTF_16BE, words);
      default ->
          throw refused(
              "data_coding " + coding + " is not taken", SMPPConstant.STAT_ESME_RSUBMITFAIL);
    };
  }

  private static String decode(Charset charset, byte[] words) throws ProcessRequestException {
    try {
      CharBuffer text = charset.newDecoder().decode(ByteBuffer.wrap(words));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw refused("The text is not " + charset, SMPPConstant.STAT_ESME_RSUBMITFAIL);
    }
  }
}
