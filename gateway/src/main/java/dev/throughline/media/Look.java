package dev.throughline.media;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a file at somebody's address is: found by reading little of it.
 *
 * @param film whether an MP4 has pictures
 * @param tag by which its server tells whether it is still the same
 * @param until when it is looked at again
 * @param made what was made of it, by what for
 */
record Look(
    MediaType type,
    Optional<Long> bytes,
    Optional<PictureSize> size,
    Optional<Duration> duration,
    boolean film,
    Optional<String> tag,
    Instant until,
    Map<String, Rehosted> made) {

  /** A picture of ours, made of another. */
  record Rehosted(dev.throughline.ledger.Ulid id, String address) {}

  Look until(Instant later) {
    return new Look(type, bytes, size, duration, film, tag, later, made);
  }

  boolean isFilm() {
    return type == MediaType.MP4 && film;
  }

  boolean isSound() {
    return type == MediaType.MP3 || type == MediaType.M4A || type == MediaType.MP4 && !film;
  }
}
