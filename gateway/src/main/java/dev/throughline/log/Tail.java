package dev.throughline.log;

import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Kind;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node appended and the fold has not read yet, kept in clear and bounded by {@link
 * ClearParts}, so that the fold of a node that keeps up never reads back and opens what was in
 * memory a moment ago. Also where readers wait for the head to move. A gap means: read the tables.
 */
final class Tail {
  /** What is held of entries besides their parts lies on the heap. */
  static final int MAX_HELD = 1 << 15;

  /** About what an entry takes beside its parts. */
  private static final int ENTRY_BYTES = 512;

  /** Leaf hashes kept for the publisher: 32 bytes each. */
  private static final int MAX_LEAVES = 1 << 17;

  /** So many drafts in one batch are a burst. */
  private static final int MANY = 16;

  /** So many of them at least are from outside. */
  private static final int SOME = 4;

  private static final Duration JUST_NOW = Duration.ofMillis(50);

  /** How long a commit, or the processor, may keep many waiting before it is something else. */
  private static final Duration HELD_UP = Duration.ofMillis(500);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final ArrayDeque<Held> entries = new ArrayDeque<>();
  private final ClearParts parts = new ClearParts();
  private final ArrayDeque<Hash> leaves = new ArrayDeque<>();
  private volatile @Nullable Burst newest;
  private long firstLeaf;
  private long head;

  /** Below it lie all entries whose readers are in a hurry. */
  private long pressing;

  /** The head as found at the start, or as another node moved it. */
  void reset(long newHead) {
    lock.lock();
    try {
      if (newHead != head) {
        leaves.clear();
        firstLeaf = newHead;
        head = newHead;
        pressing = newHead;
        moved.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  void add(Batch batch) {
    lock.lock();
    try {
      long index = batch.before().next();
      if (leaves.isEmpty() || leaves.size() + batch.leaves().size() > MAX_LEAVES) {
        leaves.clear();
        firstLeaf = index;
      }
      leaves.addAll(batch.leaves());
      hold(index, batch);
      head = batch.after().next();
      if (isPressing(batch)) {
        pressing = head;
      }
      newest = new Burst(batch.drafts().size(), takenIn(batch), batch.at(), System.nanoTime());
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Where there is no room the oldest stay, since the fold wants those first. */
  private void hold(long first, Batch batch) {
    long index = first;
    for (Draft draft : batch.drafts()) {
      boolean follows = entries.isEmpty() || entries.getLast().entry().index() == index - 1;
      if (!follows || entries.size() == MAX_HELD) {
        return;
      }
      Optional<ClearParts.Place> place = parts.keep(draft.parts());
      if (place.isEmpty()) {
        return;
      }
      entries.add(new Held(LogEntry.of(index, batch.at(), draft), place.get()));
      index++;
    }
  }

  /**
   * An entry and where its parts are.
   *
   * @param entry without them
   */
  private record Held(LogEntry entry, ClearParts.Place place) {
    LogEntry whole() {
      return entry.with(place.read());
    }
  }

  /**
   * The newest batch, if it is large and has only just been written; with many waiting for the
   * next, a little longer.
   *
   * @param waiting drafts that wait for their batch
   */
  Optional<Burst> burst(int waiting) {
    Burst last = newest;
    if (last == null || last.drafts() < MANY || last.takenIn() < SOME) {
      return Optional.empty();
    }
    Duration recent = waiting < MANY ? JUST_NOW : HELD_UP;
    return System.nanoTime() - last.since() < recent.toNanos()
        ? Optional.of(last)
        : Optional.empty();
  }

  /**
   * A batch whose drafts came in together.
   *
   * @param takenIn how many of the drafts somebody outside waits for
   * @param since {@link System#nanoTime} of its commit
   */
  record Burst(int drafts, int takenIn, Instant at, long since) {}

  /**
   * Up to {@code max} entries from {@code from} on, and up to {@code maxBytes} of them but for the
   * first; empty when they are not here.
   */
  List<LogEntry> take(long from, int max, long maxBytes) {
    lock.lock();
    try {
      while (!entries.isEmpty() && entries.getFirst().entry().index() < from) {
        entries.removeFirst().place().letGo();
      }
      List<LogEntry> taken = new ArrayList<>();
      if (!entries.isEmpty() && entries.getFirst().entry().index() == from) {
        long left = maxBytes;
        for (Held held : entries) {
          if (taken.size() == max) {
            break;
          }
          LogEntry entry = held.whole();
          left -= weight(entry);
          if (left < 0 && !taken.isEmpty()) {
            break;
          }
          taken.add(entry);
        }
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** The leaf hashes of {@code [from, to)}; empty when they are not all here. */
  List<Hash> leaves(long from, long to) {
    lock.lock();
    try {
      List<Hash> taken = new ArrayList<>();
      if (from >= firstLeaf && to <= firstLeaf + leaves.size()) {
        while (firstLeaf < from) {
          leaves.removeFirst();
          firstLeaf++;
        }
        for (Hash leaf : leaves) {
          if (taken.size() == to - from) {
            break;
          }
          taken.add(leaf);
        }
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  long head() {
    lock.lock();
    try {
      return head;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the head is beyond {@code position}, or the time is up; answers the head. */
  long await(long position, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (head <= position && left > 0) {
        left = moved.awaitNanos(left);
      }
      return head;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there are {@code enough} entries from {@code position} on, or one that presses, or
   * somebody is in a hurry for another reason, or the time is up.
   *
   * @param hurry looked at whenever entries come, and at {@link #wake}
   */
  void gather(long position, int enough, Duration patience, BooleanSupplier hurry)
      throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (head - position < enough
          && pressing <= position
          && left > 0
          && !hurry.getAsBoolean()) {
        left = moved.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  void wake() {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Without what follows from what was taken in: to put that off brings nobody an answer. */
  private static int takenIn(Batch batch) {
    int count = 0;
    for (Draft draft : batch.drafts()) {
      if (!draft.kind().equals(Kind.ATTEMPT) && !draft.kind().equals(Kind.OUTCOME)) {
        count++;
      }
    }
    return count;
  }

  /**
   * Whether something waits for what follows. What a platform tells is answered already, and an
   * attempt goes on by itself; a send, its outcome and all that is asked are waited for.
   */
  private static boolean isPressing(Batch batch) {
    return batch.drafts().stream()
        .map(Draft::kind)
        .anyMatch(kind -> !kind.equals(Kind.WEBHOOK) && !kind.equals(Kind.ATTEMPT));
  }

  private static long weight(LogEntry entry) {
    long weight = ENTRY_BYTES;
    for (Optional<Bytes> part : entry.parts()) {
      weight += part.map(Bytes::length).orElse(0);
    }
    return weight;
  }
}
