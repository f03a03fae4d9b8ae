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
