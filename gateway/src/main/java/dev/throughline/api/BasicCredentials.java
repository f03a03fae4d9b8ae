package dev.throughline.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** A key's id and secret, as the Authorization header carries them. */
record BasicCredentials(String id, String secret) {
  private static final String SCHEME = "basic ";

  static boolean isBasic(String header) {
    return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }

  static Optional<BasicCredentials> of(String header) {
    if (!isBasic(header)) {
      return Optional.empty();
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
      return pair(new String(decoded, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** Both with a colon between. */
  static Optional<BasicCredentials> pair(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? Optional.empty()
        : Optional.of(new BasicCredentials(text.substring(0, colon), text.substring(colon + 1)));
  }

  /** Shows no secret. */
  @Override
  public String toString() {
    return "BasicCredentials[(" + id.length() + " characters)]";
  }
}
