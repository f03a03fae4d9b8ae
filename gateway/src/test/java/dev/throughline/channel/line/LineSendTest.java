package dev.throughline.channel.line;

import static dev.throughline.channel.line.ScriptedServer.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.channel.Channel.Credentials;
import dev.throughline.channel.Channel.Outgoing;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.Channel.Via;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Accepted;
import dev.throughline.channel.SendResult.AlreadyAccepted;
import dev.throughline.channel.SendResult.Rejected;
import dev.throughline.channel.SendResult.ReplyTokenInvalid;
import dev.throughline.channel.SendResult.Throttled;
import dev.throughline.channel.SendResult.Unknown;
import dev.throughline.channel.SendResult.Unreachable;
import dev.throughline.channel.Transport;
import dev.throughline.channel.line.ScriptedServer.Script;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One send is one request, whose body is the rendered bytes with the recipient in front; and each
 * answer of LINE, and each way of giving none, has its own result. Nothing secret or personal is
 * printed of any of it.
 */
class LineSendTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String TOKEN = "secret-token/with+base64==";
  private static final LineCredentials CREDENTIALS = new LineCredentials(TOKEN, "secret-secret");
  private static final String USER = "U" + "a1".repeat(16);
  private static final String RETRY_KEY = "0193477c-6ef5-7c3a-9d52-0d3f7f1a2b3c";
  private static final Via PUSH = new Via.Push(RETRY_KEY);
  private static final Via REPLY = new Via.Reply("feed0001feed0001feed0001feed0001");
  private static final String REQUEST_ID = "f70dd685-499a-4231-a441-f24b8d4fba21";
  private static final String ID = "x-line-request-id: " + REQUEST_ID;
  private static final String SENT =
      "{\"sentMessages\":[{\"id\":\"461230966842064897\",\"quoteToken\":\"IStG5h1Tz7b\"}]}";
  private static final Bytes RENDERED =
      ((Rendered.Ready) LineRendering.render(Composing.text("Grüße, こんにちは \"you\""))).body();

  private static final JdkTransport TRANSPORT = new JdkTransport();
  private static final ScriptedServer SERVER = new ScriptedServer(answer(200, ID, SENT));

  @AfterAll
  static void stop() throws IOException {
    SERVER.close();
    TRANSPORT.close();
  }

  @Test
  void pushIsOneRequestWithARetryKey() {
    SERVER.script(answer(200, ID, SENT));
    int before = SERVER.received.size();
    SendResult result = send(PUSH);
    assertThat(SERVER.received).hasSize(before + 1);
    ScriptedServer.Received request = SERVER.last();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/v2/bot/message/push");
    assertThat(request.headers())
        .containsEntry("authorization", "Bearer " + TOKEN)
        .containsEntry("content-type", "application/json")
        .containsEntry("x-line-retry-key", RETRY_KEY);
    assertThat(request.body())
        .isEqualTo(
            "{\"to\":\""
                + USER
                + "\",\"messages\":[{\"type\":\"text\","
                + "\"text\":\"Grüße, こんにちは \\\"you\\\"\"}]}");
    assertThat(result)
        .isEqualTo(
            new Accepted(
                new SendResult.Exchange(200, Optional.of(REQUEST_ID), Bytes.utf8(SENT), ""),
                List.of("461230966842064897")));
  }

  @Test
  void replyHasNoRetryKey() {
    SERVER.script(answer(200, ID, SENT));
    assertThat(send(REPLY)).isInstanceOf(Accepted.class);
    ScriptedServer.Received request = SERVER.last();
    assertThat(request.path()).isEqualTo("/v2/bot/message/reply");
    assertThat(request.headers()).doesNotContainKey("x-line-retry-key");
    assertThat(request.body())
        .startsWith("{\"replyToken\":\"feed0001feed0001feed0001feed0001\",\"messages\":[");
  }

  @Test
  void theRenderedBytesGoOutUntouched() {
    SERVER.script(answer(200, ID, SENT));
    Bytes odd = Bytes.utf8("{ \"messages\" : [ {\"text\":\"\\u0041\", \"type\":\"text\"} ] }");
    channel().send(new Outgoing(odd, user(USER), PUSH), CREDENTIALS, DEADLINE);
    assertThat(SERVER.last().body())
        .isEqualTo("{\"to\":\"" + USER + "\"," + odd.asUtf8().substring(1));
  }

  @Test
  void aReplyTokenCannotBreakOutOfItsString() {
    SERVER.script(answer(200, ID, SENT));
    send(new Via.Reply("a\",\"to\":\"\\"));
    assertThat(SERVER.last().body()).startsWith("{\"replyToken\":\"a\\\",\\\"to\\\":\\\"\\\\\",");
  }

  @Test
  void whatCannotBeSentIsNotSent() {
    int before = SERVER.received.size();
    assertThat(send(new Via.Reply(""))).isInstanceOf(ReplyTokenInvalid.class);
    assertThat(send(new Via.Reply("a\r\nb"))).isInstanceOf(ReplyTokenInvalid.class);
    SendResult result =
        channel().send(new Outgoing(RENDERED, user("Ushort"), PUSH), CREDENTIALS, DEADLINE);
    assertThat(reason(result).code()).isEqualTo(Code.RECIPIENT_INVALID_CHANNEL_IDENTITY);
    assertThat(SERVER.received).hasSize(before);
  }

  @Test
  void anotherChannelsBytesOrCredentialsAreABug() {
    Outgoing outgoing = new Outgoing(Bytes.utf8("Hello"), user(USER), PUSH);
    assertThatThrownBy(() -> channel().send(outgoing, CREDENTIALS, DEADLINE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            channel()
                .send(new Outgoing(RENDERED, user(USER), PUSH), new Credentials() {}, DEADLINE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> send(new Via.Push("no uuid")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** How a row expects its result: the type, and of the reason its code, if it has one. */
  record Row(String name, Via via, Script script, Class<?> type, Optional<Code> code) {
    @Override
    public String toString() {
      return (via == REPLY ? "reply: " : "push: ") + name;
    }
  }

  static Stream<Row> answers() {
    return Stream.of(
            both("200", answer(200, ID, SENT), Accepted.class),
            both("200 with no ids", answer(200, ID, "{}"), Accepted.class),
            both("202", answer(202, ID, "{}"), Accepted.class),
            both("200 and no body", answer(200, ID, ""), Accepted.class),
            both("200 and no JSON", answer(200, ID, "<html>"), Accepted.class),
            both(
                "200 of a stranger",
                answer(200, "", "<html>"),
                Unknown.class,
                Code.CHANNEL_FAILURE),
            both("200 and an endless body", endless(), Unknown.class, Code.CHANNEL_FAILURE),
            both("204", answer(204, ID, ""), Accepted.class),
            both(
                "302",
                answer(302, "location: /elsewhere", ""),
                Rejected.class,
                Code.CHANNEL_BAD_CONFIGURATION),
            both(
                "307",
                answer(307, "location: /elsewhere", ""),
                Rejected.class,
                Code.CHANNEL_BAD_CONFIGURATION),
            reply(
                "400 invalid reply token",
                error(400, "Invalid reply token"),
                ReplyTokenInvalid.class),
            reply(
                "400 reply token property",
                error(
                    400,
                    "The request body has 1 error(s)",
                    "{\"message\":\"must be specified\",\"property\":\"replyToken\"}"),
                ReplyTokenInvalid.class),
            reply("400 in words that we do not know", error(400, "期限切れ"), ReplyTokenInvalid.class),
            reply(
                "400 body",
                error(
                    400,
                    "The request body has 1 error(s)",
                    "{\"message\":\"May not be empty\",\"property\":\"messages[0].text\"}"),
                Rejected.class,
                Code.BAD_REQUEST),
            push(
                "400 unknown recipient",
                error(400, "Failed to send messages"),
                Rejected.class,
                Code.RECIPIENT_INVALID_CHANNEL_IDENTITY),
            push(
                "400 invalid to",
                error(400, "The property, to, in the request body is invalid (line: -, column: -)"),
                Rejected.class,
                Code.RECIPIENT_INVALID_CHANNEL_IDENTITY),
            push(
                "400 invalid to in details",
                error(
                    400,
                    "The request body has 1 error(s)",
                    "{\"message\":\"May not be empty\",\"property\":\"to\"}"),
                Rejected.class,
                Code.RECIPIENT_INVALID_CHANNEL_IDENTITY),
            push(
                "400 body",
                error(
                    400,
                    "The request body has 1 error(s)",
                    "{\"message\":\"Length must be between 0 and 5000\","
                        + "\"property\":\"messages[0].text\"}"),
                Rejected.class,
                Code.BAD_REQUEST),
            push("400 and no JSON", answer(400, ID, "<html>"), Rejected.class, Code.BAD_REQUEST),
            push("400 and no body", answer(400, ID, ""), Rejected.class, Code.BAD_REQUEST),
            both(
                "401",
                error(401, "Authentication failed"),
                Rejected.class,
                Code.CHANNEL_BAD_CONFIGURATION),
            both(
                "403",
                error(403, "Access to this API is not available for your account"),
                Rejected.class,
                Code.NO_PERMISSION),
            both("404", error(404, "Not found"), Rejected.class, Code.CHANNEL_BAD_CONFIGURATION),
            both("405", answer(405, "", ""), Rejected.class, Code.CHANNEL_BAD_CONFIGURATION),
            both("408", answer(408, "", ""), Unknown.class, Code.CHANNEL_FAILURE),
            push(
                "409",
                answer(
                    409,
                    ID + "\r\nX-Line-Accepted-Request-Id: the-first",
                    "{\"message\":\"The retry key is already accepted\",\"sentMessages\":[{\"id\":\"7\"}]}"),
                AlreadyAccepted.class),
            push(
                "409 without header",
                error(409, "The retry key is already accepted"),
                AlreadyAccepted.class),
            reply("409", error(409, "Conflict"), Rejected.class, Code.CHANNEL_REJECT),
            both("410", error(410, "Gone"), Rejected.class, Code.CHANNEL_REJECT),
            both("413", answer(413, ID, ""), Rejected.class, Code.BAD_REQUEST),
            both(
                "415",
                error(415, "The content type, text/plain, is not supported"),
                Rejected.class,
                Code.BAD_REQUEST),
            both("418", answer(418, ID, ""), Rejected.class, Code.CHANNEL_REJECT),
            both(
                "422",
                error(422, "Failed to send messages"),
                Rejected.class,
                Code.RECIPIENT_NOT_REACHABLE),
            both("423", error(423, "Locked"), Rejected.class, Code.CHANNEL_REJECT),
            both(
                "429 rate",
                error(429, "The API rate limit has been exceeded. Try again later."),
                Throttled.class,
                Code.RATE_LIMITED),
            both(
                "429 same user",
                error(429, "Too many messages to the same user"),
                Throttled.class,
                Code.RATE_LIMITED),
            both("429 and no body", answer(429, "", ""), Throttled.class, Code.RATE_LIMITED),
            both(
                "429 quota",
                error(429, "You have reached your monthly limit."),
                Rejected.class,
                Code.CHANNEL_REJECT),
            both("500", error(500, "Internal server error"), Unknown.class, Code.CHANNEL_FAILURE),
            both("502", answer(502, "", "<html>"), Unknown.class, Code.CHANNEL_FAILURE),
            both("503", answer(503, "retry-after: 5", ""), Unknown.class, Code.CHANNEL_FAILURE),
            both("599", answer(599, "", ""), Unknown.class, Code.CHANNEL_FAILURE),
            both(
                "reset instead of an answer",
                ScriptedServer.reset(),
                Unknown.class,
                Code.CHANNEL_FAILURE),
            both(
                "end instead of an answer",
                (connection, out) -> {},
                Unknown.class,
                Code.CHANNEL_FAILURE),
            both(
                "no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), Unknown.class, Code.CHANNEL_FAILURE),
            both("half a status line", raw("HTTP/1.1 2"), Unknown.class, Code.CHANNEL_FAILURE),
            both(
                "200, then half a body",
                raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"sentMess"),
                Unknown.class,
                Code.CHANNEL_FAILURE),
            push(
                "400 of depth 10,000",
                answer(400, ID, "[".repeat(10_000)),
                Rejected.class,
                Code.BAD_REQUEST),
            both(
                "429 of depth 10,000",
                answer(429, ID, "{\"a\":".repeat(10_000)),
                Throttled.class,
                Code.RATE_LIMITED),
            both(
                "ids that are none",
                answer(200, ID, "{\"sentMessages\":[{\"id\":{}},7]}"),
                Accepted.class),
            both(
                "sentMessages that are none",
                answer(200, ID, "{\"sentMessages\":\"all\"}"),
                Accepted.class))
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void everyAnswerHasItsResult(Row row) {
    SERVER.script(row.script);
    SendResult result = send(row.via);
    assertThat(result).isInstanceOf(row.type);
    assertThat(reasonIfAny(result).map(Reason::code)).isEqualTo(row.code);
    reasonIfAny(result)
        .ifPresent(reason -> assertThat(reason.description()).endsWith(".").hasSizeLessThan(400));
    assertNothingShows(result);
  }

  @Test
  void whatLineSaysIsKept() {
    String body = "{\"message\":\"Invalid reply token\"}";
    SERVER.script(answer(400, ID, body));
    assertThat(send(REPLY).exchange())
        .isEqualTo(new SendResult.Exchange(400, Optional.of(REQUEST_ID), Bytes.utf8(body), ""));
    SERVER.script(answer(500, "x-line-request-id: a b", "x"));
    assertThat(send(REPLY).exchange().requestId()).isEmpty();
  }

  @Test
  void anAcceptedRetryKeyTellsOfTheFirstRequest() {
    SERVER.script(
        answer(
            409,
            ID + "\r\nX-Line-Accepted-Request-Id: the-first",
            "{\"message\":\"The retry key is already accepted\","
                + "\"sentMessages\":[{\"id\":\"7\"},{\"id\":\"8\"}]}"));
    AlreadyAccepted accepted = (AlreadyAccepted) send(PUSH);
    assertThat(accepted.acceptedRequestId()).contains("the-first");
    assertThat(accepted.platformMessageIds()).containsExactly("7", "8");
    SERVER.script(error(409, "The retry key is already accepted"));
    accepted = (AlreadyAccepted) send(PUSH);
    assertThat(accepted.acceptedRequestId()).isEmpty();
    assertThat(accepted.platformMessageIds()).isEmpty();
  }

  @Test
  void numericMessageIdsAreIdsToo() {
    SERVER.script(answer(200, ID, "{\"sentMessages\":[{\"id\":461230966842064897}]}"));
    assertThat(((Accepted) send(PUSH)).platformMessageIds()).containsExactly("461230966842064897");
  }

  @Test
  void retryAfterIsReadAndClamped() {
    assertThat(retryAfter("")).isEmpty();
    assertThat(retryAfter("retry-after: 7")).contains(Duration.ofSeconds(7));
    assertThat(retryAfter("Retry-After: 0")).contains(Duration.ZERO);
    assertThat(retryAfter("retry-after: 3600")).contains(Duration.ofHours(1));
    assertThat(retryAfter("retry-after: 3601")).contains(Duration.ofHours(1));
    assertThat(retryAfter("retry-after: " + "9".repeat(40))).contains(Duration.ofHours(1));
    assertThat(retryAfter("retry-after: -5")).isEmpty();
    assertThat(retryAfter("retry-after: 1.5")).isEmpty();
    assertThat(retryAfter("retry-after: soon")).isEmpty();
    assertThat(retryAfter("retry-after: Fri, 20 Nov 2026 10:00:30 GMT"))
        .contains(Duration.ofSeconds(30));
    assertThat(retryAfter("retry-after: Fri, 20 Nov 2026 09:00:00 GMT")).contains(Duration.ZERO);
    assertThat(retryAfter("retry-after: Sat, 20 Nov 2027 10:00:00 GMT"))
        .contains(Duration.ofHours(1));
    assertThat(retryAfter("retry-after: Fri, 32 Nov 2026 10:00:30 GMT")).isEmpty();
  }

  @Test
  void aRefusedRequestSaysWhatIsWrongInLinesDocumentedWordsOnly() {
    assertThat(
            refusal(
                "{\"message\":\"Length must be between 0 and 5000\","
                    + "\"property\":\"messages[0].text\"}"))
        .isEqualTo(
            "LINE refused the message: messages[0].text: Length must be between 0 and 5000.");
    assertThat(
            refusal(
                "{\"message\":\"'Taro Yamada' is a bad word\",\"property\":\"messages[0].text\"},"
                    + "{\"message\":\"May not be empty\",\"property\":\"messages[1].text\"}"))
        .isEqualTo(
            "LINE refused the message: messages[0].text is invalid;"
                + " messages[1].text: May not be empty.");
    assertThat(refusal("{\"message\":\"x\",\"property\":\"Taro Yamada wrote\"}"))
        .isEqualTo("LINE refused the request as malformed.");
    assertThat(refusal("7,null,[],{}")).isEqualTo("LINE refused the request as malformed.");
  }

  @Test
  void noAnswerInTimeIsUnknown() {
    SERVER.script(ScriptedServer.hang());
    for (Via via : List.of(PUSH, REPLY)) {
      SendResult result =
          channel()
              .send(new Outgoing(RENDERED, user(USER), via), CREDENTIALS, Duration.ofMillis(200));
      assertThat(result).isInstanceOf(Unknown.class);
      assertThat(result.exchange().status()).isZero();
      assertThat(result.exchange().error()).isNotEmpty();
      assertNothingShows(result);
    }
  }

  @Test
  void whoCannotBeReachedWasNotSentTo() throws IOException {
    try (Socket nobodyListens = new Socket()) {
      nobodyListens.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      assertUnreachable(URI.create("http://127.0.0.1:" + nobodyListens.getLocalPort()));
    }
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> refuseTls(plain));
      assertUnreachable(URI.create("https://127.0.0.1:" + plain.getLocalPort()));
    }
  }

  private static void assertUnreachable(URI address) {
    SendResult result =
        new LineChannel(TRANSPORT, address, InstantSource.fixed(NOW))
            .send(new Outgoing(RENDERED, user(USER), PUSH), CREDENTIALS, DEADLINE);
    assertThat(result).isInstanceOf(Unreachable.class);
    assertThat(reason(result).code()).isEqualTo(Code.CHANNEL_FAILURE);
    assertNothingShows(result);
  }

  private static void refuseTls(ServerSocket server) {
    try (Socket connection = server.accept()) {
      connection
          .getOutputStream()
          .write("HTTP/1.1 400 No\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      connection.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The client has seen enough.
    }
  }

  @Test
  void theAddressMayHaveAPathAndMustBeOne() {
    SERVER.script(answer(200, ID, SENT));
    new LineChannel(TRANSPORT, URI.create(SERVER.address() + "/line/"), InstantSource.fixed(NOW))
        .send(new Outgoing(RENDERED, user(USER), PUSH), CREDENTIALS, DEADLINE);
    assertThat(SERVER.last().path()).isEqualTo("/line/v2/bot/message/push");
    for (String bad :
        List.of("ftp://x", "https:x", "https://u:p@x", "https://x?y", "https://x#y")) {
      assertThatThrownBy(() -> new LineHost(URI.create(bad)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void nothingPrintsSecretsOrPeople() {
    Outgoing outgoing = new Outgoing(RENDERED, user(USER), REPLY);
    assertNothingShows(outgoing);
    assertNothingShows(CREDENTIALS);
    assertNothingShows(
        new Transport.Request(
            "GET",
            URI.create("https://api.line.me/v2/bot/profile/" + USER),
            Map.of("authorization", "Bearer " + TOKEN),
            RENDERED,
            DEADLINE));
  }

  private static void assertNothingShows(Object shown) {
    assertThat(shown.toString())
        .doesNotContain(TOKEN, "secret-secret", USER, "feed0001", "こんにちは", "Taro");
  }

  private static Optional<Duration> retryAfter(String header) {
    SERVER.script(answer(429, header, "{}"));
    return ((Throttled) send(PUSH)).retryAfter();
  }

  private static String refusal(String details) {
    SERVER.script(error(400, "The request body has 1 error(s)", details));
    return reason(send(PUSH)).description();
  }

  private static Reason reason(SendResult result) {
    return reasonIfAny(result).orElseThrow();
  }

  private static Optional<Reason> reasonIfAny(SendResult result) {
    return switch (result) {
      case Accepted accepted -> Optional.empty();
      case AlreadyAccepted accepted -> Optional.empty();
      case ReplyTokenInvalid invalid -> Optional.empty();
      case Throttled throttled -> Optional.of(throttled.ifGivenUp());
      case Rejected rejected -> Optional.of(rejected.reason());
      case Unreachable unreachable -> Optional.of(unreachable.ifGivenUp());
      case Unknown unknown -> Optional.of(unknown.ifGivenUp());
    };
  }

  private static SendResult send(Via via) {
    return channel().send(new Outgoing(RENDERED, user(USER), via), CREDENTIALS, DEADLINE);
  }

  private static LineChannel channel() {
    return new LineChannel(TRANSPORT, SERVER.address(), InstantSource.fixed(NOW));
  }

  private static Identity user(String id) {
    return new Identity(ChannelName.LINE, id);
  }

  private static Script error(int status, String message) {
    return answer(status, ID, "{\"message\":\"" + message + "\"}");
  }

  private static Script error(int status, String message, String details) {
    return answer(status, ID, "{\"message\":\"" + message + "\",\"details\":[" + details + "]}");
  }

  private static Script raw(String bytes) {
    return (connection, out) -> out.write(bytes.getBytes(StandardCharsets.UTF_8));
  }

  private static Script endless() {
    return (connection, out) -> {
      out.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      byte[] block = new byte[64 * 1024];
      while (true) {
        out.write(block);
      }
    };
  }

  private static List<Row> both(String name, Script script, Class<?> type, Code... code) {
    return List.of(row(name, PUSH, script, type, code), row(name, REPLY, script, type, code));
  }

  private static List<Row> push(String name, Script script, Class<?> type, Code... code) {
    return List.of(row(name, PUSH, script, type, code));
  }

  private static List<Row> reply(String name, Script script, Class<?> type, Code... code) {
    return List.of(row(name, REPLY, script, type, code));
  }

  private static Row row(String name, Via via, Script script, Class<?> type, Code... code) {
    return new Row(name, via, script, type, Stream.of(code).findFirst());
  }
}
