package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer goes out by the newest unused reply token of its chat while that is young, else by
 * push; a reply of which nobody knows whether it was taken is shown as such, and only a setting or
 * somebody who asks sends it again.
 */
final class ReplyTest {
  private static final Duration TOKEN_AGE = Duration.ofSeconds(50);

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
  void someoneWhoWrites() throws Exception {
    app = world.app();
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void anAnswerIsAReplyAndTheNextAPush() throws Exception {
    app.hears(user, "hello " + text);

    app.comesTo(app.send(user, text + " 1"), "QUEUED_ON_CHANNEL", "");
    app.comesTo(app.send(user, text + " 2"), "QUEUED_ON_CHANNEL", "");

    assertThat(phone()).containsExactly("reply " + text + " 1", "push " + text + " 2");
    assertThat(world.requests("reply", text)).noneMatch(request -> request.has("retryKey"));
  }

  @Test
  void theNewestTokenGoesFirst() throws Exception {
    app.hears(user, "one " + text);
    app.hears(user, "two " + text);

    app.comesTo(app.send(user, text + " 1"), "QUEUED_ON_CHANNEL", "");
    app.comesTo(app.send(user, text + " 2"), "QUEUED_ON_CHANNEL", "");
    app.comesTo(app.send(user, text + " 3"), "QUEUED_ON_CHANNEL", "");

    assertThat(phone())
        .containsExactly("reply " + text + " 1", "reply " + text + " 2", "push " + text + " 3");
    assertThat(usedTokens()).containsExactly(token("two " + text), token("one " + text));
  }

  @Test
  void aFollowGivesATokenToo() throws Exception {
    String stranger =
        world.line.addUser("Taro", dev.throughline.sandbox.line.Friendship.NONE).userId();
    world.line.follow(stranger);
    app.called("opt_in_notification", stranger);

    app.comesTo(app.send(stranger, text), "QUEUED_ON_CHANNEL", "");

    assertThat(world.accepted(text)).singleElement().matches(sent -> via(sent).equals("reply"));
  }

  @Test
  void anOldTokenIsNotUsed() throws Exception {
    app.hears(user, "hello " + text);
    world.advance(TOKEN_AGE);

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");

    assertThat(phone()).containsExactly("push " + text);
  }

  @Test
  void aYoungTokenIsUsedUntilTheLastSecond() throws Exception {
    app.hears(user, "hello " + text);
    world.advance(TOKEN_AGE.minusSeconds(1));

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");

    assertThat(phone()).containsExactly("reply " + text);
  }

  /** Taken while it was young, and too old when its turn in the lane came. */
  @Test
  void aTokenThatGrewOldInTheQueueIsNotUsed() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text + " 1", 1);
    String first = app.send(user, text + " 1");
    World.eventually(() -> assertThat(world.requests("push", text + " 1")).hasSize(1));
    app.hears(user, "hello " + text);
    String second = app.send(user, text + " 2");
    world.api().get("/messages/" + second).ok();

    world.advance(TOKEN_AGE);

