package dev.throughline.vault;

import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Asks the table for the keys of owners that the cache does not know. While one query runs, all who
 * come meanwhile are gathered into the next: a rush of people nobody heard from this month costs a
 * few queries, not one each.
 */
final class KeyLookups {
  /** Owners asked for in one query; an asker with more of them is a query of their own. */
  private static final int MAX_OWNERS = 2_000;

  private final Database database;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turned = lock.newCondition();
  private List<Asker> waiting = new ArrayList<>();
  private boolean asking;

  KeyLookups(Database database) {
    this.database = database;
  }

  /** The rows of these owners, of this month or of no month. */
  List<DataKey.Row> find(Collection<Bytes> owners, int month) {
    Asker mine = new Asker(Set.copyOf(owners), month);
    List<Asker> turn = List.of();
    lock.lock();
    try {
      waiting.add(mine);
      while (asking && !mine.isDone()) {
        turned.awaitUninterruptibly();
      }
      if (!mine.isDone()) {
        asking = true;
        turn = gather(mine);
      }
    } finally {
      lock.unlock();
    }
    if (!turn.isEmpty()) {
      ask(turn);
    }
    return mine.answer();
  }

  /** Everybody who waits for the same month, as far as one query should go; the asker first. */
  private List<Asker> gather(Asker first) {
    List<Asker> turn = new ArrayList<>(List.of(first));
    List<Asker> left = new ArrayList<>();
    int owners = first.owners.size();
    for (Asker asker : waiting) {
      if (asker.equals(first)) {
        continue;
      }
      if (asker.month == first.month && owners + asker.owners.size() <= MAX_OWNERS) {
        turn.add(asker);
        owners += asker.owners.size();
      } else {
        left.add(asker);
      }
    }
    waiting = left;
    return turn;
  }

  private void ask(List<Asker> turn) {
    Map<Bytes, List<DataKey.Row>> found = new HashMap<>();
    RuntimeException failure = null;
    try {
      Set<Bytes> owners = new HashSet<>();
      turn.forEach(asker -> owners.addAll(asker.owners));
      int month = turn.getFirst().month;
      for (DataKey.Row row : database.read(c -> KeyStore.byOwner(c, owners, month))) {
        found.computeIfAbsent(row.owner(), o -> new ArrayList<>()).add(row);
      }
    } catch (RuntimeException e) {
      failure = e;
    }
    lock.lock();
    try {
      for (Asker asker : turn) {
        asker.done(found, failure);
      }
      asking = false;
      turned.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One caller; compared by identity. */
  private static final class Asker {
    final Set<Bytes> owners;
    final int month;
    private @Nullable List<DataKey.Row> rows;
    private @Nullable RuntimeException failure;

    Asker(Set<Bytes> owners, int month) {
      this.owners = owners;
      this.month = month;
    }

    boolean isDone() {
      return rows != null || failure != null;
    }

    void done(Map<Bytes, List<DataKey.Row>> found, @Nullable RuntimeException why) {
      failure = why;
      List<DataKey.Row> mine = new ArrayList<>();
      for (Bytes owner : owners) {
        mine.addAll(found.getOrDefault(owner, List.of()));
      }
      rows = mine;
    }

    List<DataKey.Row> answer() {
      if (failure != null) {
        throw failure;
      }
      if (rows == null) {
        throw new AssertionError("asked and not answered");
      }
      return rows;
    }
  }
}
