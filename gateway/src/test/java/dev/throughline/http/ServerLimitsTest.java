package dev.throughline.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nobody takes more of the server than its limits grant: not by size, not by time, not by number;
 * and the others are served meanwhile.
 */
@Execution(ExecutionMode.CONCURRENT)
class ServerLimitsTest {
  private static final String CHUNKED =
      "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final Duration SHORT = Duration.ofMillis(600);
  private static final Duration IDLE = Duration.ofSeconds(5);

  /** What is not about time has more of it than the busiest machine needs. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private static final int LARGE = 4 << 20;

  /** What a listener took for a mistake of its own. */
  private final List<HttpFailure> unexpected = new CopyOnWriteArrayList<>();

  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    Handler count =
        r -> Response.of(200, "text/plain", Bytes.utf8(Integer.toString(r.body().length())));
    server =
        HttpServer.start(
            List.of(listener("patient", LONG, LONG, count), listener("hasty", SHORT, IDLE, count)),
            Duration.ofSeconds(2));
  }

  /** How a POST is answered. */
  Route postRoute(String template, Handler handler) {
    return Route.post(template, handler);
  }

  private Listener listener(String name, Duration time, Duration idle, Handler count) {
    return Listener.named(name)
        .limits(new ServerLimits(time, time, idle, time, 512, 256, 1 << 20))
        .errors(this::answer)
        .route(postRoute("/small", count).limit(1_000))
        .route(postRoute("/large", count).limit(LARGE))
        .route(
            Route.get("/much", _ -> Response.of(200, "text/plain", Bytes.wrap(new byte[64 << 20]))))
        .build();
  }

  private Response answer(HttpFailure failure) {
    if (failure instanceof HttpFailure.Unexpected) {
      unexpected.add(failure);
    }
    return Errors.plainText().answer(failure);
  }

  @AfterEach
  void stop() {
    server.close();
    assertThat(unexpected).isEmpty();
  }

  private RawSocket connect() throws IOException {
    return new RawSocket(server.port("patient"));
  }

  /** To the listener whose times a test waits for. */
  private RawSocket rush() throws IOException {
    return new RawSocket(server.port("hasty"));
  }

  private void serves() throws IOException {
    try (RawSocket socket = connect()) {
      assertServed(socket);
    }
  }

  /** Again, where we ourselves were not quick enough. */
  private void servesInHaste() {
    Patience.await()
        .ignoreExceptions()
        .untilAsserted(() -> {
          try (RawSocket socket = rush()) {
            assertServed(socket);
          }
        });
  }

  private static void assertServed(RawSocket socket) throws IOException {
    socket.write("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
    assertThat(socket.answer()).endsWith("\r\n\r\n2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n",
        "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
        "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"
      })
  void refusesAnnouncedBodiesUnread(String head) throws IOException {
    try (RawSocket socket = connect()) {
      String answer = socket.write(head).answer();
      assertThat(answer).matches("(?s)HTTP/1\\.1 (413|400) .*").contains("onnection: close");
      assertThat(socket.isClosedByPeer()).isTrue();
    }
    serves();
  }

  @Test
  void refusesChunksWithoutEnd() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write(CHUNKED);
      String chunk = "100\r\n" + "x".repeat(256) + "\r\n";
      for (int i = 0; i < 4; i++) {
        socket.write(chunk);
      }
      assertThat(socket.answer()).startsWith("HTTP/1.1 413 ").contains("onnection: close");
      assertThat(socket.isClosedByPeer()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"7fffffff\r\nabc", "3e9\r\nabc"})
  void refusesChunksThatAreTooLargeAndDoesNotWaitForThem(String chunk) throws IOException {
    try (RawSocket socket = connect()) {
      assertThat(socket.write(CHUNKED + chunk + "x".repeat(1_200)).answer())
          .startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void refusesAnEndlessChunkSizeLine() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write(CHUNKED);
      String piece = "0".repeat(8_192);
      for (int i = 0; i < 12; i++) {
        socket.write(piece);
      }
      assertThat(socket.answer()).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void takesManyTinyChunks() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write(CHUNKED + "1\r\nx\r\n".repeat(900) + "0\r\n\r\n");
      assertThat(socket.answer()).endsWith("\r\n\r\n900");
    }
  }

  /** Of a body that is too large for its route, and of one that is too large for any. */
  @ParameterizedTest
  @ValueSource(ints = {200_000, 6_000_000})
  void letsAClientThatStillSendsSeeItsAnswer(int length) throws Exception {
    try (RawSocket socket = connect()) {
      socket.write("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n");
      byte[] piece = new byte[length / 10];
      for (int i = 0; i < 10; i++) {
        socket.write(piece);
        Thread.sleep(80);
      }
      assertThat(socket.answer()).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void holdsAllBodiesTogetherToTheirBudget() {
    Patience.await()
        .until(
            this::twoLargeBodies,
            answers -> answers.stream().anyMatch(answer -> answer.startsWith("HTTP/1.1 503 ")));
    servesInHaste();
  }

  /** Neither is sent to its end; where we are slow the first is cut off before the second comes. */
  private List<String> twoLargeBodies() throws IOException {
    try (RawSocket hog = rush();
        RawSocket other = rush()) {
      List<String> answers = new ArrayList<>();
      for (RawSocket socket : List.of(hog, other)) {
        try {
          socket.write("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: " + LARGE + "\r\n\r\n");
          socket.write(new byte[700_000]);
        } catch (IOException e) {
          answers.add("cut off");
        }
      }
      for (RawSocket socket : List.of(hog, other)) {
        try {
          answers.add(socket.answer());
        } catch (IOException e) {
          answers.add("cut off");
        }
      }
      return answers;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "POST /sm",
        "POST /small HTTP/1.1\r\nHost: x\r\nX-Slow",
        "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab"
      })
  void disconnectsClientsThatTrickle(String beginning) throws Exception {
    List<RawSocket> slow = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      slow.add(rush().write(beginning));
    }
    servesInHaste();
    for (RawSocket socket : slow) {
      assertThat(socket.isClosedByPeer()).isTrue();
      socket.close();
    }
    servesInHaste();
  }

  @Test
  void disconnectsAClientThatSendsAByteNowAndThen() throws Exception {
    try (RawSocket socket = rush()) {
      socket.write("GET /small HTTP/1.1\r\nHost: x\r\nX-Slow: ");
      long start = System.nanoTime();
      boolean cut = false;
      while (!cut && System.nanoTime() - start < LONG.toNanos()) {
        Thread.sleep(50);
        try {
          socket.write("x");
        } catch (IOException e) {
          cut = true;
        }
      }
      assertThat(cut).isTrue();
    }
  }

  @Test
  void disconnectsAClientThatDoesNotRead() throws Exception {
    try (RawSocket socket = rush()) {
      socket.write("GET /much HTTP/1.1\r\nHost: x\r\n\r\n");
      Thread.sleep(3_000);
      assertThat(socket.rest().length()).isLessThan(64 << 20);
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
    servesInHaste();
  }

  @Test
  void letsAnIdleConnectionGoOnlyAfterItsTime() throws Exception {
    try (RawSocket socket = rush()) {
      String request = "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
      assertThat(socket.write(request).answer()).endsWith("2");
      Thread.sleep(1_500);
      assertThat(socket.write(request).answer()).endsWith("2");
      assertThat(socket.isClosedByPeer()).isTrue();
    }
  }
}
