package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.throughline.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rounds turn, ratios are made round by round, every 200 is counted, and speed that was borrowed
 * from a backlog is not.
 */
class IngestBenchTest {
  private static final IngestBench.Plan TINY =
      new IngestBench.Plan(3, Duration.ofMillis(60), Duration.ofMillis(1), 2, 500);

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
  void runsEndToEndAgainstTheNoOpServer() throws Exception {
    List<String> progress = new ArrayList<>();
    CountedGateway gateway = new CountedGateway(List.of());
    List<Candidate> candidates =
        List.of(candidate("gateway"), candidate("noop"), candidate("spring"));
    IngestReport report;
    try (Generator generator =
        new Generator(1 << 20, InstantSource.system(), RandomGenerator.of("L64X128MixRandom"))) {
      LoadRunner counted =
          order -> {
            WindowResult result = generator.run(order);
            if (order.load().equals(candidates.getFirst().load())) {
              gateway.entries += result.ok();
            }
            return result;
          };
      IngestBench.Outcome outcome =
          new IngestBench(TINY, candidates, Optional.of(gateway), counted, progress::add).run();
      report =
          IngestReports.of(
              "2026-11-01T00:00:00Z",
              Machine.here(),
              TINY,
              candidates,
              List.of(new IngestReport.Skipped("express", "no npm here")),
              outcome,
              Optional.of(gateway),
              "ext4");
    }

    assertThat(report.rounds())
        .extracting(IngestReport.Round::order)
        .containsExactly(
            List.of("gateway", "noop", "spring"),
            List.of("noop", "spring", "gateway"),
            List.of("spring", "gateway", "noop"));
    assertThat(report.rounds()).allSatisfy(round -> assertThat(round.windows()).hasSize(6));
    assertThat(report.ratios()).containsOnlyKeys("gateway/noop", "gateway/spring", "noop/spring");
    assertThat(report.ratios().values())
        .allSatisfy(ratio -> assertThat(ratio.perRound()).hasSize(3));
    assertThat(progress).hasSize(4).last().asString().startsWith("round 3 of 3: ");
    assertThat(report.gateway())
        .hasValueSatisfying(
            facts -> assertThat(facts.entries()).isEqualTo(facts.accepted()).isPositive());
    assertThat(report.medians().get("noop"))
        .satisfies(summary -> assertThat(summary).isNotNull())
        .extracting(IngestReport.Summary::notOk)
        .isEqualTo(0L);
    shape(report);
    assertThat(IngestReports.table(report))
        .contains("express  skipped: no npm here")
        .contains("gateway/spring")
        .contains("200s without a webhook entry");
  }

  private static void shape(IngestReport report) {
    JsonMapper mapper = JsonMapper.builder().build();
    JsonNode json = mapper.readTree(mapper.writeValueAsString(report));
    assertThat(json.propertyNames())
        .containsExactly(
            "benchmark",
            "at",
            "machine",
            "settings",
            "candidates",
            "skipped",
            "rounds",
            "medians",
            "ratios",
            "gateway",
            "verdicts");
    assertThat(json.at("/gateway/durability/fsync").asString()).isEqualTo("on");
    assertThat(json.at("/gateway/fileSystem").asString()).isEqualTo("ext4");
    assertThat(json.at("/rounds/0/windows/0/statuses/200").asLong()).isPositive();
    assertThat(json.at("/rounds/0/windows/0/backlog").asLong(-1)).isZero();
    assertThat(json.at("/rounds/0/windows/1/backlog").isNull()).isTrue();
    assertThat(json.at("/rounds/0/windows/0/cpuMicrosByPart").has("other threads")).isTrue();
    assertThat(json.at("/rounds/0/windows/1/cpuMicrosByPart").isEmpty()).isTrue();
    assertThat(json.at("/rounds/0/windows/0/processors/idle").isNumber()).isTrue();
    assertThat(json.at("/medians/noop/stolenShareAtSaturation/median").isNumber()).isTrue();
    assertThat(json.at("/gateway/cpuMicrosByPart/compiler/median").isNumber()).isTrue();
    assertThat(json.at("/gateway/fixedCpuMicrosByPart/compiler/median").isNumber()).isTrue();
    assertThat(json.at("/ratios/gateway~1noop/median").isNumber()).isTrue();
    assertThat(json.at("/ratios/gateway~1noop/perRound").size()).isEqualTo(3);
    assertThat(json.at("/medians/noop/fixedP99Millis/perRound").size()).isEqualTo(3);
    assertThat(json.at("/medians/noop/pooledP99Millis").isNumber()).isTrue();
    assertThat(json.at("/settings/bodyBytes").asInt()).isEqualTo(1_040);
  }

  /** 1,000 answers in a second that left 400 to fold for longer than a second count as 600. */
  @Test
  void aBacklogThatOutlivesItsLoadIsNotCounted() throws Exception {
    Candidate slow = candidate("gateway");
    WindowResult second =
        new WindowResult(
            1_000,
            0.05,
            Map.of(200, 1_000L),
            0,
            0,
            new Histogram().sparse(),
            new Histogram().sparse(),
            0,
            Processors.UNKNOWN);
    IngestBench.Plan plan = new IngestBench.Plan(1, Duration.ofMillis(50), Duration.ZERO, 1, 10);

    IngestReport.Window borrowed =
        new IngestBench(
                plan,
                List.of(slow),
                Optional.of(new CountedGateway(List.of(400L, 400L, 0L))),
                order -> second,
                line -> {})
            .run()
            .rounds()
            .getFirst()
            .windows()
            .getFirst();

    assertThat(borrowed.answeredPerSecond()).isEqualTo(20_000);
    assertThat(borrowed.countedPerSecond()).isEqualTo(12_000, within(1e-6));
    assertThat(borrowed.backlog()).contains(400L);
    assertThat(borrowed.drainSeconds()).hasValueSatisfying(s -> assertThat(s).isGreaterThan(0.05));
  }

  private static Candidate candidate(String name) {
    return new Candidate(
        name,
        "test",
        "nothing",
        URI.create("http://127.0.0.1:" + NoOpServer.port(server) + "/" + name),
        "secret",
        WebhookRequests.ANY_BOT_USER_ID,
        ProcessHandle.current().pid(),
        false);
  }

  /** Stands for the database: entries are counted by the test, backlogs come from a list. */
  private static final class CountedGateway implements GatewayUnderTest {
    private final List<Long> backlogs;
    private long entries;

    CountedGateway(List<Long> backlogs) {
      this.backlogs = new ArrayList<>(backlogs);
    }

    @Override
    public void start(Path directory) {}

    @Override
    public String product() {
      return "test";
    }

    @Override
    public URI webhookUri() {
      return URI.create("http://127.0.0.1:1/");
    }

    @Override
    public String channelSecret() {
      return "secret";
    }

    @Override
    public long entriesOfKind(String kind) {
      assertThat(kind).isEqualTo("webhook");
      return entries;
    }

    @Override
    public String botUserId() {
      return WebhookRequests.ANY_BOT_USER_ID;
    }

    @Override
    public long messages() {
      return WebhookRequests.EVENTS * entries;
    }

    @Override
    public long backlog() throws IOException {
      return backlogs.isEmpty() ? 0 : backlogs.removeFirst();
    }

    @Override
    public Map<Long, String> backends() {
      return Map.of();
    }

    @Override
    public Map<String, String> durability() {
      return Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on");
    }

    @Override
    public long pid() {
      return ProcessHandle.current().pid();
    }

    @Override
    public void stop() {}
  }
}
