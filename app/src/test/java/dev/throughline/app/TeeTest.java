package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.app.CallbackTarget.Reply;
import dev.throughline.message.Ulids;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A bot that was there before gets every webhook of an account that passes them on: LINE's bytes
 * under LINE's signature, again until it takes them, and nothing that was taken back meanwhile.
 */
final class TeeTest {
  private static World world;

  private CustomerApp app;
  private String bot;
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
  void anAccountThatPassesOn() throws Exception {
    bot = "/old-bot/" + world.number();
    app = world.app(settings(world.customer.url(bot)).toString());
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void theBotGetsLinesBytesUnderLinesSignature() throws Exception {
    String body =
        "{ \"destination\":\"%s\",\"events\" : [ {\"type\":\"message\",\"mode\":\"active\",\"timestamp\":%d,\"webhookEventId\":\"01TEST%020d\",\"source\":{\"type\":\"user\",\"userId\":\"%s\"},\"message\":{\"type\":\"text\",\"id\":\"7\",\"text\":\"\\u3042\\/ %s\"}} ]}\n"
            .formatted(World.BOT, world.clock.millis(), world.number(), user, text);

    world.delivers(body.getBytes(StandardCharsets.UTF_8));

    Call passed = only(1).getFirst();
    assertThat(passed.text()).isEqualTo(body);
    assertThat(passed.headers().get("x-line-signature"))
        .isEqualTo(Hmac.base64(World.CHANNEL_SECRET, body));
    assertThat(passed.headers().get("content-type")).isEqualTo("application/json; charset=utf-8");
    app.called("message", text);
    app.settled();
    assertThat(world.customer.calls(bot)).hasSize(1);
  }

  @Test
  void theConnectivityCheckIsPassedOnToo() throws Exception {
    String body = "{\"destination\":\"" + World.BOT + "\",\"events\":[]}";

    world.delivers(body.getBytes(StandardCharsets.UTF_8));

    assertThat(only(1).getFirst().text()).isEqualTo(body);
  }

  @Test
  void aBotThatFailsIsCalledAgainAndOthersDoNotWaitForIt() throws Exception {
    world.customer.next(bot, Reply.of(500));

    app.hears(user, "first " + text);
    only(1);
    app.hears(user, "second " + text);
    only(2);
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));

    List<Call> calls = only(3);
    assertThat(calls.get(2).text()).isEqualTo(calls.get(0).text()).contains("first " + text);
    assertThat(calls.get(1).text()).contains("second " + text);
    assertThat(app.settled()).isEmpty();
  }

  @Test
  void aBotThatNeverTakesItLeavesADeadLetter() throws Exception {
    world.customer.always(bot, Reply.of(503));
    app.hears(user, text);
    only(1);

    for (int retry = 1; retry <= 10; retry++) {
      assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5L << (retry - 1)));
    }

    only(11);
    assertThat(app.settled()).isEmpty();
    assertThat(app.deadLetters())
        .singleElement()
        .satisfies(letter -> assertThat(letter.path("kind").asString()).isEqualTo("tee"));
  }

  @Test
  void whatIsTakenBackMeanwhileIsNotPassedOn() throws Exception {
    world.customer.next(bot, Reply.of(500));
    String sent = world.line.say(user, text).messageId();
    app.called("message", text);
    only(1);

    world.line.unsend(user, user, sent);
    app.called("unsupported_callback", sent);
    only(2);
    app.advance();

    assertThat(world.customer.calls(bot).stream().filter(call -> call.text().contains(text)))
        .hasSize(1);
    assertThat(app.settled()).isEmpty();
  }

  @Test
  void onlyAddressesThatMayBeCalledAreTaken() {
    for (String url :
        List.of("http://10.1.2.3/", "https://169.254.169.254/x", "ftp://a.example/")) {
      Api.Answer refused = world.api().post("/apps", named(settings(url)).toString());

      assertThat(refused.status()).as(url).isEqualTo(400);
      assertThat(refused.text()).contains("TARGET_REFUSED", "tee_url");
    }
    JsonNode shown = world.api().get("/apps/" + app.id()).ok();
    assertThat(shown.path("channel_credentials").get(0).path("tee_url").asString())
        .isEqualTo(world.customer.url(bot));
  }

  @Test
  void anAccountThatPassesOnToItselfDoesNotGoRound() {
    String account =
        world
            .database()
            .database()
            .read(c -> {
              try (var statement =
                      c.prepareStatement("select id::text from account where app = ?");
                  var row = query(statement)) {
                row.next();
                return Ulids.of(UUID.fromString(row.getString(1))).toString();
              }
            });

    Api.Answer answer =
        world
            .open()
            .post("/hooks/line/" + app.id(), "{\"events\":[]}", "x-throughline-tee", account);

    assertThat(answer.status()).isEqualTo(508);
  }

  private ResultSet query(PreparedStatement statement) throws SQLException {
    statement.setObject(1, Ulids.parse(app.id()).orElseThrow().toUuid());
    return statement.executeQuery();
  }

  private List<Call> only(int calls) {
    World.eventually(() -> assertThat(world.customer.calls(bot)).hasSize(calls));
    return world.customer.calls(bot);
  }

  private static ObjectNode settings(String url) {
    ObjectNode app = (ObjectNode) Api.json("{}");
    ObjectNode account =
        (ObjectNode) CustomerApp.account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0);
    app.putArray("channel_credentials").add(account.put("tee_url", url));
    return app;
  }

  private static ObjectNode named(ObjectNode app) {
    return app.put("display_name", "passes on");
  }
}
