package dev.throughline.channel.line;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.Channel;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code line_credentials}, or whichever country {@code line_enterprise_credentials} has (contract,
 * 2.1).
 */
public final class LineAccountForm implements AccountForm {
  private static final String PLAIN = "line_credentials";
  private static final String ENTERPRISE = "line_enterprise_credentials";
  private static final String JAPAN = "line_japan";
  private static final String THAILAND = "line_thailand";
  private static final String DEFAULT = "is_default";

  private static final int MAX_TOKEN = 4_096;
  private static final int MAX_SECRET = 256;

  @Override
  public boolean several() {
    return true;
  }

  @Override
  public Given read(Fields entry) {
    Optional<Fields> plain = entry.object(PLAIN);
    Optional<Fields> enterprise = entry.object(ENTERPRISE);
    if (plain.isPresent() == enterprise.isPresent()) {
      throw entry.wrong("", "must have either " + PLAIN + " or " + ENTERPRISE + ".");
    }
    Fields given = plain.or(() -> enterprise).orElseThrow();
    boolean isDefault = given.bool(DEFAULT).orElse(false);
    ObjectNode kept = Json.object();
    if (plain.isPresent()) {
      kept.set(PLAIN, pair(given).put(DEFAULT, isDefault));
      return new Given(kept, isDefault);
    }
    Optional<Fields> japan = given.object(JAPAN);
    Optional<Fields> thailand = given.object(THAILAND);
    if (japan.isPresent() == thailand.isPresent()) {
      throw given.wrong("", "must have either " + JAPAN + " or " + THAILAND + ".");
    }
    ObjectNode countries = kept.putObject(ENTERPRISE).put(DEFAULT, isDefault);
    japan.ifPresent(country -> countries.set(JAPAN, pair(country)));
    thailand.ifPresent(country -> countries.set(THAILAND, pair(country)));
    return new Given(kept, isDefault);
  }

  private static ObjectNode pair(Fields given) {
    ObjectNode json = Json.object();
    json.put("token", given.printable("token", MAX_TOKEN));
    json.put("secret", given.printable("secret", MAX_SECRET));
    return json;
  }

  @Override
  public Optional<Channel.Credentials> credentials(Bytes kept) {
    return of(kept).map(found -> found);
  }

  /** As {@link #credentials}, in LINE's own type. */
  public static Optional<LineCredentials> of(Bytes kept) {
    JsonNode json = Json.object(kept);
    JsonNode enterprise = json.path(ENTERPRISE);
    return read(json.path(PLAIN))
        .or(() -> read(enterprise.path(JAPAN)))
        .or(() -> read(enterprise.path(THAILAND)));
  }

  private static Optional<LineCredentials> read(JsonNode node) {
    Optional<String> token = Json.string(node, "token").filter(LineCredentials::isToken);
    Optional<String> secret = Json.string(node, "secret").filter(LineCredentials::isSecret);
    return token.isPresent() && secret.isPresent()
        ? Optional.of(new LineCredentials(token.get(), secret.get()))
        : Optional.empty();
  }
}
