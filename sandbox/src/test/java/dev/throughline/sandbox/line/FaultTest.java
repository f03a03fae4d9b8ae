package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Each fault does what its name says, once, and leaves the world as LINE would. */
class FaultTest {
  private final Line line = new Line();
  private final WebhookReceiver app = new WebhookReceiver();

  @AfterEach
  void close() {
    line.close();
    app.close();
  }

  private int shown() throws InterruptedException {
    return line.control.messages(Line.ALICE, 0, Duration.ZERO).entries().size();
  }

  static Stream<Arguments> answered() {
    return Stream.of(
        Arguments.of(Fault.RATE_LIMITED, 429, "The API rate limit has been exceeded", 0),
        Arguments.of(Fault.SAME_USER, 429, "The API rate limit has been exceeded", 0),
        Arguments.of(Fault.CONCURRENCY, 429, "The API rate limit has been exceeded", 0),
        Arguments.of(Fault.QUOTA_REACHED, 429, "You have reached your monthly limit.", 0),
        Arguments.of(Fault.UNAUTHORIZED, 401, "Authentication failed", 0),
        Arguments.of(Fault.FORBIDDEN, 403, "Access to this API is not available", 0),
        Arguments.of(Fault.BAD_REQUEST, 400, "Failed to send messages", 0),
        Arguments.of(Fault.ERROR_BEFORE, 500, "", 0),
        Arguments.of(Fault.ERROR_AFTER, 500, "", 1));
  }

  @ParameterizedTest
  @MethodSource("answered")
  void aFaultIsAnsweredInPlaceOfTheEndpoint(Fault fault, int status, String text, int shown)
      throws Exception {
    line.control.setFaults(List.of(FaultRule.times("push", fault, 1)));
    String[] key = {"X-Line-Retry-Key", UUID.randomUUID().toString()};

    Line.Response response = line.push(Line.ALICE, "x", key);

    assertThat(response.status()).isEqualTo(status);
    assertThat(response.message()).startsWith(text);
    assertThat(response.headers().firstValue("x-line-request-id")).isPresent();
    assertThat(shown()).isEqualTo(shown);
    JsonNode request = line.control.requests(0).entries().getLast();
    assertThat(request.path("accepted").booleanValue()).isEqualTo(shown == 1);
    assertThat(request.path("fault").stringValue()).isEqualTo(fault.label());
    assertThat(line.push(Line.ALICE, "x", key).status()).isEqualTo(shown == 1 ? 409 : 200);
    assertThat(shown()).isEqualTo(1);
  }

  static Stream<Arguments> unanswered() {
    return Stream.of(
        Arguments.of(Fault.RESET_BEFORE, 0),
        Arguments.of(Fault.RESET_AFTER, 1),
        Arguments.of(Fault.HANG_BEFORE, 0),
        Arguments.of(Fault.HANG_AFTER, 1));
  }

  @ParameterizedTest
  @MethodSource("unanswered")
  void aFaultCanLeaveARequestWithoutAnswer(Fault fault, int shown) throws Exception {
    line.control.setFaults(List.of(FaultRule.times("push", fault, 1)));
    String[] key = {"X-Line-Retry-Key", UUID.randomUUID().toString()};
    var request =
        line.request("/v2/bot/message/push")
            .header("content-type", "application/json")
            .headers(key)
            .timeout(Duration.ofMillis(500))
            .POST(HttpRequest.BodyPublishers.ofString(Line.pushBody(Line.ALICE, "x")));

    boolean hang = fault == Fault.HANG_BEFORE || fault == Fault.HANG_AFTER;
    assertThatThrownBy(() -> line.trySend(request))
        .isInstanceOf(hang ? HttpTimeoutException.class : IOException.class);

    assertThat(shown()).isEqualTo(shown);
    assertThat(line.control.requests(0).entries().getLast().path("status").intValue()).isZero();
    assertThat(line.push(Line.ALICE, "x", key).status()).isEqualTo(shown == 1 ? 409 : 200);
  }

