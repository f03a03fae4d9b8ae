package dev.throughline.bench;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.ParsedWebhook.Events;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.Transport;
import dev.throughline.channel.line.LineChannel;
import dev.throughline.contract.AppMessages;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.MessageId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the benchmarks of LINE work on: the golden messages and the golden webhooks of the gateway's
 * tests, as they lie in the checkout, by kind and all together.
 */
final class LineInputs {
  /** The kind that stands for all kinds, each file once a turn, but for what is {@link #LARGE}. */
  static final String MIX = "mix";

  /** Messages near LINE's limits of size: one of them costs as much as a hundred others. */
  static final String LARGE = "large";

  private static final int LARGE_BYTES = 4_096;

  private static final String MESSAGES = "gateway/src/test/goldens/line";
  private static final String WEBHOOKS =
      "gateway/src/test/resources/dev/throughline/channel/line/webhook";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final MessageId ID = new MessageId(new Ulid(0x0190_0000_0000_0000L, 1));

  private LineInputs() {}

  /** Rendering and parsing are pure: nothing is ever sent through it. */
  static LineChannel channel() {
    return new LineChannel(
        _ -> new Transport.Answer.NotSent("a benchmark sends nothing"),
        URI.create("https://line.invalid"),
        InstantSource.system());
  }

  /** Every golden message that LINE can carry, by the property that holds it. */
  static SortedMap<String, List<Composed>> messages(Path root) {
    LineChannel channel = channel();
    SortedMap<String, List<Composed>> byKind = new TreeMap<>();
    for (Path file : files(root.resolve(MESSAGES))) {
      JsonNode message = read(file).path("app_message");
      AppMessages.stored(message)
          .flatMap(stored -> AppMessages.said(message, Optional.empty(), ChannelName.LINE))
          .map(said ->
              new Composed(
                  ID, said, Map.of(), Optional.empty(), Optional.empty(), Optional.empty()))
          .ifPresent(composed -> {
            if (channel.render(composed) instanceof Rendered.Ready ready) {
              boolean large = ready.body().length() > LARGE_BYTES;
              add(byKind, message.propertyNames().iterator().next(), composed);
              add(byKind, large ? LARGE : MIX, composed);
            }
          });
    }
    return byKind;
  }

  /** Every golden webhook that holds an event, by its first event's type and message type. */
  static SortedMap<String, List<Bytes>> webhooks(Path root) {
    SortedMap<String, List<Bytes>> byKind = new TreeMap<>();
    for (Path file : files(root.resolve(WEBHOOKS))) {
      JsonNode first = read(file).at("/events/0");
      if (!first.isMissingNode()) {
        String type = first.path("type").asString();
        String message = first.path("message").path("type").asString("");
        Bytes body = bytes(file);
        add(byKind, message.isEmpty() ? type : type + " " + message, body);
        add(byKind, MIX, body);
      }
    }
    return byKind;
  }

  /** How many events {@code bodies} hold, as the channel reads them. */
  static long events(List<Bytes> bodies) {
    LineChannel channel = channel();
    return bodies.stream()
        .mapToLong(
            body -> channel.parse(body) instanceof Events events ? events.events().size() : 0)
        .sum();
  }

  private static <T> void add(Map<String, List<T>> byKind, String kind, T input) {
    byKind.computeIfAbsent(kind, _ -> new ArrayList<>()).add(input);
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode read(Path file) {
    return JSON.readTree(bytes(file).array());
  }

  private static Bytes bytes(Path file) {
    try {
      return Bytes.wrap(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
