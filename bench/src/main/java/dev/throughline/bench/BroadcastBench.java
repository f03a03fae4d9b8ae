package dev.throughline.bench;

import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineSettings;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/**
 * One message to a million: how long it takes until the audience is taken in, looked at and sealed;
 * at what rate the multicasts then go out, how soon a pause stops them, and whether a kill -9 of
 * the server in the middle repeats any. The judge is the record of the emulated LINE, which applies
 * LINE's published rate of multicasts and runs in this process, so that it outlives the server.
 */
final class BroadcastBench {
  /** Multicasts a second that LINE takes from an account (spec of the Messaging API). */
  static final double PUBLISHED_PER_SECOND = 200;

  private static final String TEXT = "bench broadcast";
  private static final String REHEARSAL = "bench rehearsal";
  private static final String CHANNEL_SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ACCESS_TOKEN = "bench-access-token-" + "0123456789abcdef".repeat(6);
  private static final String BOT = "Ub07b07b07b07b07b07b07b07b07b07b0";

  /** Accepted multicasts, of 500 user ids each, that the emulator holds for the judge. */
  private static final int HELD = 400;

  private static final int RETRY_KEYS = 100_000;

  private static final Duration SETTLES = Duration.ofSeconds(2);
  private static final Duration SENDING = Duration.ofMinutes(10);
  private static final Duration POLL = Duration.ofMillis(100);

  /** What of the audience is left when the server is killed. */
  private static final double LEFT_AT_KILL = 0.25;

  private final ServedGateway gateway;
  private final LineEmulator line;
  private final Path folder;
  private final Consumer<String> progress;
  private String appId = "";

  BroadcastBench(ServedGateway gateway, LineEmulator line, Path folder, Consumer<String> progress) {
    this.gateway = gateway;
    this.line = line;
    this.folder = folder;
    this.progress = progress;
  }

  /** The emulated LINE, with the limits that LINE publishes. */
  static LineEmulator line() throws IOException {
    return new LineEmulator(
        LineConfig.channel("1234567890", CHANNEL_SECRET, ACCESS_TOKEN, BOT)
            .withSettings(LineSettings.published())
            .withHistory(LineConfig.HistoryLimits.DEFAULT.withJudge(HELD, RETRY_KEYS)),
        InstantSource.system(),
        new SecureRandom());
  }

  /**
   * What was measured.
   *
   * @param plannedSeconds from the first byte of the file to the answer that says who can be
   *     reached
   * @param planningMicrosPerPerson of a processor, the server's JVM and PostgreSQL together
   * @param residentMegabytesBefore of the server's JVM before the audience came
   * @param residentMegabytesPeak while it was planned
   * @param multicastsPerSecond accepted by the emulator, over the window
   * @param serverMillisPerChunk of a processor, in the window: the server's JVM
   * @param postgresMillisPerChunk the same of PostgreSQL
   * @param benchMillisPerChunk the same of the emulated LINE and the judge
   * @param stopMillis from the pause's answer to the last acceptance after it; 0 if there was none
   * @param answersAgainSeconds from the kill to the next life's first answer
   * @param repeatedPeople how often somebody was sent to who had been sent to before
   */
  record Measured(
      int people,
      double plannedSeconds,
      double plannedPerSecond,
      double planningMicrosPerPerson,
      double residentMegabytesBefore,
      double residentMegabytesPeak,
      double residentMegabytesAfter,
      double multicastsPerSecond,
      double peoplePerSecond,
      double serverMillisPerChunk,
      double postgresMillisPerChunk,
      double benchMillisPerChunk,
      double stopMillis,
      double answersAgainSeconds,
      long accepted,
      long repeatedPeople,
      long repeatedKeys) {}

