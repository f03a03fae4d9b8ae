package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The events of text messages. Which ones come between acceptance and the end is a choice: queued,
 * sent, accepted by the carrier, delivered.
 */
final class SmsEvents {
  private static final Set<String> INTERIM =
      Set.of("TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT", "TEXT_SUCCESSFUL");
  private static final Set<String> TEXT_TYPES =
      Set.of(
          "TEXT_SENT",
          "TEXT_PENDING",
          "TEXT_QUEUED",
          "TEXT_SUCCESSFUL",
          "TEXT_DELIVERED",
          "TEXT_INVALID",
          "TEXT_INVALID_MESSAGE",
          "TEXT_UNREACHABLE",
          "TEXT_CARRIER_UNREACHABLE",
          "TEXT_BLOCKED",
          "TEXT_CARRIER_BLOCKED",
          "TEXT_SPAM",
          "TEXT_UNKNOWN",
          "TEXT_TTL_EXPIRED",
          "TEXT_PROTECT_BLOCKED");

  private final SmsState state;
  private final Topics topics;
  private final Receipts receipts;

  SmsEvents(Account account, SmsState state, Topics topics) {

    this.state = state;
    this.topics = topics;
    this.receipts = new Receipts(account);
  }

  /** Whether an event destination may ask for it. */
  static boolean known(String type) {
    return type.equals("ALL")
        || type.equals("TEXT_ALL")
        || TEXT_TYPES.contains(type)
        || type.startsWith("VOICE_")
        || type.startsWith("MEDIA_");
  }

  /** Whether a text message can end with it. */
  static boolean tellable(String type) {
    return TEXT_TYPES.contains(type);
  }

  /** How it ended, by the state of the phone. */
  static String ending(Condition condition) {
    return switch (condition) {
      case OK, LATE_RECEIPT, OUT_OF_ORDER, AIRPLANE -> "TEXT_DELIVERED";
      case UNREACHABLE -> "TEXT_UNREACHABLE";
      case BLOCKED -> "TEXT_CARRIER_BLOCKED";
      case BOUNCES -> "TEXT_CARRIER_UNREACHABLE";
      case NO_APP, NOBODY -> "TEXT_INVALID";
    };
  }

  /** The first events of a message whose end is not known yet. */
  void begun(SmsSending.Sent sent) {
    play(sent, Optional.empty(), Condition.OK, List.of("TEXT_QUEUED", "TEXT_SENT"));
  }

  /** The last events of a message, after {@link #begun}. */
  void ended(SmsSending.Sent sent, Optional<Scripted<Fault>> fault, String ending) {
    List<String> types = new ArrayList<>();
    if (ending.equals("TEXT_DELIVERED")) {
      types.add("TEXT_SUCCESSFUL");
    }
    types.add(ending);
    play(sent, fault, Condition.OK, types);
  }

  /** All events of a message that met this phone. */
  void whole(
      SmsSending.Sent sent, Optional<Scripted<Fault>> fault, Condition condition, String ending) {
    Set<String> types = new LinkedHashSet<>(List.of("TEXT_QUEUED", "TEXT_SENT"));
    if (ending.equals("TEXT_DELIVERED")) {
      types.add("TEXT_SUCCESSFUL");
    }
    types.remove(ending);
    types.add(ending);
    play(sent, fault, condition, List.copyOf(types));
  }

  private void play(
      SmsSending.Sent sent,
      Optional<Scripted<Fault>> fault,
      Condition condition,
      List<String> types) {
    if (sent.set().isEmpty()) {
      return;
    }
    List<Receipts.Event> events = new ArrayList<>();
    for (String type : types) {
      events.add(at -> event(sent, type, at));
    }
    String opposite =
        types.getLast().equals("TEXT_DELIVERED") ? "TEXT_UNREACHABLE" : "TEXT_DELIVERED";
    receipts.play(
        fault, condition, events, at -> event(sent, opposite, at), json -> publish(sent, json));
  }

  private void publish(SmsSending.Sent sent, ObjectNode event) {
    String type = event.path("eventType").stringValue("");
    for (String topic : state.sets.topics(sent.set(), type, "TEXT_ALL", "ALL")) {
      String _ = topics.publish(topic, Optional.empty(), Json.string(event));
    }
  }

  private ObjectNode event(SmsSending.Sent sent, String type, Instant at) {
    Countries.Country country = Countries.of(sent.to());
    String status = type.substring("TEXT_".length());
    ObjectNode json = Json.object();
    json.put("eventType", type).put("eventVersion", "1.0");
    json.put("eventTimestamp", at.toEpochMilli()).put("isFinal", !INTERIM.contains(type));
    json.put("originationPhoneNumber", sent.from()).put("destinationPhoneNumber", sent.to());
    json.put("isoCountryCode", country.iso()).put("mcc", country.mcc()).put("mnc", "010");
    json.put("carrierName", "Sandbox Mobile").put("messageId", sent.id());
    json.put("messageRequestTimestamp", sent.requested().toEpochMilli());
    json.put("messageEncoding", sent.gsm() ? "GSM" : "Unicode");
    json.put("messageType", sent.type()).put("messageStatus", status);
    json.put("messageStatusDescription", describe(status));
    if (!sent.context().isEmpty()) {
      ObjectNode context = json.putObject("context");
      sent.context().forEach(context::put);
    }
    json.put("totalMessageParts", sent.parts());
    json.put("totalMessagePrice", sent.price());
    return json.put("totalCarrierFee", 0.0);
  }

  private static String describe(String status) {
    return switch (status) {
      case "DELIVERED" -> "Message has been accepted by phone";
      case "SUCCESSFUL" -> "Message has been accepted by phone carrier";
      default -> "Message is " + status.toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }
}
