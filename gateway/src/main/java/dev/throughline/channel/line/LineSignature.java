package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Authentic;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.Authenticity.Refused;
import dev.throughline.channel.Channel.WebhookRequest;
import dev.throughline.message.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * {@code x-line-signature}: the standard base64, with padding, of HMAC-SHA256 over the raw body
 * under the channel secret (spec line.md §1.1). We compare the text and decode nothing: so exactly
 * one spelling of a signature is accepted, and no spelling can throw.
 */
final class LineSignature {
  static final String HEADER = "x-line-signature";

  /** 32 bytes in base64: 43 characters and one of padding. */
  private static final int LENGTH = 44;

  private LineSignature() {}

  static Authenticity check(WebhookRequest request, LineCredentials credentials) {
    List<String> values = request.header(HEADER);
    if (values.isEmpty()) {
      return new Refused(Cause.MISSING);
    }
    if (values.size() > 1) {
      return new Refused(Cause.SEVERAL);
    }
    String value = values.getFirst();
    if (!isWellFormed(value)) {
      return new Refused(Cause.MALFORMED);
    }
    byte[] given = value.getBytes(StandardCharsets.ISO_8859_1);
    byte[] body = request.body().array();
    for (int version = 1; version <= credentials.secrets(); version++) {
      byte[] expected = Base64.getEncoder().encode(credentials.hmac(version, body));
      if (MessageDigest.isEqual(expected, given)) {
        return new Authentic(version);
      }
    }
    return new Refused(Cause.WRONG);
  }

  /** As LINE would sign the body now. */
  static Map<String, String> of(Bytes body, LineCredentials credentials) {
    return Map.of(HEADER, Base64.getEncoder().encodeToString(credentials.hmac(1, body.array())));
  }

  private static boolean isWellFormed(String value) {
    if (value.length() != LENGTH || value.charAt(LENGTH - 1) != '=') {
      return false;
    }
    for (int i = 0; i < LENGTH - 1; i++) {
      char c = value.charAt(i);
      boolean base64 =
          c >= 'A' && c <= 'Z'
              || c >= 'a' && c <= 'z'
              || c >= '0' && c <= '9'
              || c == '+'
              || c == '/';
      if (!base64) {
        return false;
      }
    }
    return true;
  }
}
