package dev.throughline.sandbox.mail;

/**
 * One mail server.
 *
 * @param port on the loopback address; 0 = any free one
 * @param host what it calls itself, and what its certificate is for
 * @param user who may send, with {@code password}
 * @param tls whether STARTTLS is there, and must be used
 * @param company where answers go if nothing was sent to the person yet
 */
public record MailConfig(
    int port, String host, String user, String password, Tls tls, String company) {
  /** How much of a mail it takes. */
  static final int SIZE_LIMIT = 30 * 1024 * 1024;

  /** Whether connections are encrypted. */
  public enum Tls {
    NONE,
    OFFERED,
    REQUIRED
  }

  public MailConfig {
    if (user.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException("a relay has a user and a password");
    }
  }

  public static MailConfig relay(String user, String password, String company) {
    return new MailConfig(0, "localhost", user, password, Tls.OFFERED, company);
  }

  public MailConfig withPort(int other) {
    return new MailConfig(other, host, user, password, tls, company);
  }

  public MailConfig withTls(Tls other) {
    return new MailConfig(port, host, user, password, other, company);
  }
}
