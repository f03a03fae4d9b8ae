package dev.throughline.outbound;

import dev.throughline.channel.Channel.Quote;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a {@code probe} task does: it looks at the files of a message that is about to be sent, and
 * keeps what the send needs afterwards.
 *
 * @param content the contract's app message; {@code filled} where it came from a template
 * @param expires no attempt starts after this time
 */
record ProbeBody(
    MessageId message,
    ProjectId project,
    AppId app,
    AccountId account,
    Identity recipient,
    ObjectNode content,
    Optional<ObjectNode> filled,
    Map<String, String> properties,
    Optional<Quote> quote,
    Optional<Instant> expires) {

  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("message", message.toString());
    json.put("project", project.value());
    json.put("app", app.toString());
    json.put("account", account.toString());
    json.put("channel", recipient.channel().value());
    json.put("recipient", recipient.value());
    json.set("content", content);
    filled.ifPresent(said -> json.set("filled", said));
    ObjectNode given = json.putObject("properties");
    properties.forEach(given::put);
    quote.ifPresent(quoted -> {
      switch (quoted) {
        case Quote.By(String token) -> json.put("quote", token);
        case Quote.Impossible() -> json.put("quote_impossible", true);
      }
    });
    expires.ifPresent(time -> json.put("expires", time.toEpochMilli()));
    return Json.bytes(json);
  }

  static ProbeBody of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    Map<String, String> properties = new HashMap<>();
    json.path("properties")
        .properties()
        .forEach(property -> properties.put(property.getKey(), property.getValue().asString("")));
    Optional<Quote> quote =
        json.path("quote_impossible").asBoolean(false)
            ? Optional.of(new Quote.Impossible())
            : Json.string(json, "quote").map(Quote.By::new);
    return new ProbeBody(
        new MessageId(id(json, "message")),
        new ProjectId(text(json, "project")),
        new AppId(id(json, "app")),
        new AccountId(id(json, "account")),
        new Identity(new ChannelName(text(json, "channel")), text(json, "recipient")),
        json.path("content") instanceof ObjectNode content ? content : Json.object(),
        json.path("filled") instanceof ObjectNode filled ? Optional.of(filled) : Optional.empty(),
        properties,
        quote,
        json.has("expires")
            ? Optional.of(Instant.ofEpochMilli(json.path("expires").asLong()))
            : Optional.empty());
  }

  private static String text(ObjectNode json, String name) {
    return Json.string(json, name)
        .orElseThrow(() -> new IllegalStateException("a probe task without " + name));
  }

  private static Ulid id(ObjectNode json, String name) {
    return Ulids.parse(text(json, name))
        .orElseThrow(() -> new IllegalStateException("a probe task with a malformed " + name));
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "ProbeBody[" + message + "]";
  }
}
