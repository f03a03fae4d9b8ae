package dev.throughline.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.FreePort;
import dev.throughline.http.HttpResult.Answered;
import dev.throughline.http.HttpResult.Cause;
import dev.throughline.http.HttpResult.NotSent;
import dev.throughline.http.HttpResult.TooLarge;
import dev.throughline.http.HttpResult.Unknown;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request is written once at most, and its result says truly whether the other side may have seen
 * it. The servers here are sockets that count.
 */
class HttpTest {
  private static final Duration TIME = Duration.ofMinutes(1);
  private static final Duration BRIEF = Duration.ofMillis(400);
  private static final String OK =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Line-Request-Id: abc\r\n\r\nhi";

  @TempDir Path folder;
  private final Http http = new Http(Http.Settings.of("test"));

  @AfterEach
  void close() {
    http.close();
  }

  private static OutgoingRequest post(Target target) {
    return OutgoingRequest.json(target, TargetPolicy.OPERATOR, Bytes.utf8("{}"))
        .with("Authorization", Redacted.of("token", "s3cret").prefixed("Bearer "));
  }

  private static Target target(String address) {
    try {
      return Target.parse(address);
    } catch (Target.InvalidTargetException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void sendsWhatItWasGivenAndReadsTheAnswer() throws IOException {
    try (RawServer server = RawServer.answering(OK)) {
      HttpResult result = http.send(post(server.target("/v2/push?a=b%20c")), TIME);
      assertThat(result)
          .isInstanceOfSatisfying(
              Answered.class,
              answer -> {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.headers().first("x-line-request-id")).contains("abc");
                assertThat(answer.body()).isEqualTo(Bytes.utf8("hi"));
              });
      assertThat(server.requests.getFirst())
          .startsWith("POST /v2/push?a=b%20c HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n")
          .contains("\r\nUser-Agent: throughline/test\r\n")
          .contains("\r\nAuthorization: Bearer s3cret\r\n")
          .contains("\r\nContent-Length: 2\r\n")
          .endsWith("\r\n\r\n{}");
    }
  }

  @Test
  void reusesConnections() throws IOException {
    try (RawServer server = RawServer.answering(OK)) {
      for (int i = 0; i < 5; i++) {
        assertThat(http.send(post(server.target("/")), TIME)).isInstanceOf(Answered.class);
      }
      assertThat(server.connections).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1;ext=1\r\ni\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.1 200\r\ncontent-length: 2\r\nX-Latin: caf\u00e9\r\n\r\nhi",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        "HTTP/1.0 200 OK\r\n\r\nhi",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi"
      })
  void readsEveryFraming(String answer) throws IOException {
    try (RawServer server =
        new RawServer(connection -> {
          connection.readRequest();
          connection.write(answer);
        })) {
      assertThat(http.send(post(server.target("/")), TIME))
          .isInstanceOfSatisfying(
              Answered.class, a -> assertThat(a.body()).isEqualTo(Bytes.utf8("hi")));
    }
  }

  @Test
  void doesNotTakeBytesAfterAnAnswerForTheNextOne() throws IOException {
    try (RawServer server = RawServer.answering(OK + OK)) {
      assertThat(http.send(post(server.target("/")), TIME)).isInstanceOf(Answered.class);
      assertThat(http.send(post(server.target("/")), TIME)).isInstanceOf(Answered.class);
      assertThat(server.connections).hasValue(2);
    }
  }

  @Test
  void followsNoRedirect() throws IOException {
    try (RawServer other = RawServer.answering(OK);
        RawServer server =
            RawServer.answering(
                "HTTP/1.1 307 Moved\r\nLocation: http://127.0.0.1:"
                    + other.port()
                    + "/\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(http.send(post(server.target("/")), TIME))
          .isInstanceOfSatisfying(Answered.class, a -> assertThat(a.status()).isEqualTo(307));
      assertThat(other.connections).hasValue(0);
    }
  }

  @Test
  void knowsWhatWasCertainlyNotSent() throws IOException {
    assertThat(http.send(post(target("http://127.0.0.1:" + FreePort.find() + "/")), TIME))
        .isEqualTo(new NotSent(Cause.CONNECT_FAILED));
    try (Http unresolving =
        new Http(
            Http.Settings.of("test")
                .resolver(host -> {
                  throw new UnknownHostException(host);
                }))) {
      assertThat(unresolving.send(post(target("http://nowhere.test/")), TIME))
          .isEqualTo(new NotSent(Cause.NAME_NOT_RESOLVED));
    }
    try (RawServer plain = RawServer.answering("not TLS")) {
      assertThat(http.send(post(target("https://127.0.0.1:" + plain.port() + "/")), BRIEF))
          .isInstanceOf(NotSent.class);
      assertThat(plain.requests).isEmpty();
    }
    http.close();
    assertThat(http.send(post(target("http://127.0.0.1/")), TIME))
        .isEqualTo(new NotSent(Cause.CLOSED));
  }

  @Test
  void aSlowResolverEndsAtTheDeadline() {
    CountDownLatch never = new CountDownLatch(1);
    try (Http slow =
        new Http(
            Http.Settings.of("test")
                .resolver(host -> {
                  try {
                    never.await(10, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  throw new UnknownHostException(host);
                }))) {
      assertThat(slow.send(post(target("http://slow.test/")), BRIEF))
          .isEqualTo(new NotSent(Cause.DEADLINE));
    }
  }

  /** What a peer can do after it has read a whole request; never is the request written twice. */
  @ParameterizedTest
  @ValueSource(
      strings = {"close", "reset", "half head", "half body", "garbage", "hang", "early end"})
  void neverSendsTwice(String what) throws IOException {
    CountDownLatch hang = new CountDownLatch(1);
    RawServer.Script script =
        connection -> {
          if (!connection.readRequest()) {
            return;
          }
          switch (what) {
            case "close" -> {}
            case "reset" -> connection.reset();
            case "half head" -> connection.write("HTTP/1.1 200 OK\r\nContent-Le");
            case "half body" -> connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi");
            case "garbage" -> connection.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
            case "hang" -> hang.await(10, TimeUnit.SECONDS);
            case "early end" ->
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
            default -> throw new IllegalArgumentException(what);
          }
        };
    try (RawServer server = new RawServer(script)) {
      HttpResult result = http.send(post(server.target("/")), BRIEF);
      Cause cause =
          switch (what) {
            case "garbage" -> Cause.MALFORMED;
            case "hang" -> Cause.DEADLINE;
            default -> Cause.BROKEN;
          };
      OptionalInt status =
          what.equals("half body") || what.equals("early end")
              ? OptionalInt.of(200)
              : OptionalInt.empty();
      assertThat(result).isEqualTo(new Unknown(cause, status));
      assertThat(server.requests).hasSize(1);
      assertThat(server.connections).hasValue(1);
      hang.countDown();
    }
  }

  /** The classic: a kept connection that the peer drops when the second request arrives on it. */
  @Test
  void aKeptConnectionThatBreaksUnderARequestLeavesItUnknown() throws IOException {
    try (RawServer server =
        new RawServer(connection -> {
          connection.readRequest();
          connection.write(OK);
          connection.readRequest();
          connection.reset();
        })) {
      assertThat(http.send(post(server.target("/")), TIME)).isInstanceOf(Answered.class);
      assertThat(http.send(post(server.target("/")), TIME))
          .isEqualTo(new Unknown(Cause.BROKEN, OptionalInt.empty()));
      assertThat(server.requests).hasSize(2);
      assertThat(server.connections).hasValue(1);
    }
  }

  /** Where the peer closed while nothing was under way, the request goes over a new connection. */
  @Test
  void seesAKeptConnectionThatWasClosedBeforeItIsUsed() throws Exception {
    try (RawServer server =
        new RawServer(connection -> {
          connection.readRequest();
          connection.write(OK);
        })) {
      for (int i = 1; i <= 3; i++) {
        assertThat(http.send(post(server.target("/")), TIME)).isInstanceOf(Answered.class);
        Thread.sleep(50);
      }
      assertThat(server.requests).hasSize(3);
      assertThat(server.connections).hasValue(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theDeadlineCoversATricklingAnswer(boolean chunked) throws IOException {
    RawServer.Script script =
        connection -> {
          connection.readRequest();
          connection.write(
              "HTTP/1.1 200 OK\r\n"
                  + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: 100000")
                  + "\r\n\r\n");
          while (true) {
            connection.write(chunked ? "1\r\nx\r\n" : "x");
            Thread.sleep(20);
          }
        };
    try (RawServer server = new RawServer(script)) {
      long start = System.nanoTime();
      HttpResult result = http.send(post(server.target("/")), BRIEF);
      assertThat(result).isEqualTo(new Unknown(Cause.DEADLINE, OptionalInt.of(200)));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIME);
    }
  }

  @Test
  void theDeadlineCoversAPeerThatDoesNotRead() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer server = new RawServer(_ -> never.await(10, TimeUnit.SECONDS))) {
      OutgoingRequest large =
          OutgoingRequest.post(
              server.target("/"), TargetPolicy.OPERATOR, Bytes.wrap(new byte[32 << 20]));
      assertThat(http.send(large, BRIEF))
          .isEqualTo(new Unknown(Cause.DEADLINE, OptionalInt.empty()));
      never.countDown();
    }
  }

  @Test
  void hearsAnAnswerThatCameBeforeTheRequestWasRead() throws IOException {
    try (RawServer server =
        new RawServer(connection -> {
          connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
          Thread.sleep(300);
        })) {
      OutgoingRequest large =
          OutgoingRequest.post(
              server.target("/"), TargetPolicy.OPERATOR, Bytes.wrap(new byte[32 << 20]));
      assertThat(http.send(large, TIME))
          .isInstanceOfSatisfying(Answered.class, a -> assertThat(a.status()).isEqualTo(413));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n6\r\nabcdef\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabcdefghijk"
      })
  void stopsAtTheLimitOfAnAnswer(String answer) throws IOException {
    try (RawServer server =
        new RawServer(connection -> {
          connection.readRequest();
          connection.write(answer);
        })) {
      assertThat(http.send(post(server.target("/")).answerLimit(10), TIME))
          .isInstanceOfSatisfying(TooLarge.class, t -> assertThat(t.status()).isEqualTo(200));
    }
  }

  @Test
  void refusesAnEndlessHead() throws IOException {
    try (RawServer server =
        new RawServer(connection -> {
          connection.readRequest();
          connection.write("HTTP/1.1 200 OK\r\n");
          while (true) {
            connection.write("X-Filler: 0123456789012345678901234567890123456789\r\n");
          }
        })) {
      assertThat(http.send(post(server.target("/")), TIME))
          .isEqualTo(new Unknown(Cause.MALFORMED, OptionalInt.empty()));
    }
  }

  @Test
  void boundsWhatIsUnderWayToOneTarget() throws Exception {
    CountDownLatch arrived = new CountDownLatch(2);
    CountDownLatch leave = new CountDownLatch(1);
    try (RawServer slow =
            new RawServer(connection -> {
              connection.readRequest();
              arrived.countDown();
              leave.await(TIME.toSeconds(), TimeUnit.SECONDS);
              connection.write(OK);
            });
        RawServer quick = RawServer.answering(OK);
        Http narrow = new Http(Http.Settings.of("test").bounds(2, 16))) {
      List<Thread> senders = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        senders.add(Thread.startVirtualThread(() -> narrow.send(post(slow.target("/")), TIME)));
      }
      assertThat(arrived.await(TIME.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(narrow.send(post(slow.target("/")), BRIEF)).isEqualTo(new NotSent(Cause.BUSY));
      assertThat(narrow.send(post(quick.target("/")), TIME)).isInstanceOf(Answered.class);
      leave.countDown();
      for (Thread sender : senders) {
        sender.join();
      }
      assertThat(slow.connections).hasValue(2);
    }
  }

  @Test
  void checksCertificatesAgainstTheNameThoughItDialsTheNumber() throws Exception {
    TestCertificate certificate = TestCertificate.create(folder, "callback.test");
    SSLServerSocketFactory factory = certificate.files().load().getServerSocketFactory();
    RawServer.Script ok =
        connection -> {
          while (connection.readRequest()) {
            connection.write(OK);
          }
        };
    Resolver resolver = _ -> List.of(InetAddress.getLoopbackAddress());
    try (RawServer server =
            new RawServer(factory.createServerSocket(0, 10, InetAddress.getLoopbackAddress()), ok);
        Http client =
            new Http(
                Http.Settings.of("test").resolver(resolver).tls(certificate.clientContext()))) {
      String port = ":" + server.port() + "/";
      for (int i = 0; i < 3; i++) {
        assertThat(client.send(post(target("https://callback.test" + port)), TIME))
            .isInstanceOf(Answered.class);
      }
      assertThat(client.send(post(target("https://other.test" + port)), TIME))
          .isEqualTo(new NotSent(Cause.TLS_FAILED));
      assertThat(client.send(post(target("https://127.0.0.1" + port)), TIME))
          .isEqualTo(new NotSent(Cause.TLS_FAILED));
      assertThat(http.send(post(target("https://127.0.0.1" + port)), TIME))
          .isEqualTo(new NotSent(Cause.TLS_FAILED));
      assertThat(server.requests).hasSize(3);
    }
  }

  @Test
  void printsNoSecrets() throws IOException {
    OutgoingRequest request = post(target("https://u.test/path?token=s3cret"));
    assertThat(
            request
                + " "
                + request.headers()
                + " "
                + request.body()
                + " "
                + Redacted.of("token", "s3cret"))
        .doesNotContain("s3cret")
        .doesNotContain("path")
        .contains("POST https://u.test", "(token, 6 characters)");
  }
}
