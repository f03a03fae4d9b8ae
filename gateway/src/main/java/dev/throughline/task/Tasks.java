package dev.throughline.task;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.store.Database;
import dev.throughline.task.Task.Change;
import dev.throughline.task.Task.Priority;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks: one at a time a lane, in order, when due; at most so many of a kind at once; replies
 * before single sends before bulk, apps in turn. What the fold commits reaches it in memory; the
 * table is read when it starts, when a lane is longer than memory should hold, and when a paused
 * target goes on.
 */
public final class Tasks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

  /** Tasks of one lane held in memory; the rest of a longer lane is read when its turn comes. */
  private static final int LANE_LIMIT = 64;

  /** Due times are looked at this often at least, since the clock may jump. */
  private static final Duration TICK = Duration.ofMillis(100);

  /** Before a task whose handler threw is run again. */
  private static final Duration FAILED_PAUSE = Duration.ofSeconds(1);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(20);

  private final Database database;
  private final Vault vault;
  private final InstantSource clock;
  private final Map<String, TaskHandler> handlers = new HashMap<>();
  private final Map<String, Integer> running = new HashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Map<Ulid, Lane> laneOfTask = new HashMap<>();
  private final Set<Ulid> paused = new HashSet<>();
  private final PriorityQueue<Lane> waiting =
      new PriorityQueue<>(Comparator.comparing((Lane lane) -> lane.wakeAt));
  private final Map<Priority, Map<Turn, ArrayDeque<Lane>>> ready = new EnumMap<>(Priority.class);
  private int runningTotal;
  private Phase phase = Phase.NOT_STARTED;
  private boolean closed;

  /** What was committed while the table was read; the reading may have missed it. */
  private final List<Change> meanwhile = new ArrayList<>();

  public Tasks(Database database, Vault vault, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.clock = clock;
    for (Priority priority : Priority.values()) {
      ready.put(priority, new LinkedHashMap<>());
    }
  }

  /** Before {@link #start}. */
  public void register(TaskHandler handler) {
    if (handlers.put(handler.kind(), handler) != null) {
      throw new IllegalArgumentException("two handlers of kind " + handler.kind());
    }
  }

  /**
   * Reads the table and starts to run. Call when the fold has passed the head as it stood when this
   * node took the lead. Tasks of these targets are held until {@link #resume}.
   */
  public void start(Set<Ulid> pausedTargets) {
    lock.lock();
    try {
      phase = Phase.READING;
    } finally {
      lock.unlock();
    }
    List<Task> tasks = database.read(TaskStore::ready);
    lock.lock();
    try {
      paused.addAll(pausedTargets);
      tasks.forEach(this::add);
      meanwhile.forEach(this::apply);
      meanwhile.clear();
      phase = Phase.RUNNING;
      Thread.ofPlatform().name("tasks").daemon(true).start(this::dispatch);
    } finally {
      lock.unlock();
    }
  }

  /** Takes over what the fold just committed. */
  public void committed(List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      switch (phase) {
        case NOT_STARTED -> {
          // The table will be read later, and has it then.
        }
        case READING -> meanwhile.addAll(changes);
        case RUNNING -> {
          changes.forEach(this::apply);
          changed.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Holds all tasks of a target, but for {@link #probe}. */
  public void pause(Ulid target) {
    lock.lock();
    try {
      paused.add(target);
      List<Lane> held = lanes.values().stream().filter(lane -> lane.isOf(target)).toList();
      held.forEach(this::forget);
    } finally {
      lock.unlock();
    }
  }

  /** Lets a target's tasks run again. */
  public void resume(Ulid target) {
    lock.lock();
    try {
      if (!paused.remove(target)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    List<Task> tasks = database.read(c -> TaskStore.ofTarget(c, target, Integer.MAX_VALUE));
    lock.lock();
    try {
      tasks.forEach(this::add);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Runs the oldest task of a paused target now, whatever its due time. */
  public void probe(Ulid target) {
    List<Task> oldest = database.read(c -> TaskStore.ofTarget(c, target, 1));
    lock.lock();
    try {
      for (Task task : oldest) {
        if (paused.contains(target) && !laneOfTask.containsKey(task.id())) {
          Lane lane = lanes.computeIfAbsent(task.lane(), Lane::new);
          if (lane.tasks.isEmpty() && !lane.running) {
            lane.probing = true;
            lane.tasks.add(task);
            laneOfTask.put(task.id(), lane);
            schedule(lane, clock.instant());
          }
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How many tasks are in memory, waiting or running. */
  public int size() {
    lock.lock();
    try {
      return laneOfTask.size();
    } finally {
      lock.unlock();
    }
  }

  /** No new task starts; waits for those that run, as long as a call may take. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      long left = CLOSE_PATIENCE.toNanos();
      while (runningTotal > 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void apply(Change change) {
    switch (change) {
      case Change.Created(Task task) -> add(task);
      case Change.Attempted(Ulid id, Ulid attempt, Instant at) ->
          replace(id, task -> attempted(task, attempt, at));
      case Change.Again(Ulid id, Instant due, int tries, String _) -> again(id, due, tries);
      case Change.Done(Ulid id) -> remove(id);
      case Change.Shelved(Ulid id, Task.Shelf _, int _, String _) -> remove(id);
    }
  }

  private void add(Task task) {
    if (laneOfTask.containsKey(task.id())
        || (task.target().isPresent() && paused.contains(task.target().get()))) {
      return;
    }
    Lane lane = lanes.computeIfAbsent(task.lane(), Lane::new);
    if (lane.more || lane.tasks.size() >= LANE_LIMIT) {
      lane.more = true;
      return;
    }
    lane.insert(task);
    laneOfTask.put(task.id(), lane);
    if (!lane.running && lane.tasks.getFirst().id().equals(task.id())) {
      schedule(lane, task.due());
    }
  }

  /** The outcome is folded: the lane's head may run again when due, or another one comes first. */
  private void again(Ulid id, Instant due, int tries) {
    Lane lane = laneOfTask.get(id);
    if (lane == null) {
      // Held by a pause, or on a shelf until now: the table has it.
      for (Task task : database.read(c -> TaskStore.ready(c, List.of(id)))) {
        add(task);
      }
      return;
    }
    replace(id, task -> again(task, due, tries));
    if (lane.probing) {
      forget(lane);
      return;
    }
    Task head = lane.tasks.getFirst();
    if (head.id().equals(id) || !lane.running) {
      lane.running = false;
      schedule(lane, head.due());
    }
  }

  private void remove(Ulid id) {
    Lane lane = laneOfTask.remove(id);
    if (lane == null) {
      return;
    }
    boolean wasHead = lane.tasks.getFirst().id().equals(id);
    lane.tasks.removeIf(task -> task.id().equals(id));
    if (lane.probing) {
      forget(lane);
      return;
    }
    if (wasHead) {
      lane.running = false;
    }
    refill(lane);
    if (lane.tasks.isEmpty()) {
      lanes.remove(lane.name);
      unqueue(lane);
    } else if (!lane.running) {
      schedule(lane, lane.tasks.getFirst().due());
    }
  }

  private void refill(Lane lane) {
    if (lane.more && lane.tasks.size() <= LANE_LIMIT / 2) {
      long after = lane.tasks.isEmpty() ? -1 : lane.tasks.getLast().seq();
      List<Task> next = database.read(c -> TaskStore.ofLane(c, lane.name, after, LANE_LIMIT / 2));
      lane.more = next.size() == LANE_LIMIT / 2;
      for (Task task : next) {
        if (!laneOfTask.containsKey(task.id())) {
          lane.insert(task);
          laneOfTask.put(task.id(), lane);
        }
      }
    }
  }

  private void replace(Ulid id, java.util.function.UnaryOperator<Task> change) {
    Lane lane = laneOfTask.get(id);
    if (lane != null) {
      ArrayDeque<Task> tasks = new ArrayDeque<>(lane.tasks.size());
      for (Task task : lane.tasks) {
        tasks.add(task.id().equals(id) ? change.apply(task) : task);
      }
      lane.tasks = tasks;
    }
  }

  private void forget(Lane lane) {
    lanes.remove(lane.name);
    lane.tasks.forEach(task -> laneOfTask.remove(task.id()));
    unqueue(lane);
  }

  private void unqueue(Lane lane) {
    waiting.remove(lane);
    if (lane.queued) {
      ready.values().forEach(apps -> apps.values().forEach(queue -> queue.remove(lane)));
      lane.queued = false;
    }
  }

  private void schedule(Lane lane, Instant at) {
    waiting.remove(lane);
    lane.wakeAt = at;
    if (!lane.queued) {
      waiting.add(lane);
    }
  }

  private void dispatch() {
    lock.lock();
    try {
      while (!closed) {
        wakeDue();
        Lane lane = nextReady();
        if (lane == null) {
          pause();
        } else {
          run(lane);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Woken early or late makes no difference: whoever called looks again. */
  @SuppressWarnings("WaitNotInLoop")
  private void pause() throws InterruptedException {
    Lane next = waiting.peek();
    long nanos = TICK.toNanos();
    if (next != null) {
      long untilDue = Duration.between(clock.instant(), next.wakeAt).toNanos();
      nanos = Math.clamp(untilDue, 1_000_000, nanos);
    }
    long _ = changed.awaitNanos(nanos);
  }

  private void wakeDue() {
    Instant now = clock.instant();
    Lane lane = waiting.peek();
    while (lane != null && !lane.wakeAt.isAfter(now)) {
      waiting.remove();
      Task head = lane.tasks.peekFirst();
      if (head != null && !lane.running) {
        lane.queued = true;
        turns(head.priority())
            .computeIfAbsent(new Turn(head.kind(), head.app()), t -> new ArrayDeque<>())
            .add(lane);
      }
      lane = waiting.peek();
    }
  }

  /** The first lane that may run: by priority, the apps in turn, where its kind has room. */
  private @Nullable Lane nextReady() {
    for (Priority priority : Priority.values()) {
      Map<Turn, ArrayDeque<Lane>> turns = turns(priority);
      turns.values().removeIf(ArrayDeque::isEmpty);
      Optional<Turn> turn =
          turns.keySet().stream().filter(candidate -> hasRoom(candidate.kind())).findFirst();
      if (turn.isPresent()) {
        // Whose turn it was goes to the end of the line.
        ArrayDeque<Lane> queue = turns.remove(turn.get());
        if (queue != null) {
          turns.put(turn.get(), queue);
          Lane lane = queue.removeFirst();
          lane.queued = false;
          return lane;
        }
      }
    }
    return null;
  }

  private boolean hasRoom(String kind) {
    return running.getOrDefault(kind, 0) < handler(kind).concurrency();
  }

  private TaskHandler handler(String kind) {
    TaskHandler handler = handlers.get(kind);
    if (handler == null) {
      throw new IllegalStateException("no handler for tasks of kind " + kind);
    }
    return handler;
  }

  private void run(Lane lane) {
    Task task = lane.tasks.peekFirst();
    if (task == null) {
      return;
    }
    lane.running = true;
    running.merge(task.kind(), 1, Integer::sum);
    runningTotal++;
    Thread.ofVirtual().name("task-" + task.kind()).start(() -> perform(lane, task));
  }

  private void perform(Lane lane, Task task) {
    boolean failed = true;
    try {
      TaskHandler handler = handler(task.kind());
      Optional<Bytes> body = vault.open(task.sealed(), Task.associated(task.id()));
      if (body.isPresent()) {
        handler.run(task, body.get());
      } else {
        handler.erased(task);
      }
      failed = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("task {} of kind {} failed and will run again", task.id(), task.kind(), e);
    } finally {
      lock.lock();
      try {
        running.merge(task.kind(), -1, Integer::sum);
        runningTotal--;
        if (failed && lanes.get(lane.name) == lane) {
          lane.running = false;
          schedule(lane, clock.instant().plus(FAILED_PAUSE));
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private Map<Turn, ArrayDeque<Lane>> turns(Priority priority) {
    Map<Turn, ArrayDeque<Lane>> turns = ready.get(priority);
    if (turns == null) {
      throw new AssertionError("every priority has its queues");
    }
    return turns;
  }

  private static Task attempted(Task task, Ulid attempt, Instant at) {
    return new Task(
        task.id(),
        task.lane(),
        task.seq(),
        task.kind(),
        task.priority(),
        task.due(),
        Optional.of(attempt),
        Optional.of(task.attemptAt().orElse(at)),
        task.tries(),
        task.app(),
        task.contact(),
        task.target(),
        task.sealed());
  }

  private static Task again(Task task, Instant due, int tries) {
    return new Task(
        task.id(),
        task.lane(),
        task.seq(),
        task.kind(),
        task.priority(),
        due,
        Optional.empty(),
        task.attemptAt(),
        tries,
        task.app(),
        task.contact(),
        task.target(),
        task.sealed());
  }

  /** How far a start has come. */
  private enum Phase {
    NOT_STARTED,
    READING,
    RUNNING
  }

  /** Who takes turns: the apps, for each kind of task. */
  private record Turn(String kind, Optional<AppId> app) {}

  /** Tasks that run one after another. */
  private static final class Lane {
    final String name;
    ArrayDeque<Task> tasks = new ArrayDeque<>();
    Instant wakeAt = Instant.EPOCH;
    boolean running;
    boolean queued;
    boolean probing;

    /** The table holds tasks of this lane beyond those in memory. */
    boolean more;

    Lane(String name) {
      this.name = name;
    }

    boolean isOf(Ulid target) {
      return tasks.stream().anyMatch(task -> task.target().equals(Optional.of(target)));
    }

    /** Keeps the order of {@code seq}; a task asked for again may be older than all others. */
    void insert(Task task) {
      if (tasks.isEmpty() || tasks.getLast().seq() < task.seq()) {
        tasks.add(task);
        return;
      }
      List<Task> sorted = new ArrayList<>(tasks);
      int at = 0;
      while (at < sorted.size() && sorted.get(at).seq() < task.seq()) {
        at++;
      }
      sorted.add(running && at == 0 ? 1 : at, task);
      tasks = new ArrayDeque<>(sorted);
    }
  }
}
