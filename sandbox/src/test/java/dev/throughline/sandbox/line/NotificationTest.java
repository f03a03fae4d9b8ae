package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Subscriber.Consent;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A notification message reaches whoever agreed to it, friend or not, and only then a delivery is
 * told and counted.
 */
class NotificationTest {
  private static final String NUMBER = "+818000001234";
  private static final String TAG = "order-0123456789";

  private final Line line = new Line();
  private final WebhookReceiver app = new WebhookReceiver();

  @BeforeEach
  void listen() throws ControlRefusal {
    line.control.webhookUrl(app.url());
  }

  @AfterEach
  void close() {
    line.close();
    app.close();
  }

  private String subscribe(String userId, String number, Consent consent) throws ControlRefusal {
    Subscriber subscriber = new Subscriber(userId, number, consent);
    line.control.phones().subscribe(subscriber);
    return subscriber.digest();
  }

  private Line.Response push(String digest) {
    return line.post(
        "/bot/pnp/push",
        "{\"to\":\"" + digest + "\",\"messages\":[{\"type\":\"text\",\"text\":\"parcel\"}]}",
        "X-Line-Delivery-Tag",
        TAG);
  }

  private int shown(String userId) throws Exception {
    return line.control.messages(userId, 0, Duration.ZERO).entries().size();
  }

  @Test
  void aStrangerWhoAgreedGetsItAndTheTagComesBack() throws Exception {
    String digest = subscribe(Line.STRANGER, NUMBER, Consent.ACCEPTED);
    assertThat(push(digest).status()).isEqualTo(200);
    assertThat(shown(Line.STRANGER)).isEqualTo(1);
    JsonNode event = Line.event(app.next());
    assertThat(event.path("type").stringValue()).isEqualTo("delivery");
    assertThat(event.at("/delivery/data").stringValue()).isEqualTo(TAG);
    assertThat(event.has("source")).isFalse();
    assertThat(event.has("replyToken")).isFalse();

    String template =
        "{\"to\":\""
            + digest
            + "\",\"templateKey\":\"%s\",\"body\":{\"items\":"
            + "[{\"itemKey\":\"number_001_ja\",\"content\":\"%s\"}]}}";
    String path = "/v2/bot/message/pnp/templated/push";
    assertThat(line.post(path, template.formatted("shipment_ja", "1")).status()).isEqualTo(202);
    assertThat(Line.event(app.next()).at("/delivery/data").stringValue()).isEqualTo(digest);
    line.control.console().templates(Map.of("other_ja", Set.of("number_001_ja", "x")));
    assertThat(line.post(path, template.formatted("shipment_ja", "1")).message())
        .isEqualTo("Invalid templateKey: shipment_ja");
    assertThat(line.post(path, template.formatted("other_ja", "x".repeat(301))).status())
        .isEqualTo(400);
    line.control.console().templates(Map.of("other_ja", Set.of("x")));
    assertThat(line.post(path, template.formatted("other_ja", "1")).message())
        .isEqualTo("The request body has 1 invalid key(s).");

    line.clock.advance(Duration.ofDays(1));
    for (String kind : new String[] {"pnp", "pnp/templated"}) {
      assertThat(line.get("/v2/bot/message/delivery/" + kind + "?date=20261102").json())
          .hasToString("{\"status\":\"ready\",\"success\":1}");
    }
    assertThat(line.get("/v2/bot/message/quota/consumption").json())
        .hasToString("{\"totalUsage\":0}");
  }

  @Test
  void whatCannotBeSentIsRefusedAndWhatIsBlockedIsLost() throws Exception {
    String unknown = new Subscriber(Line.BOB, "+818099999999", Consent.ACCEPTED).digest();
    assertThat(push(unknown).status()).isEqualTo(422);
    assertThat(push(unknown).message()).isEqualTo("Failed to send messages");
    assertThat(push(subscribe(Line.BOB, NUMBER, Consent.REFUSED)).status()).isEqualTo(422);
    assertThat(push(subscribe(Line.BOB, NUMBER, Consent.OLD_POLICY)).status()).isEqualTo(422);
    assertThat(push(subscribe(Line.BOB, "+15550001234", Consent.ACCEPTED)).status()).isEqualTo(422);
    JsonNode wrong = push("ABC").json();
    assertThat(wrong.at("/details/0/message").stringValue())
        .isEqualTo("The value must be a valid SHA-256 digest.");
    assertThat(wrong.at("/details/0/property").stringValue()).isEqualTo("to");
    String digest = subscribe(Line.ALICE, NUMBER, Consent.ACCEPTED);
    Line.Response keyed =
        line.post(
            "/bot/pnp/push", "{}", "X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000");
    assertThat(keyed.status()).isEqualTo(400);

    line.control.block(Line.ALICE);
    assertThat(Line.event(app.next()).path("type").stringValue()).isEqualTo("unfollow");
    assertThat(push(digest).status()).isEqualTo(200);
    assertThat(push(subscribe(Line.BOB, "+819011112222", Consent.UNCONFIRMED)).status())
        .isEqualTo(200);
    line.control.unblock(Line.ALICE);
    assertThat(Line.event(app.next()).path("type").stringValue()).isEqualTo("follow");
    assertThat(shown(Line.ALICE)).isZero();
    assertThat(shown(Line.BOB)).isZero();
  }

  @Test
  void consentWithinADayLetsWhatWaitsArrive() throws Exception {
    String digest = subscribe(Line.ALICE, NUMBER, Consent.UNSET);
    assertThat(push(digest).status()).isEqualTo(200);
    line.clock.advance(Notifications.HELD);
    assertThat(push(digest).status()).isEqualTo(200);
    line.clock.advance(Duration.ofMillis(1));
    assertThat(shown(Line.ALICE)).isZero();
    assertThat(
            line.put(
                    "/_sandbox/users/" + Line.ALICE + "/phone",
                    Json.string(
                        Json.object().put("number", NUMBER).put("notifications", "accepted")))
                .json()
                .path("digest")
                .stringValue())
        .isEqualTo(digest);
    assertThat(shown(Line.ALICE)).isEqualTo(1);
    assertThat(Line.event(app.next()).path("type").stringValue()).isEqualTo("delivery");
  }
}
