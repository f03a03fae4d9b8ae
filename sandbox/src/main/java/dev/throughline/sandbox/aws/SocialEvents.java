package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What Meta would tell, in the envelope in which AWS publishes it. */
final class SocialEvents {
  private final Account account;
  private final SocialState state;
  private final Topics topics;
  private final Receipts receipts;

  SocialEvents(Account account, SocialState state, Topics topics) {
    this.account = account;
    this.state = state;
    this.topics = topics;
    this.receipts = new Receipts(account);
  }

  void play(
      SocialSending.Sent sent,
      Optional<Scripted<Fault>> fault,
      Condition condition,
      List<Receipts.Event> told,
      Receipts.Event contradiction) {
    receipts.play(fault, condition, told, contradiction, event -> publish(sent.owned(), event));
  }

  /** Publishes an envelope to whoever the account's events go to. */
  void publish(SocialState.Owned owned, ObjectNode envelope) {
    for (String topic : state.destinations(owned.account().id())) {
      String _ = topics.publish(topic, Optional.empty(), Json.string(envelope));
    }
  }

  /**
   * A status.
   *
   * @param status {@code accepted}, which alone carries AWS's own message id at the top, {@code
   *     sent}, {@code delivered} or {@code read}
   */
  ObjectNode status(SocialSending.Sent sent, String status, Instant at) {
    ObjectNode json = base(sent, status, at);
    if (status.equals("sent") || status.equals("delivered")) {
      String person = sent.person();
      String number = sent.owned().number().metaPhoneNumberId();
      String category = sent.template() ? "marketing" : "service";
      ObjectNode conversation = json.putObject("conversation").put("id", sent.conversation());
      if (status.equals("sent")) {
        conversation.put(
            "expiration_timestamp",
            Long.toString(state.windowEnds(number, person).getEpochSecond()));
      }
      conversation.putObject("origin").put("type", category);
      json.putObject("pricing")
          .put("billable", sent.template())
          .put("pricing_model", "PMP")
          .put("category", category);
    }
    return envelope(
        sent, json, status.equals("accepted") ? sent.id() : account.ids.uuid().toString(), at);
  }

  ObjectNode failed(SocialSending.Sent sent, MetaError error, Instant at) {
    ObjectNode json = base(sent, "failed", at);
    ObjectNode one = json.putArray("errors").addObject();
    one.put("code", error.code()).put("title", error.title()).put("message", error.title());
    one.putObject("error_data").put("details", error.title());
    one.put("href", "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/");
    return envelope(sent, json, account.ids.uuid().toString(), at);
  }

  private static ObjectNode base(SocialSending.Sent sent, String status, Instant at) {
    ObjectNode json = Json.object().put("id", sent.wamid()).put("status", status);
    json.put("timestamp", Long.toString(at.getEpochSecond()));
    json.put("recipient_id", sent.person());
    if (!sent.tag().isEmpty() && !status.equals("failed")) {
      json.put("biz_opaque_callback_data", sent.tag());
    }
    return json;
  }

  private ObjectNode envelope(
      SocialSending.Sent sent, ObjectNode status, String messageId, Instant at) {
    ObjectNode value = Json.object();
    value.putArray("statuses").add(status);
    return envelope(sent.owned(), value, messageId, at);
  }

  /**
   * An envelope around one change.
   *
   * @param content what happened: the statuses, or who wrote and what
   */
  ObjectNode envelope(SocialState.Owned owned, ObjectNode content, String messageId, Instant at) {
    AwsConfig.WhatsAppAccount waba = owned.account().account();
    AwsConfig.WhatsAppNumber number = owned.number();
    ObjectNode entry = Json.object().put("id", waba.wabaId());
    ObjectNode change = entry.putArray("changes").addObject();
    ObjectNode value = change.putObject("value").put("messaging_product", "whatsapp");
    value
        .putObject("metadata")
        .put("display_phone_number", number.number().substring(1))
        .put("phone_number_id", number.metaPhoneNumberId());
    value.setAll(content);
    change.put("field", "messages");
    ObjectNode json = Json.object();
    ObjectNode context = json.putObject("context");
    ArrayNode wabas = context.putArray("MetaWabaIds");
    wabas.addObject().put("wabaId", waba.wabaId()).put("arn", owned.account().arn());
    ArrayNode numbers = context.putArray("MetaPhoneNumberIds");
    numbers
        .addObject()
        .put("metaPhoneNumberId", number.metaPhoneNumberId())
        .put("arn", state.arn(number));
    json.put("whatsAppWebhookEntry", Json.string(entry));
    json.put("aws_account_id", account.config.account());
    json.put("message_timestamp", Topics.TIMESTAMP.format(at));
    return json.put("messageId", messageId);
  }
}
