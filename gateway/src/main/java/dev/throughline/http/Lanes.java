package dev.throughline.http;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what is under way, to one target and altogether, and keeps idle connections for reuse. A
 * connection that was opened under one policy is never used under another.
 */
final class Lanes {
  private final ConcurrentHashMap<Key, Lane> lanes = new ConcurrentHashMap<>();
  private final Semaphore all;
  private final int perTarget;
  private final long keepNanos;

  record Key(boolean tls, String host, int port, TargetPolicy policy) {
    static Key of(OutgoingRequest request) {
      Target target = request.target();
      return new Key(target.tls(), target.host(), target.port(), request.policy());
    }
  }

  private static final class Lane {
    final Semaphore permits;
    final ConcurrentLinkedDeque<Wire> idle = new ConcurrentLinkedDeque<>();

    /** Changes only inside {@code lanes.compute}, so that a lane in use is never forgotten. */
    int users;

    Lane(int permits) {
      this.permits = new Semaphore(permits);
    }
  }

  Lanes(int perTarget, int all, long keepNanos) {
    this.perTarget = perTarget;
    this.all = new Semaphore(all);
    this.keepNanos = keepNanos;
  }

  /** The right to one exchange with one target. */
  final class Slot implements AutoCloseable {
    private final Key key;
    private final Lane lane;

    private Slot(Key key, Lane lane) {
      this.key = key;
      this.lane = lane;
    }

    /** The connection used last that is still good, so that the others grow old and go. */
    @Nullable Wire reuse() {
      long now = System.nanoTime();
      for (Wire wire = lane.idle.pollFirst(); wire != null; wire = lane.idle.pollFirst()) {
        if (now - wire.idleSince() <= keepNanos && wire.isQuiet()) {
          return wire;
        }
        wire.close();
      }
      return null;
    }

    void keep(Wire wire) {
      wire.rest(System.nanoTime());
      lane.idle.addFirst(wire);
    }

    @Override
    public void close() {
      lane.permits.release();
      all.release();
      leave(key);
    }
  }

  /** Waits for its turn; null if the deadline comes first. */
  @Nullable Slot enter(Key key, Deadline deadline) throws InterruptedException {
    Lane lane =
        lanes.compute(
            key,
            (_, old) -> {
              Lane used = old == null ? new Lane(perTarget) : old;
              used.users++;
              return used;
            });
    boolean mine = false;
    boolean entered = false;
    try {
      mine = lane.permits.tryAcquire(deadline.leftMillis(), TimeUnit.MILLISECONDS);
      entered = mine && all.tryAcquire(deadline.leftMillis(), TimeUnit.MILLISECONDS);
      return entered ? new Slot(key, lane) : null;
    } finally {
      if (!entered) {
        if (mine) {
          lane.permits.release();
        }
        leave(key);
      }
    }
  }

  private void leave(Key key) {
    lanes.computeIfPresent(
        key,
        (_, lane) -> {
          lane.users--;
          return lane.users == 0 && lane.idle.isEmpty() ? null : lane;
        });
  }

  /** Closes what was idle for too long, and forgets targets that nobody uses. */
  void tidy() {
    long now = System.nanoTime();
    for (Key key : lanes.keySet()) {
      lanes.computeIfPresent(
          key,
          (_, lane) -> {
            Wire oldest = lane.idle.pollLast();
            while (oldest != null && now - oldest.idleSince() > keepNanos) {
              oldest.close();
              oldest = lane.idle.pollLast();
            }
            if (oldest != null) {
              lane.idle.addLast(oldest);
            }
            return lane.users == 0 && lane.idle.isEmpty() ? null : lane;
          });
    }
  }

  void closeIdle() {
    for (Lane lane : lanes.values()) {
      for (Wire wire = lane.idle.pollFirst(); wire != null; wire = lane.idle.pollFirst()) {
        wire.close();
      }
    }
  }

  /** For tests: how many targets are remembered. */
  int size() {
    return lanes.size();
  }
}
