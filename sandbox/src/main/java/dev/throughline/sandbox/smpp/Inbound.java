package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.SmsText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.OptionalParameters;

/** What people write, as deliver_sm: long texts in the manner of the message centre. */
final class Inbound {
  private static final int UDHI = 0x40;
  private static final int GSM = 0;
  private static final int UCS_2 = 8;

  private Inbound() {}

  static List<Outbox.Letter> letters(
      String from, String to, String text, SmppConfig.LongTexts manner, int reference) {
    boolean gsm = SmsText.isGsm(text);
    int coding = gsm ? GSM : UCS_2;
    List<String> parts = SmsText.split(text);
    if (parts.size() == 1) {
      return List.of(new Outbox.Letter(from, to, 0, coding, bytes(text, gsm), List.of()));
    }
    if (manner == SmppConfig.LongTexts.PAYLOAD) {
      OptionalParameter payload =
          new OptionalParameter.OctetString((short) 0x0424, bytes(text, gsm).copy());
      return List.of(new Outbox.Letter(from, to, 0, coding, Bytes.NONE, List.of(payload)));
    }
    List<Outbox.Letter> letters = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Bytes words = bytes(parts.get(i), gsm);
      if (manner == SmppConfig.LongTexts.SAR) {
        List<OptionalParameter> parameters =
            List.of(
                OptionalParameters.newSarMsgRefNum((short) reference),
                OptionalParameters.newSarTotalSegments((byte) parts.size()),
                OptionalParameters.newSarSegmentSeqnum((byte) (i + 1)));
        letters.add(new Outbox.Letter(from, to, 0, coding, words, parameters));
        continue;
      }
      byte[] header = {5, 0, 3, (byte) reference, (byte) parts.size(), (byte) (i + 1)};
      byte[] headed = Arrays.copyOf(header, header.length + words.length());
      System.arraycopy(words.copy(), 0, headed, header.length, words.length());
      letters.add(new Outbox.Letter(from, to, UDHI, coding, Bytes.of(headed), List.of()));
    }
    return letters;
  }

  private static Bytes bytes(String text, boolean gsm) {
    return Bytes.of(gsm ? SmsText.encodeGsm(text) : text.getBytes(StandardCharsets.UTF_16BE));
  }
}
