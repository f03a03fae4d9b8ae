package dev.throughline.app.crash;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.FaultRule;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineControl;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineSettings;
import dev.throughline.sandbox.line.LineUser;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Starts a gateway, loads it, kills it as often as the plan says, lets it come to rest, and has it
 * judged. What happened is printed as it happens; the seed first.
 */
final class CrashRun implements AutoCloseable {
  private static final String CHANNEL_SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ACCESS_TOKEN = "crash-access-token-" + "0123456789abcdef".repeat(6);
  private static final String BOT = "Ub07b07b07b07b07b07b07b07b07b07b0";
  private static final String CALLBACK_SECRET = "crash-callback-secret";

  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(15);
  private static final Duration RECOVERS_WITHIN = Duration.ofMinutes(2);
  private static final Duration WORKS_WITHIN = Duration.ofMinutes(1);
  private static final Duration LOAD_ENDS_WITHIN = Duration.ofMinutes(3);
  private static final Duration TELL_EVERY = Duration.ofSeconds(5);
  private static final Duration NOTICED_AFTER = Duration.ofMillis(50);
  private static final Duration LOOK_EVERY = Duration.ofMillis(1);
  private static final Duration WAVE_COMES_WITHIN = Duration.ofSeconds(1);
  private static final Duration AUDIT_EVERY = Duration.ofMillis(250);
  private static final int AIMED_ONE_IN = 3;
  private static final int JUDGED = 2_000_000;

  private final CrashPlan plan;
  private final PrintStream out;
  private final Path home;
  private final SplittableRandom random;
  private final Presence presence = new Presence();
  private final Wire wire = new Wire();
  private final LineEmulator line;
  private final CallbackTarget target;
  private final Installation installation;
  private final LedgerAudit audit;
  private final WebhookLoad webhooks;
  private final Phones phones;
  private final SendLoad sends;

  private int rounds;
  private int postgresKills;
  private int loaded;
  private int appending;
  private int folding;
  private Duration slowestAnswer = Duration.ZERO;

  private CrashRun(CrashPlan plan, Path folder, PrintStream out) throws IOException {
    this.plan = plan;
    this.out = out;
    this.home = folder.resolve(plan.name());
    delete(home);
    Files.createDirectories(home);
    this.random = new SplittableRandom(plan.seed());
    this.line = new LineEmulator(lineConfig(plan), InstantSource.system(), new Random(plan.seed()));
    this.target = new CallbackTarget(CALLBACK_SECRET, random.nextLong());
    this.installation = new Installation(home, line.baseUri(), wire, CHANNEL_SECRET);
    this.audit = new LedgerAudit(installation.data());
    this.webhooks =
        new WebhookLoad(
            installation,
            wire,
            presence,
            new WebhookLoad.Secrets(CHANNEL_SECRET, BOT),
            plan.redelivery(),
            random.nextLong());
    this.phones = new Phones(line.control(), presence, !plan.redelivery(), random.nextLong());
    this.sends = new SendLoad(installation, wire, presence, random.nextLong());
  }

  /**
   * @param folder gets a folder of the run's name, removed again unless something is wrong
   */
  static CrashReport of(CrashPlan plan, Path folder, PrintStream out)
      throws IOException, InterruptedException, ControlRefusal {
    try (CrashRun run = new CrashRun(plan, folder, out)) {
      return run.run();
    }
  }

  @Override
  public void close() {
    wire.close();
    target.close();
    line.close();
  }

  private CrashReport run() throws IOException, InterruptedException, ControlRefusal {
    out.printf(
        "seed %d: %d kills, %d with PostgreSQL, %s%n",
        plan.seed(),
        plan.kills(),
        plan.postgresKills(),
        plan.redelivery() ? "with redelivery" : "nothing is sent again that was answered 200");
    GatewayProcess gateway = installation.found(ACCESS_TOKEN, target.url(), CALLBACK_SECRET);
    try {
      line.control().webhookUrl(installation.hook().toString());
      line.control().setFaults(faults(plan.redelivery()));
      presence.up();
      webhooks.start();
      phones.start();
      sends.start();
      for (Aim aim : aims()) {
        gateway = kill(gateway, aim);
      }
      Duration up = presence.total();
      webhooks.stop();
      phones.stop();
      sends.stop();
      line.control().clearFaults();
      target.faultless();
      Duration drained = drain();
      CrashReport report = judge(up, drained);
      gateway.stop();
      if (report.violations().isEmpty()) {
        delete(home);
      }
      return report;
    } finally {
      gateway.close();
    }
  }

