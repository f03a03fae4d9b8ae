package dev.throughline.sandbox.smpp;

import java.time.Instant;
import java.util.Optional;

/**
 * A submit_sm that came, and how it was answered.
 *
 * @param status the command status; -1 if it was not answered
 * @param accepted whether it had its effect, whatever was answered
 */
public record SubmitCall(
    Instant at, String from, String to, int status, boolean accepted, Optional<String> fault) {

  private static final long OVERHEAD_BYTES = 200;

  long weight() {
    return OVERHEAD_BYTES + from.length() + to.length();
  }
}
