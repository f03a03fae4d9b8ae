package dev.throughline.message;

import java.time.Duration;
import java.util.Optional;

/**
 * What was found out about a file that an app sends, before it goes out.
 *
 * @param bytes its size; empty where its server does not tell
 * @param duration of a film or sound
 * @param shown an address of ours to show it from instead, where it had to be made fit
 * @param preview an address of a small picture of it
 */
public record MediaFacts(
    Kind kind,
    Optional<Long> bytes,
    Optional<Duration> duration,
    Optional<String> shown,
    Optional<String> preview) {

  /** What a file is, by its bytes. */
  public enum Kind {
    PICTURE,
    FILM,
    SOUND,
    /** Anything that can only be linked to. */
    FILE
  }

  /** Shows no address. */
  @Override
  public String toString() {
    return "MediaFacts[" + kind + "]";
  }
}
