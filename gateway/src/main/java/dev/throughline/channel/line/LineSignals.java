package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Signal;
import dev.throughline.channel.Channel.Via;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.Transport;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * LINE's loading animation and its marks of what was read (spec line.md §2.1, §2.2). Both may be
 * repeated: the one starts anew, the other changes nothing.
 */
final class LineSignals {
  /** LINE's own default; the animation ends before if a message comes. */
  static final int LOADING_SECONDS = 20;

  private static final String LOADING = "/v2/bot/chat/loading/start";
  private static final String MARK_AS_READ = "/v2/bot/chat/markAsRead";

  private LineSignals() {}

  /** The animation is shown to single users only. */
  static Optional<Bytes> render(Signal signal, Identity recipient) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    switch (signal) {
      case Signal.Typing _ -> {
        if (!LineIds.isUser(recipient.value())) {
          return Optional.empty();
        }
        body.put("chatId", recipient.value()).put("loadingSeconds", LOADING_SECONDS);
      }
      case Signal.Read(String token) -> body.put("markAsReadToken", token);
    }
    return Optional.of(Bytes.utf8(body.toString()));
  }

  static String path(Signal signal) {
    return switch (signal) {
      case Signal.Typing _ -> LOADING;
      case Signal.Read _ -> MARK_AS_READ;
    };
  }

  static String rate(Signal signal) {
    return switch (signal) {
      case Signal.Typing _ -> LineRates.LOADING;
      case Signal.Read _ -> LineRates.MARK_AS_READ;
    };
  }

  /** Read like the answer to a push: it can be repeated, and says as much. */
  static SendResult verdict(Transport.Answer answer, Instant now) {
    return SendVerdict.of(new Via.Push(""), answer, now);
  }
}
