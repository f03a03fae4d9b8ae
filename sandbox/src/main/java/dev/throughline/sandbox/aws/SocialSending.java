package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Recent;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Delivery;
import dev.throughline.sandbox.people.PhoneChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * SendWhatsAppMessage. AWS answers before Meta has looked: what is no message at all is refused,
 * every other fault comes as a status (a choice; neither publishes where the line is).
 */
final class SocialSending {
  private static final int BLOB_LIMIT = 2_048_000;
  private static final int REMEMBERED = 20_000;

  /** How long a message waits for a phone that is off. */
  private static final Duration WAITS = Duration.ofDays(30);

  /**
   * A message that was accepted.
   *
   * @param id AWS's
   * @param wamid Meta's
   * @param person the receiver's number without plus
   * @param tag the sender's {@code biz_opaque_callback_data}
   */
  record Sent(
      String id,
      String wamid,
      SocialState.Owned owned,
      String person,
      String tag,
      boolean template,
      String conversation,
      ObjectNode message) {}

  private final Account account;
  private final SocialState state;
  private final SocialEvents events;
  private final Recent<Sent> recent = new Recent<>(REMEMBERED);

  SocialSending(Account account, SocialState state, SocialEvents events) {
    this.account = account;
    this.state = state;
    this.events = events;
  }

  Reply send(Call call) throws Refusal {
    SocialState.Owned owned =
        state.requireNumber(SocialApi.required(call, "originationPhoneNumberId"));
    String version = SocialApi.required(call, "metaApiVersion");
    if (!version.matches("v\\d{1,3}(\\.\\d{1,3})?")) {
      throw SocialApi.invalid("metaApiVersion is like v20.0.");
    }
    ObjectNode message = message(SocialApi.required(call, "message"));
    String id = account.ids.uuid().toString();
    if (Json.text(message, "status").equals(Optional.of("read"))) {
      return Reply.ok(Json.object().put("messageId", id));
    }
    String to = Json.text(message, "to").orElse("");
    if (!to.matches("\\+?[1-9][0-9]{6,18}")) {
      throw new Refusal(400, "InvalidParametersException", "The message has no valid 'to'.");
    }
    Sent sent =
        new Sent(
            id,
            "wamid."
                + Base64.getEncoder()
                    .encodeToString(
                        ("sandbox" + account.ids.hex(28)).getBytes(StandardCharsets.US_ASCII)),
            owned,
            to.startsWith("+") ? to.substring(1) : to,
            Json.text(message, "biz_opaque_callback_data").orElse(""),
            WhatsAppText.type(message).equals("template"),
            account.ids.hex(32),
            message);
    accept(sent);
    return Reply.ok(Json.object().put("messageId", id));
  }

  private static ObjectNode message(String base64) throws Refusal {
    try {
      byte[] blob = Base64.getDecoder().decode(base64);
      if (blob.length > BLOB_LIMIT) {
        throw SocialApi.invalid("message is at most " + BLOB_LIMIT + " bytes.");
      }
      JsonNode message = Json.parse(blob);
      if (message instanceof ObjectNode object
          && Json.text(object, "messaging_product").equals(Optional.of("whatsapp"))) {
        return object;
      }
    } catch (IllegalArgumentException | Json.Unparsable e) {
      throw new Refusal(400, "InvalidParametersException", "The message is not JSON in base64.");
    }
    throw new Refusal(
        400, "InvalidParametersException", "The message has no messaging_product whatsapp.");
  }

