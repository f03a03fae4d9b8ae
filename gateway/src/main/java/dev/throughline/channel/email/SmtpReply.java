package dev.throughline.channel.email;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a mail server answered to a command, or that it did not.
 *
 * @param code 0 if the connection broke or what came is no answer
 * @param text all lines of it, at most {@link #MAX_KEPT} characters
 */
record SmtpReply(int code, String text) {
  static final SmtpReply NONE = new SmtpReply(0, "");

  static final int MAX_KEPT = 8_192;

  private static final Pattern ENHANCED =
      Pattern.compile("^[245][0-9]{2}[ -]([245]\\.[0-9]{1,3}\\.[0-9]{1,3})\\b");

  SmtpReply {
    text = text.length() <= MAX_KEPT ? text : text.substring(0, MAX_KEPT);
  }

  boolean isOk() {
    return code >= 200 && code < 300;
  }

  boolean isTransient() {
    return code >= 400 && code < 500;
  }

  boolean isPermanent() {
    return code >= 500 && code < 600;
  }

  /** The enhanced status (RFC 3463), where the server gives one. */
  Optional<String> enhanced() {
    Matcher matcher = ENHANCED.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** The code and status only: the text may quote an address. */
  String shown() {
    return enhanced().map(status -> code + " " + status).orElseGet(() -> Integer.toString(code));
  }
}
