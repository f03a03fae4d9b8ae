package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Everything that has a life ends when LINE says it ends, by the clock that was passed in. */
class StateMachineTest {
  private final Line line = new Line();
  private final WebhookReceiver app = new WebhookReceiver();

  @AfterEach
  void close() {
    line.close();
    app.close();
  }

  private String replyToken(String user) throws Exception {
    line.control.webhookUrl(app.url());
    line.control.say(user, "hello");
    return Line.event(app.next()).path("replyToken").stringValue();
  }

  private int shown(String chat) throws InterruptedException {
    return line.control.messages(chat, 0, Duration.ZERO).entries().size();
  }

  @Test
  void aReplyTokenLivesOneMinuteFromItsReceipt() throws Exception {
    String inTime = replyToken(Line.ALICE);
    line.clock.advance(Duration.ofSeconds(60));
    assertThat(line.reply(inTime, "in time").status()).isEqualTo(200);

    String late = replyToken(Line.ALICE);
    line.clock.advance(Duration.ofSeconds(61));
    assertThat(line.reply(late, "late").status()).isEqualTo(400);
    assertThat(line.reply(late, "late").message()).isEqualTo("Invalid reply token");
    assertThat(shown(Line.ALICE)).isEqualTo(1);
  }

  @Test
  void aReplyTokenComesBackToLifeWithARedeliveryUntilTwentyMinutesAfterTheEvent() throws Exception {
    line.control.settings(
        Line.settings().withRedelivery(List.of(Duration.ofMinutes(5), Duration.ofMinutes(20))));
    app.answer(503);
    String token = replyToken(Line.ALICE);
    awaitPending(1);
    line.clock.advance(Duration.ofMinutes(5));
    JsonNode second = Line.event(app.next());
    assertThat(second.path("deliveryContext").path("isRedelivery").booleanValue()).isTrue();
    assertThat(second.path("replyToken").stringValue()).isEqualTo(token);
    awaitAttempts(2);

    line.clock.advance(Duration.ofSeconds(60));
    assertThat(line.reply(token, "after five minutes").status()).isEqualTo(200);

    String other = replyToken(Line.BOB);
    awaitAttempts(3);
    line.clock.advance(Duration.ofMinutes(5));
    app.next();
    awaitAttempts(4);
    line.clock.advance(Duration.ofMinutes(20));
    JsonNode third = Line.event(app.next());
    assertThat(third.path("replyToken").isMissingNode()).isFalse();
    assertThat(line.reply(other, "the event is 25 minutes old").status()).isEqualTo(400);
  }

  @Test
  void aRedeliveredTokenThatWasUsedStaysUsed() throws Exception {
    line.control.settings(Line.settings().withRedelivery(List.of(Duration.ofSeconds(1))));
    app.answer(500);
    String token = replyToken(Line.ALICE);
    assertThat(line.reply(token, "first").status()).isEqualTo(200);
    awaitPending(1);
    line.clock.advance(Duration.ofSeconds(1));
    app.next();
    assertThat(line.reply(token, "again").status()).isEqualTo(400);
  }

  @Test
  void aTokenOfAnUndeliveredWebhookIsWorthNothing() throws Exception {
    line.control.webhookUrl("http://127.0.0.1:1/nobody");
    line.control.say(Line.ALICE, "hello");
    awaitAttempts(1);
    JsonNode attempt = line.control.webhooks(0).entries().getFirst();
    assertThat(attempt.path("reason").stringValue()).isEqualTo("COULD_NOT_CONNECT");
  }

  @Test
  void aFailedReplyDoesNotUseItsToken() throws Exception {
    String token = replyToken(Line.ALICE);
    assertThat(line.reply(token, "").status()).isEqualTo(400);
    assertThat(line.reply(token, "now").status()).isEqualTo(200);
  }