    app.comesTo(first, "QUEUED_ON_CHANNEL", "");
    app.comesTo(second, "QUEUED_ON_CHANNEL", "");
    assertThat(phone()).containsExactly("push " + text + " 1", "push " + text + " 2");
    assertThat(world.requests("reply", text)).isEmpty();
  }

  /** Somebody else used it: LINE's other answers to a reply send nothing, so a push is safe. */
  @Test
  void aTokenThatIsUsedElsewhereIsFollowedByAPush() throws Exception {
    app.hears(user, "hello " + text);
    ObjectNode theirs = (ObjectNode) Api.json("{}");
    theirs.put("replyToken", token("hello " + text));
    theirs.putArray("messages").addObject().put("type", "text").put("text", "from elsewhere");
    new Api(world.emulator.baseUri().toString(), "Bearer " + World.CHANNEL_TOKEN)
        .post("/v2/bot/message/reply", theirs.toString())
        .ok();

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");

    assertThat(phone()).containsExactly("reply from elsewhere", "push " + text);
  }

  @Test
  void tokensOfAGroupAreNotThoseOfItsMembers() throws Exception {
    String group = world.line.addGroup("Group", java.util.Set.of(user), true).id();
    world.line.send(
        group,
        user,
        (ObjectNode) Api.json("{\"type\":\"text\",\"text\":\"in group " + text + "\"}"));
    JsonNode heard = app.called("message", "in group " + text).payload();
    assertThat(heard.path("channel_identity").path("identity").asString()).isEqualTo(group);
    assertThat(heard.path("sender_id").asString()).isEqualTo(user);

    app.comesTo(app.send(user, text + " to the member"), "QUEUED_ON_CHANNEL", "");
    app.comesTo(app.send(group, text + " to the group"), "QUEUED_ON_CHANNEL", "");

    assertThat(world.accepted(text + " to the member"))
        .singleElement()
        .matches(sent -> via(sent).equals("push"));
    assertThat(world.accepted(text + " to the group"))
        .singleElement()
        .matches(sent -> via(sent).equals("reply"));
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET_BEFORE", "RESET_AFTER", "ERROR_BEFORE", "ERROR_AFTER"})
  void aReplyOfWhichNobodyKnowsIsLeftAndListedAndSentAgainWhenAsked(Fault fault) throws Exception {
    app.hears(user, "hello " + text);
    world.fault("reply", fault, text, 1);

    String message = app.send(user, text);

    app.comesTo(message, "QUEUED_ON_CHANNEL", "UNKNOWN");
    app.called("message_delivery_report", message);
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL UNKNOWN");
    assertThat(app.settled()).isEmpty();
    boolean taken = fault == Fault.RESET_AFTER || fault == Fault.ERROR_AFTER;
    assertThat(world.accepted(text)).hasSize(taken ? 1 : 0);
    assertThat(world.requests("reply", text)).hasSize(1);
    assertThat(world.requests("push", text)).isEmpty();
    assertThat(app.deadLetters())
        .singleElement()
        .matches(letter -> letter.path("kind").asString().equals("send"))
        .matches(letter -> letter.path("state").asString().equals("unknown"));

    world.api().post("/messages/" + message + ":resend", "{}").ok();

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("push", text)).hasSize(1);
    assertThat(world.accepted(text)).hasSize(taken ? 2 : 1);
    assertThat(app.deadLetters()).isEmpty();
    assertThat(world.api().post("/messages/" + message + ":resend", "{}").status()).isEqualTo(400);
  }

  /** The lane goes on: what is unknown holds nobody up. */
  @Test
  void anUnknownReplyHoldsUpNothing() throws Exception {
    app.hears(user, "hello " + text);
    world.fault("reply", Fault.RESET_BEFORE, text, 1);

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "UNKNOWN");
    app.comesTo(app.send(user, "next " + text), "QUEUED_ON_CHANNEL", "");

    assertThat(phone()).containsExactly("push next " + text);
  }

  @ParameterizedTest
  @EnumSource(names = {"RESET_BEFORE", "RESET_AFTER"})
  void aPushFollowsAnUnknownReplyWhereTheAppSaysSo(Fault fault) throws Exception {
    app = world.app("{\"throughline\":{\"unknown_reply\":\"push\"}}");
    app.hears(user, "hello " + text);
    world.fault("reply", fault, text, 1);

    String message = app.send(user, text);

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("reply", text)).hasSize(1);
    assertThat(world.requests("push", text)).hasSize(1);
    assertThat(phone())
        .containsExactlyElementsOf(
            fault == Fault.RESET_AFTER
                ? List.of("reply " + text, "push " + text)
                : List.of("push " + text));
    app.called("message_submit_notification", message);
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL");
  }

  @Test
  void aRefusedReplyFails() throws Exception {
    app.hears(user, "hello " + text);
    world.fault("reply", Fault.FORBIDDEN, text, 1);

    app.comesTo(app.send(user, text), "FAILED", "NO_PERMISSION");

    assertThat(world.requests("push", text)).isEmpty();
  }

  /** A rate limit took nothing: the token is tried again while it is young. */
  @Test
  void aThrottledReplyIsRepeatedAsAReply() throws Exception {
    app.hears(user, "hello " + text);
    world.fault("reply", Fault.RATE_LIMITED, text, 1);
    String message = app.send(user, text);
    app.advance();

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(phone()).containsExactly("reply " + text);
  }

  private List<String> phone() throws InterruptedException {
    return world.line.messages(user, 0, Duration.ZERO).entries().stream()
        .map(message -> message.path("_via").asString() + " " + message.path("text").asString())
        .toList();
  }

  private List<String> usedTokens() {
    return world.requests("reply", text).stream()
        .map(request -> Api.json(request.path("body").asString()).path("replyToken").asString())
        .toList();
  }

  /** The reply token of the webhook that carried this text. */
  private static String token(String said) {
    for (ObjectNode attempt : world.line.webhooks(0).entries()) {
      for (JsonNode event : Api.json(attempt.path("body").asString()).path("events")) {
        if (event.path("message").path("text").asString("").equals(said)) {
          return event.path("replyToken").asString();
        }
      }
    }
    throw new AssertionError("nobody said " + said);
  }

  private static String via(ObjectNode sent) {
    return sent.path("via").asString();
  }
}
