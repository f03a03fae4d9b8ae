package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The data host: what people sent, whether it is ready, and how it looks in small. */
final class ContentApi {
  private final World world;

  ContentApi(World world) {
    this.world = world;
  }

  Answer answer(Call call) {
    Instant now = world.clock.instant();
    Optional<Content> found = world.contents.find(call.first(), now);
    if (found.isEmpty()) {
      return notFound();
    }
    Content content = found.get();
    if (content.unsent()) {
      return Answer.error(410, "The content is gone");
    }
    boolean ready = !now.isBefore(content.readyAt());
    return switch (call.endpoint()) {
      case CONTENT_TRANSCODING -> transcoding(content, ready);
      case CONTENT_PREVIEW ->
          content.shows()
              ? world
                  .contents
                  .preview(content)
                  .map(media -> Answer.media(media.type(), media.bytes()))
                  .orElseGet(ContentApi::notFound)
              : Answer.error(400, "The content can not be previewed");
      default -> {
        if (!ready) {
          yield new Answer(202, "", Map.of(), true);
        }
        yield content.failing()
            ? notFound()
            : world
                .contents
                .bytes(content)
                .map(bytes -> Answer.media(content.mediaType(), bytes))
                .orElseGet(ContentApi::notFound);
      }
    };
  }

  private static Answer transcoding(Content content, boolean ready) {
    if (!content.plays()) {
      return Answer.error(400, "Transcoding status doesn't support this type of content");
    }
    String status = ready ? (content.failing() ? "failed" : "succeeded") : "processing";
    return Answer.ok(Json.object().put("status", status));
  }

  private static Answer notFound() {
    return Answer.error(404, "not found");
  }
}
