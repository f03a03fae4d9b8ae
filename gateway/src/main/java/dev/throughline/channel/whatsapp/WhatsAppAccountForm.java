package dev.throughline.channel.whatsapp;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contract's {@code static_bearer}: the phone number's id at Meta and its token. What Meta's
 * webhooks need besides stands in {@code whatsapp_settings}, an extension of the contract: {@code
 * app_secret} (the entry's {@code callback_secret} is taken where it is missing), {@code
 * previous_app_secret} while a new one is rolled out, {@code verify_token}, {@code
 * business_account_id}.
 */
final class WhatsAppAccountForm implements AccountForm {
  static final String BEARER = "static_bearer";
  static final String SETTINGS = "whatsapp_settings";

  private static final String ID = "claimed_identity";
  private static final String TOKEN = "token";
  private static final String APP_SECRET = "app_secret";
  private static final String PREVIOUS_APP_SECRET = "previous_app_secret";
  private static final String VERIFY_TOKEN = "verify_token";
  private static final String BUSINESS_ACCOUNT = "business_account_id";
  private static final String CALLBACK_SECRET = "callback_secret";

  private static final int MAX_ID = 64;
  private static final int MAX_TOKEN = 4_096;
  private static final int MAX_SECRET = 256;

  @Override
  public boolean several() {
    return false;
  }

  @Override
  public Given read(Fields entry) {
    Fields bearer = entry.requiredObject(BEARER);
    String id = bearer.printable(ID, MAX_ID);
    if (!id.matches("[A-Za-z0-9_-]+")) {
      throw bearer.wrong(ID, "must be the phone number's id at Meta: letters, digits, _ and -.");
    }
    ObjectNode kept = Json.object();
    kept.putObject(BEARER).put(ID, id).put(TOKEN, bearer.printable(TOKEN, MAX_TOKEN));
    entry.object(SETTINGS).ifPresent(settings -> kept.set(SETTINGS, settings(settings)));
    return new Given(kept, false, Optional.of(id));
  }

  static ObjectNode settings(Fields settings) {
    ObjectNode json = Json.object();
    for (String name : List.of(APP_SECRET, PREVIOUS_APP_SECRET, VERIFY_TOKEN, BUSINESS_ACCOUNT)) {
      if (settings.string(name, MAX_SECRET).filter(text -> !text.isEmpty()).isPresent()) {
        json.put(name, settings.printable(name, MAX_SECRET));
      }
    }
    return json;
  }

  @Override
  public Optional<Channel.Credentials> credentials(Bytes kept) {
    JsonNode json = Json.object(kept);
    Optional<String> id = Json.string(json, BEARER, ID);
    Optional<String> token = Json.string(json, BEARER, TOKEN);
    if (id.isEmpty() || token.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> secret =
        present(json, SETTINGS, APP_SECRET).or(() -> present(json, CALLBACK_SECRET));
    List<String> secrets =
        Stream.concat(secret.stream(), present(json, SETTINGS, PREVIOUS_APP_SECRET).stream())
            .toList();
    return Optional.of(
        new MetaCredentials(id.get(), token.get(), secrets, present(json, SETTINGS, VERIFY_TOKEN)));
  }

  private static Optional<String> present(JsonNode json, String... path) {
    return Json.string(json, path).filter(text -> !text.isEmpty());
  }
}
