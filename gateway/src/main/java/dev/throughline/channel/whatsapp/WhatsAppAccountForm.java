package dev.throughline.channel.whatsapp;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.aws.AwsForm;
import dev.throughline.channel.aws.S3Object;
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
 * business_account_id}. Where AWS End User Messaging Social stands before Meta, {@code
 * whatsapp_aws_social} takes the place of both: the account at AWS, {@code
 * origination_phone_number_id}, {@code meta_phone_number_id}, which notifications name, and {@code
 * media_bucket}, through which files that people send are fetched.
 */
final class WhatsAppAccountForm implements AccountForm {
  static final String BEARER = "static_bearer";
  static final String SETTINGS = "whatsapp_settings";

  /** The account at AWS End User Messaging Social, in the place of the one at Meta. */
  static final String SOCIAL = "whatsapp_aws_social";

  private static final String ID = "claimed_identity";
  private static final String ORIGINATION = "origination_phone_number_id";
  private static final String META_ID = "meta_phone_number_id";
  private static final String MEDIA_BUCKET = "media_bucket";
  private static final String TOKEN = "token";
  private static final String APP_SECRET = "app_secret";
  private static final String PREVIOUS_APP_SECRET = "previous_app_secret";
  private static final String VERIFY_TOKEN = "verify_token";
  private static final String BUSINESS_ACCOUNT = "business_account_id";
  private static final String CALLBACK_SECRET = "callback_secret";

  /** How AWS's ids of phone numbers begin, and the last but one part of their ARNs. */
  private static final String NUMBER = "phone-number-id-";

  private static final int MAX_ID = 64;
  private static final int MAX_TOKEN = 4_096;
  private static final int MAX_SECRET = 256;

  @Override
  public boolean several() {
    return false;
  }

  @Override
  public Given read(Fields entry) {
    Optional<Fields> social = entry.object(SOCIAL);
    if (social.isPresent() == entry.has(BEARER)) {
      throw entry.wrong("", "must have either " + BEARER + " or " + SOCIAL + ".");
    }
    return social.map(WhatsAppAccountForm::social).orElseGet(() -> meta(entry));
  }

  private static Given social(Fields social) {
    ObjectNode account = AwsForm.read(social);
    String id = social.printable(ORIGINATION, MAX_SECRET);
    if (!id.matches("[A-Za-z0-9_:/-]+")) {
      throw social.wrong(
          ORIGINATION,
          "must be AWS's id of the phone number, such as phone-number-id-…, or its ARN.");
    }
    account.put(ORIGINATION, id);
    Optional<String> number = social.string(META_ID, MAX_ID).filter(text -> !text.isEmpty());
    number.ifPresent(text -> account.put(META_ID, text));
    social
        .string(MEDIA_BUCKET, MAX_ID)
        .filter(text -> !text.isEmpty())
        .ifPresent(bucket -> {
          if (!S3Object.BUCKET.matcher(bucket).matches()) {
            throw social.wrong(
                MEDIA_BUCKET,
                "must be the name of an S3 bucket: 3 to 63 lower-case letters, digits and hyphens,"
                    + " no dots.");
          }
          account.put(MEDIA_BUCKET, bucket);
        });
    ObjectNode kept = Json.object();
    kept.set(SOCIAL, account);
    return new Given(kept, false, number);
  }

  private static Given meta(Fields entry) {
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
    Optional<String> origination = Json.string(json, SOCIAL, ORIGINATION);
    if (origination.isPresent()) {
      return AwsForm.credentials(json.path(SOCIAL))
          .map(aws ->
              new SocialCredentials(
                  aws, origination.get(), Json.string(json, SOCIAL, MEDIA_BUCKET)));
    }
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

  /** Meta's id of the phone number; over AWS that of AWS's, or its ARN. */
  @Override
  public boolean isSender(Bytes kept, String sender) {
    JsonNode json = Json.object(kept);
    return Json.string(json, BEARER, ID).filter(sender::equals).isPresent()
        || Json.string(json, SOCIAL, ORIGINATION)
            .filter(own -> AwsForm.isSame(own, sender) || own.endsWith("/" + withoutPrefix(sender)))
            .isPresent();
  }

  /** Of an ARN the last part, where the id has it behind its kind. */
  private static String withoutPrefix(String id) {
    return id.startsWith(NUMBER) ? id.substring(NUMBER.length()) : id;
  }

  private static Optional<String> present(JsonNode json, String... path) {
    return Json.string(json, path).filter(text -> !text.isEmpty());
  }
}
