package dev.throughline.channel;

import dev.throughline.message.Choice;
import dev.throughline.message.Content.ChoiceResponse;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.util.Optional;

/**
 * What a channel gives back when somebody chooses: which message offered it and what the app wants
 * to get with it, {@code tl1:<message id>:<the app's data>}, or where that is too long {@code
 * tl2:<message id>:<place among the message's choices>}.
 */
public final class ChoiceData {
  private static final String WITH_DATA = "tl1:";
  private static final String BY_PLACE = "tl2:";
  private static final int ID_LENGTH = 26;

  private ChoiceData() {}

  /**
   * @param place among {@link dev.throughline.message.Content.Outbound#choices}
   * @param most UTF-16 units that the channel gives back
   */
  public static String of(MessageId message, int place, Choice.Say choice, int most) {
    String data = WITH_DATA + message + ":" + choice.given(message);
    return data.length() <= most ? data : byPlace(message, place);
  }

  /** The shorter form, which differs for each choice of a message. */
  public static String byPlace(MessageId message, int place) {
    return BY_PLACE + message + ":" + place;
  }

  /** Data that is none of ours is the app's own, untouched. */
  public static ChoiceResponse read(String data) {
    int end = WITH_DATA.length() + ID_LENGTH;
    boolean withData = data.startsWith(WITH_DATA);
    if ((withData || data.startsWith(BY_PLACE)) && data.length() > end && data.charAt(end) == ':') {
      Optional<MessageId> message =
          Ulids.parse(data.substring(WITH_DATA.length(), end)).map(MessageId::new);
      String rest = data.substring(end + 1);
      if (message.isPresent() && withData) {
        return new ChoiceResponse(message, rest, Optional.empty());
      }
      if (message.isPresent() && rest.matches("[0-9]{1,4}")) {
        return new ChoiceResponse(message, data, Optional.of(Integer.valueOf(rest)));
      }
    }
    return new ChoiceResponse(Optional.empty(), data, Optional.empty());
  }
}
