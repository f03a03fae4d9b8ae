package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Blobs;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** What people sent beside words, kept for a while. */
final class Contents {
  /** LINE says "a certain period"; the emulator means this one. */
  static final Duration KEPT = Duration.ofDays(30);

  private static final int LIMIT = 20_000;
  private static final Set<String> KINDS = Set.of("image", "video", "audio", "file");

  private final Blobs blobs;
  private final LinkedHashMap<String, Content> contents = new LinkedHashMap<>();

  Contents(Blobs blobs) {
    this.blobs = blobs;
  }

  /** A message was sent; it has content if it is of such a kind and nobody else provides it. */
  synchronized void sent(ObjectNode message, Optional<Attachment> attachment, Instant at) {
    String kind = message.path("type").stringValue("");
    String provider = message.path("contentProvider").path("type").stringValue("line");
    String id = message.path("id").stringValue("");
    if (!KINDS.contains(kind) || !provider.equals("line")) {
      return;
    }
    Bytes bytes = attachment.map(Attachment::bytes).orElse(Bytes.NONE);
    attachment.ifPresent(given -> {
      blobs.put(name(id), given.bytes());
      given.preview().ifPresent(picture -> blobs.put(previewName(id), picture));
    });
    contents.put(
        id,
        new Content(
            id,
            kind,
            attachment.map(Attachment::mediaType).orElseGet(() -> Samples.mediaType(kind)),
            attachment.isPresent() ? bytes.length() : message.path("fileSize").longValue(0),
            message.path("duration").longValue(0),
            at,
            at.plus(attachment.map(Attachment::preparing).orElse(Duration.ZERO)),
            attachment.map(Attachment::failing).orElse(false),
            attachment.isPresent(),
            attachment.flatMap(Attachment::preview).isPresent(),
            false));
    if (contents.size() > LIMIT) {
      Content oldest = contents.firstEntry().getValue();
      contents.remove(oldest.messageId());
      forget(oldest);
    }
  }

  synchronized void unsent(String messageId) {
    Content found = contents.get(messageId);
    if (found != null) {
      contents.put(messageId, found.asUnsent());
      forget(found);
    }
  }

  private void forget(Content content) {
    blobs.delete(name(content.messageId()));
    blobs.delete(previewName(content.messageId()));
  }

  /** Empty if there is none, or it is older than LINE keeps it. */
  synchronized Optional<Content> find(String messageId, Instant now) {
    return Optional.ofNullable(contents.get(messageId))
        .filter(content -> !now.isAfter(content.sentAt().plus(KEPT)));
  }

  /** The bytes; empty if they had to make room for newer ones. */
  Optional<Bytes> bytes(Content content) {
    return content.uploaded()
        ? blobs.get(name(content.messageId()))
        : Optional.of(
            Samples.of(
                content.kind(), content.messageId().hashCode(), content.millis(), content.size()));
  }

  /** A picture of what can be seen. */
  Optional<Answer.Media> preview(Content content) {
    if (content.pictured()) {
      return blobs
          .get(previewName(content.messageId()))
          .map(bytes -> new Answer.Media(Samples.pictureType(bytes), bytes));
    }
    if (content.kind().equals("image")) {
      return bytes(content).map(bytes -> new Answer.Media(content.mediaType(), bytes));
    }
    return Optional.of(
        new Answer.Media(
            Samples.mediaType("image"), Samples.picture(content.messageId().hashCode())));
  }

  private static String name(String messageId) {
    return "message-" + messageId;
  }

  private static String previewName(String messageId) {
    return "preview-" + messageId;
  }

  record Saved(List<Content> contents) {}

  synchronized Saved save() {
    return new Saved(List.copyOf(contents.values()));
  }

  synchronized void restore(Saved saved) {
    saved.contents.forEach(content -> contents.put(content.messageId(), content));
  }
}
