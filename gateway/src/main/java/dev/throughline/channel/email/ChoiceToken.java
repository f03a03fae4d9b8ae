package dev.throughline.channel.email;

import dev.throughline.message.Content.ChoiceResponse;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the subject of an answer ends with where somebody followed the link of a choice: the message
 * that offered it, and its place there, {@code [tl:01J…/3]}. It is no secret and gives no right:
 * the answer counts as a choice of that message only if it was sent to whoever answers.
 */
final class ChoiceToken {
  private static final int MAX_CHOICES = 1_000;
  private static final Pattern TOKEN =
      Pattern.compile("\\[tl:([0-9A-Za-z]{26})/(0|[1-9][0-9]{0,2})]\\s*$");

  private ChoiceToken() {}

  /**
   * @param place among all that can be chosen in the message
   */
  static String subject(String title, MessageId message, int place) {
    if (place >= MAX_CHOICES) {
      throw new IllegalArgumentException("no message has so many choices: " + place);
    }
    return PlainText.shortened(PlainText.oneLine(title), 60)
        + " [tl:"
        + message
        + "/"
        + place
        + "]";
  }

  static Optional<ChoiceResponse> read(String subject) {
    Matcher matcher = TOKEN.matcher(subject);
    if (!matcher.find()) {
      return Optional.empty();
    }
    String data = subject.substring(0, matcher.start()).strip();
    int place = Integer.parseInt(matcher.group(2));
    return Ulids.parse(matcher.group(1))
        .map(id -> new ChoiceResponse(Optional.of(new MessageId(id)), data, Optional.of(place)));
  }
}
