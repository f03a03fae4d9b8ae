package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A second start goes on where the first one stopped. */
class RestartTest {
  @TempDir private Path directory = Path.of("");

  private Line start(int seed) {
    return new Line(
        config -> config.withStateFile(directory.resolve("line.json")), new SplittableRandom(seed));
  }

  @Test
  void theWorldSurvives() throws Exception {
    String key = UUID.randomUUID().toString();
    String token;
    String accepted;
    String replyToken;
    LineGroup group;
    JsonNode firstPush;
    try (WebhookReceiver app = new WebhookReceiver()) {
      try (Line line = start(1)) {
        line.control.webhookUrl(app.url());
        LineUser mika = line.control.addUser("Mika", Friendship.FRIEND);
        line.control.block(mika.userId());
        app.next();
        line.control.say(Line.ALICE, "before");
        replyToken = Line.event(app.next()).path("replyToken").stringValue();
        Line.Response push = line.push(Line.ALICE, "kept", "X-Line-Retry-Key", key);
        accepted = push.headers().firstValue("x-line-request-id").orElseThrow();
        firstPush = push.json();
        group = line.control.addGroup("trip", Set.of(Line.ALICE), true);
        app.next();
        token =
            line.form(
                    "/v2/oauth/accessToken",
                    "grant_type=client_credentials&client_id="
                        + Line.CHANNEL
                        + "&client_secret="
                        + Line.SECRET)
                .json()
                .path("access_token")
                .stringValue();
      }
      try (Line line = start(2)) {
        assertThat(line.control.users()).hasSize(4);
        assertThat(line.control.users().getLast().friendship()).isEqualTo(Friendship.BLOCKED);
        assertThat(line.control.webhookUrl()).contains(app.url());
        assertThat(line.control.groups()).isEqualTo(List.of(group));
        var chat = line.control.chat(Line.ALICE, 0, Duration.ZERO).entries();
        assertThat(chat).hasSize(2);
        assertThat(chat.getLast().path("text").stringValue()).isEqualTo("kept");

        Line.Response again = line.push(Line.ALICE, "kept", "X-Line-Retry-Key", key);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.headers().firstValue("x-line-accepted-request-id")).contains(accepted);
        assertThat(again.json().path("sentMessages")).isEqualTo(firstPush.path("sentMessages"));
        assertThat(line.reply(replyToken, "still in time").status()).isEqualTo(200);
        assertThat(
                line.form("/v2/oauth/verify", "access_token=" + token)
                    .json()
                    .path("client_id")
                    .stringValue())
            .isEqualTo(Line.CHANNEL);
        assertThat(
                line.get("/v2/bot/message/quota/consumption").json().path("totalUsage").intValue())
            .isEqualTo(1);
        long older =
            Long.parseLong(firstPush.path("sentMessages").path(0).path("id").stringValue());
        String newer =
            line.push(Line.BOB, "new").json().path("sentMessages").path(0).path("id").stringValue();
        assertThat(Long.parseLong(newer)).isGreaterThan(older);
      }
    }
  }

  @Test
  void aRedeliveryThatWaitsIsStillMade() throws Exception {
    try (WebhookReceiver app = new WebhookReceiver()) {
      LineSettings redelivering = Line.settings().withRedelivery(List.of(Duration.ofMinutes(1)));
      app.answer(500);
      String id;
      try (Line line = start(1)) {
        line.control.settings(redelivering);
        line.control.webhookUrl(app.url());
        id = line.control.say(Line.ALICE, "x").webhookEventId();
        app.next();
        Patience.await().until(() -> !line.control.webhooks(0).entries().isEmpty());
        Thread.sleep(50);
      }
      app.answer(200);
      try (Line line = start(2)) {
        line.control.settings(redelivering);
        line.clock.advance(Duration.ofMinutes(1));
        JsonNode event = Line.event(app.next());
        assertThat(event.path("webhookEventId").stringValue()).isEqualTo(id);
        assertThat(event.path("deliveryContext").path("isRedelivery").booleanValue()).isTrue();
      }
    }
  }

  @Test
  void theFileIsWrittenWhileTheEmulatorRunsAndIsPrivate() throws Exception {
    Path file = directory.resolve("line.json");
    try (Line line = start(1)) {
      line.push(Line.ALICE, "x");
      Patience.await().until(() -> Files.exists(file));
      assertThat(Json.parse(Files.readAllBytes(file)).path("chats")).hasSize(1);
      assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
    }
  }

  @Test
  void aTakenPortIsNamed() {
    try (Line line = start(1)) {
      assertThatThrownBy(() -> new Line(config -> config.withPort(line.emulator.port())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("127.0.0.1:" + line.emulator.port());
    }
  }

  @Test
  void anUnreadableFileIsSetAside() throws Exception {
    Path file = directory.resolve("line.json");
    Files.writeString(file, "{\"format\":1,\"users\":");
    try (Line line = start(1)) {
      assertThat(line.control.users()).hasSize(3);
    }
    assertThat(Optional.of(directory.resolve("line.json.unreadable"))).get().matches(Files::exists);
  }
}
