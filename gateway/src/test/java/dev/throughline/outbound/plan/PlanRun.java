package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.outbound.plan.DeliveryPlan.Step;
import dev.throughline.outbound.plan.Planner.Circumstances;
import dev.throughline.outbound.plan.Planner.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One message, from its plan to its end, in simulated time: a log that is folded in order and with
 * a lag, tasks that attempt and conclude as the send handler does, providers that do anything, and
 * a process that dies at any point. Everything follows from the seed.
 */
final class PlanRun {
  /** The planner under test, or one that was broken on purpose. */
  interface Plans {
    Decision begin(DeliveryPlan plan, Circumstances now);

    Decision next(Delivery delivery, DeliveryEvent event, Circumstances now);

    Plans REAL =
        new Plans() {
          @Override
          public Decision begin(DeliveryPlan plan, Circumstances now) {
            return Planner.begin(plan, now);
          }

          @Override
          public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
            return Planner.next(delivery, event, now);
          }
        };
  }

  /** What a run went through, for the report. */
  enum Kind {
    SEVERAL_STEPS,
    ACCEPTED,
    REFUSED,
    THROTTLED,
    SILENT_BEFORE,
    SILENT_AFTER,
    CRASH,
    CRASH_IN_ATTEMPT,
    DUPLICATE_RECEIPT,
    REVERSED_RECEIPTS,
    LATE_RECEIPT,
    EARLY_RECEIPT,
    BOUNCE,
    CONTRADICTION,
    BLOCKED,
    ANSWERED,
    GATE_CLOSED,
    CANCELLED,
    EXPIRED,
    RESEND_ASKED,
    SWITCHED
  }

  /** Something that stands in the log; {@code at} is when it was appended. */
  sealed interface Entry {
    long at();

    record Attempt(long at, int step, int task, int attempt) implements Entry {}

    record Outcome(long at, int step, int task, int attempt, Verdict verdict) implements Entry {}

    record Heard(long at, DeliveryEvent event) implements Entry {}

    record Wake(long at) implements Entry {}

    record Cancel(long at) implements Entry {}
  }

  record Told(long at, int step, DeliveryStatus status, Optional<Reason> reason) {}

  /** A task of a step. */
  static final class SimTask {
    final int id;
    final int step;
    final String key;
    long due;
    boolean doubt;
    int tries;
    int openAttempt = -1;
    boolean over;
    boolean shelved;
    boolean withdrawn;
    boolean running;

    SimTask(int id, int step, String key, long due) {
      this.id = id;
      this.step = step;
      this.key = key;
      this.due = due;
    }
  }

  private record Timed(long at, long order, int life, Runnable work) {}

  static final long SEND_DEADLINE = 15_000;
  static final long PATIENCE = 600_000;
  private static final int ALWAYS = -1;
  private static final int MAX_EVENTS = 5_000;

  final long seed;
  final DeliveryPlan plan;
  final List<Provider> providers = new ArrayList<>();
  final List<Gate> gates = new ArrayList<>();
  final List<Entry> log = new ArrayList<>();
  final List<Long> foldedAt = new ArrayList<>();
  final List<Told> told = new ArrayList<>();
  final Map<Integer, Long> began = new HashMap<>();
  final Set<Integer> resendAsked = new java.util.HashSet<>();
  final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
  final List<long[]> outages = new ArrayList<>();
  Delivery delivery;

  private final Plans planner;
  private final SplittableRandom random;
  private final PriorityQueue<Timed> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Timed::at).thenComparingLong(Timed::order));
  private final List<SimTask> tasks = new ArrayList<>();
  private final double crashy;
  private final double lossy;
  private long now;
  private long orders;
  private int life;
  private boolean down;
  private int folded;
  private boolean folding;
  private int attempts;
  private long wakeAt = Long.MAX_VALUE;

  PlanRun(long seed, Plans planner) {
    this.seed = seed;
    this.planner = planner;
    this.random = new SplittableRandom(seed);
    this.crashy = random.nextInt(3) == 0 ? 0 : 0.25;
    this.lossy = random.nextInt(4) * 0.15;
    this.plan = plan();
    this.delivery = Delivery.unbegun(plan);
  }

  private DeliveryPlan plan() {
    int n = 1 + random.nextInt(4);
    List<Step> steps = new ArrayList<>();
    List<Assurance> levels = List.of(Assurance.values());
    List<Assurance> ceilings =
        levels.stream().filter(level -> level != Assurance.ANSWERED).toList();
    for (int i = 0; i < n; i++) {
      Assurance ceiling = ceilings.get(random.nextInt(ceilings.size()));
      steps.add(
          new Step(
              new ChannelName("C" + i),
              random.nextInt(3) == 0
                  ? Assurance.ACCEPTED
                  : levels.get(random.nextInt(levels.size())),
              Duration.ofMillis(5_000 + random.nextInt(120_000)),
              List.of(OnUnknown.values()).get(random.nextInt(3)),
              List.of(BeyondCeiling.values()).get(random.nextInt(2)),
              ceiling));
      providers.add(new Provider(random.nextInt(3) == 0, ceiling));
      gates.add(gate());
    }
    if (n > 1) {
      kinds.add(Kind.SEVERAL_STEPS);
    }
    boolean expires = random.nextInt(5) == 0;
    return new DeliveryPlan(
        steps, expires ? Optional.of(at(20_000 + random.nextInt(200_000))) : Optional.empty());
  }

  private Gate gate() {
    return switch (random.nextInt(12)) {
      case 0 -> {
        kinds.add(Kind.GATE_CLOSED);
        yield new Gate.Closed(new Reason(Reason.Code.RECIPIENT_NOT_OPTED_IN, "closed"));
      }
      case 1 -> new Gate.NotBefore(at(random.nextInt(150_000)));
      default -> new Gate.Open();
    };
  }

  private Gate gateNow(int step) {
    Gate gate = gates.get(step);
    return gate instanceof Gate.NotBefore(Instant time) && !time.isAfter(at(now))
        ? new Gate.Open()
        : gate;
  }

  static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  /** Runs until nothing is left to do. */
  void run() {
    apply(planner.begin(plan, circumstances()));
    if (random.nextInt(6) == 0) {
      later(random.nextInt(200_000), ALWAYS, () -> append(new Entry.Cancel(now)));
      kinds.add(Kind.CANCELLED);
    }
    if (random.nextInt(6) == 0) {
      int step = random.nextInt(plan.steps().size());
      later(
          random.nextInt(200_000),
          ALWAYS,
          () ->
              append(
                  new Entry.Heard(
                      now, new DeliveryEvent.Blocked(plan.steps().get(step).channel()))));
      kinds.add(Kind.BLOCKED);
    }
    int crashes = random.nextDouble() < crashy ? 1 + random.nextInt(3) : 0;
    for (int i = 0; i < crashes; i++) {
      later(random.nextInt(150_000), ALWAYS, this::crash);
    }
    int events = 0;
    while (!agenda.isEmpty()) {
      Timed next = agenda.poll();
      if (next.life() != ALWAYS && next.life() != life) {
        continue;
      }
      if (++events > MAX_EVENTS) {
        throw new AssertionError("never ends");
      }
      now = next.at();
      next.work().run();
    }
    plan.expires().filter(end -> !end.isAfter(at(now))).ifPresent(_ -> kinds.add(Kind.EXPIRED));
  }

  private void later(long delay, int inLife, Runnable work) {
    agenda.add(new Timed(now + delay, orders++, inLife, work));
  }

  // --- The process
  // --------------------------------------------------------------------------------

  private void crash() {
    if (down) {
      return;
    }
    kinds.add(Kind.CRASH);
    if (isAnyAttemptWithoutOutcome()) {
      kinds.add(Kind.CRASH_IN_ATTEMPT);
    }
    life++;
    down = true;
    folding = false;
    long start = now;
    long outage = 200L + random.nextInt(20_000);
    later(
        outage,
        ALWAYS,
        () -> {
          down = false;
          outages.add(new long[] {start, now});
          tasks.forEach(task -> task.running = false);
          foldSoon();
          later(1, life, this::takeUp);
        });
  }

  /** By the log, not by what the fold has seen of it. */
  private boolean isAnyAttemptWithoutOutcome() {
    Set<Integer> open = new java.util.HashSet<>();
    for (Entry entry : log) {
      switch (entry) {
        case Entry.Attempt(long _, int _, int _, int attempt) -> open.add(attempt);
        case Entry.Outcome(long _, int _, int _, int attempt, Verdict _) -> open.remove(attempt);
        case Entry.Heard _, Entry.Wake _, Entry.Cancel _ -> {
          // Of no attempt.
        }
      }
    }
    return !open.isEmpty();
  }

  /** After a start: no task runs before the fold has passed what stood in the log. */
  private void takeUp() {
    if (folded < log.size()) {
      later(5, life, this::takeUp);
      return;
    }
    for (SimTask task : List.copyOf(tasks)) {
      if (!task.over && !task.shelved) {
        startTask(task);
      }
    }
    if (wakeAt != Long.MAX_VALUE) {
      wakeLater();
    }
  }

  private void append(Entry entry) {
    log.add(entry);
    foldedAt.add(Long.MAX_VALUE);
    foldSoon();
  }

  private void foldSoon() {
    if (!folding && !down && folded < log.size()) {
      folding = true;
      later(random.nextInt(60), life, this::fold);
    }
  }

  /** A batch: one or more entries in one transaction. */
  private void fold() {
    folding = false;
    int end = Math.min(log.size(), folded + 1 + random.nextInt(3));
    while (folded < end) {
      foldedAt.set(folded, now);
      fold(log.get(folded));
      folded++;
    }
    foldSoon();
  }

  private void fold(Entry entry) {
    switch (entry) {
      case Entry.Attempt(long _, int _, int id, int attempt) -> {
        SimTask task = tasks.get(id);
        if (!task.over && !task.shelved && !task.withdrawn) {
          task.openAttempt = attempt;
        }
      }
      case Entry.Outcome(long _, int step, int id, int _, Verdict verdict) -> {
        SimTask task = tasks.get(id);
        task.openAttempt = -1;
        task.running = false;
        if (!task.over) {
          task.tries++;
          decide(new DeliveryEvent.Attempted(step, verdict));
          if (task.withdrawn && !task.shelved) {
            task.over = true;
          }
        }
      }
      case Entry.Heard(long _, DeliveryEvent event) -> decide(event);
      case Entry.Wake _ -> decide(new DeliveryEvent.Woken());
      case Entry.Cancel _ -> decide(new DeliveryEvent.Cancelled());
    }
  }

  private Circumstances circumstances() {
    return new Circumstances(at(now), isAttemptOpen(), this::gateNow);
  }

  private boolean isAttemptOpen() {
    return tasks.stream()
        .anyMatch(task -> task.step == delivery.current() && !task.over && task.openAttempt >= 0);
  }

  private void decide(DeliveryEvent event) {
    apply(planner.next(delivery, event, circumstances()));
  }

  private void apply(Decision decision) {
    delivery = decision.delivery();
    for (Move move : decision.moves()) {
      switch (move) {
        case Move.Send(int step) -> {
          began.put(step, now);
          if (step > 0) {
            kinds.add(Kind.SWITCHED);
          }
          create(step, "k" + step, now);
        }
        case Move.Repeat(int step, Instant time, boolean doubt) -> {
          SimTask task = live(step);
          task.due = time.toEpochMilli();
          task.doubt |= doubt;
          startTask(task);
        }
        case Move.SendAnew(int step, Instant time) -> {
          tasks.stream().filter(task -> task.step == step).forEach(task -> task.over = true);
          SimTask task = create(step, "k" + step + "-" + tasks.size(), time.toEpochMilli());
          task.doubt = true;
        }
        case Move.Withdraw(int step) ->
            tasks.stream()
                .filter(task -> task.step == step && !task.over && !task.shelved)
                .forEach(task -> {
                  task.withdrawn = true;
                  task.over = task.openAttempt < 0;
                });
        case Move.End(int step) ->
            tasks.stream().filter(task -> task.step == step).forEach(task -> task.over = true);
        case Move.Shelve(int step) ->
            tasks.stream()
                .filter(task -> task.step == step && !task.over)
                .forEach(task -> {
                  task.shelved = true;
                  maybeAskForResend(step);
                });
        case Move.Tell(int step, DeliveryStatus status, Optional<Reason> reason) ->
            told.add(new Told(now, step, status, reason));
        case Move.Submitted _ -> {
          // One with the status.
        }
        case Move.WakeAt(Instant time) -> {
          wakeAt = time.toEpochMilli();
          wakeLater();
        }
        case Move.Sleep _ -> wakeAt = Long.MAX_VALUE;
      }
    }
  }

  private void maybeAskForResend(int step) {
    if (random.nextInt(4) == 0) {
      kinds.add(Kind.RESEND_ASKED);
      later(
          random.nextInt(50_000),
          ALWAYS,
          () -> {
            resendAsked.add(step);
            append(new Entry.Heard(now, new DeliveryEvent.ResendAsked(step)));
          });
    }
  }

  private void wakeLater() {
    long wanted = wakeAt;
    later(
        Math.max(0, wanted - now),
        life,
        () -> {
          if (wakeAt == wanted) {
            append(new Entry.Wake(now));
          }
        });
  }

  private SimTask live(int step) {
    return tasks.stream()
        .filter(task -> task.step == step && !task.over)
        .reduce((a, b) -> b)
        .orElseThrow(() -> new AssertionError("no task of step " + step));
  }

  private SimTask create(int step, String key, long due) {
    SimTask task = new SimTask(tasks.size(), step, key, due);
    tasks.add(task);
    startTask(task);
    return task;
  }

  // --- The handler
  // --------------------------------------------------------------------------------

  private void startTask(SimTask task) {
    if (task.running || down) {
      return;
    }
    long due = Math.max(task.due, now);
    later(due - now, life, () -> handle(task, due));
  }

  private void handle(SimTask task, long due) {
    if (task.over || task.shelved || task.running || task.due > due) {
      return;
    }
    if (task.openAttempt >= 0) {
      task.running = true;
      outcome(task, task.openAttempt, unknown(task, "lost"));
      return;
    }
    if (task.withdrawn) {
      return;
    }
    task.running = true;
    if (plan.expires().filter(end -> !at(now).isBefore(end)).isPresent()) {
      outcome(
          task, -1, new Verdict.Refused(new Reason(Reason.Code.MESSAGE_EXPIRED, "expired"), false));
      return;
    }
    int attempt = attempts++;
    int index = log.size();
    append(new Entry.Attempt(now, task.step, task.id, attempt));
    later(1, life, () -> onceFolded(task, attempt, index));
  }

  /** Sends only if the fold left the task alive until the attempt stood. */
  private void onceFolded(SimTask task, int attempt, int index) {
    if (folded <= index) {
      later(5, life, () -> onceFolded(task, attempt, index));
    } else if (task.openAttempt != attempt) {
      outcome(task, attempt, new Verdict.NotMade());
    } else {
      send(task, attempt);
    }
  }

  private void outcome(SimTask task, int attempt, Verdict verdict) {
    append(new Entry.Outcome(now, task.step, task.id, attempt, verdict));
  }

  private void send(SimTask task, int attempt) {
    Provider provider = providers.get(task.step);
    Provider.Behaviour behaviour = behaviour();
    boolean repeat = provider.isRepeat(task.key);
    boolean accepted =
        !repeat
            && (behaviour == Provider.Behaviour.ACCEPT
                || behaviour == Provider.Behaviour.SILENT_AFTER);
    long travel = random.nextInt(400);
    boolean silent =
        behaviour == Provider.Behaviour.SILENT_BEFORE
            || behaviour == Provider.Behaviour.SILENT_AFTER;
    boolean diesBeforeWrite = crashy > 0 && random.nextDouble() < crashy / 2;
    if (diesBeforeWrite) {
      crash();
      return;
    }
    // What was written arrives, whatever becomes of us.
    later(
        travel,
        ALWAYS,
        () -> {
          provider.write(now, attempt, task.key, accepted);
          kinds.add(kind(behaviour));
          if (accepted) {
            receipts(task.step);
          }
        });
    if (crashy > 0 && random.nextDouble() < crashy) {
      later(travel + random.nextInt(300), life, this::crash);
    }
    later(
        silent ? SEND_DEADLINE : travel * 2 + random.nextInt(3_000),
        life,
        () -> outcome(task, attempt, verdict(task, behaviour)));
  }

  private static Kind kind(Provider.Behaviour behaviour) {
    return switch (behaviour) {
      case ACCEPT -> Kind.ACCEPTED;
      case REFUSE -> Kind.REFUSED;
      case THROTTLE -> Kind.THROTTLED;
      case SILENT_BEFORE -> Kind.SILENT_BEFORE;
      case SILENT_AFTER -> Kind.SILENT_AFTER;
    };
  }

  private Provider.Behaviour behaviour() {
    double x = random.nextDouble();
    if (x < lossy) {
      return random.nextBoolean()
          ? Provider.Behaviour.SILENT_BEFORE
          : Provider.Behaviour.SILENT_AFTER;
    }
    return switch (random.nextInt(6)) {
      case 0 -> Provider.Behaviour.REFUSE;
      case 1 -> Provider.Behaviour.THROTTLE;
      default -> Provider.Behaviour.ACCEPT;
    };
  }

  private Verdict verdict(SimTask task, Provider.Behaviour behaviour) {
    return switch (behaviour) {
      case ACCEPT -> new Verdict.Taken();
      // A refusal that claims to prove that nothing was taken before tells the truth.
      case REFUSE ->
          new Verdict.Refused(
              new Reason(Reason.Code.CHANNEL_REJECT, "refused"),
              random.nextBoolean() && providers.get(task.step).accepted() == 0);
      case THROTTLE ->
          new Verdict.NotNow(new Reason(Reason.Code.RATE_LIMITED, "throttled"), again(task));
      case SILENT_BEFORE, SILENT_AFTER -> unknown(task, "silent");
    };
  }

  private Verdict unknown(SimTask task, String why) {
    return new Verdict.Unknown(
        new Reason(Reason.Code.UNKNOWN, why),
        providers.get(task.step).knowsKeys ? again(task) : Optional.empty(),
        again(task));
  }

  private Optional<Instant> again(SimTask task) {
    long next = now + (1_000L << Math.min(task.tries, 6));
    return next < PATIENCE ? Optional.of(at(next)) : Optional.empty();
  }

  // --- What providers tell
  // ------------------------------------------------------------------------

  private void receipts(int step) {
    Assurance ceiling = providers.get(step).ceiling;
    List<DeliveryEvent> events = new ArrayList<>();
    boolean bounce = random.nextInt(6) == 0;
    for (Assurance level :
        List.of(Assurance.ACCEPTED, Assurance.CARRIER, Assurance.DEVICE, Assurance.READ)) {
      if (level.compareTo(ceiling) <= 0 && random.nextInt(4) != 0) {
        events.add(new DeliveryEvent.Reached(step, level));
      }
    }
    if (bounce) {
      kinds.add(events.isEmpty() ? Kind.BOUNCE : Kind.CONTRADICTION);
      kinds.add(Kind.BOUNCE);
      events.add(
          new DeliveryEvent.Bounced(
              step, new Reason(Reason.Code.RECIPIENT_NOT_REACHABLE, "bounce")));
    }
    if (random.nextInt(8) == 0) {
      kinds.add(Kind.ANSWERED);
      events.add(new DeliveryEvent.Answered(plan.steps().get(step).channel()));
    }
    long delay = 0;
    boolean reverse = events.size() > 1 && random.nextInt(4) == 0;
    if (reverse) {
      kinds.add(Kind.REVERSED_RECEIPTS);
      java.util.Collections.reverse(events);
    }
    for (DeliveryEvent event : events) {
      boolean late = random.nextInt(10) == 0;
      boolean early = random.nextInt(4) == 0;
      if (late) {
        kinds.add(Kind.LATE_RECEIPT);
      } else if (early) {
        kinds.add(Kind.EARLY_RECEIPT);
      }
      delay += late ? 300_000 : early ? 1 : random.nextInt(30_000);
      hear(delay, event);
      if (random.nextInt(6) == 0) {
        kinds.add(Kind.DUPLICATE_RECEIPT);
        hear(delay + random.nextInt(5_000), event);
      }
    }
  }

  /** A webhook waits, at its provider, for as long as we are away. */
  private void hear(long delay, DeliveryEvent event) {
    later(
        delay,
        ALWAYS,
        () -> {
          if (down) {
            hear(1_000, event);
          } else {
            append(new Entry.Heard(now, event));
          }
        });
  }
}
