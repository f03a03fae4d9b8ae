package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import java.util.Map;

/**
 * A request as it came in.
 *
 * @param rawPath still encoded
 * @param rawQuery still encoded; empty if there is none
 * @param headers by lower-case name; several of one name are joined by commas
 * @param tooLarge whether the body was longer than the limit; then {@code body} is empty
 */
record Incoming(
    String method,
    String rawPath,
    String rawQuery,
    Map<String, String> headers,
    Bytes body,
    boolean tooLarge) {

  Incoming {
    headers = Map.copyOf(headers);
  }

  /** A header, empty if it is absent. */
  String header(String lowerCaseName) {
    return headers.getOrDefault(lowerCaseName, "");
  }
}
