package dev.throughline.outbound;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.Delivery;
import dev.throughline.task.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message's plan, how far it has come, and what its steps need.
 *
 * @param legs one for each step
 * @param timer that wakes it
 * @param notes what happened that no entry of the log tells of
 */
record Course(
    Delivery delivery, List<Leg> legs, Terms terms, Optional<Timer> timer, List<Note> notes) {
  /** More than any plan takes that is not tossed to and fro. */
  private static final int MAX_NOTES = 200;

  Course {
    legs = List.copyOf(legs);
    notes =
        notes.size() <= MAX_NOTES ? List.copyOf(notes) : List.copyOf(notes.subList(0, MAX_NOTES));
  }

  /**
   * What a request says of all its steps.
   *
   * @param priority what it goes before
   * @param planned whether the request says itself which way it goes
   * @param notBefore when it may be sent
   */
  record Terms(
      Map<String, String> properties,
      Task.Priority priority,
      boolean planned,
      Optional<Instant> notBefore) {
    static final Terms NONE = new Terms(Map.of(), Task.Priority.SINGLE, false, Optional.empty());

    Terms {
      properties = Map.copyOf(properties);
    }
  }

  record Timer(Ulid task, Instant at) {}

  /**
   * One thing that was decided.
   *
   * @param index of the entry that it was decided by
   * @param kind as the timeline names it
   * @param channel which it is about
   * @param status that was told
   * @param until when a wait ends
   */
  record Note(
      Instant at,
      long index,
      String kind,
      String channel,
      Optional<String> status,
      Optional<Reason> reason,
      Optional<Instant> until) {}

  Course with(Delivery changed) {
    return new Course(changed, legs, terms, timer, notes);
  }

  Course with(int step, Leg leg) {
    List<Leg> all = new ArrayList<>(legs);
    all.set(step, leg);
    return new Course(delivery, all, terms, timer, notes);
  }

  Course with(Optional<Timer> other) {
    return new Course(delivery, legs, terms, other, notes);
  }

  Course and(Note note) {
    List<Note> all = new ArrayList<>(notes);
    all.add(note);
    return new Course(delivery, legs, terms, timer, all);
  }

  /** The step that a task or a send belongs to; the only one where nothing else is known. */
  Optional<Integer> stepOf(Optional<Ulid> task, Optional<Ulid> key) {
    for (int i = 0; i < legs.size(); i++) {
      Leg leg = legs.get(i);
      if (task.isPresent() && leg.task().equals(task)
          || key.filter(leg.keys()::contains).isPresent()) {
        return Optional.of(i);
      }
    }
    return legs.size() == 1 ? Optional.of(0) : Optional.empty();
  }
}
