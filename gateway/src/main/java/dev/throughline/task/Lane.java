package dev.throughline.task;

import dev.throughline.ledger.Ulid;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tasks that run one after another. */
final class Lane {
  final String name;
  ArrayDeque<Task> tasks = new ArrayDeque<>();
  Instant wakeAt = Instant.EPOCH;
  boolean running;
  boolean queued;

  /** Its target is held: it has but one task, which runs or is about to, and ends with it. */
  boolean probing;

  /** The table holds tasks of this lane beyond those in memory. */
  boolean more;

  /** What its first task waits for, since it was not admitted. */
  Optional<Wanting> wanting = Optional.empty();

  /** While it is queued: the rate that it waits for. */
  Optional<Draw.Rate> queuedFor = Optional.empty();

  /** A task was left to the table since the lane was last read from it. */
  boolean missed;

  Lane(String name) {
    this.name = name;
  }

  boolean isOf(Ulid target) {
    return tasks.stream().anyMatch(task -> task.target().equals(Optional.of(target)));
  }

  boolean isHead(Task task) {
    return !tasks.isEmpty() && tasks.getFirst().id().equals(task.id());
  }

  /** What its first task is known to draw on. */
  Optional<Draw> draw() {
    return wanting
        .filter(known -> !tasks.isEmpty() && tasks.getFirst().id().equals(known.task))
        .map(Wanting::draw);
  }

  /** Whether the lane's tasks in memory go on after this one, so that it belongs among them. */
  boolean reachesBeyond(Task task) {
    return !tasks.isEmpty() && task.seq() < tasks.getLast().seq();
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

  /** What a task draws on, as it said when it ran. */
  record Wanting(Ulid task, Draw draw) {}

  /** Where a lane's tasks in memory end. */
  record Tail(Lane lane, long after) {
    static Tail of(Lane lane) {
      return new Tail(lane, lane.tasks.isEmpty() ? -1 : lane.tasks.getLast().seq());
    }
  }
}
