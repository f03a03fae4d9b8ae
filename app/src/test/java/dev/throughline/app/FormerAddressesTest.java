package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.ledger.Ulid;
import dev.throughline.sandbox.line.Fault;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was accepted for somebody comes to an end that is told, whatever is done to the contact and
 * its addresses meanwhile: a merge hands it on, a deletion fails it, and what is under way to an
 * address that is given up is told of all the same.
 */
final class FormerAddressesTest {
  private static World world;

  private CustomerApp app;
  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void somebody() throws Exception {
    app = world.app();
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void whatWaitsForAContactGoesToTheOneThatTookOver() throws Exception {
    String other = world.friend();
    String from = contact(app, user);
    String into = contact(app, other);
    String last = contact(app);
    String message;
    try (Held _ = new Held(contact(app, world.friend()))) {
      message = send(from, text);
      merge(from, into);
      merge(into, last);
    }

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(app.message(message).path("contact_id").asString()).isEqualTo(last);
    assertThat(world.accepted(text)).hasSize(1);
    assertThat(world.requests("push", other)).hasSize(1);
    assertThat(parked()).isZero();
  }

  @Test
  void whatWaitsForADeletedContactFails() throws Exception {
    String contact = contact(app, user);
    String message;
    try (Held _ = new Held(contact(app, world.friend()))) {
      message = send(contact, text);
      world.api().delete("/contacts/" + contact).ok();
    }

    app.comesTo(message, "FAILED", "CONTACT_NOT_FOUND");
    Call told = app.called("message_delivery_report", message);
    assertThat(told.payload().path("contact_id").asString()).isEqualTo(contact);
    assertThat(told.json().path("message_metadata").asString()).isEqualTo("about " + text);
    assertThat(told.json().path("correlation_id").asString()).isEqualTo("corr");
    assertThat(world.accepted(text)).isEmpty();
    JsonNode shown = app.message(message);
    assertThat(shown.path("app_message").toString()).doesNotContain(text);
    assertThat(shown.path("metadata").asString()).isEqualTo("about " + text);
    assertThat(parked()).isZero();
    world.api().delete("/messages/" + message).ok();
    assertThat(world.api().get("/messages/" + message).status()).isEqualTo(404);
  }

  @Test
  void whoHasNoAddressOfTheAppsCannotBeSentTo() throws Exception {
    CustomerApp elsewhere = world.app();
    world.receivesLine(app);
    String contact = contact(elsewhere, user);

    String message = send(contact, text);

    app.comesTo(message, "FAILED", "NO_CHANNEL_IDENTITY_FOR_CONTACT");
    assertThat(app.message(message).path("app_message").toString()).contains(text);
    app.settled();
    assertThat(app.told(message)).containsExactly("FAILED NO_CHANNEL_IDENTITY_FOR_CONTACT");
    assertThat(parked()).isZero();
  }

  @Test
  void whatIsUnderWayToAnAddressThatIsGivenUpIsTold() throws Exception {
    String from = contact(app, user);
    String into = contact(app, world.friend());
    world.fault("push", Fault.RATE_LIMITED, text, 1);
    String message = send(from, text);
    World.eventually(() -> assertThat(world.requests("push", text)).hasSize(1));
    app.settled();

    merge(from, into);
    assertThat(addresses(into)).doesNotContain(user);
    app.advance();
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(app.message(message).at("/channel_identity/identity").asString()).isEqualTo(user);
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL");

    // The same, of an address that is taken off.
    String again = "again " + text;
    world.fault("push", Fault.RATE_LIMITED, again, 1);
    String second = send(into, again);
    World.eventually(() -> assertThat(world.requests("push", again)).hasSize(1));
    app.settled();
    String given = addresses(into).getFirst();
    ObjectNode changed = (ObjectNode) Api.json("{}");
    address(changed.putArray("channel_identities"), app, world.friend());
    world.api().patch("/contacts/" + into, changed.toString()).ok();
    app.advance();
    app.comesTo(second, "QUEUED_ON_CHANNEL", "");
    assertThat(app.message(second).at("/channel_identity/identity").asString()).isEqualTo(given);
    assertThat(world.api().get("/messages?contact_id=" + into).ok().path("messages").valueStream())
        .anyMatch(each -> each.at("/channel_identity/identity").asString().equals(given));

    world.api().delete("/contacts/" + into).ok();
    app.settled();
    assertThat(
            world.count(
                "select count(*) from former_address where contact = '%s'"
                    .formatted(Ulid.parse(into).toUuid())))
        .isZero();
  }

  /** The fold waits for this contact, and everything behind it with it. */
  private final class Held implements AutoCloseable {
    private final CountDownLatch release = new CountDownLatch(1);
    private final Thread holder;

    Held(String contact) throws Exception {
      UUID id = Ulid.parse(contact).toUuid();
      CountDownLatch held = new CountDownLatch(1);
      holder =
          Thread.ofVirtual()
              .start(() ->
                  world
                      .database()
                      .database()
                      .transaction(c -> {
                        try (var statement =
                            c.prepareStatement("select 1 from contact where id = ? for update")) {
                          statement.setObject(1, id);
                          statement.execute();
                        }
                        held.countDown();
                        try {
                          release.await(World.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                        return 1;
                      }));
      assertThat(held.await(World.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      send(contact, "held up " + text);
      World.eventually(() ->
          assertThat(
                  world.count(
                      "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"))
              .isPositive());
    }

    @Override
    public void close() {
      release.countDown();
      try {
        holder.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private String contact(CustomerApp of, String... users) {
    ObjectNode contact = (ObjectNode) Api.json("{\"language\":\"JA\"}");
    ArrayNode identities = contact.putArray("channel_identities");
    for (String each : users) {
      address(identities, of, each);
    }
    if (users.length == 0) {
      identities
          .addObject()
          .put("channel", "SMS")
          .put("identity", "+4670%07d".formatted(world.number()));
    }
    return world.api().post("/contacts", contact.toString()).ok().path("id").asString();
  }

  private static void address(ArrayNode identities, CustomerApp app, String user) {
    identities.addObject().put("channel", "LINE").put("identity", user).put("app_id", app.id());
  }

  private static List<String> addresses(String contact) {
    return world
        .api()
        .get("/contacts/" + contact)
        .ok()
        .path("channel_identities")
        .valueStream()
        .filter(each -> each.path("channel").asString().equals("LINE"))
        .map(each -> each.path("identity").asString())
        .toList();
  }

  private String send(String contact, String words) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, words));
    body.putObject("recipient").put("contact_id", contact);
    body.put("message_metadata", "about " + words).put("correlation_id", "corr");
    return world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  private static void merge(String from, String into) {
    world.api().post("/contacts/" + into + ":merge", "{\"source_id\":\"" + from + "\"}").ok();
  }

  private static long parked() {
    return world.count("select count(*) from parked");
  }
}
