package dev.throughline.media;

import java.util.Map;

/** What a status says, in the words that the contract's own examples use. */
final class HttpWords {
  private static final Map<Integer, String> WORDS =
      Map.of(
          400, "Bad Request",
          401, "Unauthorized",
          403, "Forbidden",
          404, "Not Found",
          405, "Method Not Allowed",
          410, "Gone",
          429, "Too Many Requests",
          500, "Internal Server Error",
          502, "Bad Gateway",
          503, "Service Unavailable");

  private HttpWords() {}

  static String of(int status) {
    return WORDS.getOrDefault(status, "Status " + status);
  }
}
