package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Quote;
import dev.throughline.channel.line.LineActions.ImpossibleException;
import dev.throughline.message.AppMessage.Agent;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a request asks of LINE besides its content: the {@code LINE_…} channel properties, which are
 * extensions of the contract, its agent and what it quotes. Properties of other names are let be.
 */
final class LineProperties {
  static final String SILENT = "LINE_NOTIFICATION_DISABLED";
  static final String UNIT = "LINE_CUSTOM_AGGREGATION_UNIT";
  static final String SENDER_NAME = "LINE_SENDER_NAME";
  static final String SENDER_ICON = "LINE_SENDER_ICON_URL";
  static final String QUICK_REPLIES = "LINE_QUICK_REPLIES";
  static final String QUOTE_TOKEN = "LINE_QUOTE_TOKEN";

  /** The request asks for a notification message: it goes to the recipient's phone number. */
  static final String LINE_NOTIFICATION = "LINE_NOTIFICATION_MESSAGE";

  /** Properties of a push's body. */
  static final String MESSAGES = "messages";

  static final String NOTIFICATION_DISABLED = "notificationDisabled";
  static final String AGGREGATION_UNITS = "customAggregationUnits";

  private static final String TRUE = "true";

  private final Composed message;
  private final Map<String, String> given;

  LineProperties(Composed message) {
    this.message = message;
    this.given = message.properties();
  }

  private boolean silent() {
    return TRUE.equals(given.get(SILENT));
  }

  /** Under which name LINE counts what it delivers of this. */
  private Optional<String> unit() {
    Optional<String> unit = Optional.ofNullable(given.get(UNIT)).filter(name -> !name.isEmpty());
    if (unit.isPresent() && !unit.get().matches(MessageShapes.AGGREGATION_UNIT)) {
      throw new ImpossibleException(UNIT + " must be 1 to 30 of a-z, A-Z, 0-9 and _.");
    }
    return unit;
  }

  /**
   * Puts round the messages of a body what it says besides them. LINE takes aggregation units in
   * pushes only, so a body with one cannot be a reply.
   */
  boolean complete(ObjectNode body, List<String> lost) {
    if (silent() && !body.has(NOTIFICATION_DISABLED)) {
      body.put(NOTIFICATION_DISABLED, true);
    }
    Optional<String> unit = unit();
    if (isNotification()) {
      LineNotification.check(body.path(MESSAGES));
      if (body.remove(AGGREGATION_UNITS) != null || unit.isPresent()) {
        lost.add("LINE counts no notification messages by aggregation units.");
      }
      return false;
    }
    if (unit.isPresent() && !body.has(AGGREGATION_UNITS)) {
      body.putArray(AGGREGATION_UNITS).add(unit.get());
    }
    return body.path(AGGREGATION_UNITS).isEmpty();
  }

  private boolean isNotification() {
    boolean asked = TRUE.equals(given.get(LINE_NOTIFICATION));
    if (message.recipient().isEmpty()) {
      return asked;
    }
    boolean phone = LineNotification.isPhone(message.recipient().get().value());
    if (asked && !phone) {
      throw new ImpossibleException(LineNotification.NO_PHONE);
    }
    return phone;
  }

  /** Adds to messages of ours what LINE shows round them. */
  void decorate(ArrayNode messages, List<String> lost) {
    sender(lost)
        .ifPresent(sender -> messages.forEach(each -> ((ObjectNode) each).set("sender", sender)));
    quickReplies(messages);
    quote(messages, lost);
  }

  /** Of messages that the app wrote for LINE itself nothing is changed. */
  void tellUntouched(List<String> lost) {
    if (message.agent().isPresent()
        || message.quote().isPresent()
        || given.keySet().stream()
            .anyMatch(List.of(SENDER_NAME, SENDER_ICON, QUICK_REPLIES, QUOTE_TOKEN)::contains)) {
      lost.add(
          "LINE's own messages go out untouched: put sender, quickReply and quoteToken into them.");
    }
  }