  /** One round: a life, a death, and the next life's first answer. */
  private GatewayProcess kill(GatewayProcess gateway, Aim aim)
      throws IOException, InterruptedException, ControlRefusal {
    // On a slow machine too, a life is one under load.
    long answered = webhooks.eventsAnswered();
    boolean _ = await(() -> webhooks.eventsAnswered() > answered, WORKS_WITHIN);
    Duration life = between(CrashPlan.SHORTEST_LIFE, CrashPlan.LONGEST_LIFE);
    Thread.sleep(life);
    String also =
        switch (aim) {
          case BLIND -> "";
          case POSTGRES -> killPostgres(gateway);
          case OPEN_ATTEMPT -> {
            OpenAttempt.await(line.control());
            yield ", in an open attempt";
          }
        };
    if (!gateway.isAlive()) {
      throw new IOException("the gateway ended by itself; see " + installation.log());
    }
    // Between two waves nothing is on its way.
    boolean _ = await(() -> webhooks.inFlight() >= CrashPlan.IN_FLIGHT, WAVE_COMES_WITHIN);
    long lostBefore = webhooks.lost() + sends.lost();
    presence.down();
    int inFlight = webhooks.inFlight();
    gateway.kill();
    rounds++;
    line.control().setFaults(faults(plan.redelivery()));
    boolean settled = await(() -> webhooks.inFlight() == 0, SETTLES_WITHIN);
    long lost = webhooks.lost() + sends.lost() - lostBefore;
    phones.read();
    long start = System.nanoTime();
    GatewayProcess next = installation.restart();
    Duration answer = Duration.ofNanos(System.nanoTime() - start);
    // The load goes on with the life that was drawn: what it makes meanwhile is only to be drained.
    long unfolded = unfolded();
    presence.up();
    loaded += inFlight >= CrashPlan.IN_FLIGHT ? 1 : 0;
    appending += lost > 0 ? 1 : 0;
    folding += unfolded > 0 ? 1 : 0;
    slowestAnswer = answer.compareTo(slowestAnswer) > 0 ? answer : slowestAnswer;
    out.printf(
        "kill %d/%d after %.1f s%s: %d requests in flight, %d cut off%s, %d entries not folded;"
            + " answers again after %.1f s; %d events, %d callbacks%n",
        rounds,
        plan.kills(),
        life.toMillis() / 1e3,
        also,
        inFlight,
        lost,
        settled ? "" : " (some still hang)",
        unfolded,
        answer.toMillis() / 1e3,
        webhooks.eventsAnswered(),
        target.calls());
    return next;
  }

  /** At the same moment as the JVM, or so long before that the gateway has recovered. */
  private String killPostgres(GatewayProcess gateway) throws IOException, InterruptedException {
    if (!gateway.killPostgres()) {
      throw new IOException("PostgreSQL is not there to be killed");
    }
    postgresKills++;
    if (random.nextBoolean()) {
      Thread.sleep(between(Duration.ZERO, Duration.ofMillis(50)));
      return ", PostgreSQL with it";
    }
    long start = System.nanoTime();
    Thread.sleep(NOTICED_AFTER);
    gateway.await(installation::takesWebhooks, RECOVERS_WITHIN);
    Duration recovered = Duration.ofNanos(System.nanoTime() - start);
    Thread.sleep(between(CrashPlan.SHORTEST_LIFE, Duration.ofSeconds(1)));
    return ", PostgreSQL before it (recovered in %.1f s)".formatted(recovered.toMillis() / 1e3);
  }

