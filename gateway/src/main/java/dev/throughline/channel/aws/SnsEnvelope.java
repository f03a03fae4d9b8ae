package dev.throughline.channel.aws;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What SNS posts, and puts into a queue (spec providers.md §B.1.3): a notification of some service
 * of AWS as text, or a word about the subscription itself.
 */
public final class SnsEnvelope {
  /** What SNS tells. */
  public enum Type {
    NOTIFICATION("Notification"),
    SUBSCRIPTION_CONFIRMATION("SubscriptionConfirmation"),
    UNSUBSCRIBE_CONFIRMATION("UnsubscribeConfirmation");

    private final String word;

    Type(String word) {
      this.word = word;
    }
  }

  private static final List<String> SIGNED_NOTIFICATION =
      List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
  private static final List<String> SIGNED_SUBSCRIPTION =
      List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

  private final ObjectNode json;
  private final Type type;

  private SnsEnvelope(ObjectNode json, Type type) {
    this.json = json;
    this.type = type;
  }

  /** Empty unless it is an envelope of SNS's with all that each has. */
  public static Optional<SnsEnvelope> of(Bytes body) {
    return Json.parse(body)
        .filter(JsonNode::isObject)
        .map(ObjectNode.class::cast)
        .flatMap(json ->
            type(json).map(type -> new SnsEnvelope(json, type)).filter(SnsEnvelope::isComplete));
  }

  private static Optional<Type> type(ObjectNode json) {
    for (Type type : Type.values()) {
      if (Json.string(json, "Type").filter(type.word::equals).isPresent()) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  private boolean isComplete() {
    return signedFields().stream()
        .allMatch(name -> name.equals("Subject") || json.path(name).isString());
  }

  public Type type() {
    return type;
  }

  /** By which a notification is known when it comes again. */
  public String messageId() {
    return text("MessageId");
  }

  public String topic() {
    return text("TopicArn");
  }

  /** What the service says: mostly JSON as text. */
  public String message() {
    return text("Message");
  }

  public Optional<Instant> timestamp() {
    try {
      return Optional.of(Instant.parse(text("Timestamp")));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Where a subscription is confirmed. */
  public Optional<String> subscribeUrl() {
    return Json.string(json, "SubscribeURL");
  }

  Optional<String> signingCertUrl() {
    return Json.string(json, "SigningCertURL");
  }

  Optional<String> signatureVersion() {
    return Json.string(json, "SignatureVersion");
  }

  Optional<String> signature() {
    return Json.string(json, "Signature");
  }

  /** What the signature is of: each signed field that is there, in order of their names. */
  Bytes signed() {
    List<String> lines = new ArrayList<>();
    for (String name : signedFields()) {
      Json.string(json, name)
          .ifPresent(value -> {
            lines.add(name);
            lines.add(value);
          });
    }
    return Bytes.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private List<String> signedFields() {
    return switch (type) {
      case NOTIFICATION -> SIGNED_NOTIFICATION;
      case SUBSCRIPTION_CONFIRMATION, UNSUBSCRIBE_CONFIRMATION -> SIGNED_SUBSCRIPTION;
    };
  }

  private String text(String name) {
    return json.path(name).stringValue();
  }

  /** Shows nothing of what is told. */
  @Override
  public String toString() {
    return "SnsEnvelope[" + type.name().toLowerCase(Locale.ROOT) + "]";
  }
}