  private Optional<ObjectNode> sender(List<String> lost) {
    Optional<String> name = Optional.ofNullable(given.get(SENDER_NAME));
    Optional<String> icon = Optional.ofNullable(given.get(SENDER_ICON)).map(LineProperties::ascii);
    if (name.isPresent() || icon.isPresent()) {
      ObjectNode sender = LineJson.MAPPER.createObjectNode();
      name.ifPresent(value -> sender.put("name", value));
      icon.ifPresent(value -> sender.put("iconUrl", value));
      Findings findings = new Findings();
      MessageShapes.SENDER.check(sender, "sender", findings);
      if (!findings.isEmpty()) {
        throw new ImpossibleException(
            SENDER_NAME + " and " + SENDER_ICON + ": " + findings.sentence() + ".");
      }
      return Optional.of(sender);
    }
    return message.agent().flatMap(agent -> sender(agent, lost));
  }

  private static Optional<ObjectNode> sender(Agent agent, List<String> lost) {
    ObjectNode sender = LineJson.MAPPER.createObjectNode();
    if (!agent.displayName().isEmpty()) {
      if (isSender("name", agent.displayName())) {
        sender.put("name", agent.displayName());
      } else {
        lost.add(
            "LINE shows names of senders of up to 20 characters, without its own name: the agent's"
                + " is not shown.");
      }
    }
    if (agent.pictureUrl().isPresent()) {
      String picture = ascii(agent.pictureUrl().get());
      if (isSender("iconUrl", picture)) {
        sender.put("iconUrl", picture);
      } else {
        lost.add("LINE shows pictures of senders from https addresses only: the agent's is not.");
      }
    }
    return sender.isEmpty() ? Optional.empty() : Optional.of(sender);
  }

  private static boolean isSender(String property, String value) {
    Findings findings = new Findings();
    MessageShapes.SENDER.check(
        LineJson.MAPPER.createObjectNode().put(property, value), "sender", findings);
    return findings.isEmpty();
  }

  private void quickReplies(ArrayNode messages) {
    String text = given.getOrDefault(QUICK_REPLIES, "");
    if (text.isEmpty() || messages.isEmpty()) {
      return;
    }
    ObjectNode last = (ObjectNode) messages.get(messages.size() - 1);
    ArrayNode items =
        last.path("quickReply").path("items") instanceof ArrayNode there
            ? there
            : last.putObject("quickReply").putArray("items");
    items(text).forEach(items::add);
    Findings findings = new Findings();
    MessageShapes.QUICK_REPLY.check(last.path("quickReply"), "quickReply", findings);
    if (!findings.isEmpty()) {
      throw new ImpossibleException(QUICK_REPLIES + ": " + findings.sentence() + ".");
    }
  }

  /** A list of LINE's quick reply items, or LINE's object that holds one. */
  private static JsonNode items(String text) {
    try {
      JsonNode json = LineJson.MAPPER.readTree(text);
      JsonNode items = json.isObject() ? json.path("items") : json;
      if (items.isArray()) {
        return items;
      }
    } catch (JacksonException e) {
      // answered below, as other JSON is
    }
    throw new ImpossibleException(
        QUICK_REPLIES + " must be a JSON list of LINE's quick reply items.");
  }

  /** LINE quotes in texts and stickers only; of ours the first text does. */
  private void quote(ArrayNode messages, List<String> lost) {
    Optional<String> token = Optional.ofNullable(given.get(QUOTE_TOKEN));
    if (token.isEmpty() && message.quote().isPresent()) {
      switch (message.quote().get()) {
        case Quote.By(String by) -> token = Optional.of(by);
        case Quote.Impossible() ->
            lost.add("LINE cannot quote what reply_to names: it is no message of this chat.");
      }
    }
    if (token.isEmpty() || token.get().isEmpty()) {
      return;
    }
    for (JsonNode each : messages) {
      if (each.path("type").asString("").equals("text")) {
        ((ObjectNode) each).put("quoteToken", token.get());
        return;
      }
    }
    lost.add("LINE quotes in texts only: what this answers is not shown.");
  }

  private static String ascii(String url) {
    try {
      return URI.create(url).toASCIIString();
    } catch (IllegalArgumentException noUri) {
      return url;
    }
  }
}
