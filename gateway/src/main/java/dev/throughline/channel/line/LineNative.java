package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.line.LineActions.ImpossibleException;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an app wrote for LINE itself ({@code explicit_channel_message}): a body of LINE's push API
 * without {@code to}, or one message alone. It is checked against LINE's schema and limits, and
 * goes out as it is, byte for byte.
 */
final class LineNative {
  private static final int MAX_TOKENS = 50_000;

  private static final JsonMapper STRICT =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(WebhookScan.MAX_DEPTH)
                      .maxStringLength(LineJson.MAX_BODY_BYTES)
                      .maxTokenCount(MAX_TOKENS)
                      .build())
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
              .build());

  private static final Set<String> OWN =
      Set.of(
          LineProperties.MESSAGES,
          LineProperties.NOTIFICATION_DISABLED,
          LineProperties.AGGREGATION_UNITS);

  private LineNative() {}

  static Rendered render(String text, Composed message) {
    ObjectNode json = read(text);
    boolean alone = json.has("type") && !json.has(LineProperties.MESSAGES);
    ObjectNode body = json;
    if (alone) {
      body = STRICT.createObjectNode();
      body.putArray(LineProperties.MESSAGES).add(json);
    }
    check(body, message.recipient());
    List<String> lost = new ArrayList<>();
    LineProperties properties = new LineProperties(message);
    properties.tellUntouched(lost);
    boolean replyable = properties.complete(body, lost);
    String messages = alone ? "[" + text.strip() + "]" : messages(text);
    body.remove(LineProperties.MESSAGES);
    String rest = LineJson.MAPPER.writeValueAsString(body);
    String whole = "{\"messages\":" + messages + (body.isEmpty() ? "}" : "," + rest.substring(1));
    return new Rendered.Ready(Bytes.utf8(whole), lost, replyable);
  }

  private static void check(ObjectNode body, Optional<Identity> recipient) {
    Findings findings = new Findings();
    if (!OWN.containsAll(body.propertyNames())) {
      throw new ImpossibleException(
          "LINE's own message may hold messages, notificationDisabled and customAggregationUnits,"
              + " and nothing besides: whom it goes to stands in the request.");
    }
    MessageShapes.BODY.check(body, "", findings);
    recipient.ifPresent(
        identity -> MessageShapes.forRecipient(body, LineIds.isGroup(identity.value()), findings));
    if (!findings.isEmpty()) {
      throw new ImpossibleException(findings.sentence());
    }
  }

  private static ObjectNode read(String text) {
    try {
      JsonNode node = STRICT.readTree(text);
      if (node instanceof ObjectNode object) {
        int lone = LineText.loneSurrogate(text);
        if (lone < 0 && !holdsLoneSurrogate(object)) {
          return object;
        }
        throw new ImpossibleException(
            "A text holds half of a surrogate pair, which no encoding can carry.");
      }
      throw new ImpossibleException(
          "The request body could not be parsed as JSON (line: 1, column: 1)");
    } catch (JacksonException e) {
      String place =
          e.getLocation() == null
              ? "line: -, column: -"
              : "line: "
                  + e.getLocation().getLineNr()
                  + ", column: "
                  + e.getLocation().getColumnNr();
      throw new ImpossibleException("The request body could not be parsed as JSON (" + place + ")");
    }
  }

  private static boolean holdsLoneSurrogate(JsonNode node) {
    if (node.isString()) {
      return LineText.loneSurrogate(node.stringValue()) >= 0;
    }
    for (JsonNode child : node) {
      if (holdsLoneSurrogate(child)) {
        return true;
      }
    }
    return false;
  }

  /** The list of messages as it is written. */
  private static String messages(String text) {
    try (JsonParser parser = STRICT.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean found = parser.currentName().equals(LineProperties.MESSAGES);
        parser.nextToken();
        int from = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        if (found) {
          return text.substring(from, (int) parser.currentLocation().getCharOffset());
        }
      }
    }
    throw new IllegalStateException("a checked body has messages");
  }
}
