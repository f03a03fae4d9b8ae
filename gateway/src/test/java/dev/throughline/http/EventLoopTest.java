package dev.throughline.http;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an event loop answers is what Helidon would have answered; what is not for it goes to
 * Helidon with every byte.
 */
class EventLoopTest {
  /** No other test has a listener of this name, by which its threads are told. */
  private static final String OWN = "event-loop-test";

  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final int MOST_REQUESTS = 8;

  /** In all runs the same. */
  private static final long SEED = 20_261_122;

  /** As RFC 9110 has it, with two digits for each number. */
  private static final String DATE =
      "date: [a-z]{3}, \\d\\d [a-z]{3} \\d{4} \\d\\d:\\d\\d:\\d\\d gmt";

  private static final int MUTANTS = 1_500;

  private static final List<String> WHOLE =
      List.of(
          "POST /hooks/line/01J HTTP/1.1\r\nHost: localhost:8080\r\nx-line-signature: abc=\r\n"
              + "Content-Type: application/json\r\nContent-Length: 4\r\n\r\nbody",
          "POST /hooks/line/01J/1 HTTP/1.1\r\nhost: 127.0.0.1:8080\r\nConnection: Keep-Alive\r\n"
              + "CONTENT-LENGTH:   4  \r\nX-Many: 1\r\nx-many:\t2 \r\n\r\nbody",
          "POST /hooks/line/01J HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
          "POST /hooks/line/01J HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
          "POST /hooks/line/01J HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
          "GET /status HTTP/1.1\r\nHost: x\r\n\r\n");

  private static final List<String> PIECES =
      List.of(
          "\r\n",
          "\n",
          "\r",
          " ",
          "\t",
          ":",
          ",",
          "/",
          "%2F",
          "?a=b",
          "\0",
          "\u00e9",
          "\r\n ",
          "Content-Length: 3\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Expect: 100-continue\r\n",
          "Host: y\r\n",
          "Connection: upgrade\r\n",
          "Upgrade: h2c\r\n",
          "X: y\r\n",
          "HTTP/1.0",
          "+4",
          "0x4",
          "04",
          "99999999999",
          "..",
          "//",
          "POST",
          "x".repeat(9_000));

