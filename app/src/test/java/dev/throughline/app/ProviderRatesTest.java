package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Providers;
import dev.throughline.message.ChannelName;
import dev.throughline.outbound.ProviderRates;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.LineSettings;
import dev.throughline.sandbox.line.LineSettings.Rate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A provider never has to refuse a send for coming too soon: what an account sends beyond its rate
 * waits, without an attempt and without a retry, replies first; and it is shown what is left.
 */
final class ProviderRatesTest {
  private static final int INSTALLATION = 8;
  private static final int ACCOUNT = 4;
  private static final int MULTICASTS = 2;

  /** Of one multicast. */
  private static final int PEOPLE = 500;

  private static World world;
  private static LineFront front;

  private CustomerApp app;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    front = new LineFront();
    world =
        World.behind(
            front,
            Providers.REAL.rates(
                new ProviderRates(
                    Map.of(
                        ChannelName.LINE,
                        Map.of("push", INSTALLATION, "reply", ACCOUNT, "multicast", MULTICASTS)))));
    Rate most = new Rate(INSTALLATION, Duration.ofSeconds(1));
    Rate fewer = new Rate(MULTICASTS, Duration.ofSeconds(1));
    world.line.settings(
        LineSettings.published()
            .withDelivery(1, 64, World.LINE_WAITS)
            .withRateLimits(true, Map.of("push", most, "reply", most, "multicast", fewer)));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    front.close();
  }

  @BeforeEach
  void anApp() throws Exception {
    // What the others sent is forgotten by LINE.
    world.advance(Duration.ofSeconds(20));
    text = "text " + world.number();
    app = world.app();
  }

  @Test
  void nothingIsRefusedAndNothingIsTriedTwiceAtAFewASecond() throws Exception {
    int sends = 5 * INSTALLATION;
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < sends; i++) {
      messages.add(app.send(world.friend(), text + " " + i));
    }
    World.eventually(() -> assertThat(waiting("push")).isEqualTo(sends - INSTALLATION));
    World.eventually(() -> assertThat(world.requests("push", text)).hasSize(INSTALLATION));
    assertThat(push().path("per_second").asInt()).isEqualTo(INSTALLATION);
    assertThat(push().path("used").asInt()).isEqualTo(INSTALLATION);
    assertThat(push().path("left").asInt()).isZero();
    assertThat(entries(messages.getLast()))
        .as("it waits without an attempt")
        .doesNotContain("attempt");

    for (int second = 2; second <= 5; second++) {
      int most = second * INSTALLATION;
      world.advance(Duration.ofSeconds(1));
      World.eventually(() -> assertThat(world.requests("push", text)).hasSize(most));
    }

    assertThat(waiting("push")).isZero();
    assertThat(world.requests("push", text))
        .allSatisfy(request -> assertThat(request.path("status").asInt()).isEqualTo(200));
    world.advance(Duration.ofSeconds(1));
    World.eventually(() -> assertThat(push().path("left").asInt()).isEqualTo(INSTALLATION));
    for (String message : messages) {
      app.comesTo(message, "QUEUED_ON_CHANNEL", "");
      assertThat(entries(message)).containsOnlyOnce("attempt");
    }
  }

  @Test
  void anAccountKeepsToWhatItSaysThatItsProviderGrantsIt() throws Exception {
    grant("{\"push\":" + ACCOUNT + "}");
    for (int i = 0; i < INSTALLATION; i++) {
      String _ = app.send(world.friend(), text + " " + i);
    }
    World.eventually(() -> assertThat(waiting("push")).isEqualTo(INSTALLATION - ACCOUNT));
    assertThat(push().path("per_second").asInt()).isEqualTo(ACCOUNT);
    World.eventually(() -> assertThat(accepted()).isEqualTo(ACCOUNT));
    world.advance(Duration.ofSeconds(1));
    World.eventually(() -> assertThat(accepted()).isEqualTo(INSTALLATION));

    Api.Answer refused = world.api().patch("/apps/" + app.id(), credentials("{\"pusch\":1}"));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text()).contains("rate_limits.pusch").contains("loading, mark_as_read");
    assertThat(world.api().get("/apps/" + app.id()).text())
        .contains("\"rate_limits\":{\"push\":4}");
  }

  @Test
  void whatPeopleAreAnsweredDoesNotWaitBehindWhatIsPushed() throws Exception {
    grant("{\"push\":1}");
    for (int i = 0; i < 5; i++) {
      String _ = app.send(world.friend(), text + " pushed " + i);
    }
    World.eventually(() -> assertThat(waiting("push")).isEqualTo(4));
    String user = world.friend();
    app.hears(user, text + " asked");

    String _ = app.send(user, text + " answered");

    World.eventually(() -> assertThat(world.accepted(text + " answered")).hasSize(1));
    assertThat(world.requests("reply", text + " answered")).hasSize(1);
    assertThat(waiting("push")).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      world.advance(Duration.ofSeconds(1));
      int left = 3 - i;
      World.eventually(() -> assertThat(waiting("push")).isEqualTo(left));
    }
  }

  @Test
  void aProviderThatTakesFewerIsAskedForFewer() throws Exception {
    world.fault("push", Fault.RATE_LIMITED, text, 1);
    String message = app.send(world.friend(), text);
    World.eventually(() -> assertThat(push().path("granted").asInt()).isEqualTo(INSTALLATION / 2));
    assertThat(push().path("per_second").asInt()).isEqualTo(INSTALLATION);
    for (int i = 0; i < INSTALLATION; i++) {
      String _ = app.send(world.friend(), text + " " + i);
    }
    World.eventually(() -> assertThat(waiting("push")).isPositive());
    assertThat(accepted()).isLessThan(INSTALLATION / 2);

    world.advance(Duration.ofSeconds(20));

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    World.eventually(() -> assertThat(accepted()).isEqualTo(INSTALLATION + 1));
    assertThat(push().path("granted").asInt()).isEqualTo(INSTALLATION);
  }

  @Test
  void multicastsOfABroadcastKeepToTheirRateAndAreShown() throws Exception {
    assertThat(shown("multicast").path("per_second").asInt()).isEqualTo(MULTICASTS);
    String broadcast = broadcast(4 * MULTICASTS);

    World.eventually(() -> assertThat(world.requests("multicast", text)).hasSize(MULTICASTS));
    World.eventually(() -> assertThat(waiting("multicast")).isEqualTo(3 * MULTICASTS));
    assertThat(shown("multicast").path("used").asInt()).isEqualTo(MULTICASTS);
    assertThat(shown("multicast").path("left").asInt()).isZero();
    for (int second = 2; second <= 4; second++) {
      int most = second * MULTICASTS;
      world.advance(Duration.ofSeconds(1));
      World.eventually(() -> assertThat(world.requests("multicast", text)).hasSize(most));
    }

    comesToItsEnd(broadcast, 4 * MULTICASTS);
    assertThat(world.requests("multicast", text))
        .hasSize(4 * MULTICASTS)
        .allSatisfy(request -> assertThat(request.path("status").asInt()).isEqualTo(200));
    assertThat(waiting("multicast")).isZero();
  }

  @Test
  void aMulticastThatCameTooSoonMakesThemFewerForAWhile() throws Exception {
    world.fault("multicast", Fault.RATE_LIMITED, text, 1);
    String broadcast = broadcast(1);
    World.eventually(
        () -> assertThat(shown("multicast").path("granted").asInt()).isEqualTo(MULTICASTS / 2));
    assertThat(shown("multicast").path("per_second").asInt()).isEqualTo(MULTICASTS);

    world.advance(Duration.ofSeconds(8));
    comesToItsEnd(broadcast, 1);
    world.advance(Duration.ofSeconds(16));

    World.eventually(
        () -> assertThat(shown("multicast").path("granted").asInt()).isEqualTo(MULTICASTS));
    assertThat(world.requests("multicast", text)).hasSize(2);
  }

  @Test
  void aPauseThatLineAsksForIsKeptByTheWholeBroadcast() throws Exception {
    front.answersInstead(
        text, new LineFront.Instead(429, "{\"message\":\"slow down\"}", "retry-after", "60"));
    String broadcast = broadcast(2 * MULTICASTS);
    World.eventually(
        () -> assertThat(shown("multicast").path("resting_until").asString()).isNotEmpty());
    assertThat(shown("multicast").path("left").asInt()).isZero();
    int underWay = shown("multicast").path("used").asInt() - 1;
    World.eventually(() -> assertThat(world.requests("multicast", text)).hasSize(underWay));

    world.advance(Duration.ofSeconds(59));
    String _ = app.send(world.friend(), text + " meanwhile");
    World.eventually(() -> assertThat(world.requests("push", text + " meanwhile")).hasSize(1));
    assertThat(world.requests("multicast", text)).hasSize(underWay);

    world.advance(Duration.ofSeconds(1));
    comesToItsEnd(broadcast, 2 * MULTICASTS);
    assertThat(shown("multicast").has("resting_until")).isFalse();
  }

  /** What waits for its turn is held by a pause like everything else, and goes on where it was. */
  @Test
  void aPauseHoldsWhatWaitsForItsTurn() throws Exception {
    String broadcast = broadcast(4 * MULTICASTS);
    World.eventually(() -> assertThat(waiting("multicast")).isEqualTo(3 * MULTICASTS));
    world.api().post("/broadcasts/" + broadcast + ":pause", "").ok();
    World.eventually(() -> assertThat(waiting("multicast")).isZero());
    world.advance(Duration.ofMinutes(1));
    String _ = app.send(world.friend(), text + " meanwhile");
    World.eventually(() -> assertThat(world.requests("push", text + " meanwhile")).hasSize(1));
    assertThat(world.requests("multicast", text)).hasSize(MULTICASTS);

    world.api().post("/broadcasts/" + broadcast + ":resume", "").ok();

    comesToItsEnd(broadcast, 4 * MULTICASTS);
  }

  @Test
  void theOperatorSeesTheAccountsOfAllApps() {
    JsonNode all = world.ops().get("/rates").ok();
    assertThat(all.path("requests").findValuesAsString("project_id")).contains(world.project);
    assertThat(all.path("accounts").findValuesAsString("app_id")).contains(app.id());
    assertThat(world.api().get("/apps/" + app.id() + "/rate-limits").ok().path("requests"))
        .isEqualTo(Api.json("{\"per_second\":0}"));
    assertThat(world.api().get("/apps/" + world.project + "/rate-limits").status()).isEqualTo(404);
  }

  /** To so many times as many people as one multicast takes; begun. */
  private String broadcast(int multicasts) {
    ObjectNode body = (ObjectNode) Api.json("{\"audience\":{\"upload\":true}}");
    ObjectNode send = body.putObject("send").put("app_id", app.id());
    send.putObject("message").putObject("text_message").put("text", text);
    String id = world.api().post("/broadcasts", body.toString()).ok().path("id").asString();
    StringBuilder lines = new StringBuilder("line\n");
    for (int i = 0; i < multicasts * PEOPLE; i++) {
      lines.append("U%032x\n".formatted(((long) world.number() << 24) + i));
    }
    world
        .api()
        .put("/broadcasts/" + id + "/audience", lines.toString(), "Content-Type", "text/csv")
        .ok();
    world.api().post("/broadcasts/" + id + ":start", "").ok();
    return id;
  }

  private void comesToItsEnd(String broadcast, int multicasts) throws Exception {
    World.eventually(() -> {
      JsonNode shown = world.api().get("/broadcasts/" + broadcast).ok();
      if (!shown.path("state").asString().equals("COMPLETED")) {
        world.advance(Duration.ofSeconds(1));
      }
      assertThat(shown.path("state").asString()).isEqualTo("COMPLETED");
      assertThat(shown.at("/results/ACCEPTED").asInt()).isEqualTo(multicasts * PEOPLE);
    });
  }

  private void grant(String rates) {
    world.api().patch("/apps/" + app.id(), credentials(rates)).ok();
  }

  private String credentials(String rates) {
    JsonNode entries = world.api().get("/apps/" + app.id()).ok().path("channel_credentials");
    ((ObjectNode) entries.path(0)).set("rate_limits", Api.json(rates));
    ObjectNode patch = (ObjectNode) Api.json("{}");
    patch.set("channel_credentials", entries);
    return patch.toString();
  }

  private long accepted() {
    return world.line.accepted(0).entries().stream()
        .filter(send -> send.path("text").asString().startsWith(text))
        .count();
  }

  private int waiting(String rate) {
    return shown(rate).path("waiting").asInt();
  }

  private JsonNode push() {
    return shown("push");
  }

  private JsonNode shown(String rate) {
    for (JsonNode shown :
        world
            .api()
            .get("/apps/" + app.id() + "/rate-limits")
            .ok()
            .path("accounts")
            .path(0)
            .path("rates")) {
      if (shown.path("rate").asString().equals(rate)) {
        return shown;
      }
    }
    throw new AssertionError("no rate " + rate);
  }

  private List<String> entries(String message) {
    return world
        .api()
        .get("/messages/" + message + "/timeline")
        .ok()
        .path("entries")
        .findValuesAsString("kind");
  }
}
