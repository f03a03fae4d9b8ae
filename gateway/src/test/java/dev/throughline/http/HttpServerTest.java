package dev.throughline.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.Patience;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes over the wire is what the handler said, and every other request gets a clean answer.
 */
class HttpServerTest {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private HttpServer server;
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch leave = new CountDownLatch(1);
  private final AtomicReference<Throwable> unexpected = new AtomicReference<>();

  /** How a POST is answered. */
  Route postRoute(String template, Handler handler) {
    return Route.post(template, handler);
  }

  @BeforeEach
  void start() throws IOException {
    Listener listener =
        Listener.named("test")
            .route(postRoute("/hooks/line/{app}", HttpServerTest::echo).rawBody())
            .route(postRoute("/v1/projects/{p}/messages:send", HttpServerTest::echo))
            .route(postRoute("/v1/contacts/{id}:merge", r -> text("merge " + r.param("id"))))
            .route(Route.get("/v1/contacts/{id}", r -> text("get " + r.param("id"))))
            .route(
                Route.get(
                    "/query",
                    r ->
                        text(
                            r.queryAll("a")
                                + " "
                                + r.rawPlusQuery("identity").orElse("none")
                                + " "
                                + r.query("identity").orElse("none"))))
            .route(Route.get("/headers", r -> text(r.headers().all("x-many").toString())))
            .route(
                Route.get(
                    "/401",
                    _ ->
                        Response.json(401, Bytes.utf8("{}"))
                            .with("www-authenticate", "Bearer error=\"expired\"")
                            .with("Set-Cookie", "a=1")
                            .with("Set-Cookie", "b=2")))
            .route(
                Route.get(
                    "/throws",
                    _ -> {
                      throw new IllegalStateException("secret of ours");
                    }))
            .route(
                Route.get(
                    "/slow",
                    _ -> {
                      entered.countDown();
                      leave.await(10, TimeUnit.SECONDS);
                      return text("done");
                    }))
            .route(
                Route.get(
                    "/stream",
                    _ ->
                        Response.streamed(
                            200,
                            "text/event-stream",
                            out -> {
                              out.write("data: 1\n\n".getBytes(UTF_8));
                              out.flush();
                              await(leave);
                              out.write("data: 2\n\n".getBytes(UTF_8));
                            })))
            .route(Route.put("/large", HttpServerTest::counted).streamed(300_000))
            .route(Route.get("/gone", _ -> Response.empty(204)))
            .mount("/sandbox", rules -> rules.get("/page", (_, res) -> res.send("a page")))
            .errors(failure -> {
              if (failure instanceof HttpFailure.Unexpected(Throwable cause)) {
                unexpected.set(cause);
              }
              return Errors.plainText().answer(failure);
            })
            .build();
    server = HttpServer.start(List.of(listener), GRACE);
  }

  @AfterEach
  void stop() {
    leave.countDown();
    server.close();
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    latch.await(10, TimeUnit.SECONDS);
  }

  /** Stops at the first zero byte. */
  private static Response counted(Request request) throws IOException {
    long count = 0;
    InputStream in = request.stream();
    for (int next = in.read(); next > 0; next = in.read()) {
      count++;
    }
    return text(count + " bytes");
  }

  private static Response text(String text) {
    return Response.of(200, "text/plain", Bytes.utf8(text));
  }

  private static Response echo(Request request) {
    return Response.of(200, "application/octet-stream", request.body());
  }

  private RawSocket connect() throws IOException {
    return new RawSocket(server.port("test"));
  }

  private String get(String target) throws IOException {
    try (RawSocket socket = connect()) {
      return socket.write("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").answer();
    }
  }

