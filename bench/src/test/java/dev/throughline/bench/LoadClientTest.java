package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the load client says it did is what it did: every answer counted once under its status, a
 * fixed rate kept to the request, and a slow server's delay charged to the requests that waited.
 */
class LoadClientTest {
  private static final int CONNECTIONS = 4;

  @SuppressWarnings("NullAway.Init")
  private static HttpServer server;

  @BeforeAll
  static void start() throws IOException {
    server = NoOpServer.start(0);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void saturationCountsEveryAnswerOnce() throws IOException {
    try (LoadClient client = client(NoOpServer.port(server), CONNECTIONS)) {
      PreparedRequests requests = prepared(NoOpServer.port(server), 100_000);
      WindowResult result = client.saturate(requests, Duration.ofMillis(200), null);

      assertThat(result.failures()).isZero();
      assertThat(result.notOk()).isZero();
      assertThat(result.ok()).isGreaterThan(20).isEqualTo(Histogram.of(result.latency()).count());
      assertThat(result.ok() - result.answered()).isBetween(0L, (long) CONNECTIONS);
      assertThat(result.seconds()).isEqualTo(0.2);
      assertThat(result.reconnects()).isZero();
    }
  }

  @Test
  void aWindowEndsWithItsRequests() throws IOException {
    try (LoadClient client = client(NoOpServer.port(server), CONNECTIONS)) {
      WindowResult result =
          client.saturate(prepared(NoOpServer.port(server), 50), Duration.ofSeconds(20), null);
      assertThat(result.answered()).isEqualTo(50);
      assertThat(result.seconds()).isLessThan(20);
    }
  }

  @Test
  void aFixedRateSendsExactlyThatManyAndTakesThatLong() throws IOException {
    try (LoadClient client = client(NoOpServer.port(server), CONNECTIONS)) {
      long[] answeredAt = new long[1_000];
      long before = System.currentTimeMillis();
      WindowResult result =
          client.atRate(
              prepared(NoOpServer.port(server), 1_000), 500, Duration.ofMillis(400), answeredAt);

      assertThat(result.ok()).isEqualTo(200);
      assertThat(result.seconds()).isBetween(0.399, 20.0);
      for (int i = 0; i < answeredAt.length; i++) {
        if (i < 200) {
          assertThat(answeredAt[i] / 1_000_000)
              .isBetween(before - 1, System.currentTimeMillis() + 1);
        } else {
          assertThat(answeredAt[i]).isZero();
        }
      }
    }
  }

  @Test
  void connectionsServeOneWindowAfterTheOther() throws IOException {
    try (LoadClient client = client(NoOpServer.port(server), CONNECTIONS)) {
      for (int i = 0; i < 3; i++) {
        WindowResult result =
            client.saturate(prepared(NoOpServer.port(server), 20), Duration.ofSeconds(20), null);
        assertThat(result.ok()).isEqualTo(20);
        assertThat(result.reconnects()).isZero();
      }
    }
  }

  /**
   * With one connection and 50 ms an answer, ten requests due at once end 50, 100, … 500 ms late.
   */
  @Test
  void latencyCountsFromTheIntendedSend() throws IOException {
    try (SlowServer slow = new SlowServer(Duration.ofMillis(50), 0);
        LoadClient client = client(slow.port(), 1)) {
      WindowResult result =
          client.atRate(prepared(slow.port(), 10), 10_000, Duration.ofMillis(1), null);
      Histogram latency = Histogram.of(result.latency());
      assertThat(latency.count()).isEqualTo(10);
      assertThat(latency.max() / 1e6).isGreaterThanOrEqualTo(499);
      assertThat(latency.quantileMillis(0.5)).isBetween(249.0, 10_000.0);
      assertThat(Histogram.of(result.lag()).count()).isEqualTo(1);
    }
  }

  /** A generator that blames itself for a slow server could not be told from a slow generator. */
  @Test
  void whatWaitedForAConnectionIsNotTheGeneratorsLag() throws IOException {
    try (SlowServer slow = new SlowServer(Duration.ofMillis(50), 0);
        LoadClient client = client(slow.port(), 2)) {
      WindowResult result =
          client.atRate(prepared(slow.port(), 10), 10_000, Duration.ofMillis(1), null);
      assertThat(result.ok()).isEqualTo(10);
      assertThat(Histogram.of(result.lag()).count()).isEqualTo(2);
    }
  }

  @Test
  void aServerThatHangsUpCostsFailuresAndReconnects() throws IOException {
    try (SlowServer rude = new SlowServer(Duration.ZERO, 3);
        LoadClient client = client(rude.port(), 1)) {
      WindowResult result = client.saturate(prepared(rude.port(), 8), Duration.ofSeconds(20), null);
      assertThat(result.ok()).isEqualTo(6);
      assertThat(result.failures()).isEqualTo(2);
      assertThat(result.notOk()).isEqualTo(2);
      assertThat(result.reconnects()).isEqualTo(2);
    }
  }

  private static LoadClient client(int port, int connections) throws IOException {
    return new LoadClient(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        connections,
        InstantSource.system());
  }

  private static PreparedRequests prepared(int port, int count) {
    PreparedRequests requests = new PreparedRequests(count * 2_000);
    requests.refill(
        new WebhookRequests(
            URI.create("http://127.0.0.1:" + port + "/callback"),
            "secret",
            WebhookRequests.ANY_BOT_USER_ID,
            InstantSource.system(),
            RandomGenerator.of("L64X128MixRandom")),
        count);
    return requests;
  }

  /**
   * Answers each connection's requests one after the other, late; hangs up instead of answering
   * every so often.
   */
  private static final class SlowServer implements AutoCloseable {
    private static final byte[] OK =
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private final ServerSocket listening =
        new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final AtomicLong seen = new AtomicLong();
    private final Duration delay;
    private final int hangUpAfter;

    SlowServer(Duration delay, int hangUpAfter) throws IOException {
      this.delay = delay;
      this.hangUpAfter = hangUpAfter;
      Thread.ofVirtual().start(this::serve);
    }

    int port() {
      return listening.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      listening.close();
    }

    private void serve() {
      while (!listening.isClosed()) {
        try {
          Socket socket = listening.accept();
          Thread.ofVirtual().start(() -> answer(socket));
        } catch (IOException e) {
          // The test is over.
        }
      }
    }

    private void answer(Socket socket) {
      try (socket) {
        InputStream in = socket.getInputStream();
        while (skipRequest(in)) {
          if (hangUpAfter > 0 && seen.incrementAndGet() % (hangUpAfter + 1) == 0) {
            return;
          }
          Thread.sleep(delay);
          socket.getOutputStream().write(OK);
        }
      } catch (IOException e) {
        // The client is gone.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static boolean skipRequest(InputStream in) throws IOException {
      int newlines = 0;
      while (newlines < 2) {
        int next = in.read();
        if (next < 0) {
          return false;
        }
        newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
      }
      return in.readNBytes(WebhookRequests.BODY_BYTES).length == WebhookRequests.BODY_BYTES;
    }
  }
}