  @Test
  void aSlowAnswerComesLateAndIsGood() throws Exception {
    line.control.setFaults(
        List.of(FaultRule.times("push", Fault.SLOW, 1).withDelay(Duration.ofMillis(300))));
    long start = System.nanoTime();
    assertThat(line.push(Line.ALICE, "x").status()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
  }

  @Test
  void aFaultCanBeRareLateOrAboutOnePerson() throws Exception {
    line.control.setFaults(List.of(FaultRule.sometimes("*", Fault.ERROR_BEFORE, 0.5)));
    int failed = 0;
    for (int i = 0; i < 100; i++) {
      failed += line.push(Line.ALICE, "x").status() == 500 ? 1 : 0;
    }
    assertThat(failed).isBetween(30, 70);
    assertThat(line.control.struck()).isEqualTo(failed);

    Line.Response set =
        line.put(
            "/_sandbox/faults",
            "{\"faults\":[{\"endpoint\":\"push\",\"fault\":\"429-rate\",\"skip\":1,\"count\":1,"
                + "\"about\":\""
                + Line.BOB
                + "\"}]}");
    assertThat(set.status()).isEqualTo(200);
    assertThat(line.push(Line.BOB, "let through").status()).isEqualTo(200);
    assertThat(line.push(Line.ALICE, "another").status()).isEqualTo(200);
    assertThat(line.push(Line.BOB, "struck").status()).isEqualTo(429);
    assertThat(line.push(Line.BOB, "spent").status()).isEqualTo(200);
    assertThat(line.send(line.request("/_sandbox/faults").DELETE()).json().path("faults"))
        .isEmpty();
    assertThat(line.put("/_sandbox/faults", "[{\"fault\":\"explode\"}]").message())
        .contains("429-rate");
    assertThat(line.put("/_sandbox/faults", "[{\"fault\":\"401\",\"probability\":2}]").status())
        .isEqualTo(400);
  }

  private void webhookFault(FaultRule rule) throws ControlRefusal {
    line.control.webhookUrl(app.url());
    line.control.setFaults(List.of(rule));
  }

  @Test
  void aDuplicateIsTheSameBodyAgain() throws Exception {
    webhookFault(FaultRule.times("webhook", Fault.DUPLICATE, 1));
    line.control.say(Line.ALICE, "x");
    String first = app.next().body();
    assertThat(app.next().body()).isEqualTo(first);
    assertThat(app.quiet(Duration.ofMillis(200))).isTrue();
  }

  @Test
  void aRedeliveryDiffersInOneProperty() throws Exception {
    webhookFault(FaultRule.times("webhook", Fault.REDELIVER, 1));
    line.control.say(Line.ALICE, "x");
    String first = app.next().body();
    assertThat(app.next().body())
        .isEqualTo(first.replace("\"isRedelivery\":false", "\"isRedelivery\":true"))
        .isNotEqualTo(first);
  }

  @Test
  void reorderingLetsLaterEventsOvertake() throws Exception {
    webhookFault(FaultRule.times("webhook", Fault.REORDER, 1));
    line.control.say(Line.ALICE, "first");
    line.control.say(Line.ALICE, "second");
    assertThat(Line.event(app.next()).path("message").path("text").stringValue())
        .isEqualTo("second");
    assertThat(Line.event(app.next()).path("message").path("text").stringValue())
        .isEqualTo("first");
  }

  @Test
  void aMixedBatchCarriesEventsOfManyPeople() throws Exception {
    webhookFault(
        FaultRule.times("webhook", Fault.MIXED_BATCH, 1).withDelay(Duration.ofMillis(300)));
    line.control.say(Line.ALICE, "1");
    line.control.say(Line.BOB, "2");
    line.control.say(Line.ALICE, "3");
    JsonNode events = Json.trusted(app.next().body()).path("events");
    assertThat(events).hasSize(3);
  }

  @Test
  void standbyEventsCannotBeAnswered() throws Exception {
    webhookFault(FaultRule.times("webhook", Fault.STANDBY, 1));
    line.control.say(Line.ALICE, "x");
    JsonNode event = Line.event(app.next());
    assertThat(event.path("mode").stringValue()).isEqualTo("standby");
    assertThat(event.has("replyToken")).isFalse();
  }

  @Test
  void aWrongSignatureIsWrong() throws Exception {
    webhookFault(FaultRule.times("webhook", Fault.BAD_SIGNATURE, 1));
    line.control.say(Line.ALICE, "x");
    WebhookReceiver.Received wrong = app.next();
    assertThat(wrong.signature()).isNotEqualTo(signature(wrong.body()));
    line.control.say(Line.ALICE, "y");
    WebhookReceiver.Received right = app.next();
    assertThat(right.signature()).isEqualTo(signature(right.body()));
  }

  private static String signature(String body) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Line.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return Base64.getEncoder().encodeToString(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aLostWebhookIsOnlyOnRecord() throws Exception {
    webhookFault(FaultRule.times("webhook", Fault.LOSE, 1));
    line.control.say(Line.ALICE, "x");
    line.control.say(Line.ALICE, "y");
    assertThat(Line.event(app.next()).path("message").path("text").stringValue()).isEqualTo("y");
    assertThat(line.control.webhooks(0).entries().getFirst().path("reason").stringValue())
        .isEqualTo("NOT_SENT");
  }

  @Test
  void aSlowWebhookComesLate() throws Exception {
    webhookFault(
        FaultRule.times("webhook", Fault.SLOW_WEBHOOK, 1).withDelay(Duration.ofMillis(300)));
    line.control.say(Line.ALICE, "x");
    assertThat(app.quiet(Duration.ofMillis(150))).isTrue();
    app.next();
  }

  @Test
  void aWebhookIsGivenUpAfterTheTimeout() throws Exception {
    line.control.webhookUrl(app.url());
    line.control.settings(LineSettings.published().withDelivery(1, 4, Duration.ofMillis(200)));
    app.delay(Duration.ofSeconds(1));
    line.control.say(Line.ALICE, "x");
    app.next();
    List<String> reasons = new ArrayList<>();
    Patience.await().until(() -> !line.control.webhooks(0).entries().isEmpty());
    line.control
        .webhooks(0)
        .entries()
        .forEach(attempt -> reasons.add(attempt.path("reason").stringValue("")));
    assertThat(reasons).containsExactly("REQUEST_TIMEOUT");
  }

  @Test
  void aRestartedAppGetsTheNextWebhook() throws Exception {
    line.control.webhookUrl(app.url());
    line.control.say(Line.ALICE, "before");
    app.next();
    app.close();
    Thread.sleep(50);
    try (WebhookReceiver restarted = new WebhookReceiver(app.port())) {
      line.control.say(Line.ALICE, "after");
      assertThat(Line.event(restarted.next()).path("message").path("text").stringValue())
          .isEqualTo("after");
    }
  }

  @Test
  void aDeadAppIsNotedAsSuch() throws Exception {
    line.control.webhookUrl(app.url());
    app.close();
    line.control.say(Line.ALICE, "x");
    Patience.await().until(() -> line.control.pendingWebhooks() == 0);
    assertThat(line.control.webhooks(0).entries().getFirst().path("reason").stringValue())
        .isEqualTo("COULD_NOT_CONNECT");
  }

  @Test
  void eventsOfOneChatKeepTheirOrder() throws Exception {
    line.control.webhookUrl(app.url());
    for (int i = 0; i < 200; i++) {
      line.control.say(i % 2 == 0 ? Line.ALICE : Line.BOB, Integer.toString(i));
    }
    List<Integer> alice = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      JsonNode event = Line.event(app.next());
      if (event.path("source").path("userId").stringValue().equals(Line.ALICE)) {
        alice.add(Integer.parseInt(event.path("message").path("text").stringValue()));
      }
    }
    assertThat(alice).hasSize(100).isSorted();
  }
}