  @Test
  void keepsTheConnectionAndAnswersPipelinedRequestsInOrder() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write(
          RawSocket.post("/hooks/line/a", "one")
              + RawSocket.post("/hooks/line/a", "two")
              + RawSocket.post("/nowhere", "three"));
      assertThat(socket.answer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\none");
      assertThat(socket.answer()).endsWith("\r\n\r\ntwo");
      assertThat(socket.answer()).startsWith("HTTP/1.1 404 Not Found\r\n");
      socket.write(RawSocket.post("/hooks/line/a", "four"));
      assertThat(socket.answer()).endsWith("\r\n\r\nfour");
    }
  }

  @Test
  void passesChunkedBodiesAndWaitingClients() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write(
          "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
      assertThat(socket.answer()).endsWith("\r\n\r\nabcde");
      socket.write(
          "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
      assertThat(socket.answer()).startsWith("HTTP/1.1 100 Continue");
      socket.write("hi");
      assertThat(socket.answer()).endsWith("\r\n\r\nhi");
    }
  }

  @Test
  void passesLargerBodiesWhole() throws IOException {
    String body = "0123456789abcdef".repeat(60_000);
    try (RawSocket socket = connect()) {
      assertThat(socket.write(RawSocket.post("/hooks/line/a", body)).answer())
          .endsWith("\r\n\r\n" + body);
      assertThat(socket.write(RawSocket.post("/hooks/line/a", "next")).answer())
          .endsWith("\r\n\r\nnext");
    }
  }

  @Test
  void handsAStreamedBodyOnWhileItComesAndKeepsTheConnection() throws IOException {
    String large = "x".repeat(300_000);
    String head = "PUT /large HTTP/1.1\r\nHost: h\r\nContent-Length: ";
    try (RawSocket socket = connect()) {
      socket.write(head + "300000\r\n\r\n" + large);
      assertThat(socket.answer()).startsWith("HTTP/1.1 200").endsWith("300000 bytes");
      socket.write(head + "0\r\n\r\n");
      assertThat(socket.answer()).endsWith("0 bytes");
      socket.write(head + "300001\r\n\r\n" + large + "x");
      assertThat(socket.answer()).startsWith("HTTP/1.1 413").contains("close");
    }
    // What a handler does not read ends the connection, not the next request.
    try (RawSocket socket = connect()) {
      socket.write(head + "5\r\n\r\nab\0cd");
      assertThat(socket.answer()).endsWith("2 bytes").contains("close");
    }
  }

  @Test
  void passesEncodedWebhooksRawAndRefusesThemElsewhere() throws IOException {
    String gzip =
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc";
    try (RawSocket socket = connect()) {
      assertThat(socket.write(gzip.formatted("/hooks/line/a")).answer()).endsWith("\r\n\r\nabc");
      assertThat(socket.write(gzip.formatted("/v1/projects/p/messages:send")).answer())
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/contacts/a%2Fb          | get a/b",
        "/v1/contacts/a:b            | get a:b",
        "/v1/contacts/%E3%81%82      | get \u3042",
        "/v1/contacts/+46            | get +46",
        "/query?a=1&a=%32&identity=+46+1 | [1, 2] +46+1  46 1",
        "/query?a=x+y&identity=%2B46 | [x y] +46 +46",
        "/sandbox/page               | a page"
      })
  void decodesPathsAndQueries(String target, String expected) throws IOException {
    String answer = get(target);
    assertThat(answer).startsWith("HTTP/1.1 200 OK");
    assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
        .isEqualTo(
            new String(expected.getBytes(UTF_8), java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  @Test
  void findsVerbs() throws IOException {
    try (RawSocket socket = connect()) {
      assertThat(socket.write(RawSocket.post("/v1/contacts/x%3Ay:merge", "")).answer())
          .endsWith("\r\n\r\nmerge x:y");
      assertThat(socket.write(RawSocket.post("/v1/projects/p/messages:send", "{}")).answer())
          .endsWith("\r\n\r\n{}");
      assertThat(socket.write(RawSocket.post("/v1/projects/p/messages:other", "")).answer())
          .startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void writesHeadersLetterByLetter() throws IOException {
    assertThat(get("/401"))
        .startsWith("HTTP/1.1 401 Unauthorized\r\n")
        .contains("\r\nwww-authenticate: Bearer error=\"expired\"\r\n")
        .contains("\r\nSet-Cookie: a=1\r\n", "\r\nSet-Cookie: b=2\r\n")
        .contains("\r\nContent-Type: application/json\r\n");
  }

  @Test
  void readsHeadersInAnyCaseAndInOrder() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write("GET /headers HTTP/1.1\r\nhOST: x\r\nX-Many: 1\r\nx-MANY: 2\r\n\r\n");
      assertThat(socket.answer()).endsWith("[1, 2]");
    }
  }

  @Test
  void answersHeadWithoutBodyAndNamesMethods() throws IOException {
    try (RawSocket socket = connect()) {
      String head = "HEAD /v1/contacts/abc HTTP/1.1\r\nHost: x\r\n\r\n";
      assertThat(socket.write(head).answer(true))
          .contains("Content-Length: 7")
          .endsWith("\r\n\r\n");
      assertThat(socket.write("PUT /v1/contacts/abc HTTP/1.1\r\nHost: x\r\n\r\n").answer())
          .startsWith("HTTP/1.1 405 ")
          .contains("\r\nAllow: GET, HEAD\r\n");
      assertThat(socket.write("GET /gone HTTP/1.1\r\nHost: x\r\n\r\n").answer())
          .startsWith("HTTP/1.1 204 No Content\r\n");
    }
  }

  @Test
  void hidesWhatHandlersThrow() throws IOException {
    assertThat(get("/throws"))
        .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
        .doesNotContain("secret")
        .doesNotContain("Exception");
    assertThat(unexpected.get()).hasMessage("secret of ours");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/contacts/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/contacts/%4 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/contacts/%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/contacts/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/contacts/\u0000 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /query?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /query?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/query HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /query HTTP/1.1\r\n\r\n",
        "GET /query HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /query HTTP/1.1\nHost: x\n\n",
        "GET /query HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n",
        "GET /query HTTP/1.1\r\nHost: x\r\nX-Bad: a\u0000b\r\n\r\n",
        "GET /query\r\n\r\n",
        "nonsense\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /hooks/line/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
      })
  void refusesWhatIsNotHttp(String bytes) throws IOException {
    try (RawSocket socket = connect()) {
      assertThat(socket.write(bytes).answer())
          .matches("(?s)HTTP/1\\.1 4\\d\\d .*")
          .doesNotContain("Exception", "helidon", "java");
    }
  }

  @Test
  void refusesOverlongHeads() throws IOException {
    String many = "X-Filler: 0123456789\r\n".repeat(1_000);
    for (String head :
        List.of(
            "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /query HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(100_000) + "\r\n\r\n",
            "GET /query HTTP/1.1\r\nHost: x\r\n" + many + "\r\n")) {
      try (RawSocket socket = connect()) {
        socket.write(head);
        assertThat(socket.answer()).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
      }
    }
  }

  @Test
  void refusesHttp10Clearly() throws IOException {
    try (RawSocket socket = connect()) {
      assertThat(socket.write("GET /query HTTP/1.0\r\n\r\n").answer()).startsWith("HTTP/1.1 505 ");
    }
  }

  @Test
  void streamsWhileTheHandlerWorks() throws IOException {
    try (RawSocket socket = connect()) {
      socket.write("GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(socket.answer()).containsIgnoringCase("transfer-encoding: chunked");
      leave.countDown();
      assertThat(socket.rest()).contains("data: 1\n\n", "data: 2\n\n").endsWith("0\r\n\r\n");
    }
  }

  @Test
  void finishesWhatRunsWhenItCloses() throws Exception {
    try (RawSocket slow = connect();
        RawSocket idle = connect()) {
      idle.write("GET /gone HTTP/1.1\r\nHost: x\r\n\r\n").answer();
      slow.write("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
      await(entered);
      int port = server.port("test");
      Thread closing = Thread.startVirtualThread(server::close);
      assertThat(idle.isClosedByPeer()).isTrue();
      // Idle connections and the listening socket are closed side by side.
      Patience.await()
          .untilAsserted(() ->
              assertThatThrownBy(() -> new RawSocket(port).close())
                  .isInstanceOf(IOException.class));
      leave.countDown();
      assertThat(slow.answer()).contains("onnection: close").endsWith("\r\n\r\ndone");
      assertThat(slow.isClosedByPeer()).isTrue();
      assertThat(closing.join(GRACE)).isTrue();
    }
  }

  @Test
  void namesTheAddressThatIsTaken() {
    Listener second = Listener.named("second").port(server.port("test")).build();
    assertThatThrownBy(() -> HttpServer.start(List.of(second), GRACE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port("test"));
  }

  @Test
  void refusesTwoRoutesForOnePath() {
    assertThatThrownBy(() ->
            HttpServer.start(
                List.of(
                    Listener.named("twice")
                        .route(Route.get("/a/{x}", HttpServerTest::echo))
                        .route(Route.get("/a/{y}", HttpServerTest::echo))
                        .build()),
                GRACE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
