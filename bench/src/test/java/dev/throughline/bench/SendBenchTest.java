package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every send that was answered 200 is looked for in LINE's record, by its own number, whichever
 * account it went by: what is missing there was not delivered, what is there twice is a duplicate.
 */
class SendBenchTest {
  private static final IngestBench.Plan PLAN =
      new IngestBench.Plan(1, Duration.ofMillis(200), Duration.ZERO, 2, 100);
  private static final Duration LATE = Duration.ofSeconds(30);

  @TempDir private Path folder;

  @Test
  void matchesAnswersWithTheRecord() throws Exception {
    try (LineAccounts line =
            new LineAccounts(2, 3, InstantSource.offset(InstantSource.system(), LATE));
        Relay gateway = new Relay(line);
        DeliveredMessages judge = new DeliveredMessages(line.lines());
        Generator generator =
            new Generator(
                8 << 20, InstantSource.system(), RandomGenerator.of("L64X128MixRandom"))) {
      AtomicInteger looks = new AtomicInteger();
      SendBench bench =
          new SendBench(
              gateway.sender(),
              judge,
              () -> Map.of("part", looks.incrementAndGet() * 1_000_000L),
              generator::run,
              Duration.ofMillis(500),
              folder,
              said -> {});

      List<SendBench.Window> windows = bench.run(PLAN);

      assertThat(windows)
          .extracting(SendBench.Window::phase)
          .containsExactly(IngestBench.SATURATION, IngestBench.FIXED);
      SendBench.Window fixed = windows.getLast();
      assertThat(fixed.statuses()).isEqualTo(Map.of(200, 20L));
      assertThat(fixed.accepted()).isEqualTo(20);
      assertThat(fixed.delivered()).as("every tenth is left out").isEqualTo(18);
      assertThat(fixed.duplicates()).as("two of them go three times").isEqualTo(4);
      assertThat(fixed.p50Millis()).isBetween(LATE.toMillis() - 5_000.0, LATE.toMillis() + 5_000.0);
      assertThat(fixed.cpuMicrosOfAccepted()).containsExactly(entry("part", 50.0));
      assertThat(gateway.authorizations)
          .containsExactly(
              "Basic " + Base64.getEncoder().encodeToString("key:secret".getBytes(UTF_8)));
      assertThat(gateway.people).as("of both accounts").hasSize(6);
      assertThat(SendBench.medians(windows)).containsKey("fixedP99Millis");
      assertThat(SendBench.verdicts(windows))
          .extracting(IngestReport.Verdict::met)
          .as("some were not delivered, some twice")
          .endsWith(false, false);
    }
  }

  @Test
  void oneSlowWindowIsOneTooMany() {
    List<SendBench.Window> windows = List.of(saturated(4_000), saturated(3_500), saturated(1_499));

    assertThat(SendBench.verdicts(windows))
        .extracting(IngestReport.Verdict::met)
        .containsExactly(true, false, true, true);
  }

  private static SendBench.Window saturated(double acceptedPerSecond) {
    return new SendBench.Window(
        1,
        IngestBench.SATURATION,
        Map.of(200, 9L),
        0,
        acceptedPerSecond,
        9,
        9,
        9,
        0,
        1,
        1,
        Map.of(),
        Map.of());
  }

  /**
   * Answers sends, and hands them on to the account whose app they are of: every tenth to nobody,
   * every fifth of the others three times.
   */
  private static final class Relay implements AutoCloseable {
    private final JsonMapper json = JsonMapper.builder().build();
    private final LineAccounts line;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Set<String> people = ConcurrentHashMap.newKeySet();
    private final Set<String> authorizations = ConcurrentHashMap.newKeySet();
    private final WebServer server;

    Relay(LineAccounts line) {
      this.line = line;
      this.server =
          WebServer.builder()
              .address(InetAddress.getLoopbackAddress())
              .port(0)
              .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
              .shutdownHook(false)
              .routing(routing -> routing.post("/v1/projects/project/messages:send", this::send))
              .build()
              .start();
    }

    SendBench.Sender sender() {
      return new SendBench.Sender(
          URI.create("http://127.0.0.1:" + server.port() + "/v1/projects/project"),
          "key",
          "secret",
          List.of(
              new SendRequests.Sender("app0", line.accounts().get(0).friends()),
              new SendRequests.Sender("app1", line.accounts().get(1).friends())));
    }

    @Override
    public void close() {
      server.stop();
      client.shutdownNow();
    }

    private void send(ServerRequest request, ServerResponse response)
        throws IOException, InterruptedException {
      JsonNode body = json.readTree(request.content().as(String.class));
      authorizations.add(request.headers().get(HeaderNames.AUTHORIZATION).get());
      String to = body.at("/recipient/identified_by/channel_identities/0/identity").asString();
      people.add(to);
      String text = body.at("/message/text_message/text").asString();
      int app = body.path("app_id").asString().equals("app0") ? 0 : 1;
      int number = Integer.parseInt(text.substring(SendRequests.MARK.length()));
      if (number % 10 != 0) {
        push(line.accounts().get(app), to, text);
      }
      if (number % 10 != 0 && number % 5 == 0) {
        push(line.accounts().get(app), to, text);
        push(line.accounts().get(app), to, text);
      }
      response.status(Status.OK_200).send("{\"message_id\":\"x\"}");
    }

    private void push(LineAccounts.Account account, String to, String text)
        throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(line.baseUri().resolve("/v2/bot/message/push"))
              .header("authorization", "Bearer " + account.accessToken())
              .header("content-type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"to\":\"%s\",\"messages\":[{\"type\":\"text\",\"text\":\"%s\"}]}"
                          .formatted(to, text)))
              .build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    }
  }
}
