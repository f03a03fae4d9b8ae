package dev.throughline.channel.sms;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.channel.aws.AwsForm;
import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.channel.sms.SmsCredentials.Concatenation;
import dev.throughline.channel.sms.SmsCredentials.IdForm;
import dev.throughline.channel.sms.SmsCredentials.Numbering;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contract's {@code static_bearer}, and ours beside it, {@code aws} or {@code smpp}, without
 * which nothing can be sent (docs/channels/sms.md).
 */
final class SmsAccountForm implements AccountForm {
  private static final String BEARER = "static_bearer";
  private static final String AWS = "aws";
  private static final String SMPP = "smpp";

  private static final String ORIGINATION = "origination_identity";
  private static final String CONFIGURATION_SET = "configuration_set";
  private static final String TYPE = "message_type";
  private static final String MAX_PRICE = "max_price";
  private static final String PROTECT = "protect_configuration_id";
  private static final String KEYWORD = "keyword";
  private static final String COUNTRY = "country_parameters";
  private static final String VALIDITY = "validity_seconds";

  private static final int MAX_NAME = 256;
  private static final int MAX_TOKEN = 4_096;

  /** SMPP 3.4, 5.2: C-octet strings with their NUL. */
  private static final int MAX_SYSTEM_ID = 15;

  private static final int MAX_PASSWORD = 8;
  private static final int MAX_SYSTEM_TYPE = 12;
  private static final int MAX_ADDRESS = 20;

  private static final int MAX_BINDS = 8;
  private static final int MAX_WINDOW = 500;
  private static final int WINDOW = 10;
  private static final int ENQUIRE_SECONDS = 30;

  /** AWS's own bounds of TimeToLive. */
  private static final int MIN_VALIDITY = 5;

  private static final int MAX_VALIDITY = 259_200;

  @Override
  public boolean several() {
    return false;
  }

  @Override
  public Given read(Fields entry) {
    Optional<Fields> aws = entry.object(AWS);
    Optional<Fields> smpp = entry.object(SMPP);
    Optional<Fields> bearer = entry.object(BEARER);
    if (aws.isPresent() && smpp.isPresent()) {
      throw entry.wrong("", "must have either " + AWS + " or " + SMPP + ".");
    }
    if (aws.isEmpty() && smpp.isEmpty() && bearer.isEmpty()) {
      throw entry.wrong("", "must have " + AWS + ", " + SMPP + " or " + BEARER + ".");
    }
    ObjectNode kept = Json.object();
    bearer.ifPresent(given ->
        kept.putObject(BEARER)
            .put("claimed_identity", given.requiredString("claimed_identity", MAX_NAME))
            .put("token", given.requiredString("token", MAX_TOKEN)));
    aws.ifPresent(given -> kept.set(AWS, aws(given)));
    smpp.ifPresent(given -> kept.set(SMPP, smpp(given)));
    return new Given(kept, false);
  }

  private static ObjectNode aws(Fields given) {
    ObjectNode kept = AwsForm.read(given);
    text(given, kept, ORIGINATION, MAX_NAME);
    text(given, kept, CONFIGURATION_SET, MAX_NAME);
    given
        .oneOf(TYPE, Set.of(SmsMessage.PROMOTIONAL, SmsMessage.TRANSACTIONAL))
        .ifPresent(type -> kept.put(TYPE, type));
    given
        .string(MAX_PRICE, 8)
        .filter(price -> !price.isEmpty())
        .ifPresent(price -> {
          if (!price.matches("[0-9]{0,2}\\.[0-9]{1,5}")) {
            throw given.wrong(MAX_PRICE, "must be US dollars a part, such as \"0.10\".");
          }
          kept.put(MAX_PRICE, price);
        });
    text(given, kept, PROTECT, MAX_NAME);
    text(given, kept, KEYWORD, 30);
    Map<String, String> country = given.stringMap(COUNTRY, 64);
    if (!country.isEmpty()) {
      ObjectNode values = kept.putObject(COUNTRY);
      country.forEach(values::put);
    }
    validity(given, kept);
    return kept;
  }

  private static ObjectNode smpp(Fields given) {
    ObjectNode kept = Json.object();
    kept.put("host", given.printable("host", MAX_NAME));
    boolean tls = given.bool("tls").orElse(false);
    kept.put("port", given.integer("port", 1, 65_535).orElse(tls ? 3550 : 2775));
    kept.put("tls", tls);
    kept.put("system_id", given.requiredString("system_id", MAX_SYSTEM_ID));
    kept.put("password", given.string("password", MAX_PASSWORD).orElse(""));
    kept.put("system_type", given.string("system_type", MAX_SYSTEM_TYPE).orElse(""));
    kept.put("bind", given.oneOf("bind", Set.of("transceiver", "pair")).orElse("transceiver"));
    kept.put("binds", given.integer("binds", 1, MAX_BINDS).orElse(1));
    kept.put("window", given.integer("window", 1, MAX_WINDOW).orElse(WINDOW));
    kept.put("sender", given.string("sender", MAX_ADDRESS).orElse(""));
    numbering(given, kept, "source");
    numbering(given, kept, "destination");
    choice(given, kept, "alphabet", Alphabet.values());
    choice(given, kept, "concatenation", Concatenation.values());
    choice(given, kept, "submit_id", IdForm.values());
    choice(given, kept, "receipt_id", IdForm.values());
    validity(given, kept);
    kept.put(
        "enquire_link_seconds",
        given.integer("enquire_link_seconds", 1, 300).orElse(ENQUIRE_SECONDS));
    return kept;
  }

