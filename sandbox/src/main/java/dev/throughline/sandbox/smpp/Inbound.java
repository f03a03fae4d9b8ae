package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.SmsText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.OptionalParameters;

/** What people write, as deliver_sm: long texts in the manner of the message centre. */
final class Inbound {
  private static final int UDHI = 0x40;
  private static final int GSM = 0;
  private static final int UCS_2 = 8;
  private static final OptionalParameter[] NONE = {};

  private Inbound() {}

  static List<Outbox.Letter> letters(
      String from, String to, String text, SmppConfig.LongTexts manner, int reference) {
    boolean gsm = SmsText.isGsm(text);
    int coding = gsm ? GSM : UCS_2;
    List<String> parts = SmsText.split(text);
    if (parts.size() == 1) {
      return List.of(new Outbox.Letter(from, to, 0, coding, bytes(text, gsm), NONE));
    }
    if (manner == SmppConfig.LongTexts.PAYLOAD) {
      OptionalParameter payload =
          new OptionalParameter.OctetString((short) 0x0424, bytes(text, gsm));
      return List.of(
          new Outbox.Letter(from, to, 0, coding, new byte[0], new OptionalParameter[] {payload}));
    }
    List<Outbox.Letter> letters = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      byte[] words = bytes(parts.get(i), gsm);
      if (manner == SmppConfig.LongTexts.SAR) {
        OptionalParameter[] parameters = {
          OptionalParameters.newSarMsgRefNum((short) reference),
          OptionalParameters.newSarTotalSegments((byte) parts.size()),
          OptionalParameters.newSarSegmentSeqnum((byte) (i + 1))
        };
        letters.add(new Outbox.Letter(from, to, 0, coding, words, parameters));
        continue;
      }
      byte[] headed = new byte[words.length + 6];
      byte[] header = {5, 0, 3, (byte) reference, (byte) parts.size(), (byte) (i + 1)};
      System.arraycopy(header, 0, headed, 0, 6);
      System.arraycopy(words, 0, headed, 6, words.length);
      letters.add(new Outbox.Letter(from, to, UDHI, coding, headed, NONE));
    }
    return letters;
  }

  private static byte[] bytes(String text, boolean gsm) {
    return gsm ? SmsText.encodeGsm(text) : text.getBytes(StandardCharsets.UTF_16BE);
  }
}
