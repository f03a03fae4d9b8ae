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

  private static World world;

  private CustomerApp app;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world =
        World.reaching(
            Providers.REAL.rates(
                new ProviderRates(
                    Map.of(ChannelName.LINE, Map.of("push", INSTALLATION, "reply", ACCOUNT)))));
    Rate most = new Rate(INSTALLATION, Duration.ofSeconds(1));
    world.line.settings(
        LineSettings.published()
            .withDelivery(1, 64, World.LINE_WAITS)
            .withRateLimits(true, Map.of("push", most, "reply", most)));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
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
  void theOperatorSeesTheAccountsOfAllApps() {
    JsonNode all = world.ops().get("/rates").ok();
    assertThat(all.path("requests").findValuesAsString("project_id")).contains(world.project);
    assertThat(all.path("accounts").findValuesAsString("app_id")).contains(app.id());
    assertThat(world.api().get("/apps/" + app.id() + "/rate-limits").ok().path("requests"))
        .isEqualTo(Api.json("{\"per_second\":0}"));
    assertThat(world.api().get("/apps/" + world.project + "/rate-limits").status()).isEqualTo(404);
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
