package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.Patience;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The control API, over HTTP, is the one that later emulators and every test rely on. */
class ControlApiTest {
  private final Line line = new Line();
  private final WebhookReceiver app = new WebhookReceiver();
  private final String alice = "/_sandbox/users/" + Line.ALICE;

  @AfterEach
  void close() {
    line.close();
    app.close();
  }

  @Test
  void messagesAreReadOnFromTheLastOne() {
    line.push(Line.ALICE, "one");
    line.push(Line.ALICE, "two");
    JsonNode first = line.get(alice + "/messages?after=0").json();
    assertThat(first.path("messages")).hasSize(2);
    JsonNode message = first.path("messages").path(1);
    assertThat(message.path("type").stringValue()).isEqualTo("text");
    assertThat(message.path("text").stringValue()).isEqualTo("two");
    assertThat(message.path("_via").stringValue()).isEqualTo("push");
    assertThat(message.path("_at").stringValue()).isEqualTo("2026-11-02T03:04:05.678Z");
    assertThat(message.has("_id")).isTrue();
    assertThat(UUID.fromString(message.path("_requestId").stringValue())).isNotNull();
    long next = first.path("next").longValue();
    assertThat(line.get(alice + "/messages?after=" + next).json().path("messages")).isEmpty();
  }

  @Test
  void readingWaitsForTheNextMessageAndNotForTheUsersOwn() throws Exception {
    line.control.say(Line.ALICE, "my own");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Line.Response> reading = () -> line.get(alice + "/messages?after=0&wait=30");
      var waiting = threads.submit(reading);
      Thread.sleep(100);
      assertThat(waiting.isDone()).isFalse();
      line.push(Line.ALICE, "at last");
      JsonNode messages = waiting.get().json().path("messages");
      assertThat(messages).hasSize(1);
      assertThat(messages.path(0).path("text").stringValue()).isEqualTo("at last");
    }
    long start = System.nanoTime();
    JsonNode none = line.get(alice + "/messages?after=9&wait=0.2").json();
    assertThat(none.path("messages")).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
  }

  @Test
  void aUserWritesBlocksAndComesBack() throws Exception {
    line.control.webhookUrl(app.url());
    Line.Response sent = line.post(alice + "/messages", "{\"type\":\"text\",\"text\":\"はい\"}");
    assertThat(sent.json().path("messageId").stringValue()).hasSize(18).containsOnlyDigits();
    JsonNode event = Line.event(app.next());
    assertThat(event.path("webhookEventId")).isEqualTo(sent.json().path("webhookEventId"));
    assertThat(event.path("message").path("id")).isEqualTo(sent.json().path("messageId"));
    assertThat(line.post(alice + "/block", "").status()).isEqualTo(200);
    assertThat(Line.event(app.next()).path("type").stringValue()).isEqualTo("unfollow");
    assertThat(line.get(alice).json().path("friendship").stringValue()).isEqualTo("blocked");
    assertThat(line.post(alice + "/unblock", "").status()).isEqualTo(200);
    assertThat(Line.event(app.next()).path("follow").path("isUnblocked").booleanValue()).isTrue();
    line.post(
        alice + "/unsend",
        "{\"messageId\":\"" + sent.json().path("messageId").stringValue() + "\"}");
    assertThat(Line.event(app.next()).path("unsend").path("messageId"))
        .isEqualTo(sent.json().path("messageId"));
    assertThat(line.get(alice + "/chat?after=0").json().path("items").path(0).path("type"))
        .hasToString("\"unsent\"");
    line.post(alice + "/postback", "{\"data\":\"a=1\",\"displayText\":\"A\"}");
    assertThat(Line.event(app.next()).path("postback").path("data").stringValue()).isEqualTo("a=1");
  }

  @Test
  void aNewUserIsAStrangerOrAFriend() {
    JsonNode made = line.post("/_sandbox/users", "{\"displayName\":\"新しい人\"}").json();
    assertThat(made.path("userId").stringValue()).matches("U[0-9a-f]{32}");
    assertThat(made.path("friendship").stringValue()).isEqualTo("friend");
    assertThat(line.push(made.path("userId").stringValue(), "hi").status()).isEqualTo(200);
    assertThat(line.get("/_sandbox/users").json().path("users")).hasSize(4);
    JsonNode none = line.post("/_sandbox/users", "{\"friendship\":\"none\"}").json();
    assertThat(none.path("reachable").booleanValue()).isFalse();
  }

  @Test
  void whatWasAskedOfLineIsOnRecordWithoutTheToken() {
    String key = UUID.randomUUID().toString();
    line.push(Line.ALICE, "hello", "X-Line-Retry-Key", key);
    line.get("/v2/bot/info");
    Line.Response record = line.get("/_sandbox/requests?after=0");
    assertThat(record.text()).doesNotContain(Line.TOKEN);
    JsonNode push = record.json().path("requests").path(0);
    assertThat(push.path("endpoint").stringValue()).isEqualTo("push");
    assertThat(push.path("retryKey").stringValue()).isEqualTo(key);
    assertThat(push.path("status").intValue()).isEqualTo(200);
    assertThat(push.path("accepted").booleanValue()).isTrue();
    assertThat(push.path("body").stringValue()).isEqualTo(Line.pushBody(Line.ALICE, "hello"));
    assertThat(record.json().path("requests").path(1).path("endpoint").stringValue())
        .isEqualTo("bot-info");
    assertThat(line.get("/_sandbox/requests?after=2").json().path("requests")).isEmpty();
  }

  @Test
  void theJudgeCountsWhatWasAcceptedTwice() {
    line.push(Line.ALICE, "once", "X-Line-Retry-Key", UUID.randomUUID().toString());
    line.push(Line.ALICE, "twice", "X-Line-Retry-Key", UUID.randomUUID().toString());
    line.push(Line.ALICE, "twice", "X-Line-Retry-Key", UUID.randomUUID().toString());
    line.push(Line.BOB, "twice", "X-Line-Retry-Key", UUID.randomUUID().toString());
    JsonNode accepted = line.get("/_sandbox/accepted?after=0").json().path("accepted");
    assertThat(accepted).hasSize(4);
    assertThat(accepted.path(0).path("count").intValue()).isEqualTo(1);
    assertThat(accepted.path(0).path("to").stringValue()).isEqualTo(Line.ALICE);
    assertThat(accepted.path(0).path("text").stringValue()).isEqualTo("once");
    JsonNode repeated = line.get("/_sandbox/accepted?after=0&repeated=1").json().path("accepted");
    assertThat(repeated).hasSize(2);
    assertThat(repeated.path(0).path("count").intValue()).isEqualTo(2);
  }

  @Test
  void rawEventsGoOutAsTheyCameIn() throws Exception {
    line.control.webhookUrl(app.url());
    String event = "{\"type\":\"invented\",\"webhookEventId\":\"E1\",\"extra\":{\"n\":1.10}}";
    line.post("/_sandbox/events", "[" + event + "]");
    assertThat(app.next().body())
        .isEqualTo("{\"destination\":\"" + Line.BOT + "\",\"events\":[" + event + "]}");

    String other = "U" + "9".repeat(32);
    line.post(
        "/_sandbox/events",
        "{\"events\":[" + event + "," + event + "],\"destination\":\"" + other + "\"}");
    assertThat(app.next().body())
        .isEqualTo("{\"destination\":\"" + other + "\",\"events\":[" + event + "," + event + "]}");

    byte[] bytes = {'{', (byte) 0xff, 0, '}'};
    String base64 = Base64.getEncoder().encodeToString(bytes);
    JsonNode answered = line.post("/_sandbox/events", "{\"base64\":\"" + base64 + "\"}").json();
    assertThat(answered.path("status").intValue()).isEqualTo(200);
    assertThat(app.next().signature())
        .isEqualTo(new Seals(Line.SECRET).signature(bytes))
        .isNotEqualTo(new Seals("other").signature(bytes));
  }

  @Test
  void deliveriesAreOnRecord() throws Exception {
    line.control.webhookUrl(app.url());
    app.answer(503);
    line.control.say(Line.ALICE, "x");
    app.next();
    JsonNode webhooks =
        Patience.await()
            .until(
                () -> line.get("/_sandbox/webhooks?after=0").json().path("webhooks"),
                all -> !all.isEmpty());
    assertThat(webhooks.path(0).path("status").intValue()).isEqualTo(503);
    assertThat(webhooks.path(0).path("reason").stringValue()).isEqualTo("ERROR_STATUS_CODE");
    String id = webhooks.path(0).path("eventIds").path(0).stringValue();
    assertThat(line.get("/_sandbox/webhooks?eventId=" + id).json().path("webhooks")).hasSize(1);
    assertThat(app.quiet(Duration.ofMillis(200))).as("redelivery is off, as at LINE").isTrue();
  }

  @Test
  void settingsAreChangedOneByOne() {
    JsonNode settings =
        line.put(
                "/_sandbox/settings",
                "{\"redeliveryMs\":[1000,5000],\"monthlyQuota\":10,\"webhookUrl\":\""
                    + app.url()
                    + "\"}")
            .json();
    assertThat(settings.path("redeliveryMs")).hasSize(2);
    assertThat(settings.path("webhookUrl").stringValue()).isEqualTo(app.url());
    assertThat(line.control.settings().redelivery())
        .isEqualTo(List.of(Duration.ofSeconds(1), Duration.ofSeconds(5)));
    assertThat(line.control.settings().webhookConcurrency()).isEqualTo(64);
    line.put("/_sandbox/settings", "{\"monthlyQuota\":null,\"webhookActive\":false}");
    assertThat(line.control.settings().monthlyQuota()).isEmpty();
    assertThat(line.get("/v2/bot/channel/webhook/endpoint").json().path("active").booleanValue())
        .isFalse();
    assertThat(line.put("/_sandbox/settings", "{\"webhookUrl\":\"https://example.com\"}").status())
        .isEqualTo(400);
  }

  @Test
  void theStreamTellsWhatToLookAtAgain() throws Exception {
    long now = line.get("/_sandbox/stream").json().path("next").longValue();
    line.push(Line.ALICE, "x");
    JsonNode changes = line.get("/_sandbox/stream?wait=5&after=" + now).json().path("changes");
    assertThat(changes.toString()).contains("\"kind\":\"chat\",\"chat\":\"" + Line.ALICE + "\"");
    assertThat(line.get("/_sandbox").json().path("endpoints").toString()).contains("\"push\"");
  }
}
