package dev.throughline.http;

/**
 * A secret on its way to the socket. It prints what it hides and how long it was, so that no log
 * line, label, trace or exception message can hold it.
 */
public final class Redacted {
  private final String what;
  private final String secret;

  private Redacted(String what, String secret) {
    this.what = what;
    this.secret = secret;
  }

  /**
   * @param what the kind of secret, such as "channel access token"
   */
  public static Redacted of(String what, String secret) {
    return new Redacted(what, secret);
  }

  /** The secret with something before it, such as {@code "Bearer "}. */
  public Redacted prefixed(String prefix) {
    return new Redacted(what, prefix + secret);
  }

  /** The secret itself: for the socket, never for text. */
  public String reveal() {
    return secret;
  }

  @Override
  public String toString() {
    return "(" + what + ", " + secret.length() + " characters)";
  }
}
