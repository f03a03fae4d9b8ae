package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Recent;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.SmsText;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.PhoneChannel;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** SendTextMessage: what is refused, what is accepted, and what becomes of it. */
final class SmsSending {
  private static final int BODY_LIMIT = 1_600;
  private static final int TTL_LEAST = 5;
  private static final int TTL_MOST = 259_200;
  private static final int CONTEXT_LIMIT = 5;
  private static final int CONTEXT_KEY_LIMIT = 100;
  private static final int CONTEXT_VALUE_LIMIT = 800;
  private static final String MAX_PRICE = "[0-9]{0,2}\\.[0-9]{1,5}";
  private static final Set<String> TYPES = Set.of("TRANSACTIONAL", "PROMOTIONAL");
  private static final int SENT_KEPT = 100_000;

  /**
   * A message that was accepted.
   *
   * @param set the configuration set; empty = nobody hears of it
   * @param price of all parts, in USD
   */
  record Sent(
      String id,
      String from,
      String to,
      String text,
      String type,
      String set,
      Map<String, String> context,
      Instant requested,
      boolean gsm,
      int parts,
      double price) {
    Sent {
      context = Map.copyOf(context);
    }
  }

  private final Account account;
  private final SmsState state;
  private final SmsEvents events;

  /** By message id what the account said of it; by both numbers the latest message's id. */
  private final Recent<String> feedback = new Recent<>(SENT_KEPT);

  private final Recent<String> latest = new Recent<>(SENT_KEPT);

  SmsSending(Account account, SmsState state, SmsEvents events) {
    this.account = account;
    this.state = state;
    this.events = events;
  }

  /** The id of the newest message between these two, which an answer is an answer to. */
  Optional<String> latest(String from, String to) {
    return latest.get(from + " " + to);
  }

  Reply send(Call call) throws Refusal {
    String to =
        SmsState.destination(
            SmsApi.required(call, "DestinationPhoneNumber"), "DestinationPhoneNumber");
    String text = SmsApi.required(call, "MessageBody");
    if (text.length() > BODY_LIMIT) {
      throw SmsErrors.badField(
          "MessageBody", "A body has 1 to " + BODY_LIMIT + " characters, not " + text.length());
    }
    Map<String, String> context = context(call.at("Context"));
    Optional<Integer> ttl = ttl(call);
    String set = call.json().has("ConfigurationSetName") ? set(call) : "";
    Origin origin = origin(call);
    Countries.Country country = Countries.of(to);
    if (state.blocks(country.iso())) {
      throw SmsErrors.invalid(
          "DESTINATION_COUNTRY_BLOCKED", "DestinationPhoneNumber", "The country is blocked.");
    }
    boolean gsm = SmsText.isGsm(text);
    int parts = SmsText.parts(text);
    double price = parts * country.partPrice();
    checkPrice(call, price);
    if (state.optedOut(origin.list).containsKey(to)) {
      throw SmsErrors.conflict("DESTINATION_PHONE_NUMBER_OPTED_OUT", "phone-number", to);
    }
    if (!state.affordable(price)) {
      throw SmsErrors.quota("MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT");
    }
    String id = account.ids.uuid().toString();
    if (!call.at("DryRun").booleanValue(false)) {
      state.spend(price);
      Sent sent =
          new Sent(
              id,
              origin.from,
              to,
              text,
              origin.type,
              set,
              context,
              account.now(),
              gsm,
              parts,
              price);
      accept(sent, ttl);
    }
    return Reply.ok(Json.object().put("MessageId", id));
  }

  private String set(Call call) throws Refusal {
    return state.set(SmsApi.required(call, "ConfigurationSetName"));
  }

  private static Map<String, String> context(JsonNode json) throws Refusal {
    Map<String, String> context = new LinkedHashMap<>();
    for (var entry : json.properties()) {
      String value = entry.getValue().stringValue("");
      if (entry.getKey().length() > CONTEXT_KEY_LIMIT || value.length() > CONTEXT_VALUE_LIMIT) {
        throw SmsErrors.badField("Context", "A key has at most 100, a value 800 characters.");
      }
      context.put(entry.getKey(), value);
    }
    if (context.size() > CONTEXT_LIMIT) {
      throw SmsErrors.badField("Context", "There are at most 5 entries.");
    }
    return context;
  }

