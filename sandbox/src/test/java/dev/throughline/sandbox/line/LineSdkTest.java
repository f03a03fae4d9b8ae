package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.linecorp.bot.client.base.Result;
import com.linecorp.bot.messaging.client.MessagingApiClient;
import com.linecorp.bot.messaging.client.MessagingApiClientException;
import com.linecorp.bot.messaging.model.BroadcastRequest;
import com.linecorp.bot.messaging.model.Message;
import com.linecorp.bot.messaging.model.MulticastRequest;
import com.linecorp.bot.messaging.model.NarrowcastProgressResponse;
import com.linecorp.bot.messaging.model.NarrowcastRequest;
import com.linecorp.bot.messaging.model.PushMessageRequest;
import com.linecorp.bot.messaging.model.ReplyMessageRequest;
import com.linecorp.bot.messaging.model.SetWebhookEndpointRequest;
import com.linecorp.bot.messaging.model.TestWebhookEndpointRequest;
import com.linecorp.bot.messaging.model.TextMessage;
import com.linecorp.bot.messaging.model.ValidateMessageRequest;
import com.linecorp.bot.parser.LineSignatureValidator;
import com.linecorp.bot.parser.WebhookParser;
import com.linecorp.bot.webhook.model.CallbackRequest;
import com.linecorp.bot.webhook.model.FollowEvent;
import com.linecorp.bot.webhook.model.MessageEvent;
import com.linecorp.bot.webhook.model.PostbackEvent;
import com.linecorp.bot.webhook.model.StickerMessageContent;
import com.linecorp.bot.webhook.model.TextMessageContent;
import com.linecorp.bot.webhook.model.UnfollowEvent;
import com.linecorp.bot.webhook.model.UnsendEvent;
import com.linecorp.bot.webhook.model.UserSource;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LINE's own SDK, unmodified, finds in the emulator what it finds at LINE. */
class LineSdkTest {
  final Line line = new Line(config -> config.withSettings(Line.settings().withAccount(1, true)));
  private final WebhookReceiver app = new WebhookReceiver();
  private final WebhookParser parser =
      new WebhookParser(new LineSignatureValidator(Line.SECRET.getBytes(StandardCharsets.UTF_8)));
  private final MessagingApiClient client = client(Line.TOKEN);

  private MessagingApiClient client(String token) {
    var builder = MessagingApiClient.builder(token);
    builder.apiEndPoint(line.emulator.baseUri());
    builder.usingDefaultLogger(false);
    return builder.build();
  }

  @BeforeEach
  void listen() throws ControlRefusal {
    line.control.webhookUrl(app.url());
  }

  @AfterEach
  void close() {
    line.close();
    app.close();
  }

  @Test
  void pushReachesThePhone() throws Exception {
    var result = get(client.pushMessage(UUID.randomUUID(), push(Line.ALICE, "こんにちは")));

    assertThat(UUID.fromString(result.requestId())).isNotNull();
    assertThat(result.body().sentMessages()).hasSize(1);
    assertThat(result.body().sentMessages().getFirst().quoteToken()).isNotBlank();
    var shown = line.control.messages(Line.ALICE, 0, Duration.ZERO).entries();
    assertThat(shown).hasSize(1);
    assertThat(shown.getFirst().path("text").stringValue()).isEqualTo("こんにちは");
    assertThat(shown.getFirst().path("_via").stringValue()).isEqualTo("push");
    assertThat(shown.getFirst().path("_requestId").stringValue()).isEqualTo(result.requestId());
    assertThat(shown.getFirst().path("_id").stringValue())
        .isEqualTo(result.body().sentMessages().getFirst().id());
  }

  @Test
  void aRetryKeyIsAcceptedOnce() throws Exception {
    UUID key = UUID.randomUUID();
    var first = get(client.pushMessage(key, push(Line.ALICE, "once")));

    MessagingApiClientException again = refused(client.pushMessage(key, push(Line.ALICE, "once")));

    assertThat(again.getCode()).isEqualTo(409);
    assertThat(again.getHeader("x-line-accepted-request-id")).isEqualTo(first.requestId());
    assertThat(again.getSentMessages()).isEqualTo(first.body().sentMessages());
    assertThat(again.getRequestId()).isNotEqualTo(first.requestId());
    assertThat(line.control.messages(Line.ALICE, 0, Duration.ZERO).entries()).hasSize(1);
    assertThat(line.control.accepted(0).entries()).hasSize(1);
  }