  private long unfolded() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WORKS_WITHIN.toNanos();
    OptionalLong found = audit.foundUnfolded();
    while (found.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(AUDIT_EVERY);
      found = audit.foundUnfolded();
    }
    return found.orElse(0);
  }

  /** Waits until nothing is owed to anybody any more; what is missing then is for the judge. */
  private Duration drain() throws IOException, InterruptedException {
    long start = System.nanoTime();
    if (!await(() -> webhooks.isIdle() && sends.isIdle() && phones.isIdle(), LOAD_ENDS_WITHIN)) {
      out.println("the load did not end by itself");
    }
    long told = 0;
    while (System.nanoTime() - start < plan.drain().toNanos()) {
      LedgerAudit.Owed owed = audit.owed();
      if (owed.nothing()) {
        return Duration.ofNanos(System.nanoTime() - start);
      }
      if (System.nanoTime() - told > TELL_EVERY.toNanos()) {
        told = System.nanoTime();
        out.printf("draining: %d entries, %d tasks%n", owed.entries(), owed.tasks());
      }
      Thread.sleep(AUDIT_EVERY);
    }
    out.printf("not drained within %s%n", plan.drain());
    return plan.drain();
  }

  private CrashReport judge(Duration up, Duration drained)
      throws IOException, InterruptedException {
    phones.read();
    List<Said> said = new ArrayList<>(webhooks.all());
    said.addAll(phones.all());
    List<String> violations = new ArrayList<>();
    violations.addAll(Judge.inbound(said, target.heard()));
    violations.addAll(Judge.outbound(sends.all(), accepted(), target.reported()));
    violations.addAll(audit.violations());
    violations.addAll(installation.fsck());
    violations.addAll(webhooks.anomalies());
    violations.addAll(phones.anomalies());
    violations.addAll(sends.anomalies());
    violations.addAll(target.anomalies());
    LedgerAudit.Owed owed = audit.owed();
    if (!owed.nothing()) {
      violations.add(owed + " still owed " + drained + " after the last fault was cleared");
    }
    return new CrashReport(
        List.of(plan.name()),
        plan.kills(),
        postgresKills,
        loaded,
        appending,
        folding,
        audit.livesWithOpenAttempt(),
        said.size(),
        webhooks.eventsAnswered(),
        up,
        webhooks.mostInFlight(),
        sends.all().size(),
        target.calls(),
        slowestAnswer,
        drained,
        audit.entriesByKind(),
        audit.remarks(),
        violations,
        violations.isEmpty() ? Optional.empty() : Optional.of(home));
  }

  private List<Judge.Accepted> accepted() {
    List<Judge.Accepted> accepted = new ArrayList<>();
    LineControl.Page page = line.control().accepted(0);
    while (!page.entries().isEmpty()) {
      for (ObjectNode send : page.entries()) {
        accepted.add(
            new Judge.Accepted(
                send.path("text").asString(""),
                send.path("to").asString(""),
                send.path("via").asString(""),
                send.path("retryKey").asString("")));
      }
      page = line.control().accepted(page.next());
    }
    return accepted;
  }

  private List<Aim> aims() {
    List<Aim> aims = new ArrayList<>();
    aims.addAll(Collections.nCopies(plan.postgresKills(), Aim.POSTGRES));
    int left = plan.kills() - plan.postgresKills();
    aims.addAll(Collections.nCopies(Math.ceilDiv(left, AIMED_ONE_IN), Aim.OPEN_ATTEMPT));
    aims.addAll(Collections.nCopies(left - Math.ceilDiv(left, AIMED_ONE_IN), Aim.BLIND));
    Collections.shuffle(aims, new Random(plan.seed()));
    return aims;
  }

  private Duration between(Duration least, Duration most) {
    return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis() + 1));
  }

  private static LineConfig lineConfig(CrashPlan plan) {
    List<LineUser> people =
        IntStream.range(0, Phones.FIRST + Phones.PEOPLE)
            .mapToObj(Person::of)
            .map(person -> LineUser.friend(person.userId(), "Person " + person.number()))
            .toList();
    LineSettings settings = LineSettings.published().withDelivery(3, 64, Duration.ofSeconds(2));
    List<Duration> redelivery =
        List.of(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(5));
    return LineConfig.channel("1234567890", CHANNEL_SECRET, ACCESS_TOKEN, BOT)
        .withUsers(people)
        .withSettings(plan.redelivery() ? settings.withRedelivery(redelivery) : settings)
        .withHistory(LineConfig.HistoryLimits.DEFAULT.withJudge(JUDGED, JUDGED));
  }

  private static List<FaultRule> faults(boolean redelivery) {
    List<FaultRule> rules = new ArrayList<>();
    for (String endpoint : List.of("push", "reply")) {
      for (Fault fault :
          List.of(
              Fault.ERROR_BEFORE,
              Fault.ERROR_AFTER,
              Fault.RESET_BEFORE,
              Fault.RESET_AFTER,
              Fault.RATE_LIMITED)) {
        rules.add(FaultRule.sometimes(endpoint, fault, 0.02));
      }
      rules.add(FaultRule.sometimes(endpoint, Fault.SLOW, 0.1).withDelay(Duration.ofMillis(200)));
    }
    rules.add(FaultRule.sometimes(Fault.WEBHOOK, Fault.MIXED_BATCH, 0.1));
    if (redelivery) {
      for (Fault fault : List.of(Fault.DUPLICATE, Fault.REORDER, Fault.REDELIVER)) {
        rules.add(FaultRule.sometimes(Fault.WEBHOOK, fault, 0.05));
      }
    }
    return rules;
  }

  private static boolean await(Condition condition, Duration within) throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(LOOK_EVERY);
    }
    return true;
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** What a kill is to meet when the drawn life is over. */
  private enum Aim {
    /** Whatever goes on then. */
    BLIND,
    /** PostgreSQL is killed, too. */
    POSTGRES,
    /** LINE has been asked and has not answered: blind kills meet that too rarely. */
    OPEN_ATTEMPT
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds();
  }
}
