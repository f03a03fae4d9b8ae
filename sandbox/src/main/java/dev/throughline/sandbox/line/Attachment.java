package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a person sends from the phone's gallery, recorder or files.
 *
 * @param kind {@code image}, {@code video}, {@code audio} or {@code file}
 * @param mediaType what the data host answers as its {@code Content-Type}
 * @param fileName of a file
 * @param duration how long a film or a recording plays
 * @param preparing how long LINE takes to have a film or a recording ready, by the emulator's clock
 * @param failing whether that fails in the end
 * @param preview a picture of its own; else the picture itself or, for a film, a sample
 * @param imageSet which of several pictures that were sent together it is
 */
public record Attachment(
    String kind,
    String mediaType,
    Bytes bytes,
    Optional<String> fileName,
    Optional<Duration> duration,
    Duration preparing,
    boolean failing,
    Optional<Bytes> preview,
    Optional<ImageSet> imageSet) {

  /**
   * @param index from 1
   */
  public record ImageSet(String id, int index, int total) {
    public ImageSet {
      if (id.isEmpty() || index < 1 || index > total) {
        throw new IllegalArgumentException(
            "an image set has an id, and index runs from 1 to total");
      }
    }
  }

  public Attachment {
    boolean plays = kind.equals("video") || kind.equals("audio");
    if (!plays && !kind.equals("image") && !kind.equals("file")) {
      throw new IllegalArgumentException("an attachment is image, video, audio or file");
    }
    if (!plays && (!preparing.isZero() || failing || duration.isPresent())) {
      throw new IllegalArgumentException("only video and audio play and are prepared");
    }
    if (kind.equals("file") == fileName.isEmpty()) {
      throw new IllegalArgumentException("a file has a name, and nothing else has");
    }
    if (imageSet.isPresent() && !kind.equals("image")) {
      throw new IllegalArgumentException("only images come in sets");
    }
    if (preparing.isNegative() || duration.map(Duration::isNegative).orElse(false)) {
      throw new IllegalArgumentException("times are not negative");
    }
  }

  private static Attachment of(
      String kind, String mediaType, byte[] bytes, Optional<String> fileName) {
    return new Attachment(
        kind,
        mediaType,
        Bytes.of(bytes.clone()),
        fileName,
        Optional.empty(),
        Duration.ZERO,
        false,
        Optional.empty(),
        Optional.empty());
  }

  public static Attachment image(String mediaType, byte[] bytes) {
    return of("image", mediaType, bytes, Optional.empty());
  }

  public static Attachment video(String mediaType, byte[] bytes, Duration duration) {
    return of("video", mediaType, bytes, Optional.empty()).playing(duration);
  }

  public static Attachment audio(String mediaType, byte[] bytes, Duration duration) {
    return of("audio", mediaType, bytes, Optional.empty()).playing(duration);
  }

  public static Attachment file(String fileName, String mediaType, byte[] bytes) {
    return of("file", mediaType, bytes, Optional.of(fileName));
  }

  public Attachment playing(Duration time) {
    return new Attachment(
        kind, mediaType, bytes, fileName, Optional.of(time), preparing, failing, preview, imageSet);
  }

  /** Ready only after some time, or never. */
  public Attachment preparing(Duration time, boolean fails) {
    return new Attachment(
        kind, mediaType, bytes, fileName, duration, time, fails, preview, imageSet);
  }

  public Attachment inSet(ImageSet set) {
    return new Attachment(
        kind, mediaType, bytes, fileName, duration, preparing, failing, preview, Optional.of(set));
  }

  public Attachment withPreview(byte[] picture) {
    return new Attachment(
        kind,
        mediaType,
        bytes,
        fileName,
        duration,
        preparing,
        failing,
        Optional.of(Bytes.of(picture.clone())),
        imageSet);
  }

  /** The message that a webhook tells of it. */
  ObjectNode message() {
    ObjectNode message = Json.object().put("type", kind);
    fileName.ifPresent(name -> message.put("fileName", name).put("fileSize", bytes.length()));
    duration.ifPresent(time -> message.put("duration", time.toMillis()));
    imageSet.ifPresent(set ->
        message
            .putObject("imageSet")
            .put("id", set.id)
            .put("index", set.index)
            .put("total", set.total));
    return message;
  }
}
