package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Gateway;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Nobody reaches this machine or its network through the address of a file, in either direction:
 * not by a file that an app sends and that is looked at, not by one that a person sends and that
 * LINE only knows the address of; however it is written, by redirect or by a name that changes its
 * mind. A listener on this machine sees no connection at all.
 */
final class MediaAddressTest {
  /** By a name whose address is another each time that it is looked up. */
  private static final String TURNING = "turning.example";

  private static final Map<String, Integer> LOOKED_UP = new ConcurrentHashMap<>();

  private static World world;
  private static Canary canary;

  private static CustomerApp app;
  private static String user;

  /** Listens on every address of this machine, and counts who comes. */
  private static final class Canary implements AutoCloseable {
    private final List<ServerSocket> sockets = new ArrayList<>();
    private final AtomicInteger seen = new AtomicInteger();
    private final int port;

    Canary() throws IOException {
      ServerSocket all = new ServerSocket();
      all.bind(new InetSocketAddress((InetAddress) null, 0));
      port = all.getLocalPort();
      sockets.add(all);
      for (ServerSocket socket : sockets) {
        Thread.ofVirtual().start(() -> listen(socket));
      }
    }

    private void listen(ServerSocket socket) {
      while (!socket.isClosed()) {
        try (Socket visitor = socket.accept()) {
          seen.incrementAndGet();
          visitor
              .getOutputStream()
              .write(
                  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"
                      .getBytes(StandardCharsets.UTF_8));
        } catch (IOException closed) {
          // the test is over
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  @BeforeAll
  static void start() throws Exception {
    canary = new Canary();
    world =
        World.start(
            TargetPolicy.OPERATOR,
            media -> media.reachedAt(Optional.of(URI.create("https://media.example"))),
            Http.Settings.of(Gateway.VERSION).resolver(MediaAddressTest::resolve));
    // Its webhook is on this machine, where from now on nothing of a customer's may be.
    app = world.app();
    user = world.friend();
    world.shut();
    world.open(TargetPolicy.PUBLIC);
    world.receivesLine(app);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    canary.close();
  }

  @BeforeEach
  void nobodyYet() {
    canary.seen.set(0);
  }

  /** Names of the test's own; a rebinding one changes its mind. */
  private static List<InetAddress> resolve(String name) throws UnknownHostException {
    int times = LOOKED_UP.merge(name, 1, Integer::sum);
    return switch (name) {
      case "here.example" -> List.of(InetAddress.getByName("127.0.0.1"));
      case "here6.example" -> List.of(InetAddress.getByName("::1"));
      case "mapped.example" -> List.of(InetAddress.getByName("::ffff:127.0.0.1"));
      case "metadata.example" -> List.of(InetAddress.getByName("169.254.169.254"));
      case "rebinding.example" ->
          List.of(InetAddress.getByName(times == 1 ? "192.0.2.1" : "127.0.0.1"));
      // Nobody has the first one, which is as public as any; a second look leads here.
      case TURNING -> List.of(InetAddress.getByName(times % 2 == 1 ? "2d00::1" : "127.0.0.1"));
      default -> throw new UnknownHostException();
    };
  }

  /** What reaches this machine if anything does, and what is no address at all. */
  static List<String> addresses() {
    int port = canary.port;
    return Stream.of(
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "017700000001",
            "127.1",
            "127.0.1",
            "127.0.0.1.",
            "user@127.0.0.1",
            "example.com@127.0.0.1",
            "localhost",
            "here.example",
            "HERE.EXAMPLE",
            "here6.example",
            "mapped.example",
            "metadata.example",
            "rebinding.example",
            "rebinding.example",
            TURNING,
            TURNING,
            "10.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[fc00::1]",
            "[fe80::1]",
            "[ff02::1]")
        .map(host -> "https://" + host + ":" + port + "/a.jpg")
        .toList();
  }

  @Test
  void noFileThatAnAppSendsLeadsHere() {
    List<String> sent = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    List<String> all = new ArrayList<>(addresses());
    all.addAll(
        List.of(
            "file:///etc/passwd",
            "gopher://127.0.0.1:" + canary.port + "/",
            "ftp://127.0.0.1:" + canary.port + "/a.jpg",
            "https://\u2460\u2461\u2466.0.0.1:" + canary.port + "/a.jpg",
            "https://127\u30020\u30020\u30021:" + canary.port + "/a.jpg",
            "https://%31%32%37.0.0.1:" + canary.port + "/a.jpg",
            "https://93.184.216.34:22/a.jpg"));
    for (String address : all) {
      ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, ""));
      ObjectNode message = body.putObject("message");
      message.putObject("media_message").put("url", address);
      Api.Answer answer = world.api().post("/messages:send", body.toString());
      if (answer.status() == 200) {
        sent.add(answer.json().path("message_id").asString());
      } else {
        assertThat(answer.status()).as(address).isEqualTo(400);
        refused.add(address);
      }
    }

    assertThat(sent).hasSizeGreaterThan(30);
    assertThat(refused).isNotEmpty();
    for (String id : sent) {
      World.eventually(() -> {
        JsonNode status = app.message(id).path("message_status");
        if (!status.path("status").asString().equals("FAILED")) {
          world.advance(Duration.ofSeconds(10));
        }
        assertThat(status.path("reason").path("code").asString()).isEqualTo("MEDIA_NOT_REACHABLE");
      });
    }
    assertThat(canary.seen).hasValue(0);
    assertThat(world.requests("push", user)).isEmpty();
  }

  @Test
  void noFileThatAPersonSendsLeadsHere() throws Exception {
    List<String> told = new ArrayList<>();
    int before = 0;
    for (String address : addresses()) {
      for (String scheme : List.of("http")) {
        ObjectNode message = (ObjectNode) Api.json("{\"type\":\"image\"}");
        message
            .putObject("contentProvider")
            .put("type", "external")
            .put("originalContentUrl", address.replace("https", scheme));
        world.line.send(user, user, message);
        before++;
      }
    }
    int expected = before;
    World.eventually(() -> {
      JsonNode all =
          world
              .api()
              .get("/messages?direction=TO_APP&page_size=1000&app_id=" + app.id())
              .ok()
              .path("messages");
      assertThat(all).hasSize(expected);
      told.clear();
      all.forEach(message -> told.add(message.path("id").asString()));
    });
    for (String id : told) {
      World.eventually(() -> {
        JsonNode info = world.api().get("/media/" + id).ok();
        if (info.path("state").asString().equals("waiting")) {
          world.advance(Duration.ofMinutes(20));
        }
        assertThat(info.path("state").asString()).isEqualTo("failed");
      });
    }
    assertThat(canary.seen).hasValue(0);
  }

  /** Else the name that turns would only show that its first address is refused. */
  @Test
  void theFirstAddressOfTheNameThatTurnsIsPublic() {
    String address = "https://" + TURNING + ":" + canary.port + "/a.jpg";
    assertThat(
            TargetPolicy.PUBLIC.check(address, name -> List.of(InetAddress.getByName("2d00::1"))))
        .isInstanceOf(TargetPolicy.Verdict.Allowed.class);
    assertThat(
            TargetPolicy.PUBLIC.check(address, name -> List.of(InetAddress.getByName("127.0.0.1"))))
        .isNotInstanceOf(TargetPolicy.Verdict.Allowed.class);
  }

  @Test
  void theCanaryWouldBeSeen() {
    try (Socket visitor = new Socket(InetAddress.getLoopbackAddress(), canary.port)) {
      assertThat(visitor.getInputStream().read()).isEqualTo('H');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(canary.seen).hasValue(1);
  }
}
