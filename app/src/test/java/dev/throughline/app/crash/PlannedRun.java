package dev.throughline.app.crash;

import dev.throughline.app.crash.PlannedJudge.End;
import dev.throughline.sandbox.emulator.ControlRefusal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** One data directory, messages under delivery plans, some kills; then the end of all, judged. */
final class PlannedRun implements AutoCloseable {
  private static final String CALLBACK_SECRET = "crash-callback-secret";
  private static final int ANSWERED_A_LIFE = 25;
  private static final int TOLD_A_LIFE = 8;
  private static final Duration LONGEST_LIFE = Duration.ofSeconds(20);
  private static final int AIMED_ONE_IN = 3;
  private static final Duration MOMENTS = Duration.ofMillis(800);
  private static final Duration DRAIN = Duration.ofMinutes(2);
  private static final Duration AGREES_WITHIN = Duration.ofSeconds(5);
  private static final Duration SETTLES = Duration.ofMillis(1_200);
  private static final Pattern ID = Pattern.compile("\\[([0-9A-Z]{26})\\]");
  private static final int SHOWN = 3;
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration AUDIT_EVERY = Duration.ofMillis(250);

  private final long seed;
  private final int kills;
  private final PrintStream out;
  private final Path home;
  private final SplittableRandom random;
  private final Presence presence = new Presence();
  private final Wire wire = new Wire();
  private final Platforms platforms;
  private final CallbackTarget target;
  private final Installation installation;
  private final PlannedLoad load;
  private final List<Instant> killed = new ArrayList<>();

  /**
   * What it came to.
   *
   * @param attempting kills between an attempt and its outcome
   * @param seen requests by channel
   * @param ends messages by their status in the end
   */
  record Report(
      int kills,
      int attempting,
      int messages,
      Map<String, Long> seen,
      Map<String, Long> ends,
      List<String> violations) {
    String text() {
      return "%d kills, %d in an open attempt; %d messages, requests %s, ends %s, violations %d%n%s"
          .formatted(
              kills,
              attempting,
              messages,
              seen,
              ends,
              violations.size(),
              violations.stream().limit(20).collect(Collectors.joining("\n")));
    }
  }

  private PlannedRun(long seed, int kills, Path folder, PrintStream out) throws IOException {
    this.seed = seed;
    this.kills = kills;
    this.out = out;
    this.home = folder.resolve("planned-" + seed);
    delete(home);
    Files.createDirectories(home);
    this.random = new SplittableRandom(seed);
    this.platforms = new Platforms(seed);
    this.target = new CallbackTarget(CALLBACK_SECRET, random.nextLong());
    this.installation =
        new Installation(
            home, platforms.line().baseUri(), platforms.settings(), wire, Platforms.LINE_SECRET);
    this.load = new PlannedLoad(installation, wire, presence, platforms, random.nextLong());
  }

  /**
   * @param folder gets a folder of the run's name, removed again unless something is wrong
   */
  static Report of(long seed, int kills, Path folder, PrintStream out)
      throws IOException, InterruptedException, ControlRefusal {
    try (PlannedRun run = new PlannedRun(seed, kills, folder, out)) {
      return run.run();
    }
  }

  @Override
  public void close() {
    wire.close();
    target.close();
    platforms.close();
  }

