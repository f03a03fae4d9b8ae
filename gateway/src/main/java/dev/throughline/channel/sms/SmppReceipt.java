package dev.throughline.channel.sms;

import dev.throughline.message.Assurance;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an SMSC tells of a message: by parameters of the PDU where it has them, else by a text whose
 * form SMPP 3.4 only suggests (Appendix B) and of which every SMSC leaves out something. Never
 * fails.
 *
 * @param id in the one spelling of {@link SmppIds}
 */
record SmppReceipt(String id, News news) {
  private static final int RECEIPTED_MESSAGE_ID = 0x001E;
  private static final int MESSAGE_STATE = 0x0427;

  /** The text of a receipt is short; what somebody wrote stands at its end. */
  private static final int MAX_TEXT = 1_024;

  private static final Pattern ID = field("id", "[^\\s]{1,65}");
  private static final Pattern STAT = field("stat", "[A-Za-z]{1,20}");
  private static final Pattern ERR = field("err", "[0-9A-Za-z]{1,10}");

  private static Pattern field(String name, String value) {
    return Pattern.compile("(?:^|\\s)" + name + ":\\s?(" + value + ")", Pattern.CASE_INSENSITIVE);
  }

  /** Empty where it does not say of which message, or what. */
  static Optional<SmppReceipt> of(SmppDelivery delivery) {
    String text = text(delivery);
    Optional<String> id =
        delivery
            .tlv(RECEIPTED_MESSAGE_ID)
            .map(octets -> cString(octets.array()))
            .filter(value -> !value.isEmpty())
            .map(value -> SmppIds.normal(value, delivery.submitIds()))
            .or(() -> find(ID, text).map(value -> SmppIds.normal(value, delivery.receiptIds())));
    String error = find(ERR, text).filter(code -> !code.matches("0+")).orElse("");
    Optional<News> news =
        delivery
            .number(MESSAGE_STATE)
            .flatMap(state -> byState(state, error))
            .or(() -> find(STAT, text).flatMap(stat -> byWord(stat, error)));
    return id.isPresent() && news.isPresent()
        ? Optional.of(new SmppReceipt(id.get(), news.get()))
        : Optional.empty();
  }

  /** SMPP 3.4, 5.2.28. */
  private static Optional<News> byState(int state, String error) {
    return switch (state) {
      case 0 -> byWord("SCHEDULED", error);
      case 1 -> byWord("ENROUTE", error);
      case 2 -> byWord("DELIVRD", error);
      case 3 -> byWord("EXPIRED", error);
      case 4 -> byWord("DELETED", error);
      case 5 -> byWord("UNDELIV", error);
      case 6 -> byWord("ACCEPTD", error);
      case 7 -> byWord("UNKNOWN", error);
      case 8 -> byWord("REJECTD", error);
      default -> Optional.empty();
    };
  }

  /** SMSCs cut the words at seven letters, or not, or otherwise. */
  private static Optional<News> byWord(String stat, String error) {
    String word = stat.toUpperCase(Locale.ROOT);
    String beginning = word.substring(0, Math.min(5, word.length()));
    return switch (beginning) {
      case "DELIV" -> Optional.of(new News.Reached(Assurance.DEVICE));
      case "ACCEP", "ENROU", "SCHED", "BUFFE" -> Optional.of(new News.Reached(Assurance.ACCEPTED));
      case "EXPIR" ->
          failed(Code.MESSAGE_EXPIRED, "The message could not be delivered in its time", error);
      case "UNDEL" ->
          failed(Code.RECIPIENT_NOT_REACHABLE, "The message could not be delivered", error);
      case "REJEC" -> failed(Code.CHANNEL_REJECT, "The SMSC or the carrier refused it", error);
      case "DELET" -> failed(Code.CHANNEL_REJECT, "The SMSC deleted it", error);
      case "UNKNO" ->
          failed(Code.UNKNOWN, "The SMSC does not know what became of the message", error);
      default -> Optional.empty();
    };
  }

  /** The error's number means what the SMSC's operator says that it means. */
  private static Optional<News> failed(Code code, String sentence, String error) {
    return Optional.of(
        new News.Failed(
            new Reason(
                code,
                error.isEmpty()
                    ? sentence + "."
                    : sentence + " (the SMSC's error " + error + ").")));
  }

  private static Optional<String> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String text(SmppDelivery delivery) {
    byte[] octets = delivery.payload().array();
    return new String(octets, 0, Math.min(octets.length, MAX_TEXT), StandardCharsets.ISO_8859_1);
  }

  private static String cString(byte[] octets) {
    int end = 0;
    while (end < octets.length && octets[end] != 0) {
      end++;
    }
    return new String(octets, 0, end, StandardCharsets.ISO_8859_1);
  }
}
