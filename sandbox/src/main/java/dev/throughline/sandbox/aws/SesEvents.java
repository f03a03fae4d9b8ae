package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Recent;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The events of mails, as SES publishes them to SNS. */
final class SesEvents {
  private static final int REMEMBERED = 20_000;
  private static final Duration EXPIRES_AFTER = Duration.ofHours(14);

  /** What events are called in themselves, and what event destinations call them. */
  private static final Map<String, String> TYPES =
      Map.of(
          "Send", "SEND",
          "Reject", "REJECT",
          "Bounce", "BOUNCE",
          "Complaint", "COMPLAINT",
          "Delivery", "DELIVERY",
          "Open", "OPEN",
          "Click", "CLICK",
          "Rendering Failure", "RENDERING_FAILURE",
          "DeliveryDelay", "DELIVERY_DELAY",
          "Subscription", "SUBSCRIPTION");

  private final Account account;
  private final SesState state;
  private final Topics topics;
  private final Receipts receipts;
  private final Recent<SesOutcomes.Sent> recent = new Recent<>(REMEMBERED);

  SesEvents(Account account, SesState state, Topics topics) {
    this.account = account;
    this.state = state;
    this.topics = topics;
    this.receipts = new Receipts(account);
  }

  /** The names by which event destinations ask for events. */
  static Set<String> matchable() {
    return Set.copyOf(TYPES.values());
  }

  static boolean tellable(String type) {
    return TYPES.containsKey(type);
  }

  void remember(SesOutcomes.Sent sent) {
    recent.put(sent.id(), sent);
  }

  Optional<SesOutcomes.Sent> recent(String messageId) {
    return recent.get(messageId);
  }

  void play(
      SesOutcomes.Sent sent,
      Optional<Scripted<Fault>> fault,
      Condition condition,
      List<Receipts.Event> told) {
    if (sent.set().isEmpty()) {
      return;
    }
    Receipts.Event opposite = at -> contradiction(sent, told.getLast(), at);
    receipts.play(fault, condition, told, opposite, event -> publish(sent, event));
  }

  private ObjectNode contradiction(SesOutcomes.Sent sent, Receipts.Event last, Instant at) {
    boolean delivered = last.apply(at).path("eventType").stringValue("").equals("Delivery");
    return any(sent, delivered ? "Bounce" : "Delivery", sent.to(), at);
  }

  /** Publishes to whom asked for it; true if there was anybody. */
  boolean publish(SesOutcomes.Sent sent, ObjectNode event) {
    String type = TYPES.getOrDefault(event.path("eventType").stringValue(""), "");
    List<String> interested = state.sets.topics(sent.set(), type);
    for (String topic : interested) {
      String _ =
          topics.publish(
              topic, Optional.of("Amazon SES Email Event Notification"), Json.string(event));
    }
    return !interested.isEmpty();
  }

  /** An event of any type, as if it had happened now to all these recipients. */
  ObjectNode any(SesOutcomes.Sent sent, String type, List<String> recipients, Instant at) {
    return switch (type) {
      case "Send" -> send(sent, at);
      case "Reject" -> reject(sent, at);
      case "Bounce" -> bounce(sent, recipients.getFirst(), SesOutcomes.Bounce.LATER, at);
      case "Complaint" -> complaint(sent, recipients.getFirst(), at);
      case "Delivery" -> delivery(sent, recipients, at);
      case "DeliveryDelay" -> delay(sent, recipients.getFirst(), at);
      case "Rendering Failure" ->
          failure(sent, "template", "Attribute 'name' is not present in the rendering data.", at);
      case "Open", "Click" -> engagement(sent, type, at);
      case "Subscription" -> subscription(sent, at);
      default -> throw new IllegalArgumentException("SES has no event " + type);
    };
  }

  private ObjectNode event(SesOutcomes.Sent sent, String type) {
    ObjectNode json = Json.object().put("eventType", type);
    ObjectNode mail = json.putObject("mail");
    mail.put("timestamp", stamp(sent.at())).put("source", sent.from());
    mail.put("sourceArn", account.config.arn("ses", "identity/" + sent.from()));
    mail.put("sendingAccountId", account.config.account()).put("messageId", sent.id());
    ArrayNode destination = mail.putArray("destination");
    sent.to().forEach(destination::add);
    List<SesMail.Field> fields =
        SesMail.header(new String(sent.mime().copy(), StandardCharsets.UTF_8));
    mail.put("headersTruncated", false);
    ArrayNode headers = mail.putArray("headers");
    fields.forEach(
        field -> headers.addObject().put("name", field.name()).put("value", field.value()));
    ObjectNode common = mail.putObject("commonHeaders");
    SesMail.value(fields, "From").ifPresent(from -> common.putArray("from").add(from));
    SesMail.value(fields, "To").ifPresent(to -> common.putArray("to").add(to));
    common.put("messageId", sent.id());
    SesMail.value(fields, "Subject").ifPresent(subject -> common.put("subject", subject));
    ObjectNode tags = mail.putObject("tags");
    tags.putArray("ses:configuration-set").add(sent.set());
    tags.putArray("ses:from-domain").add(sent.from().substring(sent.from().indexOf('@') + 1));
    sent.tags().forEach((name, value) -> tags.putArray(name).add(value));
    return json;
  }