  /** What {@code bench broadcast} writes. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      String product,
      Measured measured,
      List<IngestReport.Verdict> verdicts) {}

  /**
   * @param rehearsal people of a broadcast before the one that is measured, so that what is
   *     measured is compiled
   */
  Measured run(int people, int rehearsal, Duration window)
      throws IOException, InterruptedException {
    gateway.found();
    appId = gateway.newApp(CHANNEL_SECRET, ACCESS_TOKEN);
    if (rehearsal > 0) {
      progress.accept("rehearsing with " + rehearsal + " people");
      String id = make(REHEARSAL);
      plan(id, audience(people, rehearsal));
      act(id, ":start");
      await(id);
    }
    Path file = audience(0, people);
    Resident resident = new Resident(gateway.pid());
    double before = resident.megabytes();
    String id = make(TEXT);
    progress.accept("handing in " + people + " people");
    long start = System.nanoTime();
    long cpu = server();
    int planned;
    try (resident) {
      planned = plan(id, file);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double planningMicros = (server() - cpu) / 1e3 / people;
    double after = resident.megabytes();
    progress.accept(String.format(Locale.ROOT, "%,d planned in %.1f s", planned, seconds));
    try (MulticastRecord judge = new MulticastRecord(line.control(), TEXT)) {
      act(id, ":start");
      Thread.sleep(SETTLES);
      Flow flow = flow(judge, window);
      act(id, ":pause");
      Instant paused = Instant.now();
      Thread.sleep(SETTLES);
      double stop = Math.max(0, Duration.between(paused, judge.count().last()).toMillis());
      progress.accept(
          String.format(
              Locale.ROOT,
              "%.1f multicasts/s; the last accepted %.0f ms after the pause",
              flow.requestsPerSecond,
              stop));
      double again = killed(id, judge, people);
      await(id);
      Thread.sleep(Duration.ofSeconds(1));
      MulticastRecord.Count all = judge.count();
      return new Measured(
          people,
          seconds,
          people / seconds,
          planningMicros,
          before,
          resident.peakMegabytes(),
          after,
          flow.requestsPerSecond,
          flow.peoplePerSecond,
          flow.serverMillis,
          flow.postgresMillis,
          flow.benchMillis,
          stop,
          again,
          all.people(),
          all.repeatedPeople(),
          all.repeatedKeys());
    }
  }

  static List<IngestReport.Verdict> verdicts(Measured measured) {
    return List.of(
        Conditions.atMost(
            "planned, seconds a million people",
            measured.plannedSeconds() * 1e6 / measured.people(),
            Conditions.PLANNED_SECONDS),
        Conditions.atLeast(
            "of the published rate of multicasts",
            measured.multicastsPerSecond() / PUBLISHED_PER_SECOND,
            Conditions.OF_THE_PUBLISHED_RATE),
        Conditions.atMost(
            "stopped by a pause, milliseconds", measured.stopMillis(), Conditions.STOP_MILLIS),
        Conditions.atMost("sent to more than once", (double) measured.repeatedPeople(), 0),
        Conditions.atLeast("sent to", (double) measured.accepted(), measured.people()));
  }

  /** What went through in a while, and what that took of the processors. */
  private record Flow(
      double requestsPerSecond,
      double peoplePerSecond,
      double serverMillis,
      double postgresMillis,
      double benchMillis) {}

  private Flow flow(MulticastRecord judge, Duration window)
      throws IOException, InterruptedException {
    long pid = gateway.pid();
    MulticastRecord.Count from = judge.count();
    long start = System.nanoTime();
    long server = ProcessTree.javaCpuNanos(pid);
    long postgres = ProcessTree.postgresCpuNanos(pid);
    long bench = own();
    Thread.sleep(window);
    MulticastRecord.Count to = judge.count();
    double seconds = (System.nanoTime() - start) / 1e9;
    double requests = (double) Math.max(1, to.requests() - from.requests());
    return new Flow(
        (to.requests() - from.requests()) / seconds,
        (to.people() - from.people()) / seconds,
        (ProcessTree.javaCpuNanos(pid) - server) / 1e6 / requests,
        (ProcessTree.postgresCpuNanos(pid) - postgres) / 1e6 / requests,
        (own() - bench) / 1e6 / requests);
  }

  private long server() {
    return ProcessTree.javaCpuNanos(gateway.pid()) + ProcessTree.postgresCpuNanos(gateway.pid());
  }

  private static long own() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** Goes on, and kills the server while chunks are under way; seconds until it answers again. */
  private double killed(String id, MulticastRecord judge, int people)
      throws IOException, InterruptedException {
    act(id, ":resume");
    long end = System.nanoTime() + SENDING.toNanos();
    long enough = Math.max(judge.count().people() + 1, Math.round(people * (1 - LEFT_AT_KILL)));
    while (judge.count().people() < enough) {
      if (System.nanoTime() > end) {
        throw new IOException("the broadcast did not go on after its pause");
      }
      Thread.sleep(1);
    }
    long left = people - judge.count().people();
    gateway.kill();
    long killed = System.nanoTime();
    gateway.restart();
    double again = (System.nanoTime() - killed) / 1e9;
    progress.accept(
        String.format(
            Locale.ROOT,
            "killed with %,d people left; answers again after %.1f s",
            Math.max(0, left),
            again));
    return again;
  }

  private String make(String text) throws IOException, InterruptedException {
    String body =
        "{\"send\":{\"app_id\":\""
            + appId
            + "\",\"message\":{\"text_message\":{\"text\":\""
            + text
            + "\"}}},\"audience\":{\"upload\":true},\"stages\":[{\"percent\":100}]}";
    return gateway
        .call("POST", "/broadcasts", "application/json", HttpRequest.BodyPublishers.ofString(body))
        .path("id")
        .asString();
  }

  private int plan(String id, Path file) throws IOException, InterruptedException {
    return gateway
        .call(
            "PUT",
            "/broadcasts/" + id + "/audience",
            "text/csv",
            HttpRequest.BodyPublishers.ofFile(file))
        .path("recipients")
        .asInt();
  }

  private void act(String id, String verb) throws IOException, InterruptedException {
    gateway.call(
        "POST",
        "/broadcasts/" + id + verb,
        "application/json",
        HttpRequest.BodyPublishers.noBody());
  }

  private Path audience(int first, int people) throws IOException {
    Path file = folder.resolve("audience.csv");
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
      out.write("line\n");
      for (int i = 0; i < people; i++) {
        out.write(MulticastRecord.user(first + i));
        out.write('\n');
      }
    }
    return file;
  }

  private void await(String id) throws IOException, InterruptedException {
    long end = System.nanoTime() + SENDING.toNanos();
    while (true) {
      JsonNode shown =
          gateway.call(
              "GET", "/broadcasts/" + id, "application/json", HttpRequest.BodyPublishers.noBody());
      if (shown.path("state").asString().equals("COMPLETED")) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IOException("the broadcast did not end in time: " + shown);
      }
      Thread.sleep(POLL);
    }
  }

  /** What the server's JVM holds of memory, looked at again and again until it is closed. */
  private static final class Resident implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final long pid;
    private final Thread looking;
    private volatile long peak;

    Resident(long pid) {
      this.pid = pid;
      this.looking = Thread.ofVirtual().name("resident").start(this::look);
    }

    double megabytes() {
      return ProcessTree.javaResidentBytes(pid) / 1e6;
    }

    double peakMegabytes() {
      return peak / 1e6;
    }

    @Override
    public void close() {
      looking.interrupt();
    }

    private void look() {
      try {
        while (true) {
          peak = Math.max(peak, ProcessTree.javaResidentBytes(pid));
          Thread.sleep(LOOK);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
