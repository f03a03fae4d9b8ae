package dev.throughline.channel.line;

import static dev.throughline.channel.line.ScriptedServer.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.line.LineApi.BotInfo;
import dev.throughline.channel.line.LineApi.Profile;
import dev.throughline.channel.line.LineApi.Result;
import dev.throughline.channel.line.LineApi.Result.Absent;
import dev.throughline.channel.line.LineApi.Result.Ok;
import dev.throughline.channel.line.LineApi.Result.Refused;
import dev.throughline.channel.line.LineApi.Result.Unavailable;
import dev.throughline.channel.line.LineApi.TokenInfo;
import dev.throughline.channel.line.LineApi.WebhookEndpoint;
import dev.throughline.channel.line.LineApi.WebhookTest;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Each call is the request that LINE documents, and each answer one of four results. */
class LineApiTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String TOKEN = "secret-token/with+base64==";
  private static final LineCredentials CREDENTIALS = new LineCredentials(TOKEN, "secret");
  private static final String USER = "U" + "a1".repeat(16);
  private static final String ID = "x-line-request-id: f70dd685-499a-4231-a441-f24b8d4fba21";
  private static final JdkTransport TRANSPORT = new JdkTransport();
  private static final ScriptedServer SERVER = new ScriptedServer(answer(200, ID, "{}"));
  private static final LineApi API = new LineApi(TRANSPORT, SERVER.address());

  @AfterAll
  static void stop() throws IOException {
    SERVER.close();
    TRANSPORT.close();
  }

  @Test
  void botInfo() {
    answers(
        200,
        "{\"userId\":\"Ub9952f8\",\"basicId\":\"@216ru\",\"displayName\":\"Example\","
            + "\"chatMode\":\"chat\",\"markAsReadMode\":\"manual\",\"tomorrow\":[1]}");
    assertThat(API.botInfo(CREDENTIALS, DEADLINE))
        .isEqualTo(
            new Ok<>(
                new BotInfo(
                    "Ub9952f8",
                    "@216ru",
                    "Example",
                    Optional.empty(),
                    Optional.empty(),
                    "chat",
                    "manual")));
    assertRequest("GET", "/v2/bot/info", "");
    assertThat(SERVER.last().headers()).containsEntry("authorization", "Bearer " + TOKEN);
  }

  @Test
  void webhookEndpoint() {
    answers(200, "{\"endpoint\":\"https://example.com/hook\",\"active\":true}");
    assertThat(API.webhookEndpoint(CREDENTIALS, DEADLINE))
        .isEqualTo(new Ok<>(new WebhookEndpoint("https://example.com/hook", true)));
    assertRequest("GET", "/v2/bot/channel/webhook/endpoint", "");
    answers(404, "{\"message\":\"Webhook endpoint not found\"}");
    assertThat(API.webhookEndpoint(CREDENTIALS, DEADLINE)).isEqualTo(new Absent<>());
  }

  @Test
  void setWebhookEndpoint() {
    answers(200, "{}");
    URI endpoint = URI.create("https://example.com/hooks/line/01APP");
    assertThat(API.setWebhookEndpoint(CREDENTIALS, endpoint, DEADLINE))
        .isEqualTo(new Ok<>(endpoint));
    assertRequest(
        "PUT",
        "/v2/bot/channel/webhook/endpoint",
        "{\"endpoint\":\"https://example.com/hooks/line/01APP\"}");
    answers(400, "{\"message\":\"Invalid webhook endpoint URL\"}");
    assertThat(API.setWebhookEndpoint(CREDENTIALS, endpoint, DEADLINE)).isInstanceOf(Refused.class);
    int before = SERVER.received.size();
    for (String bad : List.of("http://example.com/", "https://example.com/" + "x".repeat(500))) {
      assertThat(API.setWebhookEndpoint(CREDENTIALS, URI.create(bad), DEADLINE))
          .isInstanceOf(Refused.class);
    }
    assertThat(SERVER.received).hasSize(before);
  }

  @Test
  void testWebhook() {
    answers(
        200,
        "{\"success\":false,\"timestamp\":\"2026-09-30T05:38:20.031Z\",\"statusCode\":0,"
            + "\"reason\":\"COULD_NOT_CONNECT\",\"detail\":\"Unknown host\"}");
    assertThat(API.testWebhook(CREDENTIALS, DEADLINE))
        .isEqualTo(new Ok<>(new WebhookTest(false, 0, "COULD_NOT_CONNECT", "Unknown host")));
    assertRequest("POST", "/v2/bot/channel/webhook/test", "{}");
  }

  @Test
  void verifyToken() {
    answers(200, "{\"client_id\":\"1350031035\",\"expires_in\":3138007490,\"scope\":\"P CM\"}");
    assertThat(API.verifyToken(CREDENTIALS, DEADLINE))
        .isEqualTo(new Ok<>(new TokenInfo("1350031035", Duration.ofSeconds(3_138_007_490L))));
    assertRequest("POST", "/v2/oauth/verify", "access_token=secret-token%2Fwith%2Bbase64%3D%3D");
    assertThat(SERVER.last().headers())
        .containsEntry("content-type", "application/x-www-form-urlencoded")
        .doesNotContainKey("authorization");
    answers(400, "{\"error\":\"invalid_request\",\"error_description\":\"access_token invalid\"}");
    assertThat(API.verifyToken(CREDENTIALS, DEADLINE)).isInstanceOf(Refused.class);
  }

  @Test
  void profile() {
    answers(200, "{\"userId\":\"" + USER + "\",\"displayName\":\"太郎\",\"language\":\"ja\"}");
    Result<Profile> found = API.profile(CREDENTIALS, line(USER), DEADLINE);
    assertThat(found)
        .isEqualTo(
            new Ok<>(
                new Profile(USER, "太郎", Optional.of("ja"), Optional.empty(), Optional.empty())));
    assertThat(found.toString()).doesNotContain("太郎", USER);
    assertRequest("GET", "/v2/bot/profile/" + USER, "");
    answers(404, "{\"message\":\"Not found\"}");
    assertThat(API.profile(CREDENTIALS, line(USER), DEADLINE)).isEqualTo(new Absent<>());
    int before = SERVER.received.size();
    for (String other : List.of("C" + "a1".repeat(16), "../info", "U1")) {
      assertThat(API.profile(CREDENTIALS, line(other), DEADLINE)).isInstanceOf(Refused.class);
    }
    assertThat(SERVER.received).hasSize(before);
  }

  @Test
  void everyOtherAnswerHasItsResult() {
    assertStatus(400, Refused.class);
    assertStatus(401, Refused.class);
    assertStatus(403, Refused.class);
    assertStatus(404, Absent.class);
    assertStatus(410, Refused.class);
    assertStatus(302, Unavailable.class);
    assertStatus(408, Unavailable.class);
    assertStatus(429, Unavailable.class);
    assertStatus(500, Unavailable.class);
    assertStatus(503, Unavailable.class);
  }

  @Test
  void anAnswerThatIsNotLinesIsNone() {
    for (String body : List.of("", "<html>", "[]", "{}", "{\"userId\":7.5e", "[".repeat(10_000))) {
      SERVER.script(answer(200, "", body));
      assertThat(API.botInfo(CREDENTIALS, DEADLINE)).as(body).isInstanceOf(Unavailable.class);
    }
    SERVER.script(answer(404, "", "<html>"));
    assertThat(API.botInfo(CREDENTIALS, DEADLINE)).isInstanceOf(Unavailable.class);
    SERVER.script(answer(200, "", "{\"userId\":\"" + "x".repeat(70_000) + "\"}"));
    assertThat(API.botInfo(CREDENTIALS, DEADLINE)).isInstanceOf(Unavailable.class);
  }

  @Test
  void noAnswerIsUnavailable() {
    SERVER.script(ScriptedServer.hang());
    assertThat(API.botInfo(CREDENTIALS, Duration.ofMillis(200))).isInstanceOf(Unavailable.class);
    SERVER.script(ScriptedServer.reset());
    Result<BotInfo> reset = API.botInfo(CREDENTIALS, DEADLINE);
    assertThat(reset).isInstanceOf(Unavailable.class);
    assertThat(reset.toString()).doesNotContain(TOKEN, "127.0.0.1");
  }

  private static void assertStatus(int status, Class<?> type) {
    answers(status, "{\"message\":\"" + TOKEN + "\"}");
    Result<BotInfo> result = API.botInfo(CREDENTIALS, DEADLINE);
    assertThat(result).as("%d", status).isInstanceOf(type);
    assertThat(result.toString()).doesNotContain(TOKEN);
  }

  private static void answers(int status, String body) {
    SERVER.script(answer(status, ID, body));
  }

  private static void assertRequest(String method, String path, String body) {
    assertThat(SERVER.last().method()).isEqualTo(method);
    assertThat(SERVER.last().path()).isEqualTo(path);
    assertThat(SERVER.last().body()).isEqualTo(body);
  }

  private static Identity line(String id) {
    return new Identity(ChannelName.LINE, id);
  }
}
