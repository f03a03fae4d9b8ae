package dev.throughline.outbound.plan;

import dev.throughline.message.Reason;
import java.time.Instant;

/** Whether a step may begin. */
public sealed interface Gate {
  record Open() implements Gate {}

  /** Never: a known block, no address, no credential, no consent, or no form on that channel. */
  record Closed(Reason reason) implements Gate {}

  /** Not before then: quiet hours, or a time that was asked for. */
  record NotBefore(Instant time) implements Gate {}

  /** The gates of a plan's steps, as things stand now. */
  @FunctionalInterface
  interface Gates {
    Gate of(int step);
  }
}
