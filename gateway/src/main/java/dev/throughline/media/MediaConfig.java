package dev.throughline.media;

import dev.throughline.http.Redacted;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What is configured of media.
 *
 * @param publicBase how the outside reaches the public port, or what stands in front of it
 * @param storage where the encrypted bytes lie
 * @param keep how long what people send is kept
 * @param keepRehosted how long a picture that was made for a channel is kept after its last use
 * @param maxBytes the largest file that is fetched from a channel
 * @param probes whether media that apps send are looked at before they go out
 */
public record MediaConfig(
    Optional<URI> publicBase,
    Storage storage,
    Duration keep,
    Duration keepRehosted,
    long maxBytes,
    boolean probes) {
  public static final Duration KEEP = Duration.ofDays(7);

  /** LINE fetches a picture again for whoever scrolls back to it. */
  public static final Duration KEEP_REHOSTED = Duration.ofDays(365);

  /** LINE takes films of 200 MB from bots and documents no limit for what people send. */
  public static final long MAX_BYTES = 500L << 20;

  public MediaConfig {
    if (keep.toSeconds() < 1 || keepRehosted.toSeconds() < 1 || maxBytes < 1) {
      throw new IllegalArgumentException("media are kept for a time and up to a size");
    }
  }

  /** Everything as it is unless told otherwise; bytes lie under the data directory. */
  public static MediaConfig in(Path data) {
    return new MediaConfig(
        Optional.empty(),
        new Storage.Directory(data.resolve("media")),
        KEEP,
        KEEP_REHOSTED,
        MAX_BYTES,
        true);
  }

  public MediaConfig reachedAt(Optional<URI> base) {
    return new MediaConfig(base, storage, keep, keepRehosted, maxBytes, probes);
  }

  public MediaConfig storedIn(Storage other) {
    return new MediaConfig(publicBase, other, keep, keepRehosted, maxBytes, probes);
  }

  public MediaConfig keptFor(Duration time) {
    return new MediaConfig(publicBase, storage, time, keepRehosted, maxBytes, probes);
  }

  public MediaConfig rehostedFor(Duration time) {
    return new MediaConfig(publicBase, storage, keep, time, maxBytes, probes);
  }

  public MediaConfig upTo(long bytes) {
    return new MediaConfig(publicBase, storage, keep, keepRehosted, bytes, probes);
  }

  public MediaConfig probing(boolean does) {
    return new MediaConfig(publicBase, storage, keep, keepRehosted, maxBytes, does);
  }

  /** Where bytes lie. They are encrypted before they get there. */
  public sealed interface Storage {
    record Directory(Path path) implements Storage {}

    /**
     * A bucket of Amazon S3, or of anything that speaks its protocol.
     *
     * @param endpoint such as {@code https://s3.ap-northeast-1.amazonaws.com}; the bucket is put
     *     into the path
     * @param prefix in front of each object's name; may be empty
     */
    record Bucket(
        URI endpoint,
        String region,
        String bucket,
        String prefix,
        String accessKey,
        Redacted secretKey)
        implements Storage {}
  }
}
