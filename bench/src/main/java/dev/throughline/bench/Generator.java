package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The load generator: prepares signed requests, then fires one window. Runs in a JVM of its own
 * ({@link #main}: one JSON order a line in, one JSON result a line out), so that the memory and the
 * collector of a server under test are its own.
 */
final class Generator implements AutoCloseable {
  /** Stands before the line of a result, so that nothing else on stdout is taken for one. */
  static final String RESULT = "result ";

  private final PreparedRequests prepared;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, LoadClient> clients = new HashMap<>();
  private final Map<Load.Webhooks, WebhookRequests> webhookSources = new HashMap<>();

  Generator(int maxPreparedBytes, InstantSource clock, RandomGenerator random) {
    this.prepared = new PreparedRequests(maxPreparedBytes);
    this.clock = clock;
    this.random = random;
  }

  /** What is sent: a signed webhook, or a send through the API. */
  sealed interface Load {
    URI target();

    /** Webhooks to one URL, signed with its channel secret. */
    record Webhooks(URI target, String channelSecret, String botUserId) implements Load {}

    /** Sends of some apps in turn, numbered from {@code first}. */
    record Sends(
        URI target, String keyId, String keySecret, List<SendRequests.Sender> senders, long first)
        implements Load {}
  }

  /**
   * One window. Exactly one of {@code webhooks} and {@code sends} is given.
   *
   * @param perSecond the fixed rate; 0 saturates
   * @param requests how many are prepared at most
   * @param answeredAtFile where the time of each request's 200 goes, as big-endian longs; fixed
   *     rate and saturation alike
   */
  record Order(
      Load.@Nullable Webhooks webhooks,
      Load.@Nullable Sends sends,
      int connections,
      double perSecond,
      long millis,
      int requests,
      @Nullable String answeredAtFile) {
    Load load() {
      if (webhooks != null && sends == null) {
        return webhooks;
      }
      if (sends != null && webhooks == null) {
        return sends;
      }
      throw new IllegalArgumentException("an order is for webhooks or for sends");
    }
  }

  WindowResult run(Order order) throws IOException {
    Load load = order.load();
    LoadClient client = client(load.target(), order.connections());
    prepared.refill(source(load), order.requests());
    long @Nullable [] answeredAt =
        order.answeredAtFile() == null ? null : new long[prepared.count()];
    Duration length = Duration.ofMillis(order.millis());
    WindowResult result =
        order.perSecond() == 0
            ? client.saturate(prepared, length, answeredAt)
            : client.atRate(prepared, order.perSecond(), length, answeredAt);
    if (answeredAt != null && order.answeredAtFile() != null) {
      writeLongs(Path.of(order.answeredAtFile()), answeredAt);
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    for (LoadClient client : clients.values()) {
      client.close();
    }
  }

  private LoadClient client(URI target, int connections) throws IOException {
    String key = target.getRawAuthority() + " " + connections;
    LoadClient known = clients.get(key);
    if (known != null) {
      return known;
    }
    LoadClient fresh = new LoadClient(Loopback.address(target), connections, clock);
    clients.put(key, fresh);
    return fresh;
  }

  /** Making users up takes a while, so webhooks keep theirs; sends are numbered anew each time. */
  private RequestSource source(Load load) {
    return switch (load) {
      case Load.Webhooks webhooks ->
          webhookSources.computeIfAbsent(
              webhooks,
              w ->
                  new WebhookRequests(w.target(), w.channelSecret(), w.botUserId(), clock, random));
      case Load.Sends sends ->
          new SendRequests(
              sends.target(), sends.keyId(), sends.keySecret(), sends.senders(), sends.first());
    };
  }

  private static void writeLongs(Path file, long[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES);
    LongBuffer longs = bytes.asLongBuffer();
    longs.put(values);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** Ends when its input does, hence with the process that started it. */
  public static void main(String[] args) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        Generator generator =
            new Generator(
                PreparedRequests.MAX_BYTES,
                InstantSource.system(),
                RandomGenerator.of("L64X128MixRandom"))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        WindowResult result = generator.run(json.readValue(line, Order.class));
        out.println(RESULT + json.writeValueAsString(result));
      }
    }
  }
}
