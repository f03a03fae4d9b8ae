package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.app.SampleWorld.Answered;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Person;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 5: whatever the queue answered, the caller was told 200.
 *
 * <p>Here 200 says that the message is durable and has its id; what is not taken is answered with
 * an error that says what to do, and leaves nothing behind.
 */
@AwsSample
final class QueueErrorIsAnswered200Test {
  @Test
  void aFullQueueIsSaidAndTakesNothing(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "queued " + world.number() + ".";
    ObjectNode settings = Ask.json("{}");
    settings.putArray("channel_credentials").add(world.sms("+12065550102"));
    String app = world.anotherApp(settings);
    ObjectNode request = Ask.broadcast(person, "sms", "sms", text);
    for (String part : List.of("pc", "fc")) {
      ((ObjectNode) request.path(part)).put("sender", "+12065550102");
    }
    world
        .aws()
        .setFaults(
            List.of(Scripted.always("sms.SendTextMessage", Fault.THROTTLE).about(person.phone())));
    for (int i = 0; i < SampleWorld.QUEUE / 2; i++) {
      assertThat(world.asks(request).status()).isEqualTo(200);
    }
    SampleWorld.eventually(() -> assertThat(waiting(world, app)).isEqualTo(SampleWorld.QUEUE));

    Answered refused = world.asks(request);

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.reason()).isEqualTo("QUEUE_FULL");
    assertThat(world.get("/messages?page_size=100&app_id=" + app).json().path("messages"))
        .hasSize(SampleWorld.QUEUE);
    world.heal();
    SampleWorld.eventually(() -> {
      world.advance(Duration.ofMinutes(1));
      assertThat(world.texted(text)).isEqualTo(SampleWorld.QUEUE);
    });
  }

  @Test
  void whatIsAnswered200IsDurable(SampleWorld world) throws Exception {
    Person person = world.somebody();

    String id = world.sends(Ask.fallback(person, "sms", "email", "60", "kept"));

    long kept =
        world
            .database()
            .database()
            .read(c -> {
              try (PreparedStatement statement =
                  c.prepareStatement("select count(*) from entry where id = ?")) {
                statement.setObject(1, dev.throughline.ledger.Ulid.parse(id).toUuid());
                try (ResultSet row = statement.executeQuery()) {
                  row.next();
                  return row.getLong(1);
                }
              }
            });
    assertThat(kept).isEqualTo(1);
    world.comesTo(id, "DELIVERED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"use_case\":\"blast\"}",
        "{\"use_case\":\"fallback\",\"pc\":{}}"
      })
  void whatCannotBeReadIsNoSuccess(String body, SampleWorld world) {
    Answered answered = world.asks(body);

    assertThat(answered.status()).isEqualTo(400);
    assertThat(answered.reason()).isEqualTo("FIELD_INVALID");
  }

  private static int waiting(SampleWorld world, String app) {
    return world.get("/apps/" + app).json().at("/queue_stats/outbound_size").asInt();
  }
}
