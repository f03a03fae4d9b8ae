package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jsmpp.bean.OptionalParameter;

/** Delivery receipts as message centres write them (SMPP 3.4 appendix B). */
final class ReceiptText {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyMMddHHmm").withZone(ZoneOffset.UTC);
  private static final int TEXT_LIMIT = 20;

  /** States by their short names, with the value of the TLV message_state. */
  static final Map<String, Integer> STATES =
      Map.of(
          "ENROUTE", 1,
          "DELIVRD", 2,
          "EXPIRED", 3,
          "DELETED", 4,
          "UNDELIV", 5,
          "ACCEPTD", 6,
          "UNKNOWN", 7,
          "REJECTD", 8);

  private ReceiptText() {}

  static String id(String hex, SmppConfig.Ids ids) {
    return switch (ids) {
      case SAME -> hex;
      case DECIMAL -> Long.toString(Long.parseLong(hex, 16));
    };
  }

  static Bytes text(
      String id, Instant submitted, Instant done, String state, String words, boolean malformed) {
    boolean delivered = state.equals("DELIVRD");
    String counts = malformed ? "" : " sub:001 dlvrd:" + (delivered ? "001" : "000");
    String error = delivered || state.equals("ENROUTE") ? "000" : "001";
    String ascii = words.replaceAll("[^ -~]", "?");
    String text =
        "id:"
            + id
            + counts
            + " submit date:"
            + MINUTE.format(submitted)
            + " done date:"
            + MINUTE.format(done)
            + " stat:"
            + state
            + " err:"
            + error
            + " text:"
            + ascii.substring(0, Math.min(ascii.length(), TEXT_LIMIT));
    return Bytes.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  static List<OptionalParameter> parameters(String hex, String state, boolean wanted) {
    List<OptionalParameter> parameters = new ArrayList<>();
    if (wanted) {
      parameters.add(new OptionalParameter.Receipted_message_id(hex));
      parameters.add(
          new OptionalParameter.Message_state(STATES.getOrDefault(state, 7).byteValue()));
    }
    return parameters;
  }
}
