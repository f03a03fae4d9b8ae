package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Each event and message kind of LINE, as LINE writes it, reaches the app as its golden file and
 * its row in {@code docs/channels/line.md} say: every event in one callback, and no row without a
 * golden file nor the other way round.
 */
final class InboundGoldenTest {
  private static final Path ROOT = Path.of(System.getProperty("throughline.root"));
  private static final Path BODIES =
      ROOT.resolve("gateway/src/test/resources/dev/throughline/channel/line/webhook");
  private static final Path GOLDENS = ROOT.resolve("gateway/src/test/goldens/line-events");
  private static final Path DOCS = ROOT.resolve("docs/channels/line.md");

  private static final Pattern TIME = Pattern.compile("(\"timestamp\":\\s*)([0-9]{13})");
  private static final Pattern EVENT_ID = Pattern.compile("01JD8V9K3M[0-9A-Z]{16}");
  private static final long OLDEST = 1_763_600_000_000L;

  private static World world;
  private static CustomerApp app;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  static List<String> names() throws IOException {
    return names(BODIES);
  }

  @ParameterizedTest
  @MethodSource("names")
  void reachesTheAppAsItsRowSays(String name) throws Exception {
    String golden = Files.readString(BODIES.resolve(name + ".json"));
    Fresh fresh = new Fresh(world);
    String body = fresh.body(golden);
    List<JsonNode> events = Api.json(body).path("events").valueStream().toList();

    send(body);

    ArrayNode told = (ArrayNode) Api.json("[]");
    for (Call call : told(fresh, events.size())) {
      told.add(shown(call, body));
    }
    Path expected = GOLDENS.resolve(name + ".json");
    String shown = fresh.golden(told.toPrettyString()) + "\n";
    if (Boolean.getBoolean("goldens.write")) {
      Files.writeString(expected, shown);
    }
    assertThat(shown).isEqualTo(Files.readString(expected));
  }

  @Test
  void everyRowHasItsGoldenAndNoneIsDropped() throws Exception {
    List<String> rows =
        Files.readAllLines(DOCS).stream()
            .dropWhile(line -> !line.startsWith("### What the app receives"))
            .skip(1)
            .takeWhile(line -> !line.startsWith("#"))
            .filter(line -> line.startsWith("| ") && line.contains("`"))
            .toList();
    List<String> named = new ArrayList<>();
    for (String row : rows) {
      Matcher golden =
          Pattern.compile("`([a-z-]+)`")
              .matcher(row.substring(row.lastIndexOf("| ", row.length() - 3)));
      while (golden.find()) {
        named.add(golden.group(1));
      }
    }

    assertThat(named).containsExactlyInAnyOrderElementsOf(names(GOLDENS));
    assertThat(names(GOLDENS)).isEqualTo(names(BODIES));
    assertThat(rows).noneMatch(row -> row.contains("dropped"));
  }

  /** Properties, kinds and values that LINE may add tomorrow cost no event its callback. */
  @Test
  void ofEventsWithSomethingNewNoneIsLost() throws Exception {
    CustomerApp novel = world.app();
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int sent = 0;
    for (String name : names()) {
      String body = new Fresh(world).body(Files.readString(BODIES.resolve(name + ".json")));
      ObjectNode json = (ObjectNode) Api.json(body);
      json.path("events").forEach(event -> surprise(event, random));
      sent += json.path("events").size();
      send(json.toString());
    }

    int expected = sent;
    World.eventually(() ->
        assertThat(novel.calls().stream().filter(InboundGoldenTest::carriesAnEvent))
            .as("seed %d", seed)
            .hasSize(expected));
    assertThat(world.alarms("undocumented")).isPositive();
    world.receivesLine(app);
  }

  private static void surprise(JsonNode json, Random random) {
    if (json instanceof ObjectNode object) {
      List.copyOf(object.propertyNames()).forEach(name -> surprise(object.path(name), random));
      if (random.nextInt(3) == 0) {
        object.putObject("surprise" + random.nextInt(9)).put("a", random.nextInt()).putArray("b");
      }
      if (object.has("type") && random.nextInt(9) == 0) {
        object.put("type", "novelty");
      }
    } else if (json.isArray()) {
      json.forEach(element -> surprise(element, random));
    }
  }

