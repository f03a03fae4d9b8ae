package dev.throughline.contract;

import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.EventRequest;
import java.util.List;
import java.util.Set;

/**
 * Reads the body of {@code events:send}. Pure, as {@link SendRequests} is: the API refuses by it
 * and the fold acts by it.
 */
public final class EventRequests {
  private EventRequests() {}

  /**
   * @throws WrongFieldException saying what is wrong
   */
  public static EventRequest read(Bytes body) {
    Fields fields = Fields.of(Json.request(body));
    List<ChannelName> channels = SendRequests.channels(fields, "channel_priority_order");
    if (channels.size() > 1) {
      throw fields.wrong("channel_priority_order", "must name one channel for an event.");
    }
    return new EventRequest(
        SendRequests.app(fields),
        SendRequests.recipient(fields.requiredObject("recipient")),
        AppEvents.read(fields.requiredObject("event")),
        channels.stream().findFirst(),
        fields.string("event_metadata", SendRequests.MAX_METADATA).orElse(""),
        fields
            .string("callback_url", SendRequests.MAX_TARGET)
            .filter(url -> !url.isEmpty())
            .map(url -> SendRequests.webUrl(fields, "callback_url", url)),
        fields
            .oneOf("queue", Set.of("NORMAL_PRIORITY", "HIGH_PRIORITY"))
            .filter("HIGH_PRIORITY"::equals)
            .isPresent());
  }
}
