package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every send that was answered 200 is looked for in LINE's record, by its own number: what is
 * missing there was not delivered, what is there twice is a duplicate.
 */
class SendBenchTest {
  private static final IngestBench.Plan PLAN =
      new IngestBench.Plan(1, Duration.ofMillis(200), Duration.ZERO, 2, 100);

  @TempDir private Path folder;

  @Test
  void matchesAnswersWithTheRecord() throws Exception {
    try (Platform platform = new Platform();
        Generator generator =
            new Generator(
                8 << 20, InstantSource.system(), RandomGenerator.of("L64X128MixRandom"))) {
      SandboxGateway.Facts facts =
          new SandboxGateway.Facts(
              platform.base(),
              platform.base(),
              "project",
              "key",
              "secret",
              "app",
              "channel",
              "bot");

      List<SendBench.Window> windows =
          new SendBench(facts, generator::run, folder, line -> {}).run(PLAN);

      assertThat(windows)
          .extracting(SendBench.Window::phase)
          .containsExactly(IngestBench.SATURATION, IngestBench.FIXED);
      SendBench.Window fixed = windows.getLast();
      assertThat(fixed.statuses()).isEqualTo(Map.of(200, 20L));
      assertThat(fixed.accepted()).isEqualTo(20);
      assertThat(fixed.delivered()).isEqualTo(20);
      assertThat(fixed.duplicates()).isEqualTo(20);
      assertThat(fixed.p50Millis())
          .isBetween(Platform.LATE_MILLIS - 5.0, Platform.LATE_MILLIS + 5_000.0);
      assertThat(platform.authorizations)
          .containsExactly(
              "Basic " + Base64.getEncoder().encodeToString("key:secret".getBytes(UTF_8)));
      assertThat(platform.identities).hasSizeGreaterThan(10).allMatch(id -> id.startsWith("U"));
      assertThat(SendBench.medians(windows)).containsKey("fixedP99Millis");
    }
  }

  /**
   * Answers sends and shows each of them twice in a record of LINE's, as accepted a little later.
   */
  private static final class Platform implements AutoCloseable {
    static final int LATE_MILLIS = 250;

    private final JsonMapper json = JsonMapper.builder().build();
    private final List<ObjectNode> record = new ArrayList<>();
    private final Set<String> identities = new HashSet<>();
    private final Set<String> authorizations = new HashSet<>();
    private final WebServer server;
    private int users;

    Platform() {
      server =
          WebServer.builder()
              .address(InetAddress.getLoopbackAddress())
              .port(0)
              .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
              .shutdownHook(false)
              .routing(this::routes)
              .build()
              .start();
    }

    URI base() {
      return URI.create("http://127.0.0.1:" + server.port());
    }

    @Override
    public void close() {
      server.stop();
    }

    private void routes(HttpRouting.Builder routing) {
      routing
          .post("/v1/projects/project/messages:send", this::send)
          .post("/_sandbox/users", this::user)
          .get("/_sandbox/requests", this::requests);
    }

    private synchronized void send(ServerRequest request, ServerResponse response) {
      JsonNode body = json.readTree(request.content().as(String.class));
      authorizations.add(request.headers().get(io.helidon.http.HeaderNames.AUTHORIZATION).get());
      identities.add(body.at("/recipient/identified_by/channel_identities/0/identity").asString());
      String text = body.at("/message/text_message/text").asString();
      for (int i = 0; i < 2; i++) {
        record.add(
            json.createObjectNode()
                .put("at", Instant.now().plusMillis(LATE_MILLIS).toString())
                .put("accepted", true)
                .put("body", "{\"messages\":[{\"type\":\"text\",\"text\":\"" + text + "\"}]}"));
      }
      record.add(
          json.createObjectNode()
              .put("at", "1970-01-01T00:00:00Z")
              .put("accepted", false)
              .put("body", text));
      response.status(Status.OK_200).send("{\"message_id\":\"x\"}");
    }

    private synchronized void user(ServerRequest request, ServerResponse response) {
      users++;
      response.send(json.createObjectNode().put("userId", "U%032x".formatted(users)).toString());
    }

    private synchronized void requests(ServerRequest request, ServerResponse response) {
      int after = request.query().first("after").map(Integer::parseInt).orElse(0);
      ObjectNode page = json.createObjectNode();
      ArrayNode found = page.putArray("requests");
      record.subList(after, record.size()).forEach(found::add);
      page.put("next", record.size());
      response.send(page.toString());
    }
  }
}