  private void accept(Sent sent) {
    account.accepted.add(
        new AcceptedMessage(
            account.now(),
            Service.SOCIAL.label(),
            sent.id,
            sent.owned.number().number(),
            List.of("+" + sent.person),
            Json.string(sent.message),
            sent.tag.isEmpty() ? Map.of() : Map.of("biz_opaque_callback_data", sent.tag)));
    recent.put(sent.wamid, sent);
    Optional<Scripted<Fault>> fault =
        account.receiptFault(Service.SOCIAL, "+" + sent.person + " " + Json.string(sent.message));
    Optional<MetaError> error = error(sent, fault);
    if (error.isPresent()) {
      play(sent, fault, Condition.OK, error, false);
      return;
    }
    String number = sent.owned.number().number();
    Instant expires = account.now().plus(WAITS);
    Condition condition =
        account.phones.deliver(
            new Delivery(
                PhoneChannel.WHATSAPP,
                number,
                "+" + sent.person,
                sent.wamid,
                new Delivery.Content.Message(
                    WhatsAppText.shown(sent.message, sent.wamid, number),
                    WhatsAppText.of(sent.message)),
                Optional.of(expires)),
            () -> delivered(sent, fault));
    switch (condition) {
      case OK, LATE_RECEIPT, OUT_OF_ORDER -> play(sent, fault, condition, Optional.empty(), true);
      case AIRPLANE -> play(sent, Optional.empty(), Condition.OK, Optional.empty(), false);
      case UNREACHABLE, BLOCKED, NO_APP, BOUNCES, NOBODY ->
          play(sent, fault, Condition.OK, Optional.of(MetaError.of(131026)), false);
    }
  }

  private Optional<MetaError> error(Sent sent, Optional<Scripted<Fault>> fault) {
    Optional<String> forced =
        fault.filter(rule -> rule.fault() == Fault.STATUS).map(Scripted::detail);
    if (forced.isPresent() && forced.get().matches("\\d{1,6}")) {
      return Optional.of(MetaError.of(Integer.parseInt(forced.get())));
    }
    Optional<Integer> own = WhatsAppText.fault(sent.message);
    if (own.isPresent()) {
      return own.map(MetaError::of);
    }
    String number = sent.owned.number().metaPhoneNumberId();
    if (!sent.template) {
      return state.windowOpen(number, sent.person)
          ? Optional.empty()
          : Optional.of(MetaError.of(131047));
    }
    JsonNode template = sent.message.path("template");
    String name = Json.text(template, "name").orElse("");
    String language = Json.text(template.path("language"), "code").orElse("");
    List<SocialState.Template> known = state.templates(sent.owned.account().id());
    boolean exists =
        known.isEmpty()
            || known.stream()
                .anyMatch(one -> one.name().equals(name) && one.language().equals(language));
    return exists ? Optional.empty() : Optional.of(MetaError.of(132001));
  }

  /**
   * @param shown whether the phone has it already
   */
  private void play(
      Sent sent,
      Optional<Scripted<Fault>> fault,
      Condition condition,
      Optional<MetaError> error,
      boolean shown) {
    List<Receipts.Event> told = new ArrayList<>();
    told.add(at -> events.status(sent, "accepted", at));
    if (error.isPresent()) {
      told.add(at -> events.failed(sent, error.get(), at));
    } else {
      told.add(at -> events.status(sent, "sent", at));
    }
    if (shown) {
      told.add(at -> events.status(sent, "delivered", at));
    }
    events.play(sent, fault, condition, told, contradiction(sent, error.isPresent()));
  }

  private Receipts.Event contradiction(Sent sent, boolean failed) {
    return failed
        ? at -> events.status(sent, "delivered", at)
        : at -> events.failed(sent, MetaError.of(131026), at);
  }

  /** The person opens the chat: the message is read. False if it is not known any more. */
  boolean read(String wamid) {
    Optional<Sent> sent = recent.get(wamid);
    sent.ifPresent(one ->
        events.play(
            one,
            Optional.empty(),
            Condition.OK,
            List.of(at -> events.status(one, "read", at)),
            contradiction(one, false)));
    return sent.isPresent();
  }

  private void delivered(Sent sent, Optional<Scripted<Fault>> fault) {
    events.play(
        sent,
        fault,
        Condition.OK,
        List.of(at -> events.status(sent, "delivered", at)),
        contradiction(sent, false));
  }
}
