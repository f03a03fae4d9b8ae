package dev.throughline.channel.email;

import dev.throughline.channel.Channel.Authenticity;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.WebhookRequest;
import dev.throughline.message.Bytes;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/** By what a mail server that hands mails in is known: the account's {@code callback_secret}. */
final class MailHooks {
  static final String HEADER = "x-throughline-secret";

  private MailHooks() {}

  static Authenticity check(WebhookRequest request, EmailCredentials credentials) {
    List<String> given = request.header(HEADER);
    if (given.isEmpty() || credentials.hookSecret().isEmpty()) {
      return new Authenticity.Refused(Cause.MISSING);
    }
    if (given.size() > 1) {
      return new Authenticity.Refused(Cause.SEVERAL);
    }
    byte[] secret = credentials.hookSecret().get().array();
    return MessageDigest.isEqual(Bytes.utf8(given.getFirst()).array(), secret)
        ? new Authenticity.Authentic(1)
        : new Authenticity.Refused(Cause.WRONG);
  }

  static Map<String, String> fields(EmailCredentials credentials) {
    return credentials
        .hookSecret()
        .map(secret -> Map.of(HEADER, secret.asUtf8()))
        .orElseGet(Map::of);
  }
}
