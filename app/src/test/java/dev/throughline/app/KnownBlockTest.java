package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * LINE takes a push to somebody who blocked the account, and drops it without a word. Who is known
 * to have done so is not pushed to, until anything shows that the block may be over.
 */
final class KnownBlockTest {
  private static World world;

  private CustomerApp app;
  private LineEvents events;
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
  void someoneToBlock() throws Exception {
    app = world.app();
    events = new LineEvents(world);
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void whoeverBlockedIsNotPushedTo() throws Exception {
    blocks(user);

    String message = app.send(user, text);

    app.comesTo(message, "FAILED", "RECIPIENT_NOT_OPTED_IN");
    assertThat(app.settled()).isEmpty();
    assertThat(app.told(message)).containsExactly("FAILED RECIPIENT_NOT_OPTED_IN");
    assertThat(world.requests("push", user)).isEmpty();
  }

  @Test
  void itIsToldBeforehand() throws Exception {
    assertThat(foretold(app.sendBody(user, text)).path("first_channel").asString())
        .isEqualTo("LINE");
    blocks(user);

    JsonNode told = foretold(app.sendBody(user, text));

    assertThat(told.path("sendable").booleanValue()).isFalse();
    assertThat(told.at("/reason/code").asString()).isEqualTo("RECIPIENT_NOT_OPTED_IN");
    assertThat(told.at("/channels/0/reason/code").asString()).isEqualTo("RECIPIENT_NOT_OPTED_IN");
  }

  @Test
  void thatNoChannelReachesSomebodyIsToldBeforehand() {
    String contact =
        world
            .api()
            .post("/contacts", "{\"language\":\"JA\",\"channel_identities\":[]}")
            .ok()
            .path("id")
            .asString();
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, text));
    body.putObject("recipient").put("contact_id", contact);

    JsonNode told = foretold(body.toString());

    assertThat(told.path("sendable").booleanValue()).isFalse();
    assertThat(told.at("/reason/code").asString()).isEqualTo("NO_CHANNEL_IDENTITY_FOR_CONTACT");
  }

  private static JsonNode foretold(String body) {
    ObjectNode asked = ((ObjectNode) Api.json(body)).put("validate_only", true);
    return world.api().post("/messages:send", asked.toString()).ok();
  }

  @Test
  void everybodyElseIs() throws Exception {
    blocks(user);

    app.comesTo(app.send(world.friend(), text), "QUEUED_ON_CHANNEL", "");
  }

  @Test
  void unblockingEndsIt() throws Exception {
    blocks(user);
    world.line.unblock(user);
    app.called("opt_in_notification", user);

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");

    assertThat(world.accepted(text)).hasSize(1);
  }

  /** One lost follow must not silence anybody for ever. */
  @Test
  void anyLaterEventEndsIt() throws Exception {
    blocks(user);
    world.advance(Duration.ofSeconds(1));
    world.line.inject(List.of(events.text(user, "still here " + text)), true, Optional.empty());
    app.called("message", "still here " + text);

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");

    assertThat(world.requests("push", user)).hasSize(1);
  }

  @Test
  void anEventThatHappenedBeforeItDoesNot() throws Exception {
    Instant before = world.clock.instant().minusSeconds(60);
    blocks(user);
    world.line.inject(List.of(events.text(user, "before " + text, before)), true, Optional.empty());
    app.called("message", "before " + text);

    app.comesTo(app.send(user, text), "FAILED", "RECIPIENT_NOT_OPTED_IN");
  }

  @Test
  void anUnfollowThatComesAfterALaterFollowIsNone() throws Exception {
    Instant now = world.clock.instant();
    world.line.inject(List.of(events.follow(user, now)), true, Optional.empty());
    app.called("opt_in_notification", user);
    world.line.inject(
        List.of(events.event("unfollow", user, now.minusSeconds(5))), true, Optional.empty());
    app.called("opt_out_notification", user);

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");
  }

  @Test
  void theApiForgetsIt() throws Exception {
    String contact = blocks(user).path("contact_id").asString();
    app.comesTo(app.send(user, "before " + text), "FAILED", "RECIPIENT_NOT_OPTED_IN");

    world.api().post("/contacts/" + contact + ":forget-block", "{}").ok();

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("push", user)).hasSize(1);
  }

  @Test
  void anAppMayTryAllTheSame() throws Exception {
    app = world.app("{\"throughline\":{\"known_block\":\"try\"}}");
    blocks(user);

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");

    assertThat(world.requests("push", user)).hasSize(1);
    assertThat(world.line.messages(user, 0, Duration.ZERO).entries()).isEmpty();
  }

  private JsonNode blocks(String blocker) throws Exception {
    world.line.block(blocker);
    return app.called("opt_out_notification", blocker).payload();
  }
}
