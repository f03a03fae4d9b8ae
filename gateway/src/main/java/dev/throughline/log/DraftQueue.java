package dev.throughline.log;

import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The drafts that wait for a batch, in order. At most {@link #MAX_QUEUED} and {@link
 * #MAX_QUEUED_BYTES} wait, half of it at most for one subject; a batch has at most {@link
 * #MAX_BATCH} drafts and {@link #MAX_BATCH_BYTES}, but for a single larger draft, which is a batch
 * of its own.
 */
final class DraftQueue {
  static final int MAX_QUEUED = 4_096;
  static final long MAX_QUEUED_BYTES = 32L << 20;
  static final int MAX_BATCH = 512;
  static final long MAX_BATCH_BYTES = 1L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<WaitingDraft> queue = new ArrayDeque<>();
  private final Map<Subject, Share> bySubject = new HashMap<>();

  /** The newest batch, until there is nothing to take. */
  private List<WaitingDraft> taken = List.of();

  /** Drafts in the newest batch. */
  private int newest;

  private long bytes;
  private int webhooks;

  /** So many drafts in the queue wake whoever takes them. */
  private int gathered = 1;

  private boolean closed;

  /** Only whoever takes touches it. */
  private final Gathering gathering = new Gathering();

  /**
   * @throws LogUnavailableException if the queue is full, or closed; the draft is not written
   */
  void add(WaitingDraft waiting) {
    Draft draft = waiting.draft();
    lock.lock();
    try {
      if (closed) {
        throw LogUnavailableException.refused("the server is stopping");
      }
      Share share = bySubject.getOrDefault(draft.subject(), Share.NONE).plus(draft.weight());
      if (queue.size() >= MAX_QUEUED
          || bytes + draft.weight() > MAX_QUEUED_BYTES
          || share.drafts() > MAX_QUEUED / 2
          || share.bytes() > MAX_QUEUED_BYTES / 2) {
        throw LogUnavailableException.refused("the log's queue is full");
      }
      queue.addLast(waiting);
      bytes += draft.weight();
      bySubject.put(draft.subject(), share);
      webhooks += isWebhook(draft) ? 1 : 0;
      boolean firstOther = !isWebhook(draft) && webhooks == queue.size() - 1;
      if (queue.size() == gathered || firstOther) {
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Settles a draft whose caller waits no longer. One that no batch has taken is certainly not
   * written. A change that a batch has taken goes on: its connection is in the sequencer's hands.
   */
  void giveUp(WaitingDraft waiting) {
    lock.lock();
    try {
      if (queue.remove(waiting)) {
        removed(waiting.draft());
        waiting.fail(LogUnavailableException.refused("the log did not take the entry in time"));
      } else if (waiting.change() == null) {
        waiting.fail(new LogUnavailableException("the log did not answer in time"));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up all whose time is over, whether a batch has taken them or not. */
  void giveUpExpired() {
    long now = System.nanoTime();
    List<WaitingDraft> expired;
    lock.lock();
    try {
      expired =
          Stream.concat(queue.stream(), taken.stream())
              .filter(waiting -> waiting.isOver(now))
              .toList();
    } finally {
      lock.unlock();
    }
    expired.forEach(this::giveUp);
  }

  /** The next batch; empty when closed and drained. */
  List<WaitingDraft> take() {
    List<WaitingDraft> batch = new ArrayList<>();
    lock.lock();
    try {
      do {
        while (queue.isEmpty()) {
          if (closed) {
            return batch;
          }
          taken = List.of();
          arrived.awaitUninterruptibly();
        }
        gather();
        // Meanwhile all of them may have given up.
      } while (queue.isEmpty());
      int waited = webhooks;
      long size = 0;
      while (!queue.isEmpty() && batch.size() < MAX_BATCH) {
        WaitingDraft next = queue.getFirst();
        // What follows the entry of a lead is under its epoch, which no draft can know yet.
        boolean alone = next.change() != null || next.draft().kind().equals(Kind.LEAD);
        if (!batch.isEmpty() && (alone || size + next.draft().weight() > MAX_BATCH_BYTES)) {
          break;
        }
        queue.removeFirst();
        removed(next.draft());
        batch.add(next);
        size += next.draft().weight();
        if (alone) {
          break;
        }
      }
      newest = batch.size();
      gathering.took(newest, waited - webhooks, System.nanoTime());
      taken = batch;
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** How many drafts wait for a batch. */
  int size() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more in; what waits is still to be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void gather() {
    long now = System.nanoTime();
    gathering.begin(newest + queue.size(), now);
    try {
      while (!closed && !queue.isEmpty() && !isGathered(now)) {
        long _ = arrived.awaitNanos(gathering.nanosLeft(now));
        now = System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    gathered = 1;
  }

  private boolean isGathered(long now) {
    gathered = Math.min(MAX_BATCH, gathering.target(webhooks == queue.size(), now));
    return queue.size() >= gathered;
  }

  private void removed(Draft draft) {
    bytes -= draft.weight();
    webhooks -= isWebhook(draft) ? 1 : 0;
    bySubject.computeIfPresent(
        draft.subject(),
        (subject, share) -> share.drafts() == 1 ? null : share.minus(draft.weight()));
  }

  private static boolean isWebhook(Draft draft) {
    return draft.kind().equals(Kind.WEBHOOK);
  }

  /** What one subject has in the queue. */
  private record Share(int drafts, long bytes) {
    static final Share NONE = new Share(0, 0);

    Share plus(int weight) {
      return new Share(drafts + 1, bytes + weight);
    }

    Share minus(int weight) {
      return new Share(drafts - 1, bytes - weight);
    }
  }
}
