package dev.throughline.channel.email;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a mail carries our {@link DeliveryTag}: {@code tl-<message>-<step>}, as the left side of its
 * Message-ID, as ENVID, as a tag of SES, and after a plus sign in the address that bounces go to.
 */
final class MailTag {
  private static final String ID = "([0-9A-Za-z]{26})";
  private static final Pattern CODE = Pattern.compile("tl-" + ID + "-" + ID);
  private static final Pattern MESSAGE_ID = Pattern.compile("<?" + CODE + "@[^>\\s]+>?");
  private static final Pattern VERP = Pattern.compile("[^@\\s<>]+\\+" + CODE + "@[^@\\s<>]+");

  private MailTag() {}

  /** Only a tag that the gateway's sends name. */
  static String code(String tag) {
    return DeliveryTag.of(tag)
        .map(known -> "tl-" + known.message() + "-" + known.step())
        .orElseThrow(() -> new IllegalArgumentException("not a delivery tag"));
  }

  /** With its brackets. */
  static String messageId(String tag, String domain) {
    return "<" + code(tag) + "@" + domain + ">";
  }

  /** An address that names the mail which came back to it. */
  static String returnPath(String tag, String bounceAddress) {
    int at = bounceAddress.lastIndexOf('@');
    return bounceAddress.substring(0, at) + "+" + code(tag) + bounceAddress.substring(at);
  }

  /** The tag that is written so; servers may have folded its case. */
  static Optional<String> ofCode(String code) {
    return read(CODE, code);
  }

  static Optional<String> ofMessageId(String messageId) {
    return read(MESSAGE_ID, messageId);
  }

  static Optional<String> ofReturnPath(String address) {
    return read(VERP, address);
  }

  private static Optional<String> read(Pattern form, String text) {
    Matcher matcher = form.matcher(text.strip());
    return matcher.matches()
        ? id(matcher.group(1))
            .flatMap(message ->
                id(matcher.group(2))
                    .map(step -> new DeliveryTag(new MessageId(message), step).toString()))
        : Optional.empty();
  }

  private static Optional<Ulid> id(String text) {
    return Ulids.parse(text.toUpperCase(Locale.ROOT));
  }
}
