package dev.throughline.media;

import dev.throughline.contract.ApiError;
import dev.throughline.http.PercentCode;
import dev.throughline.http.Request;
import dev.throughline.http.Response;
import dev.throughline.http.Route;
import dev.throughline.ledger.Ulid;
import dev.throughline.media.MediaRow.Purpose;
import dev.throughline.message.Ulids;
import dev.throughline.store.DatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Files for whoever has an address of them. They are served so that a browser does nothing with
 * them but show or save: a person may have sent anything.
 */
public final class MediaRoutes {
  /** A callback goes out before its file is fetched; most files come within a second. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** Requests that wait at once; further ones are told to come again. */
  private static final int MAX_WAITING = 128;

  /** For how long a proxy may keep what a person sent: it must not outlive a revocation by far. */
  private static final Duration RECEIVED_CACHED = Duration.ofMinutes(5);

  private final MediaLibrary library;
  private final MediaLinks links;
  private final InstantSource clock;
  private final Semaphore waiting = new Semaphore(MAX_WAITING);

  public MediaRoutes(MediaLibrary library, MediaLinks links, InstantSource clock) {
    this.library = library;
    this.links = links;
    this.clock = clock;
  }

  /** HEAD is answered as well. */
  public List<Route> routes() {
    return List.of(Route.get(MediaLinks.PATH + "{media}", this::get));
  }

  private Response get(Request request) throws InterruptedException {
    String until = request.query(MediaLinks.UNTIL).orElse("");
    Optional<Ulid> id = Ulids.parse(request.param("media"));
    String signature = request.query(MediaLinks.SIGNATURE).orElse("");
    if (id.isEmpty() || !links.isOurs(id.get(), until, signature)) {
      return refused(
          403, "UNAUTHORIZED", "MEDIA_SIGNATURE_INVALID", "This address was not given out here.");
    }
    if (!until.isEmpty()
        && !clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(until)))) {
      return gone("MEDIA_EXPIRED", "The address has expired, and the file is deleted.");
    }
    try {
      return answer(request, id.get(), until.isEmpty());
    } catch (DatabaseException e) {
      return notYet("TRY_AGAIN", "The file cannot be looked up; try again shortly.");
    }
  }

  private Response answer(Request request, Ulid id, boolean lasting) throws InterruptedException {
    Optional<MediaRow> row = awaited(id);
    if (row.isEmpty()
        || lasting != (row.get().purpose() == Purpose.REHOSTED)
        || !row.get().expires().isAfter(clock.instant())) {
      return gone("MEDIA_EXPIRED", "The file is deleted.");
    }
    return switch (row.get().state()) {
      case WAITING ->
          notYet("MEDIA_NOT_READY", "The file is still being fetched from the channel.");
      case FAILED ->
          gone(
              "MEDIA_NOT_AVAILABLE",
              "The file could not be fetched from the channel: "
                  + row.get().reason().orElse("UNKNOWN")
                  + ".");
      case REVOKED -> gone("MEDIA_REVOKED", "The file was taken back or deleted.");
      case READY ->
          library
              .file(row.get())
              .map(file -> file(request, row.get(), file))
              .orElseGet(() -> gone("MEDIA_ERASED", "The person's data are erased."));
    };
  }

  /** The row; one that is waiting is given a little time. */
  private Optional<MediaRow> awaited(Ulid id) throws InterruptedException {
    Optional<MediaRow> row = library.row(id);
    if (!isWaiting(row) || !waiting.tryAcquire()) {
      return row;
    }
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (isWaiting(row) && System.nanoTime() < end) {
        TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
        row = library.row(id);
      }
      return row;
    } finally {
      waiting.release();
    }
  }

  private static boolean isWaiting(Optional<MediaRow> row) {
    return row.filter(found -> found.state() == MediaState.WAITING).isPresent();
  }

  private Response file(Request request, MediaRow row, MediaFile file) {
    String tag = "\"" + row.id() + "\"";
    boolean known =
        request.headers().all("if-none-match").stream().anyMatch(value -> value.contains(tag));
    if (known) {
      return described(Response.empty(304), row, file, tag);
    }
    Optional<ByteRange> range =
        request
            .header("range")
            .filter(_ -> request.header("if-range").map(tag::equals).orElse(true))
            .map(value -> ByteRange.parse(value, file.length()));
    if (range.isPresent() && range.get() instanceof ByteRange.Impossible) {
      return described(Response.empty(416), row, file, tag)
          .with("Content-Range", "bytes */" + file.length());
    }
    if (range.isPresent() && range.get() instanceof ByteRange.Part(long from, long to)) {
      return described(sized(206, row, file, from, to), row, file, tag)
          .with("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + file.length());
    }
    return described(sized(200, row, file, 0, file.length()), row, file, tag);
  }

  private Response sized(int status, MediaRow row, MediaFile file, long from, long to) {
    return new Response(
        status,
        List.of(),
        new Response.Body.Sized(to - from, out -> library.read(row.id(), file, from, to, out)));
  }

  private Response described(Response response, MediaRow row, MediaFile file, String tag) {
    MediaType type = MediaType.named(file.type());
    boolean shown = type != MediaType.OTHER;
    return response
        .with("Content-Type", type.header())
        .with("Content-Disposition", disposition(shown, file.name()))
        .with("X-Content-Type-Options", "nosniff")
        .with("Content-Security-Policy", "default-src 'none'; sandbox")
        .with("Cross-Origin-Resource-Policy", "cross-origin")
        .with("Referrer-Policy", "no-referrer")
        .with("Accept-Ranges", "bytes")
        .with("ETag", tag)
        .with("Cache-Control", caching(row));
  }

  private String caching(MediaRow row) {
    if (row.purpose() == Purpose.REHOSTED) {
      return "public, max-age=31536000, immutable";
    }
    Duration left = Duration.between(clock.instant(), row.expires());
    long seconds = Math.min(RECEIVED_CACHED.toSeconds(), Math.max(0, left.toSeconds()));
    return "private, max-age=" + seconds;
  }

  /** A name may hold anything: it goes out percent-encoded, as RFC 8187 has it. */
  private static String disposition(boolean shown, Optional<String> name) {
    String how = shown ? "inline" : "attachment";
    return name.map(text -> how + "; filename*=UTF-8''" + PercentCode.encode(text)).orElse(how);
  }

  private static Response gone(String reason, String message) {
    return refused(410, "NOT_FOUND", reason, message);
  }

  private static Response notYet(String reason, String message) {
    return refused(503, "UNAVAILABLE", reason, message).with("Retry-After", "2");
  }

  private static Response refused(int code, String status, String reason, String message) {
    return Response.json(code, ApiError.of(code, status, reason, message).bytes())
        .with("X-Content-Type-Options", "nosniff")
        .with("Cache-Control", "no-store");
  }
}
