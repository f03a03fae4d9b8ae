package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An app of the world's project, and the path of the customer's server that its callbacks go to.
 */
record CustomerApp(World world, String id, String webhook, String path) {
  static final String SECRET = "a secret of the customer's";

  private static final List<String> TRIGGERS =
      List.of(
          "MESSAGE_INBOUND",
          "MESSAGE_DELIVERY",
          "MESSAGE_SUBMIT",
          "OPT_IN",
          "OPT_OUT",
          "CONTACT_CREATE",
          "CONVERSATION_START",
          "UNSUPPORTED",
          "EVENT_INBOUND");

  static CustomerApp create(World world, ObjectNode settings) {
    ObjectNode app = settings.deepCopy();
    app.put("display_name", "Test " + world.number());
    if (!app.has("channel_credentials")) {
      app.putArray("channel_credentials")
          .add(account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0));
    }
    String id = world.api().post("/apps", app.toString()).ok().path("id").asString();
    String path = "/callbacks/" + world.number();
    String webhook = webhook(world, id, path);
    CustomerApp created = new CustomerApp(world, id, webhook, path);
    // Its LINE accounts are set up by then, as far as LINE lets.
    created.settled();
    return created;
  }

  /** A credential entry of a LINE account. */
  static JsonNode account(String token, String secret, int ordinal) {
    ObjectNode entry = (ObjectNode) Api.json("{\"channel\":\"LINE\"}");
    entry.put("credential_ordinal_number", ordinal);
    entry
        .putObject("line_credentials")
        .put("token", token)
        .put("secret", secret)
        .put("is_default", ordinal == 0);
    return entry;
  }

  /** Registers a path of the customer's server for everything that this app is told. */
  static String webhook(World world, String app, String path) {
    ObjectNode webhook = (ObjectNode) Api.json("{}");
    webhook.put("app_id", app);
    webhook.put("target", world.customer.url(path));
    webhook.put("target_type", "HTTP");
    webhook.put("secret", SECRET);
    ArrayNode triggers = webhook.putArray("triggers");
    TRIGGERS.forEach(triggers::add);
    return world.api().post("/webhooks", webhook.toString()).ok().path("id").asString();
  }

  /** Sends a text to a LINE user; returns the message's id. */
  String send(String user, String text) {
    return trySend(user, text).ok().path("message_id").asString();
  }

  Api.Answer trySend(String user, String text, String... headers) {
    return world.api().post("/messages:send", sendBody(user, text), headers);
  }

  String sendBody(String user, String text) {
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", id);
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "LINE")
        .put("identity", user);
    send.putObject("message").putObject("text_message").put("text", text);
    send.putArray("channel_priority_order").add("LINE");
    return send.toString();
  }

  /** The message as the API shows it. */
  JsonNode message(String id) {
    return world.api().get("/messages/" + id).ok();
  }

  String status(String message) {
    return message(message).path("message_status").path("status").asString();
  }

  String reason(String message) {
    return message(message).path("message_status").path("reason").path("code").asString("");
  }

  /** The message comes to this status, with this reason or, if empty, none. */
  void comesTo(String message, String status, String reason) {
    World.eventually(() -> {
      JsonNode shown = message(message).path("message_status");
      assertThat(
              shown.path("status").asString()
                  + " "
                  + shown.path("reason").path("code").asString(""))
          .isEqualTo(status + " " + reason);
    });
  }

  /**
   * Waits until everything that is due is done; answers when this app's next task is due. What is
   * held for a paused target does not count.
   */
  Optional<Instant> settled() {
    AtomicReference<Optional<Instant>> next = new AtomicReference<>(Optional.empty());
    World.eventually(() -> {
      Work.State state = Work.of(world.database().database(), id, world.clock.instant());
      assertThat(state.done()).as("all that is due is done").isTrue();
      next.set(state.next());
    });
    return Objects.requireNonNull(next.get());
  }

  /** Moves the clock to this app's next task and waits until it is done; answers how far it was. */
  Duration advance() {
    Instant due = settled().orElseThrow(() -> new AssertionError("the app has no task"));
    Duration wait = Duration.between(world.clock.instant(), due);
    world.advance(wait);
    settled();
    return wait;
  }

  List<Call> calls() {
    return world.customer.calls(path);
  }

  /** Calls of this payload that mention somebody or something. */
  List<Call> calls(String payload, String about) {
    return calls().stream()
        .filter(call -> call.about().equals(payload))
        .filter(call -> call.text().contains(about))
        .toList();
  }

  /** Waits for a callback of this payload that mentions somebody or something; the first one. */
  Call called(String payload, String about) {
    return called(payload, call -> call.text().contains(about));
  }

  Call called(String payload, Predicate<Call> which) {
    AtomicReference<Call> found = new AtomicReference<>();
    World.eventually(() ->
        found.set(
            calls().stream()
                .filter(call -> call.about().equals(payload))
                .filter(which)
                .findFirst()
                .orElseThrow(() ->
                    new AssertionError(
                        "no " + payload + " among " + calls().stream().map(Call::text).toList()))));
    return Objects.requireNonNull(found.get());
  }

  /** The user writes, and the app has been told: the reply token is in hand. */
  Call hears(String user, String text) throws Exception {
    world.line.say(user, text);
    return called("message", text);
  }

  /** The statuses that the app was told for a message, in order. */
  List<String> told(String message) {
    return calls("message_delivery_report", message).stream()
        .map(call -> {
          JsonNode reason = call.payload().path("reason").path("code");
          return call.payload().path("status").asString()
              + (reason.isMissingNode() ? "" : " " + reason.asString());
        })
        .toList();
  }

  /** The dead letters of this app. */
  List<JsonNode> deadLetters() {
    JsonNode list = world.api().get("/dead-letters?page_size=100").ok().path("dead_letters");
    return list.valueStream()
        .filter(letter -> letter.path("app_id").asString().equals(id))
        .toList();
  }
}
