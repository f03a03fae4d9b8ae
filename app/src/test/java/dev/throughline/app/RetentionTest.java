package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What an app's people say is kept for exactly as long as its retention policy says: then it is
 * gone from the API, the tables and the log's payloads, and an entry tells of it.
 */
final class RetentionTest {
  private static final String SPOKEN = "select count(*) from message";

  private World world;

  @BeforeEach
  void start() throws Exception {
    world = World.start();
  }

  @AfterEach
  void stop() throws Exception {
    world.close();
  }

  @Test
  void messagesGoByTheirAgeAndConversationsByTheirLast() throws Exception {
    CustomerApp byMessage =
        world.app(
            "{\"retention_policy\":{\"retention_type\":\"MESSAGE_EXPIRE_POLICY\",\"ttl_days\":2}}");
    String first = world.friend();
    String old = byMessage.hears(first, "old").payload().path("conversation_id").asString();
    CustomerApp byConversation =
        world.app(
            "{\"retention_policy\":{\"retention_type\":\"CONVERSATION_EXPIRE_POLICY\",\"ttl_days\":2}}");
    String silent = conversation(byConversation, world.friend(), "silent");
    String lively = world.friend();
    String goesOn = conversation(byConversation, lively, "lively");
    CustomerApp kept =
        world.app("{\"retention_policy\":{\"retention_type\":\"PERSIST_RETENTION_POLICY\"}}");
    String ever = conversation(kept, world.friend(), "ever");

    world.advance(Duration.ofHours(47));
    world.receivesLine(byConversation);
    byConversation.hears(lively, "still there");
    assertThat(world.count(SPOKEN)).isEqualTo(5);
    world.advance(Duration.ofHours(2));

    World.eventually(() -> assertThat(world.count(SPOKEN)).isEqualTo(3));
    assertThat(world.api().get("/conversations/" + old).status()).isEqualTo(200);
    assertThat(spoken(old)).isEmpty();
    assertThat(world.api().get("/conversations/" + silent).status()).isEqualTo(404);
    assertThat(spoken(goesOn)).hasSize(2);
    assertThat(spoken(ever)).hasSize(1);
    assertThat(
            world.count(
                "select count(*) from entry where kind = 'change' and id not in"
                    + " (select id from change_entry)"))
        .as("the deletions of a message and of a conversation are entries")
        .isEqualTo(2);
  }

  @Test
  void whatADeletedAppLeftBehindGoes() throws Exception {
    CustomerApp app = world.app();
    app.hears(world.friend(), "hello");
    assertThat(world.count(SPOKEN)).isEqualTo(1);

    world.api().delete("/apps/" + app.id()).ok();
    world.advance(Duration.ofHours(1));

    World.eventually(() -> assertThat(world.count(SPOKEN)).isZero());
  }

  private static String conversation(CustomerApp app, String user, String text) throws Exception {
    return app.hears(user, text).payload().path("conversation_id").asString();
  }

  private JsonNode spoken(String conversation) {
    return world.api().get("/messages?conversation_id=" + conversation).ok().path("messages");
  }
}
