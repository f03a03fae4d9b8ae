package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every prepared webhook is what LINE would send: signed, of the promised size, and like no other.
 */
class WebhookRequestsTest {
  private static final URI WEBHOOK = URI.create("http://127.0.0.1:8080/hooks/line/01APP");
  private static final Instant NOW = Instant.ofEpochMilli(1_795_000_000_123L);
  private final JsonMapper json = JsonMapper.builder().build();

  @Test
  void signsLikeLine() {
    assertThat(
            WebhookRequests.signature(
                "8c570fa6dd201bb328f1c1eac23a96d8",
                "{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":[]}"
                    .getBytes(UTF_8)))
        .isEqualTo("GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=");
    assertThat(WebhookRequests.signature("SECRET", "{}".getBytes(UTF_8)))
        .isEqualTo("3q8QXTAGaey18yL8FWTqdVlbMr6hcuNvM4tefa0o9nA=");
  }

  @Test
  void hasExactlyTheBytesThatItSays() {
    for (int i = 0; i < 100; i++) {
      Request request = next(requests(i));
      assertThat(request.body().getBytes(UTF_8)).hasSize(1_040);
      assertThat(request.head())
          .startsWith("POST /hooks/line/01APP HTTP/1.1\r\nhost: 127.0.0.1:8080\r\n")
          .contains("\r\ncontent-length: 1040\r\n");
    }
  }

  @Test
  void carriesTheSignatureOfItsOwnBody() {
    WebhookRequests requests = requests(7);
    for (int i = 0; i < 100; i++) {
      Request request = next(requests);
      assertThat(request.head())
          .contains(
              "\r\nx-line-signature: "
                  + WebhookRequests.signature("secret", request.body().getBytes(UTF_8))
                  + "\r\n");
    }
  }

  @Test
  void holdsTwoTextMessagesOfTwoUsersWithFreshIds() {
    WebhookRequests requests = requests(11);
    Set<String> ids = new HashSet<>();
    Set<String> users = new HashSet<>();
    for (int i = 0; i < 2_000; i++) {
      JsonNode body = json.readTree(next(requests).body());
      assertThat(body.path("destination").asString()).matches("U[0-9a-f]{32}");
      JsonNode events = body.path("events");
      assertThat(events.size()).isEqualTo(2);
      for (JsonNode event : events.values()) {
        assertThat(event.path("type").asString()).isEqualTo("message");
        assertThat(event.path("mode").asString()).isEqualTo("active");
        assertThat(event.path("timestamp").asLong()).isEqualTo(NOW.toEpochMilli());
        assertThat(event.path("replyToken").asString()).matches("[0-9a-f]{32}");
        assertThat(event.at("/deliveryContext/isRedelivery").asBoolean(true)).isFalse();
        assertThat(event.at("/message/type").asString()).isEqualTo("text");
        assertThat(event.at("/message/id").asString()).matches("[1-9][0-9]{17}");
        assertThat(event.at("/message/text").asString()).startsWith("注文した品物");
        assertThat(event.path("webhookEventId").asString()).matches("[0-7][0-9A-HJKMNP-TV-Z]{25}");
        ids.add(event.path("webhookEventId").asString());
        users.add(event.at("/source/userId").asString());
      }
      assertThat(events.get(0).at("/source/userId"))
          .isNotEqualTo(events.get(1).at("/source/userId"));
    }
    assertThat(ids).hasSize(4_000);
    assertThat(users).hasSizeBetween(3_000, WebhookRequests.USERS);
    assertThat(users).allSatisfy(user -> assertThat(user).matches("U[0-9a-f]{32}"));
  }

  @Test
  void eventIdsStartWithTheTime() {
    String id = json.readTree(next(requests(3)).body()).at("/events/0/webhookEventId").asString();
    long millis = 0;
    for (char letter : id.substring(0, 10).toCharArray()) {
      millis = millis * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(letter);
    }
    assertThat(millis).isEqualTo(NOW.toEpochMilli());
  }

  private record Request(String head, String body) {}

  private static WebhookRequests requests(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    return new WebhookRequests(
        WEBHOOK, "secret", WebhookRequests.ANY_BOT_USER_ID, InstantSource.fixed(NOW), random);
  }

  private static Request next(WebhookRequests requests) {
    ByteBuffer buffer = ByteBuffer.allocate(requests.length());
    requests.write(buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    String text = new String(buffer.array(), UTF_8);
    int end = text.indexOf("\r\n\r\n") + 4;
    return new Request(text.substring(0, end), text.substring(end));
  }
}
