package dev.throughline.sandbox.aws;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A message that a service took upon itself: what tests judge by.
 *
 * @param service {@code ses}, {@code sms} or {@code social}
 * @param messageId as it was (or would have been) answered
 * @param tags what the sender gave to find it again: tags of a mail, context of a text message,
 *     {@code biz_opaque_callback_data} of a WhatsApp message
 */
public record AcceptedMessage(
    Instant at,
    String service,
    String messageId,
    String from,
    List<String> to,
    String text,
    Map<String, String> tags) {

  private static final long OVERHEAD_BYTES = 300;

  public AcceptedMessage {
    to = List.copyOf(to);
    tags = Map.copyOf(tags);
  }

  long weight() {
    return OVERHEAD_BYTES + text.length() + 40L * (to.size() + tags.size());
  }
}
