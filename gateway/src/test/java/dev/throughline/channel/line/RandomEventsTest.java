package dev.throughline.channel.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.InboundEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever LINE's {@code webhook.yml} allows, with properties, kinds and values that it does not
 * know yet: each event of a body comes out once, with its own text, and nothing is thrown. What was
 * added is named, and left out where an app does not want it.
 */
class RandomEventsTest {
  private static final int BODIES = 400;
  private static final int MOST_EVENTS = 8;

  @Test
  void noneIsLostAndNoneIsThrown() {
    OpenApi api = OpenApi.line("webhook.yml");
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < BODIES; i++) {
      ObjectNode body = Json.object();
      body.put("destination", "U" + "b0".repeat(16));
      ArrayNode events = body.putArray("events");
      int count = random.nextInt(MOST_EVENTS);
      for (int e = 0; e < count; e++) {
        events.add(api.example("Event", random));
      }
      JsonNode odd = body.deepCopy();
      List<String> added = new ArrayList<>();
      odd.path("events").forEach(event -> RandomEventsTest.surprise(event, random, added));
      String about = "seed " + seed + ", body " + i;

      check(body, about);
      List<InboundEvent> surprised = check(odd, about);

      if (!added.isEmpty()) {
        assertThat(surprised)
            .as(about)
            .anySatisfy(event -> assertThat(event.head().undocumented()).isNotEmpty());
        assertThat(surprised)
            .as(about)
            .allSatisfy(event ->
                assertThat(Documented.only(event.head().raw())).doesNotContain("surprise"));
      }
    }
  }

  private static List<InboundEvent> check(JsonNode body, String about) {
    ParsedWebhook parsed = WebhookEvents.parse(Json.bytes(body));

    assertThat(parsed).as(about).isInstanceOf(ParsedWebhook.Events.class);
    List<InboundEvent> events = ((ParsedWebhook.Events) parsed).events();
    assertThat(events.stream().map(event -> event.head().raw()).toList())
        .as(about)
        .isEqualTo(body.path("events").valueStream().map(Json::text).toList());
    assertThat(OwnedRuns.of(Json.bytes(body)))
        .as(about)
        .satisfies(runs -> assertThat(runs.getLast().to()).isEqualTo(Json.bytes(body).length()));
    return events;
  }

  /** Adds properties that LINE does not have, and values where LINE names them all. */
  private static void surprise(JsonNode json, Random random, List<String> added) {
    if (json instanceof ObjectNode object) {
      List<String> names = List.copyOf(object.propertyNames());
      names.forEach(name -> surprise(object.path(name), random, added));
      if (random.nextInt(4) == 0) {
        String name = "surprise" + random.nextInt(100);
        switch (random.nextInt(4)) {
          case 0 -> object.put(name, random.nextLong());
          case 1 -> object.putNull(name);
          case 2 -> object.putArray(name).add("x").addObject().put("surpriseInside", true);
          default -> object.putObject(name).put("userId", "U" + "5e".repeat(16));
        }
        added.add(name);
      }
      if (object.has("type") && random.nextInt(8) == 0) {
        object.put("type", random.nextBoolean() ? "novel" : "\ud83d\ude00 new");
      }
    } else if (json.isArray()) {
      json.forEach(element -> surprise(element, random, added));
    }
  }

  @Test
  void anEventThatIsNoObjectIsKeptToo() {
    ParsedWebhook parsed =
        WebhookEvents.parse(Bytes.utf8("{\"events\":[1,null,[{\"type\":\"message\"}],\"x\"]}"));

    assertThat(((ParsedWebhook.Events) parsed).events())
        .extracting(event -> event.head().raw())
        .containsExactly("1", "null", "[{\"type\":\"message\"}]", "\"x\"");
  }
}
