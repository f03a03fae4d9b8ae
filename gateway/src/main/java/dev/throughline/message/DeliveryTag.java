package dev.throughline.message;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.MessageId;
import java.util.Optional;

/**
 * What a send names, so that a channel's word of its delivery can be matched: the message, and the
 * step of its plan. It means nothing to anybody else.
 */
public record DeliveryTag(MessageId message, Ulid step) {
  private static final String PREFIX = "tl:";
  private static final int ID_LENGTH = 26;
  private static final int LENGTH = PREFIX.length() + 2 * ID_LENGTH + 1;

  /** Empty for tags that are none of ours. */
  public static Optional<DeliveryTag> of(String tag) {
    int end = PREFIX.length() + ID_LENGTH;
    if (tag.length() != LENGTH || !tag.startsWith(PREFIX) || tag.charAt(end) != ':') {
      return Optional.empty();
    }
    Optional<Ulid> message = Ulids.parse(tag.substring(PREFIX.length(), end));
    Optional<Ulid> step = Ulids.parse(tag.substring(end + 1));
    return message.isPresent() && step.isPresent()
        ? Optional.of(new DeliveryTag(new MessageId(message.get()), step.get()))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return PREFIX + message + ":" + step;
  }
}