  private static void send(String body) {
    world.delivers(body.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Call> told(Fresh fresh, int events) {
    World.eventually(() ->
        assertThat(
                app.calls().stream()
                    .filter(InboundGoldenTest::carriesAnEvent)
                    .filter(fresh::isOurs))
            .hasSize(events));
    return app.calls().stream()
        .filter(InboundGoldenTest::carriesAnEvent)
        .filter(fresh::isOurs)
        .sorted(Comparator.comparing((Call call) -> call.json().path("event_time").asString("")))
        .toList();
  }

  /** Others tell of what an event brought about. */
  private static boolean carriesAnEvent(Call call) {
    return !call.about().equals("contact_create_notification")
        && !call.about().equals("conversation_start_notification");
  }

  /** As much of a callback as the event decides. */
  private static ObjectNode shown(Call call, String body) {
    JsonNode payload = call.payload();
    ObjectNode shown = (ObjectNode) Api.json("{}");
    shown.put("callback", call.about());
    for (String name : List.of("contact_message", "sender_id", "metadata", "status", "identity")) {
      if (payload.has(name)) {
        shown.set(name, payload.path(name));
      }
    }
    if (payload.path("channel_identity").has("identity")) {
      shown.set("identity", payload.path("channel_identity").path("identity"));
    }
    if (payload.has("payload")) {
      // The event's own bytes, and only this event.
      String raw = payload.path("payload").asString();
      JsonNode event = Api.json(raw).path("events");
      String own = raw.substring(raw.indexOf("\"events\":[") + 10, raw.length() - 2);
      assertThat(event).hasSize(1);
      assertThat(body).contains(own);
      assertThat(Api.json(raw).path("destination").asString()).isEqualTo(World.BOT);
      shown.put("payload", "the event, type " + event.get(0).path("type").asString());
    }
    return shown;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString().replace(".json", ""))
          .filter(name -> !name.equals("connectivity-check"))
          .sorted()
          .toList();
    }
  }

  /** The ids and times of a golden body made this world's, each its own, and back. */
  private static final class Fresh {
    private final World world;
    private final TreeMap<String, String> people = new TreeMap<>();
    private final List<String> eventIds = new ArrayList<>();

    Fresh(World world) {
      this.world = world;
    }

    String body(String golden) {
      Instant now = world.clock.instant();
      String body = golden.replace("Ub07b07b07b07b07b07b07b07b07b07b0", World.BOT);
      body =
          Pattern.compile("\\b[UCR][0-9a-f]{32}\\b")
              .matcher(body)
              .replaceAll(found ->
                  found.group().equals(World.BOT)
                      ? World.BOT
                      : people.computeIfAbsent(
                          found.group(),
                          id -> id.charAt(0) + "%032x".formatted(0xabc0000 + world.number())));
      body =
          EVENT_ID
              .matcher(body)
              .replaceAll(_ -> {
                eventIds.add("01TEST%020d".formatted(world.number()));
                return eventIds.getLast();
              });
      body =
          Pattern.compile("5600000000000000(\\d\\d)")
              .matcher(body)
              .replaceAll(found -> "5" + "%017d".formatted(7_000_000 + world.number()));
      return TIME.matcher(body)
          .replaceAll(found ->
              found.group(1)
                  + (now.minusSeconds(600).toEpochMilli()
                      + (Long.parseLong(found.group(2)) - OLDEST) / 10));
    }

    /** Whether a callback is of this body's people or events. */
    boolean isOurs(Call call) {
      return Stream.concat(people.values().stream(), eventIds.stream())
          .anyMatch(call.text()::contains);
    }

    String golden(String told) {
      String shown = told;
      for (var person : people.entrySet()) {
        shown = shown.replace(person.getValue(), person.getKey());
      }
      return shown
          .replaceAll("http://127.0.0.1:[0-9]+/media/[^\"]*", "(address of the file)")
          .replaceAll("http://127.0.0.1:[0-9]+", "(public)");
    }
  }
}
