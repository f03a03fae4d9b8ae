package dev.throughline.app.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Events as LINE writes them into a webhook (spec line.md §1.3 and §1.5). */
final class WebhookBody {
  private WebhookBody() {}

  static byte[] of(String destination, List<Said> events, boolean redelivery) {
    String joined =
        events.stream().map(event -> json(event, redelivery)).collect(Collectors.joining(","));
    return ("{\"destination\":\"" + destination + "\",\"events\":[" + joined + "]}")
        .getBytes(UTF_8);
  }

  /**
   * Half the people get reply tokens, of which LINE knows nothing: a reply with one is refused, and
   * what was to be said has to be pushed.
   */
  private static String json(Said event, boolean redelivery) {
    String replyToken =
        event.person().number() % 2 == 0 ? "\"replyToken\":\"" + token(event) + "\"," : "";
    return """
    {"type":"message","message":{"type":"text","id":"%d","quoteToken":"q%s","text":"%s"},\
    "webhookEventId":"%s","deliveryContext":{"isRedelivery":%b},"timestamp":%d,\
    "source":{"type":"user","userId":"%s"},%s"mode":"active"}\
    """
        .formatted(
            100_000_000_000_000_000L + event.person().number() * 10_000_000L + event.number(),
            token(event),
            event.text(),
            event.eventId(),
            redelivery,
            event.at().toEpochMilli(),
            event.person().userId(),
            replyToken);
  }

  private static String token(Said event) {
    return HexFormat.of().formatHex(event.eventId().getBytes(UTF_8)).substring(0, 32);
  }
}