  private final BlockingQueue<CompletableFuture<Response>> pending = new LinkedBlockingQueue<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    Handler echo = EventLoopTest::echo;
    PromptHandler prompt = request -> completedFuture(echo.handle(request));
    server =
        HttpServer.start(
            List.of(
                Listener.named("plain")
                    .route(Route.post("/hooks/{channel}/{app}", echo).rawBody())
                    .route(Route.post("/hooks/{channel}/{app}/{ordinal}", echo).rawBody())
                    .route(Route.get("/status", _ -> text("well")))
                    .build(),
                Listener.named("loop")
                    .route(Route.promptPost("/hooks/{channel}/{app}", prompt).rawBody())
                    .route(Route.promptPost("/hooks/{channel}/{app}/{ordinal}", prompt).rawBody())
                    .route(Route.get("/status", _ -> text("well")))
                    .build(),
                Listener.named(OWN)
                    .limits(limits())
                    .route(Route.promptPost("/where", _ -> completedFuture(text(whoServes()))))
                    .route(Route.promptPost("/later", _ -> later()))
                    .route(Route.promptPost("/gone", _ -> completedFuture(Response.empty(204))))
                    .route(Route.promptPost("/large", _ -> completedFuture(large())))
                    .route(
                        Route.promptPost(
                            "/throws",
                            _ -> {
                              throw new IllegalStateException("secret of ours");
                            }))
                    .route(
                        Route.promptPost(
                            "/fails",
                            _ ->
                                CompletableFuture.failedFuture(
                                    new IllegalStateException("secret of ours"))))
                    .route(Route.get("/status", _ -> text("well")))
                    .build()),
            GRACE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static ServerLimits limits() {
    Duration long_ = Duration.ofMinutes(1);
    // On a machine of more cores each loop has a part of them.
    int loops = Math.min(Runtime.getRuntime().availableProcessors(), 4);
    return new ServerLimits(long_, long_, long_, long_, 512, loops * MOST_REQUESTS, 1 << 20);
  }

  private static Response text(String text) {
    return Response.of(200, "text/plain", Bytes.utf8(text));
  }

  private static Response large() {
    return Response.of(200, "text/plain", Bytes.wrap(new byte[32 << 20]));
  }

  private static String whoServes() {
    return Thread.currentThread().getName().startsWith("http-loop-") ? "a loop" : "Helidon";
  }

  private CompletableFuture<Response> later() {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    pending.add(answer);
    return answer;
  }

  private CompletableFuture<Response> taken() throws InterruptedException {
    CompletableFuture<Response> answer = pending.poll(30, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    return answer;
  }

  /** All of a request that a handler can see. */
  private static Response echo(Request request) {
    String said =
        request.method()
            + " "
            + request.rawPath()
            + " "
            + request.param("channel")
            + " "
            + request.param("app")
            + " "
            + request.queryNames()
            + " "
            + List.of("x-line-signature", "X-MANY", "content-type", "x", "Host").stream()
                .map(name -> name + request.headers().all(name))
                .toList()
            + request.remoteAddress()
            + "\n";
    byte[] head = said.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(head, head.length + request.body().length());
    System.arraycopy(request.body().array(), 0, all, head.length, request.body().length());
    return Response.of(201, "application/octet-stream", Bytes.wrap(all));
  }

  private RawSocket connect(String listener) throws IOException {
    return new RawSocket(server.port(listener));
  }

  /** All that comes back, without what depends on the clock or on the order of headers. */
  private String said(String listener, List<byte[]> pieces) throws IOException {
    try (RawSocket socket = connect(listener)) {
      try {
        for (byte[] piece : pieces) {
          socket.write(piece);
          if (pieces.size() > 1) {
            Thread.sleep(3);
          }
        }
        socket.finish();
      } catch (SocketException closed) {
        // It is told what is wrong, and no longer listened to.
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return normal(socket.rest());
    }
  }

  private static String normal(String answers) {
    return Arrays.stream(answers.split("(?=HTTP/1\\.1 \\d\\d\\d)"))
        .map(answer -> {
          int end = Math.max(0, answer.indexOf("\r\n\r\n"));
          return Arrays.stream(answer.substring(0, end).split("\r\n"))
                  .map(line -> line.toLowerCase(Locale.ROOT))
                  .map(line -> line.replaceFirst(DATE, "date"))
                  .sorted()
                  .collect(Collectors.joining("\n"))
              + answer.substring(end);
        })
        .collect(Collectors.joining("\n----\n"));
  }

  private void assertSameAnswers(String request, List<byte[]> pieces) throws IOException {
    byte[] whole = request.getBytes(StandardCharsets.ISO_8859_1);
    assertThat(said("loop", pieces)).describedAs(request).isEqualTo(said("plain", List.of(whole)));
  }

  @Test
  void answersAsHelidonDoes() throws IOException {
    List<String> requests = new ArrayList<>(WHOLE);
    for (String first : WHOLE) {
      for (String second : WHOLE) {
        requests.add(first + second + first);
      }
    }
    requests.add(RawSocket.post("/hooks/line/a", "x".repeat(EventLoop.REQUEST_BYTES)));
    requests.add(
        RawSocket.post("/hooks/line/a", "x".repeat(200_000))
            + RawSocket.post("/hooks/line/a", "y"));
    requests.add(RawSocket.post("/hooks/line/%61%2f", "x"));
    requests.add(RawSocket.post("/hooks/line/a?b=c", "x"));
    requests.add(RawSocket.post("/hooks/line", "x"));
    for (String request : requests) {
      assertSameAnswers(request, List.of(request.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  @Test
  void answersAsHelidonDoesWhatIsNotQuiteARequest() throws IOException {
    Random random = new Random(SEED);
    for (int i = 0; i < MUTANTS; i++) {
      String mutant = mutant(random);
      assertSameAnswers(mutant, List.of(mutant.getBytes(StandardCharsets.ISO_8859_1)));
    }
  }

  private static String mutant(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(2); i >= 0; i--) {
      text.append(WHOLE.get(random.nextInt(WHOLE.size())));
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      int at = random.nextInt(text.length());
      int end = Math.min(text.length(), at + random.nextInt(3));
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.delete(at, end);
        case 2 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        default -> text.replace(at, end, PIECES.get(random.nextInt(PIECES.size())));
      }
    }
    return text.toString();
  }

  @Test
  void answersInWhateverPiecesARequestComes() throws IOException {
    Random random = new Random(SEED);
    for (String first : WHOLE) {
      for (int count = 2; count < EventLoop.MOST_PIECES + 3; count++) {
        String request = first + WHOLE.get(random.nextInt(WHOLE.size()));
        byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        List<byte[]> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 1; i < count; i++) {
          int to = from + random.nextInt(bytes.length - from);
          pieces.add(Arrays.copyOfRange(bytes, from, to));
          from = to;
        }
        pieces.add(Arrays.copyOfRange(bytes, from, bytes.length));
        assertSameAnswers(request, pieces);
      }
    }
  }

  @Test
  void servesPlainRequestsItselfUntilAnythingElseComes() throws IOException {
    try (RawSocket socket = connect(OWN)) {
      for (int i = 0; i < 3; i++) {
        assertThat(socket.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
      }
      // In a few pieces, as from clients that write head and body apart.
      socket.write("POST /where HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n");
      assertThat(socket.write("ab").answer()).endsWith("a loop");
      socket.write("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(socket.answer()).endsWith("well");
      assertThat(socket.write(RawSocket.post("/where", "x")).answer()).endsWith("Helidon");
    }
    try (RawSocket socket = connect(OWN)) {
      String large = RawSocket.post("/where", "x".repeat(EventLoop.REQUEST_BYTES));
      assertThat(socket.write(large).answer()).endsWith("Helidon");
    }
  }

  @Test
  void servesOthersWhileAnAnswerIsAwaited() throws Exception {
    try (RawSocket waiting = connect(OWN);
        RawSocket other = connect(OWN)) {
      waiting.write(RawSocket.post("/later", "") + RawSocket.post("/where", "next"));
      CompletableFuture<Response> answer = taken();
      assertThat(other.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
      answer.complete(text("at last"));
      assertThat(waiting.answer()).endsWith("at last");
      assertThat(waiting.answer()).endsWith("a loop");
    }
  }

  @Test
  void answersWhoHasFinishedSending() throws Exception {
    try (RawSocket socket = connect(OWN)) {
      socket.write(RawSocket.post("/later", "")).finish();
      CompletableFuture<Response> answer = taken();
      // The end is seen while the answer is awaited.
      Thread.sleep(50);
      answer.complete(text("at last"));
      assertThat(socket.rest()).endsWith("at last");
    }
  }

  @Test
  void forgetsWhoLeft() throws Exception {
    for (int i = 0; i < 3 * MOST_REQUESTS; i++) {
      CompletableFuture<Response> answer;
      try (RawSocket socket = connect(OWN)) {
        socket.write(RawSocket.post("/later", ""));
        answer = taken();
      }
      answer.complete(text("nobody reads this"));
    }
    try (RawSocket socket = connect(OWN)) {
      assertThat(socket.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
    }
  }

  @Test
  void hidesWhatHandlersThrow() throws IOException {
    for (String path : List.of("/throws", "/fails")) {
      try (RawSocket socket = connect(OWN)) {
        assertThat(socket.write(RawSocket.post(path, "")).answer())
            .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
            .doesNotContain("secret", "Exception");
        // A mistake of ours ends no connection.
        assertThat(socket.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
      }
    }
  }

  @Test
  void namesNoLengthWhereThereIsNoBody() throws IOException {
    try (RawSocket socket = connect(OWN)) {
      assertThat(socket.write(RawSocket.post("/gone", "")).answer())
          .startsWith("HTTP/1.1 204 No Content\r\n")
          .doesNotContainIgnoringCase("content-length");
      assertThat(socket.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
    }
  }

  @Test
  void sendsTheRestOfAnAnswerWhenItIsTaken() throws Exception {
    try (RawSocket slow = connect(OWN);
        RawSocket other = connect(OWN)) {
      slow.write(RawSocket.post("/large", "") + RawSocket.post("/where", "x"));
      for (int i = 0; i < 5; i++) {
        assertThat(other.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
      }
      assertThat(slow.answer()).hasSizeGreaterThan(32 << 20);
      assertThat(slow.answer()).endsWith("a loop");
    }
  }

  @Test
  void refusesMoreRequestsThanItMayHold() throws Exception {
    List<RawSocket> sockets = new ArrayList<>();
    try {
      // Connections take turns among the loops.
      int loops = limits().requests() / MOST_REQUESTS;
      for (int i = 0; i < loops * MOST_REQUESTS; i++) {
        sockets.add(connect(OWN).write(RawSocket.post("/later", "")));
      }
      Patience.await().until(() -> pending.size() == loops * MOST_REQUESTS);
      try (RawSocket more = connect(OWN)) {
        assertThat(more.write(RawSocket.post("/where", "x")).answer())
            .startsWith("HTTP/1.1 503 ")
            .containsIgnoringCase("connection: close");
        assertThat(more.isClosedByPeer()).isTrue();
      }
      for (int i = 0; i < sockets.size(); i++) {
        taken().complete(text("at last"));
      }
      for (RawSocket socket : sockets) {
        assertThat(socket.answer()).endsWith("at last");
        assertThat(socket.write(RawSocket.post("/where", "x")).answer()).endsWith("a loop");
      }
    } finally {
      for (RawSocket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void finishesWhatRunsWhenItCloses() throws Exception {
    try (RawSocket slow = connect(OWN);
        RawSocket idle = connect(OWN)) {
      idle.write(RawSocket.post("/where", "x")).answer();
      slow.write(RawSocket.post("/later", ""));
      CompletableFuture<Response> answer = taken();
      Thread closing = Thread.startVirtualThread(server::close);
      assertThat(idle.isClosedByPeer()).isTrue();
      answer.complete(text("done"));
      assertThat(slow.answer()).contains("onnection: close").endsWith("\r\n\r\ndone");
      assertThat(slow.isClosedByPeer()).isTrue();
      assertThat(closing.join(GRACE)).isTrue();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("http-loop-" + OWN) && thread.isAlive());
  }
}