  private static String stamp(Instant at) {
    return Topics.TIMESTAMP.format(at);
  }

  ObjectNode send(SesOutcomes.Sent sent, Instant at) {
    ObjectNode json = event(sent, "Send");
    json.putObject("send");
    return json;
  }

  ObjectNode delivery(SesOutcomes.Sent sent, List<String> recipients, Instant at) {
    ObjectNode json = event(sent, "Delivery");
    ObjectNode delivery = json.putObject("delivery").put("timestamp", stamp(at));
    delivery.put("processingTimeMillis", Math.max(1, Duration.between(sent.at(), at).toMillis()));
    ArrayNode to = delivery.putArray("recipients");
    recipients.forEach(to::add);
    delivery.put("smtpResponse", "250 2.6.0 Message received");
    delivery.put("reportingMTA", "mta.sandbox.amazonses.com");
    return json;
  }

  ObjectNode bounce(SesOutcomes.Sent sent, String recipient, SesOutcomes.Bounce why, Instant at) {
    ObjectNode json = event(sent, "Bounce");
    ObjectNode bounce = json.putObject("bounce");
    bounce.put("bounceType", why.type).put("bounceSubType", why.subType);
    bounce
        .putArray("bouncedRecipients")
        .addObject()
        .put("emailAddress", recipient)
        .put("action", "failed")
        .put("status", why.status)
        .put("diagnosticCode", why.diagnostic);
    bounce.put("timestamp", stamp(at)).put("feedbackId", feedbackId());
    bounce.put("reportingMTA", "dsn; mta.sandbox.amazonses.com");
    return json;
  }

  private String feedbackId() {
    return "0100" + account.ids.hex(12) + "-" + account.ids.uuid() + "-000000";
  }

  ObjectNode complaint(SesOutcomes.Sent sent, String recipient, Instant at) {
    ObjectNode json = event(sent, "Complaint");
    ObjectNode complaint = json.putObject("complaint");
    complaint.putArray("complainedRecipients").addObject().put("emailAddress", recipient);
    complaint.put("timestamp", stamp(at)).put("feedbackId", feedbackId());
    complaint.putNull("complaintSubType");
    complaint.put("complaintFeedbackType", "abuse");
    return json.set("complaint", complaint);
  }

  ObjectNode reject(SesOutcomes.Sent sent, Instant at) {
    ObjectNode json = event(sent, "Reject");
    json.putObject("reject").put("reason", "Bad content");
    return json;
  }

  ObjectNode failure(SesOutcomes.Sent sent, String template, String message, Instant at) {
    ObjectNode json = event(sent, "Rendering Failure");
    json.putObject("failure").put("errorMessage", message).put("templateName", template);
    return json;
  }

  ObjectNode delay(SesOutcomes.Sent sent, String recipient, Instant at) {
    ObjectNode json = event(sent, "DeliveryDelay");
    ObjectNode delay = json.putObject("deliveryDelay").put("timestamp", stamp(at));
    delay.put("delayType", "TransientCommunicationFailure");
    delay.put("expirationTime", stamp(sent.at().plus(EXPIRES_AFTER)));
    delay
        .putArray("delayedRecipients")
        .addObject()
        .put("emailAddress", recipient)
        .put("status", "4.4.1")
        .put("diagnosticCode", "smtp; 421 4.4.1 Unable to connect to remote host");
    return json;
  }

  private ObjectNode engagement(SesOutcomes.Sent sent, String type, Instant at) {
    ObjectNode json = event(sent, type);
    ObjectNode what = json.putObject(type.toLowerCase(Locale.ROOT));
    what.put("ipAddress", "192.0.2.1").put("timestamp", stamp(at));
    what.put("userAgent", "Mozilla/5.0 (sandbox)");
    if (type.equals("Click")) {
      what.put("link", "https://example.com/").putNull("linkTags");
    }
    return json;
  }

  private ObjectNode subscription(SesOutcomes.Sent sent, Instant at) {
    ObjectNode json = event(sent, "Subscription");
    ObjectNode subscription = json.putObject("subscription");
    subscription.put("contactList", "sandbox").put("timestamp", stamp(at));
    subscription.put("source", "UnsubscribeHeader");
    ObjectNode now = subscription.putObject("newTopicPreferences");
    now.put("unsubscribeAll", true).putArray("topicSubscriptionStatus");
    return json;
  }
}
