package dev.throughline.app.awssample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.SampleWorld;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Defect 18: two queues shared one of dead letters, which nobody looked into and nothing led back
 * from.
 *
 * <p>Here each says what it is and why it lies there, and is sent on its way again by itself.
 */
@AwsSample
final class DeadLettersWithoutRedriveTest {
  @Test
  void eachIsShownAndReplayedByItself(SampleWorld world) throws Exception {
    Person person = world.somebody();
    String text = "dead " + world.number() + ".";
    Set<String> before = ids(letters(world));
    world
        .aws()
        .setFaults(
            List.of(
                Scripted.times("sms.SendTextMessage", Fault.RESET_AFTER, 1).about(person.phone()),
                Scripted.always("events.sms", Fault.LOSE).about(person.phone())));
    world.refusesTheNextCallback();
    ObjectNode request = Ask.fallback(person, "email", "sms", "60", text);
    world.state(person, PhoneChannel.EMAIL, Condition.BLOCKED);

    String id = world.sends(request);

    SampleWorld.eventually(() ->
        assertThat(fresh(world, before))
            .extracting(DeadLettersWithoutRedriveTest::kind)
            .contains("send", "callback"));
    JsonNode send = fresh(world, before, "send");
    assertThat(send.path("state").asString()).isEqualTo("unknown");
    assertThat(send.path("error").asString()).isNotEmpty();
    JsonNode callback = fresh(world, before, "callback");
    assertThat(callback.path("target_id").asString()).isNotEmpty();

    assertThat(world.post(replay(callback), Ask.json("{}")).status()).isEqualTo(200);

    SampleWorld.eventually(() ->
        assertThat(fresh(world, before))
            .extracting(DeadLettersWithoutRedriveTest::kind)
            .containsExactly("send"));
    world.settled();
    assertThat(world.texted(text)).as("the other one was left alone").isEqualTo(1);

    world.heal();
    assertThat(world.post(replay(send), Ask.json("{}")).status()).isEqualTo(200);

    world.comesTo(id, "DELIVERED");
    world.settled();
    assertThat(fresh(world, before)).isEmpty();
    assertThat(world.texted(text)).isEqualTo(2);
  }

  private static String kind(JsonNode letter) {
    return letter.path("kind").asString();
  }

  private static String replay(JsonNode letter) {
    return "/dead-letters/" + letter.path("id").asString() + ":replay";
  }

  private static List<JsonNode> letters(SampleWorld world) {
    return world
        .get("/dead-letters?page_size=100")
        .json()
        .path("dead_letters")
        .valueStream()
        .toList();
  }

  private static Set<String> ids(List<JsonNode> letters) {
    Set<String> ids = new HashSet<>();
    letters.forEach(letter -> ids.add(letter.path("id").asString()));
    return ids;
  }

  private static List<JsonNode> fresh(SampleWorld world, Set<String> before) {
    return letters(world).stream()
        .filter(letter -> !before.contains(letter.path("id").asString()))
        .toList();
  }

  private static JsonNode fresh(SampleWorld world, Set<String> before, String kind) {
    return fresh(world, before).stream()
        .filter(letter -> letter.path("kind").asString().equals(kind))
        .findFirst()
        .orElseThrow();
  }
}
