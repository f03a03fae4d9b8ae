package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.app.CallbackTarget.Reply;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A webhook with client credentials is called under an access token of its own authorization
 * server: fetched once however many callbacks wait, kept as long as it lives, replaced once when
 * the target refuses it; while there is none, callbacks wait and none is lost.
 */
final class WebhookTokenTest {
  private static World world;

  private TokenServer tokens;
  private CustomerApp app;
  private LineEvents events;
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
  void anAppWithAnAuthorizationServer() throws Exception {
    tokens = new TokenServer(world.clock);
    app = world.app();
    events = new LineEvents(world);
    text = "text " + world.number();
    configure("BASIC", TokenServer.SECRET);
  }

  @AfterEach
  void close() {
    tokens.close();
  }

  @Test
  void oneTokenServesCallbacksAsLongAsItLives() throws Exception {
    tokens.gives(Duration.ofMinutes(2), Duration.ofMillis(100));
    says(10);
    assertThat(calls(10)).allMatch(call -> call.header("authorization").equals("Bearer token-1"));
    assertThat(tokens.asked()).hasSize(1);
    TokenServer.Asked asked = tokens.asked().getFirst();
    assertThat(asked.basic()).isTrue();
    assertThat(asked.form())
        .containsOnlyKeys("grant_type", "scope", "response_type")
        .containsEntry("grant_type", "client_credentials")
        .containsEntry("scope", "callbacks & more")
        .containsEntry("response_type", "token");
    // Signed all the same.
    assertThat(calls(10)).allMatch(call -> !call.header("x-sinch-webhook-signature").isEmpty());

    world.advance(Duration.ofSeconds(105));
    says(1);
    calls(11);
    assertThat(tokens.asked()).hasSize(1);

    world.advance(Duration.ofSeconds(6));
    says(1);
    assertThat(calls(12).getLast().header("authorization")).isEqualTo("Bearer token-2");
    assertThat(tokens.asked()).hasSize(2);
  }

  @Test
  void theClientMayNameItselfInTheForm() throws Exception {
    configure("FORM", TokenServer.SECRET);

    says(1);

    assertThat(calls(1).getFirst().header("authorization")).isEqualTo("Bearer token-1");
    assertThat(tokens.asked().getFirst().basic()).isFalse();
    assertThat(tokens.asked().getFirst().form())
        .containsEntry("client_id", TokenServer.CLIENT)
        .containsEntry("client_secret", TokenServer.SECRET);
  }

  @Test
  void aTokenThatTheTargetRefusesIsReplacedOnce() throws Exception {
    says(1);
    calls(1);
    world.advance(Duration.ofSeconds(30));
    tokens.revokeAll();
    world.customer.next(app.path(), Reply.of(401));

    says(1);

    List<Call> calls = calls(3);
    assertThat(calls).extracting(Call::status).containsExactly(200, 401, 200);
    assertThat(calls.get(1).text()).isEqualTo(calls.get(2).text());
    assertThat(tokens.isGood(calls.get(1).header("authorization"))).isFalse();
    assertThat(tokens.isGood(calls.get(2).header("authorization"))).isTrue();
    assertThat(app.settled()).isEmpty();
    assertThat(app.deadLetters()).isEmpty();
  }

  /** The authorization server is not asked again for each of them. */
  @Test
  void aTargetThatRefusesEveryTokenIsTriedAgainLater() throws Exception {
    world.customer.next(app.path(), Reply.of(401), Reply.of(401), Reply.of(401));

    says(3);
    app.settled();

    assertThat(app.calls()).hasSize(3).extracting(Call::status).containsOnly(401);
    assertThat(tokens.asked()).hasSize(1);
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));
    assertThat(calls(6)).extracting(Call::status).endsWith(200, 200, 200);
  }

  @Test
  void withoutATokenNothingIsCalledAndNothingIsLost() throws Exception {
    tokens.fails(1);

    says(3);
    app.settled();

    assertThat(app.calls()).isEmpty();
    assertThat(tokens.asked()).hasSize(1);
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));
    assertThat(calls(3)).extracting(Call::status).containsOnly(200);
  }

  @Test
  void credentialsThatAreChangedCountAtOnce() throws Exception {
    configure("BASIC", "wrong");
    says(1);
    app.settled();
    assertThat(app.calls()).isEmpty();

    configure("BASIC", TokenServer.SECRET);
    app.advance();

    assertThat(calls(1)).extracting(Call::status).containsExactly(200);
  }

  @Test
  void addressesInsideAreNoAuthorizationServers() {
    JsonNode refused =
        world
            .api()
            .patch(
                "/webhooks/" + app.webhook(),
                client("BASIC", TokenServer.SECRET)
                    .toString()
                    .replace(tokens.url(), "http://169.254.169.254/token"))
            .json();

    assertThat(refused.at("/error/code").asInt()).isEqualTo(400);
    assertThat(refused.toString()).contains("client_credentials.endpoint", "TARGET_REFUSED");
  }

  private void configure(String form, String secret) {
    ObjectNode change = client(form, secret);
    change.putArray("triggers").add("MESSAGE_INBOUND");
    world.api().patch("/webhooks/" + app.webhook(), change.toString()).ok();
  }

  private ObjectNode client(String form, String secret) {
    ObjectNode change = (ObjectNode) Api.json("{}");
    change
        .putObject("client_credentials")
        .put("client_id", TokenServer.CLIENT)
        .put("client_secret", secret)
        .put("endpoint", tokens.url())
        .put("scope", "callbacks & more")
        .put("response_type", "token")
        .put("token_request_type", form);
    return change;
  }

  /** So many people write, in one webhook that is durable when this returns. */
  private void says(int people) throws Exception {
    List<ObjectNode> said =
        IntStream.range(0, people)
            .mapToObj(i -> events.text("U%032x".formatted(world.number()), text))
            .toList();
    world.delivers(LineEvents.body(said));
  }

  private List<Call> calls(int wanted) {
    World.eventually(() -> assertThat(app.calls()).hasSize(wanted));
    return app.calls();
  }
}
