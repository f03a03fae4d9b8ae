package dev.throughline.task;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import java.time.Instant;
import java.util.Optional;

/**
 * One piece of work.
 *
 * @param lane tasks of one lane run one at a time, in the order of {@code seq}
 * @param seq log index × 2^26 + place among what that entry caused
 * @param kind which handler runs it
 * @param due not before this time
 * @param attempt the id of an {@code attempt} entry without {@code outcome}
 * @param attemptAt when the first attempt was made
 * @param tries how many attempts have an outcome
 * @param doubtful whether what an attempt did is not known: nothing that happens to a later one can
 *     make it certain that nothing was done
 * @param target what it calls (a webhook, an account): pausing it holds all its tasks
 * @param sealed what to do, sealed under {@link #associated}
 */
public record Task(
    Ulid id,
    String lane,
    long seq,
    String kind,
    Priority priority,
    Instant due,
    Optional<Ulid> attempt,
    Optional<Instant> attemptAt,
    int tries,
    boolean doubtful,
    Optional<AppId> app,
    Optional<ContactId> contact,
    Optional<Ulid> target,
    Bytes sealed) {

  private static final int PLACES = 26;

  /** The order of the {@code place}-th task that the entry at {@code index} causes. */
  public static long seq(long index, int place) {
    if (place >>> PLACES != 0) {
      throw new IllegalArgumentException("too many tasks of one entry: " + place);
    }
    return index << PLACES | place;
  }

  /** What a task's sealed body is bound to. */
  public static byte[] associated(Ulid id) {
    return ("task " + id).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** With an open attempt. */
  public Task attempted(Ulid made, Instant at) {
    return new Task(
        id,
        lane,
        seq,
        kind,
        priority,
        due,
        Optional.of(made),
        Optional.of(attemptAt.orElse(at)),
        tries,
        doubtful,
        app,
        contact,
        target,
        sealed);
  }

  /** To be tried again: no attempt is open. */
  public Task again(Instant nextDue, int triesSoFar, boolean inDoubt) {
    return new Task(
        id,
        lane,
        seq,
        kind,
        priority,
        nextDue,
        Optional.empty(),
        attemptAt,
        triesSoFar,
        doubtful || inDoubt,
        app,
        contact,
        target,
        sealed);
  }

  /** As if what its last attempt did were not known. */
  public Task inDoubt() {
    return new Task(
        id, lane, seq, kind, priority, due, attempt, attemptAt, tries, true, app, contact, target,
        sealed);
  }

  /** What runs first where not all can run; apps take turns within each. */
  public enum Priority {
    REPLY(0),
    SINGLE(1),
    BULK(2);

    private final int rank;

    Priority(int rank) {
      this.rank = rank;
    }

    /** As the table keeps it; lower first. */
    int rank() {
      return rank;
    }

    static Priority of(int rank) {
      for (Priority priority : values()) {
        if (priority.rank == rank) {
          return priority;
        }
      }
      throw new IllegalStateException("no priority " + rank);
    }
  }

  /** What becomes of a task in a commit of the fold. */
  public sealed interface Change {
    Ulid id();

    record Created(Task task) implements Change {
      @Override
      public Ulid id() {
        return task.id();
      }
    }

    /** An attempt is open: made, and without an outcome. */
    record Attempted(Ulid id, Ulid attempt, Instant at) implements Change {}

    /**
     * To be tried (again) at {@code due}.
     *
     * @param inDoubt what the last attempt did is not known
     */
    record Again(Ulid id, Instant due, int tries, String error, boolean inDoubt) implements Change {
      public Again(Ulid id, Instant due, int tries, String error) {
        this(id, due, tries, error, false);
      }
    }

    record Done(Ulid id) implements Change {}

    /** Not tried any more; the lane goes on. Kept to be shown, and to be tried when asked. */
    record Shelved(Ulid id, Shelf shelf, int tries, String error) implements Change {}
  }

  /** Why a task is kept without being tried. */
  public enum Shelf {
    /** All tries failed, or the target refused it. */
    DEAD,
    /** A send of which nobody knows whether it was taken. */
    UNKNOWN
  }
}
