package dev.throughline.channel.line.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Transport;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.log.ManualClock;
import dev.throughline.message.Bytes;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A call is one exchange with the right host, with everything that varies escaped; each answer is
 * one of five replies; and no span of a limit's length holds more calls than the limit.
 */
class LineAccountClientTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final LineAccount ACCOUNT =
      new LineAccount("Ubot", new LineCredentials("a-token", "a-secret"));

  private final ManualClock clock = new ManualClock("2026-11-20T09:00:00Z");
  private final List<Transport.Request> requests = new ArrayList<>();
  private Transport.Answer answer =
      new Transport.Answer.Answered(200, Map.of(), Bytes.utf8("{\"richMenuId\":\"r1\"}"));
  private final LineAccountClient client =
      new LineAccountClient(
          request -> {
            requests.add(request);
            return answer;
          },
          URI.create("https://api.example/base/"),
          URI.create("https://data.example"),
          clock);

  @Test
  void whatVariesIsEscaped() {
    call(LineCall.of(Operations.RICH_MENU_GET).at("richMenuId", "a/../b?c"));
    call(LineCall.of(Operations.FOLLOWERS).with("limit", "500").with("start", "a+b =&"));
    call(
        LineCall.of(Operations.RICH_MENU_IMAGE_SET)
            .at("richMenuId", "r1")
            .body(Bytes.utf8("png"), "image/png"));
    call(LineCall.of(Operations.NARROWCAST).json(Bytes.utf8("{}")).once("a-key"));

    assertThat(requests.stream().map(request -> request.uri().toString()))
        .containsExactly(
            "https://api.example/base/v2/bot/richmenu/a%2F..%2Fb%3Fc",
            "https://api.example/base/v2/bot/followers/ids?limit=500&start=a%2Bb%20%3D%26",
            "https://data.example/v2/bot/richmenu/r1/content",
            "https://api.example/base/v2/bot/message/narrowcast");
    assertThat(requests.get(2).headers())
        .isEqualTo(Map.of("authorization", "Bearer a-token", "content-type", "image/png"));
    assertThat(requests.get(3).headers()).containsEntry("x-line-retry-key", "a-key");
    assertThat(requests.get(3).toString()).doesNotContain("a-token");
  }

  @Test
  void eachAnswerIsOneReply() {
    LineCall create = LineCall.of(Operations.RICH_MENU_CREATE).json(Bytes.utf8("{}"));
    assertThat(call(create)).isInstanceOf(LineReply.Done.class);

    answer =
        new Transport.Answer.Answered(
            400,
            Map.of("x-line-request-id", "id-1"),
            Bytes.utf8(
                "{\"message\":\"The request body has 1 error(s)\",\"details\":"
                    + "[{\"message\":\"May not be empty\",\"property\":\"name\"}]}"));
    assertThat(call(create))
        .isEqualTo(
            new LineReply.Refused(
                400,
                "The request body has 1 error(s)",
                List.of(new LineReply.Detail("May not be empty", "name")),
                Optional.of("id-1"),
                Optional.empty()));

    answer = new Transport.Answer.Answered(429, Map.of("retry-after", "7"), Bytes.utf8("<html>"));
    assertThat(call(create))
        .isEqualTo(
            new LineReply.Refused(
                429, "", List.of(), Optional.empty(), Optional.of(Duration.ofSeconds(7))));

    answer = new Transport.Answer.Answered(503, Map.of(), Bytes.EMPTY);
    assertThat(call(create)).isInstanceOf(LineReply.Unknown.class);
    answer = new Transport.Answer.TooLarge(200, Map.of());
    assertThat(call(create)).isInstanceOf(LineReply.Unknown.class);
    answer = new Transport.Answer.Unknown("reset");
    assertThat(call(create)).isInstanceOf(LineReply.Unknown.class);
    answer = new Transport.Answer.NotSent("refused");
    assertThat(call(create)).isEqualTo(new LineReply.Unreachable("refused"));

    answer =
        new Transport.Answer.Answered(
            409, Map.of("x-line-accepted-request-id", "first"), Bytes.utf8("{}"));
    assertThat(call(create)).isInstanceOf(LineReply.Refused.class);
    LineReply again = call(LineCall.of(Operations.NARROWCAST).once("a-key"));
    assertThat(again).isInstanceOf(LineReply.Done.class);
    assertThat(((LineReply.Done) again).requestId()).contains("first");
  }

  @Test
  void noSpanHoldsMoreThanTheLimit() {
    LineCall narrowcast = LineCall.of(Operations.NARROWCAST);
    for (int i = 0; i < 60; i++) {
      assertThat(call(narrowcast)).isInstanceOf(LineReply.Done.class);
      clock.advance(Duration.ofSeconds(10));
    }
    // The first was ten minutes ago: it counts for fifty more.
    assertThat(call(narrowcast)).isEqualTo(new LineReply.Limited(Duration.ofMinutes(50)));
    assertThat(requests).hasSize(60);
    // Another account, and another call of this one, have limits of their own.
    assertThat(client.call(new LineAccount("Uother", ACCOUNT.credentials()), narrowcast, DEADLINE))
        .isInstanceOf(LineReply.Done.class);
    assertThat(call(LineCall.of(Operations.RICH_MENU_LIST))).isInstanceOf(LineReply.Done.class);

    clock.advance(Duration.ofMinutes(50));
    assertThat(call(narrowcast)).isInstanceOf(LineReply.Done.class);
    assertThat(call(narrowcast)).isEqualTo(new LineReply.Limited(Duration.ofSeconds(10)));
  }

  @Test
  void whoeverIsPatientWaitsForTheLimitButNotLonger() throws InterruptedException {
    LineCall list = LineCall.of(Operations.RICH_MENU_LIST);
    for (int i = 0; i < 10; i++) {
      assertThat(call(list)).isInstanceOf(LineReply.Done.class);
    }
    assertThat(client.call(ACCOUNT, list, DEADLINE, Duration.ofMillis(500)))
        .isEqualTo(new LineReply.Limited(Duration.ofSeconds(1)));
    clock.advance(Duration.ofMillis(990));
    Thread other = Thread.ofVirtual().start(() -> clock.advance(Duration.ofMillis(10)));
    assertThat(client.call(ACCOUNT, list, DEADLINE, Duration.ofSeconds(5)))
        .isInstanceOf(LineReply.Done.class);
    other.join();
  }

  private LineReply call(LineCall call) {
    return client.call(ACCOUNT, call, DEADLINE);
  }
}
