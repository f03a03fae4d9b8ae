package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever LINE answers to a push, the message comes to the status and reason that the contract has
 * for it, the app is told, and LINE never accepts a message twice.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SendResultTest {
  /** What the gateway waits for an answer of LINE, in real time. */
  private static final Duration SEND_DEADLINE = Duration.ofSeconds(15);

  private static World world;
  private static LineFront front;
  private static CustomerApp hanging;
  private static String neverTaken;
  private static String taken;

  private CustomerApp app;
  private String user;
  private String text;

  /**
   * The two sends that hang until the deadline do so while others are tested: those that move the
   * clock by less than the hour for which a send is repeated.
   */
  @BeforeAll
  static void start() throws Exception {
    front = new LineFront();
    world = World.behind(front);
    hanging = world.app();
    world.fault("push", Fault.HANG_BEFORE, "hangs, not taken", 1, SEND_DEADLINE.plusSeconds(5));
    world.fault("push", Fault.HANG_AFTER, "hangs, but taken", 1, SEND_DEADLINE.plusSeconds(5));
    neverTaken = hanging.send(world.friend(), "hangs, not taken");
    taken = hanging.send(world.friend(), "hangs, but taken");
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    front.close();
  }

  @BeforeEach
  void someoneToWriteTo() throws Exception {
    app = world.app();
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  @Order(1)
  void acceptedIsQueuedOnTheChannel() {
    String message = app.send(user, text);

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");

    var submit = app.called("message_submit_notification", message);
    assertThat(submit.payload().path("submitted_message").path("text_message").path("text"))
        .hasToString('"' + text + '"');
    app.called("message_delivery_report", message);
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL");
    assertThat(world.requests("push", text)).hasSize(1);
    assertThat(world.accepted(text)).hasSize(1);
  }

  @Test
  @Order(1)
  void tooManyRequestsIsTriedAgainLaterAndLater() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text, 3);

    String message = app.send(user, text);

    for (int wait = 1; wait <= 4; wait *= 2) {
      // Doubling from a second on, spread by a fifth either way.
      assertThat(app.advance()).isBetween(seconds(0.8 * wait), seconds(1.2 * wait));
    }
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.accepted(text)).hasSize(1);
    assertThat(retryKeys()).hasSize(1);
  }

  @Test
  @Order(1)
  void retryAfterIsHonoured() throws Exception {
    front.answersInstead(
        text,
        new LineFront.Instead(
            429,
            "{\"message\":\"The API rate limit has been exceeded. Try again later.\"}",
            "retry-after",
            "120"));

    String message = app.send(user, text);

    assertThat(app.advance()).isEqualTo(Duration.ofMinutes(2));
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.accepted(text)).hasSize(1);
  }

  @Test
  @Order(3)
  void aRateLimitThatNeverEndsFails() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text, 1_000);

    String message = app.send(user, text);

    Duration patience = Duration.ZERO;
    while (app.settled().isPresent()) {
      Duration wait = app.advance();
      assertThat(wait).isLessThanOrEqualTo(Duration.ofMinutes(6));
      patience = patience.plus(wait);
    }
    assertThat(patience).isBetween(Duration.ofMinutes(54), Duration.ofMinutes(60));
    app.comesTo(message, "FAILED", "RATE_LIMITED");
    assertThat(world.accepted(text)).isEmpty();
    app.called("message_delivery_report", message);
    assertThat(app.told(message)).containsExactly("FAILED RATE_LIMITED");
  }

  @ParameterizedTest
  @CsvSource({
    "QUOTA_REACHED, CHANNEL_REJECT",
    "UNAUTHORIZED,  CHANNEL_BAD_CONFIGURATION",
    "FORBIDDEN,     NO_PERMISSION",
    "BAD_REQUEST,   RECIPIENT_INVALID_CHANNEL_IDENTITY"
  })
  @Order(1)
  void aRefusalFailsAtOnceAndIsNotRepeated(Fault fault, String reason) throws Exception {
    world.fault("push", fault, text, 1_000);

    String message = app.send(user, text);

    app.comesTo(message, "FAILED", reason);
    var report = app.called("message_delivery_report", message).payload();
    assertThat(report.path("reason").path("code").asString()).isEqualTo(reason);
    assertThat(report.path("reason").path("sub_code").asString()).isEqualTo("UNSPECIFIED_SUB_CODE");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", text)).hasSize(1);
    assertThat(world.accepted(text)).isEmpty();
    assertThat(app.calls("message_submit_notification", message)).isEmpty();
  }

  @Test
  @Order(1)
  void aRefusedBodyIsABadRequest() throws Exception {
    front.answersInstead(
        text,
        new LineFront.Instead(
            400,
            """
            {"message":"The request body has 1 error(s)",
             "details":[{"message":"May not be empty","property":"messages[0].text"}]}
            """,
            "content-type",
            "application/json"));

    String message = app.send(user, text);

    app.comesTo(message, "FAILED", "BAD_REQUEST");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", text)).isEmpty();
  }

  @Test
  @Order(1)
  void somebodyWhomLineDoesNotKnowIsAnInvalidIdentity() {
    String message = app.send("U" + "0123456789abcdef".repeat(2), text);

    app.comesTo(message, "FAILED", "RECIPIENT_INVALID_CHANNEL_IDENTITY");
    assertThat(world.requests("push", text)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ERROR_BEFORE", "ERROR_AFTER", "RESET_BEFORE", "RESET_AFTER"})
  @Order(1)
  void whatMayHaveBeenTakenIsRepeatedUnderItsKeyAndAcceptedOnce(Fault fault) throws Exception {
    world.fault("push", fault, text, 1);

    String message = app.send(user, text);

    assertThat(app.advance()).isBetween(seconds(0.8), seconds(1.2));
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.accepted(text)).hasSize(1);
    assertThat(statuses()).hasSize(2);
    assertThat(retryKeys()).hasSize(1);
    boolean after = fault == Fault.ERROR_AFTER || fault == Fault.RESET_AFTER;
    assertThat(statuses().getLast()).isEqualTo(after ? 409 : 200);
    app.called("message_submit_notification", message);
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL");
    assertThat(phone()).containsExactly(text);
  }

  /** LINE took it and its answer was lost; what LINE says to the repeats does not undo that. */
  @ParameterizedTest
  @EnumSource(names = {"RATE_LIMITED", "UNAUTHORIZED", "QUOTA_REACHED"})
  @Order(3)
  void whatMayHaveBeenTakenDoesNotFail(Fault then) throws Exception {
    world.fault("push", Fault.ERROR_AFTER, text, 1);
    world.fault("push", then, text, 1_000);

    String message = app.send(user, text);
    while (app.settled().isPresent()) {
      app.advance();
    }

    app.comesTo(message, "QUEUED_ON_CHANNEL", "UNKNOWN");
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL UNKNOWN");
    assertThat(world.accepted(text)).hasSize(1);
  }

  @Test
  @Order(1)
  void aTtlThatEndsAfterADoubtDoesNotFail() throws Exception {
    world.fault("push", Fault.ERROR_AFTER, text, 1);
    world.fault("push", Fault.RATE_LIMITED, text, 1_000);
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    send.put("ttl", "60s");

    String message =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
    while (app.settled().isPresent()) {
      app.advance();
    }

    app.comesTo(message, "QUEUED_ON_CHANNEL", "UNKNOWN");
    assertThat(world.accepted(text)).hasSize(1);
  }

  @Test
  @Order(1)
  void aSlowAnswerIsAnAnswer() throws Exception {
    world.fault("push", Fault.SLOW, text, 1, Duration.ofMillis(1_500));

    String message = app.send(user, text);

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("push", text)).hasSize(1);
  }

  @Test
  @Order(1)
  void aSlowAnswerToOneHoldsUpNobodyElse() throws Exception {
    world.fault("push", Fault.SLOW, text + " slow", 1, Duration.ofSeconds(3));
    String slow = app.send(user, text + " slow");
    World.eventually(() -> assertThat(world.line.struck()).isPositive());

    String other = app.send(world.friend(), text + " other");

    app.comesTo(other, "QUEUED_ON_CHANNEL", "");
    assertThat(app.status(slow)).isEqualTo("QUEUED");
    app.comesTo(slow, "QUEUED_ON_CHANNEL", "");
  }

  @Test
  @Order(3)
  void nobodyThereIsTriedAgainUntilSomebodyIs() throws Exception {
    front.goAway();
    String message;
    try {
      message = app.send(user, text);
      app.advance();
      assertThat(app.status(message)).isEqualTo("QUEUED");
    } finally {
      front.comeBack();
    }
    app.advance();
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.accepted(text)).hasSize(1);
  }

  @Test
  @Order(1)
  void aTtlThatEndsWhileLineIsAwayEndsTheTrying() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text, 1_000);
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    send.put("ttl", "60s");

    String message =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();

    while (app.settled().isPresent()) {
      app.advance();
    }
    app.comesTo(message, "FAILED", "MESSAGE_EXPIRED");
    assertThat(world.accepted(text)).isEmpty();
  }

  @Test
  @Order(1)
  void messagesToOnePersonStayInOrderBehindOneThatWaits() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text + " first", 1);

    app.send(user, text + " first");
    String last = "";
    for (int i = 1; i <= 5; i++) {
      last = app.send(user, text + " then " + i);
    }
    app.settled();
    assertThat(phone()).isEmpty();
    app.advance();
    app.comesTo(last, "QUEUED_ON_CHANNEL", "");

    assertThat(phone())
        .containsExactly(
            text + " first",
            text + " then 1",
            text + " then 2",
            text + " then 3",
            text + " then 4",
            text + " then 5");
  }

  /** By now the deadline of the two that hang is nearly over. */
  @Test
  @Order(2)
  void silenceIsUnknownAndRepeatedUnderItsKey() throws Exception {
    while (hanging.settled().isPresent()) {
      hanging.advance();
    }
    hanging.comesTo(neverTaken, "QUEUED_ON_CHANNEL", "");
    hanging.comesTo(taken, "QUEUED_ON_CHANNEL", "");
    assertThat(world.accepted("hangs, not taken")).hasSize(1);
    assertThat(world.accepted("hangs, but taken")).hasSize(1);
    assertThat(world.requests("push", "hangs, not taken")).hasSize(2);
    assertThat(world.requests("push", "hangs, but taken")).hasSize(2);
    assertThat(world.requests("push", "hangs, but taken").getLast().path("status").asInt())
        .isEqualTo(409);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }

  private List<Integer> statuses() {
    return world.requests("push", text).stream()
        .map(request -> request.path("status").asInt())
        .toList();
  }

  private Set<String> retryKeys() {
    return world.requests("push", text).stream()
        .map(request -> request.path("retryKey").asString())
        .collect(Collectors.toSet());
  }

  private List<String> phone() throws InterruptedException {
    return world.line.messages(user, 0, Duration.ZERO).entries().stream()
        .map(message -> message.path("text").asString())
        .toList();
  }
}
