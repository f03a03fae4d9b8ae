package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Samples;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Uploads to the control API: the body is the bytes, their type is its {@code Content-Type}, and
 * everything else about them is in the query.
 */
final class ControlMedia {
  static final int UPLOAD_LIMIT = 64 * 1024 * 1024;

  private final LineControl control;

  ControlMedia(LineControl control) {
    this.control = control;
  }

  /** The picture of a rich menu, or what a person sent, for a page to show. */
  Optional<Answer.Media> find(String method, List<String> path) {
    if (!method.equals("GET")) {
      return Optional.empty();
    }
    if (path.size() == 3 && path.getFirst().equals("richmenus") && path.get(2).equals("image")) {
      return control.menuPicture(path.get(1));
    }
    return path.size() == 2 && path.getFirst().equals("contents")
        ? control.content(path.get(1))
        : Optional.empty();
  }

  /** Whether this request carries bytes and no JSON. */
  static boolean wants(String method, List<String> path) {
    return method.equals("POST")
        && path.size() == 3
        && path.get(2).equals("media")
        && (path.getFirst().equals("users") || path.getFirst().equals("groups"));
  }

  LineControl.Done send(ServerRequest request, List<String> path) throws ControlRefusal {
    boolean group = path.getFirst().equals("groups");
    String userId = group ? text(request, "userId").orElse("") : path.get(1);
    return control.phones().attach(path.get(1), userId, attachment(request));
  }

  private static Attachment attachment(ServerRequest request) throws ControlRefusal {
    String kind = text(request, "type").orElse("image");
    try {
      return new Attachment(
          kind,
          request
              .headers()
              .first(HeaderNames.CONTENT_TYPE)
              .filter(type -> !type.isEmpty())
              .orElseGet(() -> Samples.mediaType(kind)),
          bytes(request),
          text(request, "fileName"),
          number(request, "durationMs").map(Duration::ofMillis),
          number(request, "preparingMs").map(Duration::ofMillis).orElse(Duration.ZERO),
          text(request, "transcoding").orElse("").equals("failed"),
          Optional.empty(),
          imageSet(request));
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, "This cannot be sent: " + LineControl.message(e) + ".");
    }
  }

  private static Optional<Attachment.ImageSet> imageSet(ServerRequest request)
      throws ControlRefusal {
    Optional<String> id = text(request, "imageSetId");
    if (id.isEmpty()) {
      return Optional.empty();
    }
    long index = number(request, "imageSetIndex").orElse(1L);
    return Optional.of(
        new Attachment.ImageSet(
            id.get(), (int) index, (int) (long) number(request, "imageSetTotal").orElse(index)));
  }

  private static Bytes bytes(ServerRequest request) throws ControlRefusal {
    byte[] bytes;
    try (InputStream in = request.content().inputStream()) {
      bytes = in.readNBytes(UPLOAD_LIMIT + 1);
    } catch (IOException e) {
      throw new ControlRefusal(400, "The body ended early.");
    }
    if (bytes.length > UPLOAD_LIMIT) {
      throw new ControlRefusal(413, "An upload here has at most " + UPLOAD_LIMIT + " bytes.");
    }
    if (bytes.length == 0) {
      throw new ControlRefusal(400, "The body is what is sent; it is empty.");
    }
    return Bytes.of(bytes);
  }

  private static Optional<Long> number(ServerRequest request, String name) throws ControlRefusal {
    Optional<String> text = text(request, name);
    try {
      return text.map(Long::parseLong);
    } catch (NumberFormatException e) {
      throw new ControlRefusal(400, name + " is a whole number.");
    }
  }

  private static Optional<String> text(ServerRequest request, String name) {
    return request.query().first(name).asOptional();
  }
}
