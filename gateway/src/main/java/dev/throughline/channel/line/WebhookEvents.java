package dev.throughline.channel.line;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.message.Bytes;
import dev.throughline.message.InboundEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;

/**
 * Webhook body to events. Each event is read by itself, so that whatever is odd about one costs
 * nobody else theirs: it becomes an {@link InboundEvent.Unknown} with its own text.
 */
final class WebhookEvents {
  private WebhookEvents() {}

  static ParsedWebhook parse(Bytes body) {
    WebhookScan scan = WebhookScan.of(body.array());
    if (!scan.understood()) {
      return new ParsedWebhook.Malformed(scan.why());
    }
    WebhookScan.Ranges ranges = scan.events();
    List<InboundEvent> events = new ArrayList<>(ranges.size());
    for (int i = 0; i < ranges.size(); i++) {
      events.add(event(body.array(), ranges.from(i), ranges.to(i)));
    }
    return new ParsedWebhook.Events(scan.destination(), events);
  }

  private static InboundEvent event(byte[] body, int from, int to) {
    String raw = new String(body, from, to - from, StandardCharsets.UTF_8);
    EventReader reader = new EventReader(raw);
    try (JsonParser json =
        LineJson.FACTORY.createParser(ObjectReadContext.empty(), body, from, to - from)) {
      reader.read(json);
      return reader.event();
    } catch (JacksonException notUtf8) {
      return fromText(raw);
    }
  }

  /** In {@code raw}, replacement characters stand for bytes that are not UTF-8. */
  private static InboundEvent fromText(String raw) {
    EventReader reader = new EventReader(raw);
    try (JsonParser json = LineJson.FACTORY.createParser(ObjectReadContext.empty(), raw)) {
      reader.read(json);
      return reader.event();
    } catch (JacksonException beyondOurLimits) {
      return reader.unknown();
    }
  }
}
