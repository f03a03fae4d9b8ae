package dev.throughline;

import dev.throughline.channel.Channel;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.contract.Json;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** LINE's part of the contract's credential entries. */
final class LineAccounts {
  private LineAccounts() {}

  /** From {@code line_credentials}, or whichever country {@code line_enterprise_credentials} has. */
  static Optional<Channel.Credentials> credentials(ObjectNode entry) {
    JsonNode enterprise = entry.path("line_enterprise_credentials");
    return read(entry.path("line_credentials"))
        .or(() -> read(enterprise.path("line_japan")))
        .or(() -> read(enterprise.path("line_thailand")));
  }

  private static Optional<Channel.Credentials> read(JsonNode node) {
    Optional<String> token = Json.string(node, "token").filter(LineCredentials::isToken);
    Optional<String> secret = Json.string(node, "secret").filter(LineCredentials::isSecret);
    return token.isPresent() && secret.isPresent()
        ? Optional.of(new LineCredentials(token.get(), secret.get()))
        : Optional.empty();
  }
}