  @Test
  void aRetryKeyIsKnownForADay() throws Exception {
    String[] key = {"X-Line-Retry-Key", "123E4567-e89b-12d3-a456-426614174000"};
    Line.Response first = line.push(Line.ALICE, "one", key);
    String accepted = first.headers().firstValue("x-line-request-id").orElseThrow();
    line.clock.advance(Duration.ofHours(24).minusMillis(1));

    Line.Response again = line.push(Line.BOB, "something else", key);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.message()).isEqualTo("The retry key is already accepted");
    assertThat(again.json().path("sentMessages")).isEqualTo(first.json().path("sentMessages"));
    assertThat(again.headers().firstValue("x-line-accepted-request-id")).contains(accepted);
    assertThat(shown(Line.BOB)).isZero();

    line.clock.advance(Duration.ofMillis(1));
    assertThat(line.push(Line.ALICE, "one", key).status()).isEqualTo(200);
    assertThat(line.control.accepted(0).entries().getLast().path("count").intValue()).isEqualTo(2);
  }

  @Test
  void aRefusedRequestDoesNotUseItsRetryKey() {
    String[] key = {"X-Line-Retry-Key", UUID.randomUUID().toString()};
    assertThat(line.push(Line.ALICE, "", key).status()).isEqualTo(400);
    assertThat(line.push(Line.ALICE, "fine", key).status()).isEqualTo(200);
  }

  @Test
  void aRetryKeyIsRefusedWhereItMeansNothing() throws Exception {
    String token = replyToken(Line.ALICE);
    String body =
        "{\"replyToken\":\"" + token + "\",\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}";
    String key = UUID.randomUUID().toString();
    assertThat(line.post("/v2/bot/message/reply", body, "X-Line-Retry-Key", key).status())
        .isEqualTo(400);
    assertThat(line.reply(token, "x").status()).isEqualTo(200);
    assertThat(line.push(Line.ALICE, "x", "X-Line-Retry-Key", "not-a-uuid").status())
        .isEqualTo(400);
  }

  @Test
  void aStrangerCanBePushedToForSevenDaysAfterWriting() throws Exception {
    assertThat(line.push(Line.STRANGER, "before").status()).isEqualTo(200);
    assertThat(shown(Line.STRANGER)).isZero();

    line.control.say(Line.STRANGER, "a question");
    line.clock.advance(Duration.ofDays(7));
    assertThat(line.push(Line.STRANGER, "within").status()).isEqualTo(200);
    assertThat(shown(Line.STRANGER)).isEqualTo(1);
    assertThat(line.get("/v2/bot/profile/" + Line.STRANGER).status()).isEqualTo(200);

    line.clock.advance(Duration.ofMillis(1));
    assertThat(line.push(Line.STRANGER, "after").status()).isEqualTo(200);
    assertThat(shown(Line.STRANGER)).isEqualTo(1);
  }

  @Test
  void aBlockIsSilent() throws Exception {
    String token = replyToken(Line.ALICE);
    line.control.block(Line.ALICE);

    assertThat(line.push(Line.ALICE, "x").status()).isEqualTo(200);
    assertThat(line.reply(token, "x").status()).isEqualTo(200);
    assertThat(shown(Line.ALICE)).isZero();
    assertThat(line.get("/v2/bot/profile/" + Line.ALICE).message()).isEqualTo("Not found");
    assertThat(usage()).isZero();
    assertThatThrownBy(() -> line.control.say(Line.ALICE, "x"))
        .isInstanceOf(ControlRefusal.class)
        .hasMessageContaining("unblock");

    line.control.unblock(Line.ALICE);
    line.push(Line.ALICE, "seen");
    assertThat(shown(Line.ALICE)).isEqualTo(1);
    assertThat(usage()).isEqualTo(1);
  }

  @Test
  void anUnknownRecipientIsRefusedAndADeletedOneIsNot() throws Exception {
    String unknown = "U" + "f".repeat(32);
    assertThat(line.push(unknown, "x").status()).isEqualTo(400);
    assertThat(line.push(unknown, "x").message()).isEqualTo("Failed to send messages");
    assertThat(line.push("someone", "x").message())
        .isEqualTo("The property, to, in the request body is invalid (line: -, column: -)");
    line.control.deleteAccount(Line.BOB);
    assertThat(line.push(Line.BOB, "x").status()).isEqualTo(200);
    assertThat(shown(Line.BOB)).isZero();
  }

  private long usage() {
    return line.get("/v2/bot/message/quota/consumption").json().path("totalUsage").longValue();
  }

  @Test
  void theQuotaCountsRecipientsNotMessages() throws Exception {
    line.control.settings(Line.settings().withMonthlyQuota(Optional.of(5L)));
    LineGroup group =
        line.control.addGroup("trip", Set.of(Line.ALICE, Line.BOB, Line.STRANGER), true);
    assertThat(line.push(group.id(), "to three").status()).isEqualTo(200);
    assertThat(usage()).isEqualTo(3);
    var two = Json.object().put("to", Line.ALICE);
    var messages = two.putArray("messages");
    messages.addObject().put("type", "text").put("text", "1");
    messages.addObject().put("type", "text").put("text", "2");
    assertThat(line.post("/v2/bot/message/push", Json.string(two)).status()).isEqualTo(200);
    assertThat(usage()).isEqualTo(4);

    Line.Response over =
        line.post(
            "/v2/bot/message/broadcast", "{\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}");
    assertThat(over.status()).isEqualTo(429);
    assertThat(over.message()).isEqualTo("You have reached your monthly limit.");
    assertThat(line.get("/v2/bot/message/quota").json().path("value").longValue()).isEqualTo(5);

    line.clock.advance(Duration.ofDays(31));
    assertThat(usage()).isZero();
    assertThat(
            line.get("/v2/bot/message/delivery/push?date=20261102")
                .json()
                .path("success")
                .longValue())
        .isEqualTo(4);
  }

  @Test
  void aRateLimitRefillsWithTime() {
    line.control.settings(
        Line.settings()
            .withRateLimits(true, Map.of("push", new LineSettings.Rate(2, Duration.ofSeconds(1)))));
    assertThat(line.push(Line.ALICE, "1").status()).isEqualTo(200);
    assertThat(line.push(Line.ALICE, "2").status()).isEqualTo(200);
    Line.Response third = line.push(Line.ALICE, "3");
    assertThat(third.status()).isEqualTo(429);
    assertThat(third.message()).isEqualTo("The API rate limit has been exceeded. Try again later.");
    line.clock.advance(Duration.ofMillis(500));
    assertThat(line.push(Line.ALICE, "3").status()).isEqualTo(200);
    assertThat(line.push(Line.ALICE, "4").status()).isEqualTo(429);
  }

  @Test
  void publishedRateLimitsHoldPerEndpoint() {
    String body = "{\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}";
    for (int i = 0; i < 60; i++) {
      assertThat(line.post("/v2/bot/message/broadcast", body).status()).isEqualTo(200);
    }
    assertThat(line.post("/v2/bot/message/broadcast", body).status()).isEqualTo(429);
    assertThat(line.push(Line.ALICE, "another bucket").status()).isEqualTo(200);
  }

  @Test
  void groupsHaveMembersAndABot() throws Exception {
    line.control.webhookUrl(app.url());
    LineGroup group = line.control.addGroup("trip", Set.of(Line.ALICE), true);
    JsonNode join = Line.event(app.next());
    assertThat(join.path("type").stringValue()).isEqualTo("join");
    assertThat(join.path("source").path("groupId").stringValue()).isEqualTo(group.id());
    assertThat(line.reply(join.path("replyToken").stringValue(), "hello all").status())
        .isEqualTo(200);
    assertThat(shown(group.id())).isEqualTo(1);

    line.control.memberJoined(group.id(), Line.BOB);
    assertThat(Line.event(app.next()).path("joined").path("members").size()).isEqualTo(1);
    line.control.send(
        group.id(), Line.BOB, Json.object().put("type", "text").put("text", "in a group"));
    JsonNode said = Line.event(app.next());
    assertThat(said.path("source").path("userId").stringValue()).isEqualTo(Line.BOB);
    assertThat(said.path("source").path("type").stringValue()).isEqualTo("group");
    assertThat(
            line.get("/v2/bot/group/" + group.id() + "/members/count")
                .json()
                .path("count")
                .intValue())
        .isEqualTo(2);
    assertThat(
            line.get("/v2/bot/group/" + group.id() + "/member/" + Line.BOB)
                .json()
                .path("displayName")
                .stringValue())
        .isEqualTo("Bob");

    assertThat(line.post("/v2/bot/group/" + group.id() + "/leave", "").status()).isEqualTo(200);
    assertThat(Line.event(app.next()).path("type").stringValue()).isEqualTo("leave");
    assertThat(line.push(group.id(), "x").status()).isEqualTo(400);
    assertThat(line.get("/v2/bot/group/" + group.id() + "/summary").status()).isEqualTo(404);
  }

  @Test
  void aNarrowcastToTooFewFails() throws Exception {
    Line.Response accepted =
        line.post(
            "/v2/bot/message/narrowcast", "{\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}");
    assertThat(accepted.status()).isEqualTo(202);
    String id = accepted.headers().firstValue("x-line-request-id").orElseThrow();
    String path = "/v2/bot/message/progress/narrowcast?requestId=" + id;
    assertThat(line.get(path).json().path("phase").stringValue()).isEqualTo("waiting");
    line.clock.advance(Duration.ofSeconds(1));
    Patience.await()
        .until(() -> !line.get(path).json().path("phase").stringValue().equals("waiting"));
    assertThat(line.get(path).json().path("phase").stringValue()).isEqualTo("failed");
    assertThat(line.get(path).json().path("errorCode").intValue()).isEqualTo(2);
    line.clock.advance(Duration.ofDays(15));
    assertThat(line.get(path).status()).isEqualTo(404);
  }

  @Test
  void narrowcastsSelectByAudienceAndDemographic() throws Exception {
    line.control.settings(Line.settings().withAccount(0, true));
    line.control.audience(7, Set.of(Line.ALICE, Line.STRANGER));
    String recipient =
        "{\"type\":\"operator\",\"not\":{\"type\":\"audience\",\"audienceGroupId\":7}}";
    String body =
        "{\"messages\":[{\"type\":\"text\",\"text\":\"x\"}],\"recipient\":" + recipient + "}";
    assertThat(line.post("/v2/bot/message/narrowcast", body).status()).isEqualTo(202);
    line.clock.advance(Duration.ofSeconds(1));
    assertThat(line.control.messages(Line.BOB, 0, Patience.LONG).entries()).hasSize(1);
    assertThat(shown(Line.ALICE)).isZero();

    Line.Response unknown =
        line.post(
            "/v2/bot/message/narrowcast",
            "{\"messages\":[{\"type\":\"text\",\"text\":\"x\"}],"
                + "\"recipient\":{\"type\":\"audience\",\"audienceGroupId\":8}}");
    assertThat(unknown.status()).isEqualTo(400);
    assertThat(unknown.json().path("details").path(0).path("property").stringValue())
        .isEqualTo("recipient.audienceGroupId");
  }

  private void awaitPending(int count) throws InterruptedException {
    Patience.await().until(() -> line.control.pendingWebhooks() == count);
    Thread.sleep(20);
  }

  private void awaitAttempts(int count) throws InterruptedException {
    Patience.await().until(() -> line.control.webhooks(0).entries().size() >= count);
    Thread.sleep(50);
  }
}