  @Test
  void aReplyUsesTheTokenOfAWebhookOnce() throws Exception {
    line.control.say(Line.ALICE, "質問です");
    MessageEvent event = (MessageEvent) webhook().events().getFirst();

    get(client.replyMessage(reply(event.replyToken(), "答え")));
    MessagingApiClientException again =
        refused(client.replyMessage(reply(event.replyToken(), "?")));

    assertThat(again.getCode()).isEqualTo(400);
    assertThat(again.getError()).isEqualTo("Invalid reply token");
    var shown = line.control.messages(Line.ALICE, 0, Duration.ZERO).entries();
    assertThat(shown).hasSize(1);
    assertThat(shown.getFirst().path("_via").stringValue()).isEqualTo("reply");
    assertThat(get(client.getMessageQuotaConsumption()).body().totalUsage()).isZero();
  }

  @Test
  void multicastBroadcastAndNarrowcastReachFriends() throws Exception {
    get(
        client.multicast(
            UUID.randomUUID(),
            new MulticastRequest(text("m"), List.of(Line.ALICE, Line.STRANGER), null, null)));
    get(client.broadcast(UUID.randomUUID(), new BroadcastRequest(text("b"), false)));
    var narrowcast =
        get(
            client.narrowcast(
                UUID.randomUUID(), new NarrowcastRequest(text("n"), null, null, null, null)));

    assertThat(progress(narrowcast).phase()).isEqualTo(NarrowcastProgressResponse.Phase.WAITING);
    line.clock.advance(Duration.ofSeconds(1));
    var shown = line.control.messages(Line.BOB, 1, Duration.ofSeconds(5)).entries();
    assertThat(shown.getFirst().path("_via").stringValue()).isEqualTo("narrowcast");
    var done = progress(narrowcast);
    assertThat(done.phase()).isEqualTo(NarrowcastProgressResponse.Phase.SUCCEEDED);
    assertThat(done.successCount()).isEqualTo(2);
    assertThat(line.control.messages(Line.ALICE, 0, Duration.ZERO).entries()).hasSize(3);
    assertThat(line.control.messages(Line.STRANGER, 0, Duration.ZERO).entries()).isEmpty();
    assertThat(get(client.getMessageQuotaConsumption()).body().totalUsage()).isEqualTo(1 + 2 + 2);
  }

  private NarrowcastProgressResponse progress(Result<?> narrowcast) throws Exception {
    return get(client.getNarrowcastProgress(narrowcast.requestId())).body();
  }

  @Test
  void theAccountIsDescribed() throws Exception {
    assertThat(get(client.getProfile(Line.ALICE)).body().displayName()).isEqualTo("花子");
    assertThat(get(client.getBotInfo()).body().userId()).isEqualTo(Line.BOT);
    assertThat(get(client.getMessageQuota()).body().type().toString()).containsIgnoringCase("none");
    assertThat(get(client.getFollowers(null, 1)).body().userIds()).containsExactly(Line.ALICE);
    String next = get(client.getFollowers(null, 1)).body().next();
    assertThat(get(client.getFollowers(next, 1)).body().userIds()).containsExactly(Line.BOB);
    assertThat(refused(client.getProfile(Line.STRANGER)).getCode()).isEqualTo(404);
    assertThat(refused(client.getProfile("nobody")).getError())
        .isEqualTo("The value for the 'userId' parameter is invalid");
    assertThat(get(client.getNumberOfSentPushMessages("20261101")).body().success()).isZero();
    assertThat(refused(client.getNumberOfSentPushMessages("2026-11-01")).getError())
        .isEqualTo("The value for the 'date' parameter is invalid");
  }