  private static Optional<Integer> ttl(Call call) throws Refusal {
    JsonNode value = call.at("TimeToLive");
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isInt() || value.intValue() < TTL_LEAST || value.intValue() > TTL_MOST) {
      throw SmsErrors.badField("TimeToLive", "It is between 5 and 259200 seconds.");
    }
    return Optional.of(value.intValue());
  }

  private static void checkPrice(Call call, double price) throws Refusal {
    Optional<String> most = call.text("MaxPrice");
    if (most.isPresent()) {
      if (!most.get().matches(MAX_PRICE)) {
        throw SmsErrors.badField("MaxPrice", "It matches " + MAX_PRICE);
      }
      if (BigDecimal.valueOf(price).compareTo(new BigDecimal(most.get())) > 0) {
        throw SmsErrors.invalid("PRICE_OVER_THRESHOLD", "MaxPrice", "It would cost more.");
      }
    }
  }

  /**
   * @param from what the phone shows
   * @param list the opt-out list that counts
   */
  private record Origin(String from, String type, String list) {}

  private Origin origin(Call call) throws Refusal {
    Optional<String> asked = call.text("OriginationIdentity");
    Optional<String> type = call.text("MessageType");
    if (type.isPresent() && !TYPES.contains(type.get())) {
      throw SmsErrors.badField("MessageType", "It is TRANSACTIONAL or PROMOTIONAL.");
    }
    if (asked.isPresent() && account.config.texting().senderIds().contains(asked.get())) {
      return new Origin(asked.get(), type.orElse("TRANSACTIONAL"), SmsState.DEFAULT_LIST);
    }
    Optional<SmsNumber> number =
        asked.isPresent()
            ? Optional.of(
                state.number(
                    account.config.texting().pools().getOrDefault(asked.get(), asked.get())))
            : state.numbers().stream()
                .filter(one -> type.isEmpty() || one.messageType().equals(type.get()))
                .findFirst();
    SmsNumber own =
        number.orElseThrow(() ->
            SmsErrors.conflict(
                "NO_ORIGINATION_IDENTITIES_FOUND", "phone-number", asked.orElse("the account")));
    if (type.isPresent() && !own.messageType().equals(type.get())) {
      throw SmsErrors.conflict("MESSAGE_TYPE_MISMATCH", "phone-number", own.id());
    }
    return new Origin(own.number(), own.messageType(), own.optOutList());
  }

  private void accept(Sent sent, Optional<Integer> ttl) {
    account.accepted.add(
        new AcceptedMessage(
            sent.requested,
            Service.SMS.label(),
            sent.id,
            sent.from,
            List.of(sent.to),
            sent.text,
            sent.context));
    feedback.put(sent.id, "");
    latest.put(sent.from + " " + sent.to, sent.id);
    Optional<Scripted<Fault>> fault = account.receiptFault(Service.SMS, sent.to + " " + sent.text);
    String forced =
        fault
            .filter(rule -> rule.fault() == Fault.STATUS && SmsEvents.tellable(rule.detail()))
            .map(Scripted::detail)
            .orElse("");
    if (!forced.isEmpty() && !forced.matches("TEXT_(DELIVERED|SUCCESSFUL|UNKNOWN)")) {
      // a message that the carrier refused never comes to the phone
      events.whole(sent, fault, Condition.OK, forced);
      return;
    }
    Duration life = Duration.ofSeconds(ttl.orElse(TTL_MOST));
    AtomicBoolean ended = new AtomicBoolean();
    Condition condition =
        account.phones.deliver(
            delivery(sent, sent.requested.plus(life)),
            () -> {
              if (ended.compareAndSet(false, true)) {
                events.ended(sent, fault, forced.isEmpty() ? "TEXT_DELIVERED" : forced);
              }
            });
    if (condition != Condition.AIRPLANE) {
      events.whole(sent, fault, condition, forced.isEmpty() ? SmsEvents.ending(condition) : forced);
      return;
    }
    events.begun(sent);
    boolean _ =
        account.timers.at(
            sent.requested.plus(life),
            () -> {
              if (ended.compareAndSet(false, true)) {
                events.ended(sent, fault, ttl.isPresent() ? "TEXT_TTL_EXPIRED" : "TEXT_UNKNOWN");
              }
            });
  }

  private static Delivery delivery(Sent sent, Instant expires) {
    ObjectNode json = Json.object().put("type", "text").put("id", sent.id);
    json.put("from", sent.from).put("to", sent.to).put("text", sent.text);
    json.put("parts", sent.parts);
    return new Delivery(
        PhoneChannel.SMS,
        sent.from,
        sent.to,
        sent.id,
        new Delivery.Content.Message(json, sent.text),
        Optional.of(expires));
  }

  /** Words of the service's own, such as what it answers to STOP; they cost nothing here. */
  void say(String from, String to, String text) {
    Sent sent =
        new Sent(
            account.ids.uuid().toString(),
            from,
            to,
            text,
            "TRANSACTIONAL",
            "",
            Map.of(),
            account.now(),
            SmsText.isGsm(text),
            SmsText.parts(text),
            0);
    Condition _ =
        account.phones.deliver(
            delivery(sent, sent.requested.plusSeconds(TTL_MOST)),
            () -> {
              // nobody waits for its receipt
            });
  }

  /** What the account said became of a message: {@code RECEIVED}, {@code FAILED} or nothing. */
  Optional<String> feedbackOf(String messageId) {
    return feedback.get(messageId).filter(said -> !said.isEmpty());
  }

  Reply feedback(Call call) throws Refusal {
    String id = SmsApi.required(call, "MessageId");
    String status = SmsApi.required(call, "MessageFeedbackStatus");
    if (!status.equals("RECEIVED") && !status.equals("FAILED")) {
      throw SmsErrors.badField("MessageFeedbackStatus", "It is RECEIVED or FAILED.");
    }
    if (feedback.get(id).isEmpty()) {
      throw SmsErrors.notFound("message", id);
    }
    feedback.put(id, status);
    return Reply.ok(Json.object().put("MessageId", id).put("MessageFeedbackStatus", status));
  }
}