  private static void text(Fields given, ObjectNode kept, String name, int max) {
    if (given.string(name, max).filter(value -> !value.isEmpty()).isPresent()) {
      kept.put(name, given.printable(name, max));
    }
  }

  private static void validity(Fields given, ObjectNode kept) {
    given
        .integer(VALIDITY, MIN_VALIDITY, MAX_VALIDITY)
        .ifPresent(seconds -> kept.put(VALIDITY, seconds));
  }

  private static void numbering(Fields given, ObjectNode kept, String name) {
    given
        .object(name)
        .ifPresent(numbers ->
            kept.putObject(name)
                .put("ton", numbers.integer("ton", 0, 6).orElse(1))
                .put("npi", numbers.integer("npi", 0, 18).orElse(1)));
  }

  private static void choice(Fields given, ObjectNode kept, String name, Enum<?>[] values) {
    Set<String> words = Arrays.stream(values).map(SmsAccountForm::word).collect(Collectors.toSet());
    kept.put(name, given.oneOf(name, words).orElse(word(values[0])));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  // --- What was kept ----------------------------------------------------------------------------

  @Override
  public Optional<Channel.Credentials> credentials(Bytes kept) {
    return of(kept).map(found -> found);
  }

  /** At AWS the pool, number, sender id or ARN; at an SMSC the source address. */
  @Override
  public boolean isSender(Bytes kept, String sender) {
    return switch (of(kept).orElse(null)) {
      case SmsCredentials.Aws aws ->
          aws.origination().filter(own -> AwsForm.isSame(own, sender)).isPresent()
              || aws.origination().filter(own -> own.equals("+" + sender)).isPresent();
      case SmsCredentials.Smpp smpp ->
          !smpp.sender().isEmpty()
              && (smpp.sender().equals(sender) || sender.equals("+" + smpp.sender()));
      case null -> false;
    };
  }

  @Override
  public boolean isConfigurationSet(Bytes kept, String name) {
    return !(of(kept).orElse(null) instanceof SmsCredentials.Aws aws)
        || aws.configurationSet().filter(own -> AwsForm.isSame(own, name)).isPresent();
  }

  /** As {@link #credentials}, in the channel's own type. */
  static Optional<SmsCredentials> of(Bytes kept) {
    JsonNode json = Json.object(kept);
    return json.path(SMPP).isObject() ? smpp(json.path(SMPP)) : aws(json.path(AWS));
  }

  private static Optional<SmsCredentials> aws(JsonNode kept) {
    Map<String, String> country = new HashMap<>();
    kept.path(COUNTRY)
        .properties()
        .forEach(p -> country.put(p.getKey(), p.getValue().asString("")));
    return AwsForm.credentials(kept)
        .map(aws ->
            new SmsCredentials.Aws(
                aws,
                Json.string(kept, ORIGINATION),
                Json.string(kept, CONFIGURATION_SET),
                Json.string(kept, TYPE).filter(SmsMessage.PROMOTIONAL::equals).isPresent(),
                Json.string(kept, MAX_PRICE),
                Json.string(kept, PROTECT),
                Json.string(kept, KEYWORD),
                country,
                validity(kept)));
  }

  private static Optional<SmsCredentials> smpp(JsonNode kept) {
    Optional<String> host = Json.string(kept, "host");
    Optional<String> system = Json.string(kept, "system_id");
    return host.isPresent() && system.isPresent()
        ? Optional.of(
            new SmsCredentials.Smpp(
                host.get(),
                kept.path("port").asInt(2775),
                kept.path("tls").asBoolean(false),
                system.get(),
                kept.path("password").asString(""),
                kept.path("system_type").asString(""),
                kept.path("bind").asString("").equals("pair"),
                kept.path("binds").asInt(1),
                kept.path("window").asInt(WINDOW),
                kept.path("sender").asString(""),
                numbering(kept.path("source")),
                numbering(kept.path("destination")),
                chosen(kept, "alphabet", Alphabet.class),
                chosen(kept, "concatenation", Concatenation.class),
                chosen(kept, "submit_id", IdForm.class),
                chosen(kept, "receipt_id", IdForm.class),
                validity(kept),
                Duration.ofSeconds(kept.path("enquire_link_seconds").asInt(ENQUIRE_SECONDS))))
        : Optional.empty();
  }

  private static Optional<Duration> validity(JsonNode kept) {
    return kept.has(VALIDITY)
        ? Optional.of(Duration.ofSeconds(kept.path(VALIDITY).asLong()))
        : Optional.empty();
  }

  private static Optional<Numbering> numbering(JsonNode kept) {
    return kept.isObject()
        ? Optional.of(new Numbering(kept.path("ton").asInt(1), kept.path("npi").asInt(1)))
        : Optional.empty();
  }

  private static <E extends Enum<E>> E chosen(JsonNode kept, String name, Class<E> choices) {
    String word = kept.path(name).asString("").toUpperCase(Locale.ROOT);
    return Arrays.stream(choices.getEnumConstants())
        .filter(value -> value.name().equals(word))
        .findFirst()
        .orElse(choices.getEnumConstants()[0]);
  }
}