  @Test
  void theWebhookEndpointIsSetReadAndTested() throws Exception {
    get(client.setWebhookEndpoint(new SetWebhookEndpointRequest(app.uri())));
    assertThat(get(client.getWebhookEndpoint()).body().endpoint()).isEqualTo(app.uri());
    assertThat(get(client.getWebhookEndpoint()).body().active()).isTrue();

    var test = get(client.testWebhookEndpoint(new TestWebhookEndpointRequest(app.uri()))).body();

    assertThat(test.success()).isTrue();
    assertThat(test.reason()).isEqualTo("OK");
    assertThat(webhook().events()).isEmpty();
    app.answer(500);
    var failed = get(client.testWebhookEndpoint(new TestWebhookEndpointRequest(null))).body();
    assertThat(failed.success()).isFalse();
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.reason()).isEqualTo("ERROR_STATUS_CODE");
  }

  @Test
  void validationFindsWhatSendingWouldRefuse() throws Exception {
    get(client.validatePush(new ValidateMessageRequest(text("fine"))));
    get(client.validateReply(new ValidateMessageRequest(text("fine"))));
    get(client.validateMulticast(new ValidateMessageRequest(text("fine"))));
    get(client.validateBroadcast(new ValidateMessageRequest(text("fine"))));
    get(client.validateNarrowcast(new ValidateMessageRequest(text("fine"))));

    var tooLong = refused(client.validatePush(new ValidateMessageRequest(text("x".repeat(5001)))));

    assertThat(tooLong.getError()).isEqualTo("The request body has 1 error(s)");
    assertThat(tooLong.getDetails().getFirst().property()).isEqualTo("messages[0].text");
    assertThat(tooLong.getDetails().getFirst().message())
        .isEqualTo("Length must be between 0 and 5000");
  }

  @Test
  void aWrongTokenIsRefused() {
    MessagingApiClientException refusal = refused(client("wrong").getBotInfo());

    assertThat(refusal.getCode()).isEqualTo(401);
    assertThat(refusal.getError()).startsWith("Authentication failed");
    assertThat(refusal.getRequestId()).isNotBlank();
  }

  @Test
  void theParserUnderstandsEveryWebhook() throws Exception {
    var said = line.control.say(Line.ALICE, "やあ");
    CallbackRequest callback = webhook();
    assertThat(callback.destination()).isEqualTo(Line.BOT);
    MessageEvent message = (MessageEvent) callback.events().getFirst();
    assertThat(message.webhookEventId()).isEqualTo(said.webhookEventId()).hasSize(26);
    assertThat(message.deliveryContext().isRedelivery()).isFalse();
    assertThat(((UserSource) message.source()).userId()).isEqualTo(Line.ALICE);
    TextMessageContent text = (TextMessageContent) message.message();
    assertThat(text.id()).isEqualTo(said.messageId());
    assertThat(text.text()).isEqualTo("やあ");
    assertThat(text.quoteToken()).isNotBlank();
    assertThat(text.markAsReadToken()).isNotBlank();

    line.control.send(
        Line.ALICE,
        Line.ALICE,
        Json.object().put("type", "sticker").put("packageId", "446").put("stickerId", "1988"));
    MessageEvent sticker = (MessageEvent) webhook().events().getFirst();
    assertThat(sticker.message()).isInstanceOf(StickerMessageContent.class);

    line.control.unsend(Line.ALICE, Line.ALICE, said.messageId());
    UnsendEvent unsend = (UnsendEvent) webhook().events().getFirst();
    assertThat(unsend.unsend().messageId()).isEqualTo(said.messageId());

    line.control.postback(Line.ALICE, Line.ALICE, "a=1", Optional.empty(), Optional.of("A"));
    PostbackEvent postback = (PostbackEvent) webhook().events().getFirst();
    assertThat(postback.postback().data()).isEqualTo("a=1");

    line.control.block(Line.ALICE);
    assertThat(webhook().events().getFirst()).isInstanceOf(UnfollowEvent.class);
    line.control.unblock(Line.ALICE);
    FollowEvent unblocked = (FollowEvent) webhook().events().getFirst();
    assertThat(unblocked.follow().isUnblocked()).isTrue();
    line.control.follow(Line.STRANGER);
    FollowEvent followed = (FollowEvent) webhook().events().getFirst();
    assertThat(followed.follow().isUnblocked()).isFalse();
  }

  private CallbackRequest webhook() throws Exception {
    WebhookReceiver.Received received = app.next();
    assertThat(received.userAgent()).isEqualTo("LineBotWebhook/2.0");
    assertThat(received.contentType()).isEqualTo("application/json; charset=utf-8");
    return parser.handle(received.signature(), received.body().getBytes(StandardCharsets.UTF_8));
  }

  private static PushMessageRequest push(String to, String text) {
    return new PushMessageRequest(to, text(text), null, null);
  }

  private static ReplyMessageRequest reply(String token, String text) {
    return new ReplyMessageRequest(token, text(text), null);
  }

  private static List<Message> text(String text) {
    return List.of(new TextMessage(text));
  }

  private static <T> Result<T> get(CompletableFuture<Result<T>> call) throws Exception {
    return call.get(1, TimeUnit.MINUTES);
  }

  private static MessagingApiClientException refused(CompletableFuture<?> call) {
    Throwable thrown = catchThrowable(() -> call.get(1, TimeUnit.MINUTES));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    if (thrown.getCause() instanceof MessagingApiClientException refusal) {
      return refusal;
    }
    throw new AssertionError("not a refusal", thrown);
  }
}