  private Report run() throws IOException, InterruptedException, ControlRefusal {
    out.printf("seed %d: %d kills with messages under delivery plans%n", seed, kills);
    GatewayProcess gateway =
        installation.found(
            platforms.accounts(installation.app(platforms.lineToken())),
            target.url(),
            CALLBACK_SECRET);
    try {
      platforms.hooks(installation);
      await(platforms::isQuiet, DRAIN, POLL);
      platforms.fail();
      presence.up();
      load.start();
      for (int i = 1; i <= kills; i++) {
        live();
        if (!gateway.isAlive()) {
          throw new IOException("the gateway ended by itself; see " + installation.log());
        }
        if (i % AIMED_ONE_IN == 1) {
          OpenAttempt.await(platforms.line().control());
        }
        presence.down();
        killed.add(Instant.now());
        gateway.kill();
        platforms.fail();
        gateway = installation.restart();
        presence.up();
        out.printf(
            "kill %d/%d: %d messages, %d callbacks; %s until it answers again%n",
            i,
            kills,
            load.answered(),
            target.calls(),
            Duration.between(killed.getLast(), Instant.now()));
      }
      load.stop();
      platforms.faultless();
      target.faultless();
      LedgerAudit audit = new LedgerAudit(installation.data());
      List<String> violations = new ArrayList<>();
      if (!await(() -> load.isIdle() && audit.owed().nothing(), DRAIN, AUDIT_EVERY)) {
        violations.add(
            "still owed " + DRAIN + " after the last kill: " + audit.owed() + audit.waiting());
      }
      long told;
      do {
        told = target.calls();
        Thread.sleep(SETTLES);
      } while (target.calls() > told);
      Map<String, End> ends = ends();
      List<Platforms.Seen> seen = platforms.seen();
      violations.addAll(PlannedJudge.violations(load.all(), seen, killed, target.reported(), ends));
      violations.addAll(load.anomalies());
      violations.addAll(target.anomalies());
      violations.addAll(audit.violations());
      violations.addAll(installation.fsck());
      Report report =
          new Report(
              kills,
              audit.livesWithOpenAttempt(),
              load.all().size(),
              seen.stream()
                  .collect(Collectors.groupingBy(Platforms.Seen::channel, Collectors.counting())),
              ends.values().stream()
                  .collect(Collectors.groupingBy(End::status, Collectors.counting())),
              violations);
      for (String violation : violations.stream().limit(SHOWN).toList()) {
        Matcher id = ID.matcher(violation);
        if (id.find()) {
          out.println(violation + " " + timeline(id.group(1)));
        }
      }
      gateway.stop();
      if (violations.isEmpty()) {
        delete(home);
      }
      return report;
    } finally {
      gateway.close();
    }
  }

  /** A life is as long as it takes until much is under way, however slow the machine is. */
  private void live() throws IOException, InterruptedException {
    int answered = load.answered();
    int told = target.calls();
    await(
        () -> load.answered() - answered >= ANSWERED_A_LIFE && target.calls() - told >= TOLD_A_LIFE,
        LONGEST_LIFE,
        POLL);
    Thread.sleep(random.nextLong(MOMENTS.toMillis()));
  }

  /** What the API says of each message, once the app has been told the same, or never is. */
  private Map<String, End> ends() throws IOException, InterruptedException {
    Map<String, End> ends = new HashMap<>();
    long deadline = System.nanoTime() + AGREES_WITHIN.toNanos();
    for (PlannedSend send : load.all()) {
      for (String id : send.messageIds()) {
        End end = end(id);
        while (!end.status().equals(toldLast(id)) && System.nanoTime() < deadline) {
          Thread.sleep(POLL);
          end = end(id);
        }
        ends.put(id, end);
      }
    }
    return ends;
  }

  private String toldLast(String id) {
    return target.reported().stream()
        .filter(report -> report.messageId().equals(id))
        .reduce((_, later) -> later)
        .map(CallbackTarget.Reported::status)
        .orElse("");
  }

  private JsonNode timeline(String id) throws IOException, InterruptedException {
    return wire.get(
            installation.api("/messages/" + id + "/timeline"),
            installation.credentials(),
            Wire.API_PATIENCE)
        .ok("a timeline");
  }

  private End end(String id) throws IOException, InterruptedException {
    JsonNode timeline = timeline(id);
    return new End(
        timeline.path("status").asString(""),
        timeline
            .path("entries")
            .valueStream()
            .filter(entry -> entry.path("kind").asString("").equals("attempt"))
            .collect(
                Collectors.groupingBy(
                    entry -> entry.path("channel").asString(""), Collectors.counting())));
  }

  private static boolean await(Condition condition, Duration within, Duration every)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(every);
    }
    return true;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }
}
