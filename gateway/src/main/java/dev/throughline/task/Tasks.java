package dev.throughline.task;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.SqlWork;
import dev.throughline.task.Task.Change;
import dev.throughline.task.Task.Priority;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
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

  /** Of a kind's room, an app holds at most so many places for each that it leaves free. */
  private static final int HELD_PER_FREE = 3;

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
  private final Map<Turn, Integer> runningOf = new HashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Lane> lanes = new HashMap<>();
  private final Map<Ulid, Lane> laneOfTask = new HashMap<>();
  private final Set<Ulid> paused = new HashSet<>();

  /** By when they wake; a tree, since each is taken out again when something changes for it. */
  private final TreeSet<Lane> waiting =
      new TreeSet<>(
          Comparator.comparing((Lane lane) -> lane.wakeAt).thenComparing(lane -> lane.name));

  private final Map<Priority, Map<Queue, ArrayDeque<Lane>>> ready = new EnumMap<>(Priority.class);
  private final RateLimits limits;

  /** How many lanes are queued for a rate: whoever comes later stands behind them. */
  private final Map<Draw.Rate, Integer> queuedFor = new HashMap<>();

  private int runningTotal;
  private final Map<Turn, Pace> paces = new HashMap<>();

  /** When the first of those who must wait for their pace may go on, by {@link System#nanoTime}. */
  private long pacedUntil = Long.MAX_VALUE;

  private Phase phase = Phase.NOT_STARTED;
  private boolean closed;

  /** What was committed while the table was read; the reading may have missed it. */
  private final List<Change> meanwhile = new ArrayList<>();

  // What has to be read from the table: by a thread of its own, and again until it works, so that
  // neither the fold nor a lane that runs ever waits or fails for it.
  private final Set<Lane> shortLanes = new LinkedHashSet<>();
  private final Set<Ulid> wanted = new LinkedHashSet<>();

  /** By target: what was made for it while its tasks are read. */
  private final Map<Ulid, List<Task>> resuming = new LinkedHashMap<>();

  public Tasks(Database database, Vault vault, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.clock = clock;
    this.limits = new RateLimits(clock);
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
   * Starts to read the table, and then to run. Call when the fold has passed the head as it stood
   * when this node took the lead. Tasks of these targets are held until {@link #resume}.
   */
  public void start(Set<Ulid> pausedTargets) {
    lock.lock();
    try {
      phase = Phase.READING;
      paused.addAll(pausedTargets);
      Thread.ofPlatform().name("tasks-table").daemon(true).start(this::readTable);
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
      resuming.remove(target);
      List<Lane> held = lanes.values().stream().filter(lane -> lane.isOf(target)).toList();
      held.forEach(this::hold);
    } finally {
      lock.unlock();
    }
  }

  /** The targets whose tasks are held. */
  public Set<Ulid> paused() {
    lock.lock();
    try {
      return Set.copyOf(paused);
    } finally {
      lock.unlock();
    }
  }

  /** Lets a target's tasks run again. */
  public void resume(Ulid target) {
    lock.lock();
    try {
      if (paused.contains(target)) {
        resuming.putIfAbsent(target, new ArrayList<>());
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs the oldest task of a paused target now, whatever its due time. */
  public void probe(Ulid target) {
    List<Task> oldest = read(c -> TaskStore.ofTarget(c, target, 1));
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

  /**
   * Waits until the fold has passed an attempt that a running task just made: false if the task was
   * ended before, or if the fold has not come so far by the deadline.
   */
  public boolean stands(Ulid task, Ulid attempt, Duration deadline) throws InterruptedException {
    lock.lock();
    try {
      long left = deadline.toNanos();
      while (left > 0 && !closed) {
        Lane lane = laneOfTask.get(task);
        if (lane == null) {
          return false;
        }
        Optional<Ulid> open =
            lane.tasks.stream()
                .filter(each -> each.id().equals(task))
                .findFirst()
                .flatMap(Task::attempt);
        if (open.equals(Optional.of(attempt))) {
          return true;
        }
        left = changed.awaitNanos(left);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** The rates that its tasks keep to. */
  public RateLimits limits() {
    return limits;
  }

  /** How many lanes wait for a rate of an account. */
  public int waitingFor(AccountId account, String endpoint) {
    lock.lock();
    try {
      return queuedFor.getOrDefault(new Draw.Rate(account, endpoint), 0);
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
          replace(id, task -> task.attempted(attempt, at));
      case Change.Again a -> again(a);
      case Change.Done(Ulid id) -> remove(id);
      case Change.Shelved(Ulid id, Task.Shelf _, int _, String _) -> remove(id);
    }
  }

  private void add(Task task) {
    if (laneOfTask.containsKey(task.id())) {
      return;
    }
    if (task.target().isPresent() && paused.contains(task.target().get())) {
      List<Task> later = resuming.get(task.target().get());
      if (later != null) {
        later.add(task);
      }
      return;
    }
    Lane lane = lanes.computeIfAbsent(task.lane(), Lane::new);
    boolean full = lane.more || lane.tasks.size() >= LANE_LIMIT;
    if (full && !lane.reachesBeyond(task)) {
      lane.more = true;
      lane.missed = true;
      return;
    }
    lane.insert(task);
    laneOfTask.put(task.id(), lane);
    if (!lane.running && lane.tasks.getFirst().id().equals(task.id())) {
      schedule(lane, task.due());
    }
  }

  /** The outcome is folded: the lane's head may run again when due, or another one comes first. */
  private void again(Change.Again change) {
    Ulid id = change.id();
    Lane lane = laneOfTask.get(id);
    if (lane == null) {
      // Held by a pause, or on a shelf until now: the table has it.
      wanted.add(id);
      return;
    }
    replace(id, task -> task.again(change.due(), change.tries(), change.inDoubt()));
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
    settle(lane);
  }

  /** What becomes of a lane that has lost or won tasks. */
  private void settle(Lane lane) {
    if (lane.more && lane.tasks.size() <= LANE_LIMIT / 2) {
      shortLanes.add(lane);
    }
    if (!lane.tasks.isEmpty()) {
      if (!lane.running) {
        schedule(lane, lane.tasks.getFirst().due());
      }
    } else if (!lane.more) {
      lanes.remove(lane.name);
      unqueue(lane);
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

  /** A call under way stays known, so that nobody makes it twice at once. */
  private void hold(Lane lane) {
    Task head = lane.tasks.getFirst();
    boolean running = lane.running;
    forget(lane);
    if (running) {
      lane.tasks.clear();
      lane.tasks.add(head);
      lane.more = false;
      lane.probing = true;
      lanes.put(lane.name, lane);
      laneOfTask.put(head.id(), lane);
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
      dequeued(lane);
    }
  }

  private void schedule(Lane lane, Instant at) {
    waiting.remove(lane);
    lane.wakeAt = at;
    if (!lane.queued) {
      waiting.add(lane);
    }
  }

  // --- Reading the table ------------------------------------------------------------------------

  private void readTable() {
    try {
      takeOver();
      while (readOwed()) {
        // Until closed.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeOver() throws InterruptedException {
    Optional<List<Task>> tasks = Optional.empty();
    while (tasks.isEmpty()) {
      tasks = tryRead(TaskStore::ready);
      if (tasks.isEmpty() && isClosed()) {
        return;
      }
    }
    lock.lock();
    try {
      tasks.get().forEach(this::add);
      meanwhile.forEach(this::apply);
      meanwhile.clear();
      phase = Phase.RUNNING;
      Thread.ofPlatform().name("tasks").daemon(true).start(this::dispatch);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until something has to be read, and reads it; false when closed. */
  private boolean readOwed() throws InterruptedException {
    Owed owed;
    lock.lock();
    try {
      while (shortLanes.isEmpty() && wanted.isEmpty() && resuming.isEmpty()) {
        if (closed) {
          return false;
        }
        long _ = changed.awaitNanos(TICK.toNanos());
      }
      shortLanes.forEach(lane -> lane.missed = false);
      owed =
          new Owed(
              shortLanes.stream().map(Lane.Tail::of).toList(),
              List.copyOf(wanted),
              Map.copyOf(resuming));
      shortLanes.clear();
      wanted.clear();
    } finally {
      lock.unlock();
    }
    Optional<List<Task>> tasks = tryRead(owed::read);
    lock.lock();
    try {
      if (tasks.isEmpty()) {
        owed.tails.forEach(tail -> shortLanes.add(tail.lane()));
        wanted.addAll(owed.ids);
      } else {
        owed.tails.forEach(tail -> fill(tail, tasks.get()));
        List<Task> made = owed.targets.keySet().stream().flatMap(t -> goOn(t, owed)).toList();
        tasks.get().forEach(this::add);
        made.forEach(this::add);
        changed.signalAll();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what follows in a lane. What was made for it meanwhile is read the next time. */
  private void fill(Lane.Tail tail, List<Task> read) {
    Lane lane = tail.lane();
    if (lanes.get(lane.name) != lane) {
      return;
    }
    List<Task> next =
        read.stream()
            .filter(task -> task.lane().equals(lane.name) && task.seq() > tail.after())
            .sorted(Comparator.comparingLong(Task::seq))
            .toList();
    for (Task task : next) {
      if (!laneOfTask.containsKey(task.id())) {
        lane.insert(task);
        laneOfTask.put(task.id(), lane);
      }
    }
    lane.more = lane.missed || next.size() >= LANE_LIMIT / 2;
    settle(lane);
  }

  /** Lets a target go on, unless it was paused again meanwhile; answers what was made for it. */
  @SuppressWarnings("ReferenceEquality")
  private Stream<Task> goOn(Ulid target, Owed owed) {
    List<Task> made = resuming.get(target);
    if (made == null || made != owed.targets.get(target)) {
      return Stream.of();
    }
    resuming.remove(target);
    paused.remove(target);
    lanes.values().stream().filter(lane -> lane.isOf(target)).forEach(lane -> lane.probing = false);
    return made.stream();
  }

  /** Empty when the database is away, after a pause. */
  private Optional<List<Task>> tryRead(SqlWork<List<Task>> work) throws InterruptedException {
    try {
      return Optional.of(read(work));
    } catch (DatabaseException e) {
      LOG.warn("tasks cannot be read yet: {}", e.getMessage());
      Thread.sleep(TICK);
      return Optional.empty();
    }
  }

  /** Reads tasks, and the keys of all of them at once: their bodies are opened one by one. */
  private List<Task> read(SqlWork<List<Task>> work) {
    List<Task> tasks = database.read(work);
    vault.load(tasks.stream().map(task -> Vault.keyId(task.sealed())).distinct().toList());
    return tasks;
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** What is to be read at one time. */
  private record Owed(List<Lane.Tail> tails, List<Ulid> ids, Map<Ulid, List<Task>> targets) {
    List<Task> read(Connection connection) throws SQLException {
      List<Task> tasks = new ArrayList<>();
      for (Lane.Tail tail : tails) {
        tasks.addAll(TaskStore.ofLane(connection, tail.lane().name, tail.after(), LANE_LIMIT / 2));
      }
      if (!ids.isEmpty()) {
        tasks.addAll(TaskStore.ready(connection, ids));
      }
      for (Ulid target : targets.keySet()) {
        tasks.addAll(TaskStore.ofTarget(connection, target, Integer.MAX_VALUE));
      }
      return tasks;
    }
  }

  // --- Running
  // ------------------------------------------------------------------------------------

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
    Lane next = firstWaiting();
    long nanos = TICK.toNanos();
    if (next != null) {
      long untilDue = Duration.between(clock.instant(), next.wakeAt).toNanos();
      nanos = Math.clamp(untilDue, 1_000_000, nanos);
    }
    if (pacedUntil != Long.MAX_VALUE) {
      nanos = Math.clamp(pacedUntil - System.nanoTime(), 1_000_000, nanos);
    }
    long _ = changed.awaitNanos(nanos);
  }

  private void wakeDue() {
    Instant now = clock.instant();
    Lane lane = firstWaiting();
    while (lane != null && !lane.wakeAt.isAfter(now)) {
      waiting.remove(lane);
      Task head = lane.tasks.peekFirst();
      if (head != null && !lane.running) {
        lane.queued = true;
        lane.queuedFor = lane.draw().map(Draw::rate);
        lane.queuedFor.ifPresent(rate -> queuedFor.merge(rate, 1, Integer::sum));
        queues(head.priority())
            .computeIfAbsent(new Queue(Turn.of(head), lane.queuedFor), q -> new ArrayDeque<>())
            .add(lane);
      }
      lane = firstWaiting();
    }
  }

  private @Nullable Lane firstWaiting() {
    return waiting.isEmpty() ? null : waiting.first();
  }

  private void dequeued(Lane lane) {
    lane.queued = false;
    lane.queuedFor.ifPresent(
        rate -> queuedFor.computeIfPresent(rate, (_, count) -> count == 1 ? null : count - 1));
    lane.queuedFor = Optional.empty();
  }

  /** The first lane that may run: by priority, the apps in turn, where its kind has room. */
  private @Nullable Lane nextReady() {
    pacedUntil = Long.MAX_VALUE;
    for (Priority priority : Priority.values()) {
      Map<Queue, ArrayDeque<Lane>> queues = queues(priority);
      queues.values().removeIf(ArrayDeque::isEmpty);
      for (Map.Entry<Queue, ArrayDeque<Lane>> entry : queues.entrySet()) {
        Queue queue = entry.getKey();
        ArrayDeque<Lane> lanesOfIt = entry.getValue();
        if (mayStart(queue.turn) && mayDraw(lanesOfIt.getFirst())) {
          // Whose turn it was goes to the end of the line.
          queues.remove(queue);
          queues.put(queue, lanesOfIt);
          Lane lane = lanesOfIt.removeFirst();
          dequeued(lane);
          started(queue.turn);
          return lane;
        }
      }
    }
    return null;
  }

  /** Takes what the lane waits for, if it can be had. */
  private boolean mayDraw(Lane lane) {
    Optional<Draw> draw = lane.draw();
    if (draw.isEmpty() || limits.take(draw.get())) {
      return true;
    }
    pacedUntil = Math.min(pacedUntil, System.nanoTime() + limits.freeIn(draw.get()).toNanos());
    return false;
  }

  /** Where its kind has room, and its app keeps to its pace. */
  private boolean mayStart(Turn turn) {
    if (!hasRoom(turn)) {
      return false;
    }
    Pace pace = paces.get(turn);
    long now = System.nanoTime();
    if (pace == null || pace.isFree(now)) {
      return true;
    }
    pacedUntil = Math.min(pacedUntil, pace.freeAt());
    return false;
  }

  private void started(Turn turn) {
    int perSecond = turn.app().map(app -> handler(turn.kind()).perSecond(app)).orElse(0);
    if (perSecond == 0) {
      paces.remove(turn);
    } else {
      paces.put(turn, Pace.after(paces.get(turn), perSecond, System.nanoTime()));
    }
  }

  /** An app that waits for a slow channel must not hold all the room that others need. */
  private boolean hasRoom(Turn turn) {
    int free = handler(turn.kind()).concurrency() - running.getOrDefault(turn.kind(), 0);
    return free > 0
        && (turn.app().isEmpty() || runningOf.getOrDefault(turn, 0) < HELD_PER_FREE * free);
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
    runningOf.merge(Turn.of(task), 1, Integer::sum);
    runningTotal++;
    Gate gate = new Gate(lane, task, lane.draw());
    Thread.ofVirtual().name("task-" + task.kind()).start(() -> perform(lane, task, gate));
  }

  private void perform(Lane lane, Task task, Gate gate) {
    boolean failed = true;
    try {
      TaskHandler handler = handler(task.kind());
      Optional<Bytes> body = vault.open(task.sealed(), Task.associated(task.id()));
      if (body.isPresent()) {
        handler.run(task, body.get(), gate);
      } else {
        handler.erased(task);
      }
      failed = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (DatabaseException away) {
      LOG.warn("task {} waits for the database: {}", task.id(), away.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("task {} of kind {} failed and will run again", task.id(), task.kind(), e);
    } finally {
      lock.lock();
      try {
        running.merge(task.kind(), -1, Integer::sum);
        runningOf.computeIfPresent(Turn.of(task), (_, count) -> count == 1 ? null : count - 1);
        runningTotal--;
        if (failed && lanes.get(lane.name) == lane) {
          lane.running = false;
          schedule(lane, clock.instant().plus(FAILED_PAUSE));
        } else if (gate.turnedAway && lanes.get(lane.name) == lane && lane.isHead(task)) {
          lane.running = false;
          if (lane.probing) {
            // Held while it waited: what it has done nothing for stays in the table.
            forget(lane);
          } else {
            schedule(lane, clock.instant());
          }
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private Map<Queue, ArrayDeque<Lane>> queues(Priority priority) {
    Map<Queue, ArrayDeque<Lane>> queues = ready.get(priority);
    if (queues == null) {
      throw new AssertionError("every priority has its queues");
    }
    return queues;
  }

  /** Lets a task make its call, or sends it back to wait for its turn. */
  private final class Gate implements Admission {
    private final Lane lane;
    private final Task task;
    private final Optional<Draw> taken;
    private boolean turnedAway;

    /**
     * @param taken what was taken for it when it was started
     */
    Gate(Lane lane, Task task, Optional<Draw> taken) {
      this.lane = lane;
      this.task = task;
      this.taken = taken;
    }

    @Override
    public boolean admits(Draw draw) {
      limits.allow(draw);
      if (hasTaken(draw)) {
        return true;
      }
      lock.lock();
      try {
        if (!queuedFor.containsKey(draw.rate()) && limits.take(draw)) {
          return true;
        }
        lane.wanting = Optional.of(new Lane.Wanting(task.id(), draw));
        turnedAway = true;
        return false;
      } finally {
        lock.unlock();
      }
    }

    /** Who stands in the queue goes before whoever waits without. */
    @Override
    public boolean awaits(Draw draw, Duration atMost) throws InterruptedException {
      limits.allow(draw);
      if (hasTaken(draw)) {
        return true;
      }
      boolean first = waitingFor(draw.account(), draw.endpoint()) == 0;
      return first && limits.await(draw, atMost) || admits(draw);
    }

    private boolean hasTaken(Draw draw) {
      return taken.filter(had -> had.rate().equals(draw.rate())).isPresent();
    }

    @Override
    public void refused(Draw draw, Optional<Duration> pause) {
      limits.refused(draw, pause);
    }
  }

  /** How far a start has come. */
  private enum Phase {
    NOT_STARTED,
    READING,
    RUNNING
  }

  /** Who waits together: an app's tasks of a kind, and apart those that wait for a rate. */
  private record Queue(Turn turn, Optional<Draw.Rate> rate) {}

  /** Who takes turns: the apps, for each kind of task. */
  private record Turn(String kind, Optional<AppId> app) {
    static Turn of(Task task) {
      return new Turn(task.kind(), task.app());
    }
  }
}
