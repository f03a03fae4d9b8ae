package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Timers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells what became of messages, by webhook and to who asks for a message's history. */
final class Statuses {
  private static final int HISTORIES_LIMIT = 50_000;

  /** One step of a message's life. */
  enum Step {
    SENT("sent"),
    DELIVERED("delivered"),
    READ("read"),
    FAILED("failed");

    private final String label;

    Step(String label) {
      this.label = label;
    }
  }

  private record Event(String status, Instant at) {}

  private final MetaConfig config;
  private final InstantSource clock;
  private final Ids ids;
  private final Timers timers;
  private final Accounts accounts;
  private final MetaWebhooks webhooks;
  private final AtomicInteger waiting = new AtomicInteger();
  private final LinkedHashMap<String, List<Event>> histories = new LinkedHashMap<>();

  Statuses(
      MetaConfig config,
      InstantSource clock,
      Ids ids,
      Timers timers,
      Accounts accounts,
      MetaWebhooks webhooks) {
    this.config = config;
    this.clock = clock;
    this.ids = ids;
    this.timers = timers;
    this.accounts = accounts;
    this.webhooks = webhooks;
  }

  /** How many wait for their time. */
  int waiting() {
    return waiting.get();
  }

  void tell(Sent sent, List<Step> steps) {
    steps.forEach(step -> tell(sent, step, Optional.empty()));
  }

  /** Tells after a wait on the emulator's clock. */
  void tellLater(Sent sent, List<Step> steps, Duration wait) {
    waiting.incrementAndGet();
    boolean taken =
        timers.at(
            clock.instant().plus(wait),
            () -> {
              tell(sent, steps);
              waiting.decrementAndGet();
            });
    if (!taken) {
      waiting.decrementAndGet();
    }
  }

  void tell(Sent sent, Step step, Optional<GraphError> error) {
    Instant now = clock.instant();
    remember(sent.wamid(), new Event(step.label, now));
    ObjectNode value = value(config);
    ObjectNode status = Json.object();
    status.put("id", sent.wamid()).put("status", step.label);
    status.put("timestamp", Long.toString(now.getEpochSecond()));
    Account account = accounts.of(sent.number());
    if (!account.hidden()) {
      status.put("recipient_id", sent.number());
    }
    status.put("recipient_user_id", sent.userId());
    if (step == Step.FAILED) {
      error.ifPresent(found -> status.putArray("errors").add(found.inWebhook()));
    } else {
      ObjectNode conversation = status.putObject("conversation");
      conversation.put("id", conversation(sent));
      if (step == Step.SENT) {
        conversation.put(
            "expiration_timestamp",
            Long.toString(sent.at().plus(Duration.ofDays(1)).getEpochSecond()));
      }
      conversation.putObject("origin").put("type", sent.category());
      status
          .putObject("pricing")
          .put("billable", !sent.category().equals("service"))
          .put("pricing_model", "PMP")
          .put("type", sent.category().equals("service") ? "free_customer_service" : "regular")
          .put("category", sent.category());
      // of a failure Meta does not promise it
      sent.data().ifPresent(data -> status.put("biz_opaque_callback_data", data));
    }
    if (step == Step.DELIVERED || step == Step.READ) {
      ArrayNode contacts = value.putArray("contacts");
      contacts.add(contact(account));
    }
    value.putArray("statuses").add(status);
    webhooks.enqueue(sent.number(), value);
  }

  /** The same for all that is said to one person on one day. */
  private String conversation(Sent sent) {
    long day = sent.at().getEpochSecond() / Duration.ofDays(1).toSeconds();
    return Integer.toHexString((config.phoneNumberId() + sent.category()).hashCode())
        + Long.toHexString(day * 31 + sent.number().hashCode() & 0xffff_ffff_ffffL);
  }

  /** What every change of this number begins with. */
  static ObjectNode value(MetaConfig config) {
    ObjectNode value = Json.object().put("messaging_product", "whatsapp");
    value
        .putObject("metadata")
        .put("display_phone_number", config.number().substring(1))
        .put("phone_number_id", config.phoneNumberId());
    return value;
  }

  /** A person as webhooks show them: without a number if it is hidden. */
  static ObjectNode contact(Account account) {
    ObjectNode contact = Json.object();
    ObjectNode profile = contact.putObject("profile");
    profile.put("name", account.name());
    account.username().ifPresent(name -> profile.put("username", name));
    if (!account.hidden()) {
      contact.put("wa_id", account.number());
    }
    return contact.put("user_id", account.userId());
  }

  private synchronized void remember(String wamid, Event event) {
    histories.computeIfAbsent(wamid, any -> new ArrayList<>()).add(event);
    if (histories.size() > HISTORIES_LIMIT) {
      histories.pollFirstEntry();
    }
  }

  /** {@code GET /{phone-id}/message_history}: lost webhooks can be asked for. */
  synchronized GraphAnswer history(String wamid) {
    List<Event> events = histories.get(wamid);
    if (events == null) {
      return GraphAnswer.refused(GraphError.parameter("message_id is not one of this number"));
    }
    String uri = webhooks.subscription().map(MetaWebhooks.Subscription::url).orElse("");
    ObjectNode answer = Json.object();
    ObjectNode message = answer.putArray("data").addObject();
    message.put("id", ids.decimal()).put("message_id", wamid);
    ArrayNode data = message.putObject("events").putArray("data");
    for (Event event : events) {
      data.addObject()
          .put("id", ids.decimal())
          .put("delivery_status", event.status.toUpperCase(java.util.Locale.ROOT))
          .put("timestamp", event.at.getEpochSecond())
          .put("webhook_update_state", uri.isEmpty() ? "NOT_SENT" : "SENT")
          .put("webhook_uri", uri);
    }
    return GraphAnswer.ok(answer);
  }

  synchronized Map<String, Integer> told(String wamid) {
    Map<String, Integer> told = new LinkedHashMap<>();
    histories
        .getOrDefault(wamid, List.of())
        .forEach(event -> told.merge(event.status, 1, Integer::sum));
    return told;
  }
}
