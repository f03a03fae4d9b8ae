package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Authentic;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.Authenticity.Refused;
import dev.throughline.channel.Channel.WebhookRequest;
import dev.throughline.message.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code X-Hub-Signature-256}: {@code sha256=} and the hex of HMAC-SHA256 over the raw body under
 * the app secret (spec providers.md B.3.1). We compare the text and decode nothing, so exactly one
 * spelling of a signature is accepted.
 */
final class MetaSignature {
  static final String HEADER = "x-hub-signature-256";

  private static final Pattern FORM = Pattern.compile("sha256=[0-9a-f]{64}");

  private MetaSignature() {}

  static Authenticity check(WebhookRequest request, MetaCredentials credentials) {
    List<String> values = request.header(HEADER);
    if (values.isEmpty()) {
      return new Refused(Cause.MISSING);
    }
    if (values.size() > 1) {
      return new Refused(Cause.SEVERAL);
    }
    String value = values.getFirst();
    if (!FORM.matcher(value).matches()) {
      return new Refused(Cause.MALFORMED);
    }
    byte[] given = value.getBytes(StandardCharsets.ISO_8859_1);
    for (int version = 1; version <= credentials.secrets(); version++) {
      byte[] expected =
          credentials
              .signature(version, request.body().array())
              .getBytes(StandardCharsets.ISO_8859_1);
      if (MessageDigest.isEqual(expected, given)) {
        return new Authentic(version);
      }
    }
    return new Refused(Cause.WRONG);
  }

  /** As Meta would sign the body now; nothing where no secret is known. */
  static Map<String, String> of(Bytes body, MetaCredentials credentials) {
    return credentials.secrets() == 0
        ? Map.of()
        : Map.of(HEADER, credentials.signature(1, body.array()));
  }
}
