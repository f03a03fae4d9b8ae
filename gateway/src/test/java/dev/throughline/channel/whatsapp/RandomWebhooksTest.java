package dev.throughline.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.message.Bytes;
import dev.throughline.message.InboundEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whatever comes signed by Meta: webhooks of every kind whose properties are missing, of another
 * type, new, or cut off. Nothing is thrown; each message, status and other thing of a change comes
 * out with its own text; and the parts concatenated are the body.
 */
class RandomWebhooksTest {
  private static final Path GOLDENS = Path.of("src", "test", "goldens", "whatsapp-in");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int BODIES = 1_500;

  @Test
  void noneIsLostAndNoneIsThrown() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<ObjectNode> known = known();
    for (int i = 0; i < BODIES; i++) {
      ObjectNode body = known.get(random.nextInt(known.size())).deepCopy();
      if (body.path("entry") instanceof ArrayNode entries && random.nextBoolean()) {
        JsonNode more = known.get(random.nextInt(known.size())).deepCopy().path("entry");
        more.forEach(entries::add);
      }
      mutate(body, random, 0);
      String about = "seed " + seed + ", body " + i + ": " + body;
      Bytes bytes = Bytes.wrap(JSON.writeValueAsBytes(body));

      ParsedWebhook parsed = WebhookEvents.parse(bytes);

      assertRuns(bytes, about);
      List<String> raws =
          parsed.events().stream().map(InboundEvent::head).map(InboundEvent.Head::raw).toList();
      if (body.path("entry").isArray()) {
        assertThat(parsed).as(about).isNotInstanceOf(ParsedWebhook.Malformed.class);
        assertThat(raws).as(about).containsAll(things(body));
      }
    }
  }

  @Test
  void bytesThatAreCutOffOrChangedAreNoWebhookOrOne() throws IOException {
    Random random = new Random(7);
    List<ObjectNode> known = known();
    for (int i = 0; i < BODIES; i++) {
      byte[] bytes = JSON.writeValueAsBytes(known.get(random.nextInt(known.size())));
      if (random.nextBoolean()) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      } else {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Bytes body = Bytes.wrap(bytes);

      WebhookEvents.parse(body);

      assertRuns(body, "body " + i);
    }
  }

  private static void assertRuns(Bytes body, String about) {
    int at = 0;
    for (OwnedRun run : OwnedRuns.of(body)) {
      assertThat(run.from()).as(about).isEqualTo(at);
      assertThat(run.to()).as(about).isGreaterThan(at);
      at = run.to();
    }
    assertThat(at).as(about).isEqualTo(body.length());
  }

  /** The text of each message, and of each status. */
  private static List<String> things(JsonNode body) {
    List<String> things = new ArrayList<>();
    for (JsonNode entry : body.path("entry")) {
      for (JsonNode change : entry.path("changes")) {
        boolean messages = change.path("field").asString("").equals("messages");
        for (String list : List.of("messages", "statuses")) {
          JsonNode all = change.path("value").path(list);
          if (messages && all.isArray()) {
            all.forEach(each -> things.add(each.toString()));
          }
        }
      }
    }
    return things;
  }

  private static List<ObjectNode> known() throws IOException {
    List<ObjectNode> known = new ArrayList<>();
    try (Stream<Path> files = Files.list(GOLDENS)) {
      for (Path file : files.sorted().toList()) {
        known.add((ObjectNode) JSON.readTree(Files.readString(file)).path("webhook"));
      }
    }
    return known;
  }

  /** The way to the list of entries is left as it is. */
  private static void mutate(JsonNode json, Random random, int depth) {
    if (json instanceof ObjectNode object) {
      for (String name : List.copyOf(object.propertyNames())) {
        if (depth == 0 || random.nextInt(12) > 0) {
          mutate(object.path(name), random, depth + 1);
        } else {
          change(object, name, random);
        }
      }
      if (random.nextInt(10) == 0) {
        object.putArray("novel" + random.nextInt(9)).addObject().put("from", "8190").put("\"\\", 1);
      }
    } else {
      json.forEach(child -> mutate(child, random, depth + 1));
    }
  }

  private static void change(ObjectNode object, String name, Random random) {
    switch (random.nextInt(7)) {
      case 0 -> object.remove(name);
      case 1 -> object.putNull(name);
      case 2 -> object.put(name, random.nextLong());
      case 3 -> object.put(name, "\uD83D\uDE00\u0000" + random.nextInt());
      case 4 -> object.putArray(name).add(1).addObject().put("id", "x");
      case 5 -> object.putObject(name).put("id", true);
      default -> object.put(name, 1e300);
    }
  }
}
