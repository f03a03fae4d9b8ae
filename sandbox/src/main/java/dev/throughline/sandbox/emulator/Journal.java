package dev.throughline.sandbox.emulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A numbered list that forgets its oldest entries when it grows past a count or a weight in bytes.
 * Numbers start at 1, are contiguous and never reused, so a reader goes on from the last one that
 * it saw and can tell what it missed.
 */
public final class Journal<T> {

  /** One entry and its number. */
  public record Entry<T>(long number, T value) {}

  /**
   * @param next what to ask for next time
   * @param forgotten how many entries after the asked number are no longer kept
   */
  public record Page<T>(List<Entry<T>> entries, long next, long forgotten) {
    public Page {
      entries = List.copyOf(entries);
    }
  }

  private static final int COMPACT_AT = 1024;

  /** Of the heap, which the sandbox shares with the gateway: load must not fill it. */
  private static final int SHARE_OF_HEAP = 32;

  private final int countLimit;
  private final long weightLimit;
  private final ToLongFunction<T> weigh;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition grown = lock.newCondition();
  private final ArrayList<T> entries = new ArrayList<>();
  private int head;
  private long forgotten;
  private long weight;
  private boolean closed;

  /**
   * @param weightLimit in bytes, never more than {@link #share}; {@link Long#MAX_VALUE} where only
   *     the count is to matter
   */
  public Journal(int countLimit, long weightLimit, ToLongFunction<T> weigh) {
    if (countLimit < 1 || weightLimit < 1) {
      throw new IllegalArgumentException(
          "a journal keeps at least one entry, got " + countLimit + " / " + weightLimit);
    }
    this.countLimit = countLimit;
    this.weightLimit = weightLimit == Long.MAX_VALUE ? weightLimit : share(weightLimit);
    this.weigh = weigh;
  }

  /** So many bytes, or as many as one kind of memory may take of this heap. */
  public static long share(long bytes) {
    return Math.min(bytes, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /** Adds an entry and returns its number. */
  public long add(T value) {
    lock.lock();
    try {
      entries.add(value);
      weight += weigh.applyAsLong(value);
      while (size() > countLimit || (weight > weightLimit && size() > 1)) {
        forgetOldest();
      }
      grown.signalAll();
      return last();
    } finally {
      lock.unlock();
    }
  }

  /** Entries after {@code number}, oldest first, at most {@code limit}. */
  public Page<T> after(long number, int limit) {
    return after(number, limit, value -> true);
  }

  public Page<T> after(long number, int limit, Predicate<T> wanted) {
    lock.lock();
    try {
      long from = Math.min(Math.max(number, forgotten), last());
      List<Entry<T>> found = new ArrayList<>();
      long at = from;
      while (at < last() && found.size() < limit) {
        at++;
        T value = entries.get(head + (int) (at - forgotten - 1));
        if (wanted.test(value)) {
          found.add(new Entry<>(at, value));
        }
      }
      return new Page<>(found, at, Math.max(0, forgotten - Math.max(0, number)));
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #after}, but waits for the first wanted entry until the time is up. */
  public Page<T> await(long number, int limit, Predicate<T> wanted, Duration wait)
      throws InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    lock.lock();
    try {
      long from = number;
      while (true) {
        Page<T> page = after(from, limit, wanted);
        long left = deadline - System.nanoTime();
        if (!page.entries().isEmpty() || left <= 0 || closed) {
          return page;
        }
        from = page.next();
        var _ = grown.await(left, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Replaces an entry that is still kept; tells whether it was. */
  public boolean replace(long number, T value) {
    lock.lock();
    try {
      if (number <= forgotten || number > last()) {
        return false;
      }
      T old = entries.set(head + (int) (number - forgotten - 1), value);
      weight += weigh.applyAsLong(value) - weigh.applyAsLong(old);
      grown.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The number of the newest entry, 0 if there never was one. */
  public long last() {
    lock.lock();
    try {
      return forgotten + size();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the oldest entry; returns the weight that this freed. */
  public long forgetOldest() {
    lock.lock();
    try {
      if (size() == 0) {
        return 0;
      }
      long freed = weigh.applyAsLong(entries.get(head));
      head++;
      forgotten++;
      weight -= freed;
      if (head > COMPACT_AT && head > entries.size() / 4) {
        entries.subList(0, head).clear();
        head = 0;
      }
      return freed;
    } finally {
      lock.unlock();
    }
  }

  /** Starts numbering after {@code number}; only for a journal that is still empty. */
  public void resumeAfter(long number) {
    lock.lock();
    try {
      if (size() != 0) {
        throw new IllegalStateException("the journal already holds " + size() + " entries");
      }
      forgotten = number;
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everyone who waits, now and later. */
  public void close() {
    lock.lock();
    try {
      closed = true;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How many entries are kept. */
  public int size() {
    lock.lock();
    try {
      return entries.size() - head;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the entry with this number is still kept. */
  public boolean keeps(long number) {
    lock.lock();
    try {
      return number > forgotten && number <= last();
    } finally {
      lock.unlock();
    }
  }
}
