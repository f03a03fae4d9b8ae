package dev.throughline.evidence;

import dev.throughline.evidence.EvidenceStore.Shard;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.NoteVerifier;
import dev.throughline.ledger.RefusedException;
import dev.throughline.log.Log;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the log: on the node that leads, a signed checkpoint at most a second after new
 * entries, with the tiles that prove everything below it. Goes on from what is on disk; what a
 * crash cut off is done again. Also says whether anything may be taken in, which it may not while
 * the log does not continue what was signed.
 */
public final class Publisher implements AutoCloseable {
  /** Between two checkpoints at least; with the work of one it stays well under a second. */
  private static final Duration INTERVAL = Duration.ofMillis(400);

  /** How soon entries of other nodes are noticed. */
  private static final Duration IDLE = Duration.ofMillis(500);

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(500);
  private static final Duration LAST_BACKOFF = Duration.ofSeconds(10);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

  /** Leaf hashes read at a time: 64 full tiles, and a few MB of entries. */
  private static final int MAX_LEAVES = 1 << 14;

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final Log log;
  private final Database database;
  private final LedgerFiles files;
  private final InstantSource clock;
  private final SecureRandom random;
  private final ShardLedger.Steps steps;
  private final Thread thread;

  // Only one thread at a time touches these: the starting one, then the publisher's.
  private @Nullable Shard shard;
  private @Nullable ShardLedger ledger;
  private long epoch;

  private volatile Standing standing =
      new Standing.Failing("The log has not been compared with what was signed yet.");
  private volatile boolean proven;
  private volatile Optional<NoteVerifier> verifier = Optional.empty();
  private volatile long publishedNext;
  private final ReentrantLock publishing = new ReentrantLock();
  private volatile boolean closed;

  /**
   * @param data the data directory: keys, the signer's memory and the published files
   */
  public Publisher(
      Log log, Database database, Path data, InstantSource clock, SecureRandom random) {
    this(log, database, data, clock, random, step -> {});
  }

  /** Called before each step, so that a test can end there. */
  @FunctionalInterface
  interface CrashPoint {
    void before(String step);
  }

  Publisher(
      Log log,
      Database database,
      Path data,
      InstantSource clock,
      SecureRandom random,
      CrashPoint crashPoint) {
    this.log = log;
    this.database = database;
    this.files = new LedgerFiles(data);
    this.clock = clock;
    this.random = random;
    this.steps = new LogSteps(crashPoint);
    this.thread = Thread.ofPlatform().name("publisher").daemon(true).unstarted(this::run);
  }

  /**
   * Compares the log with what was signed, and publishes what is not yet. Before anything is taken
   * in: returns false, and {@link #standing} says why, when the log does not continue it.
   */
  public boolean examine() {
    round();
    return mayTakeIn();
  }

  /**
   * @param leads the epoch under which this node leads: when another one does, publishing ends
   */
  public void start(long leads) {
    epoch = leads;
    thread.start();
  }

  /**
   * False until {@link #examine} found the log to continue what was signed, and while it does not.
   */
  public boolean mayTakeIn() {
    return proven && !(standing instanceof Standing.Behind);
  }

  public Standing standing() {
    return standing;
  }

  /** The verifier key of the open shard, for auditors: {@code name+hex+base64}. */
  public Optional<String> vkey() {
    return verifier.map(NoteVerifier::vkey);
  }

  /** Entries below this index are in a published checkpoint. */
  public long published() {
    return publishedNext;
  }

  @Override
  public void close() {
    closed = true;
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      // Between two rounds: an interrupt would close the file that a round is writing.
      if (publishing.tryLock(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          thread.interrupt();
        } finally {
          publishing.unlock();
        }
      }
      thread.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Duration backoff = FIRST_BACKOFF;
    try {
      while (!closed) {
        if (log.await(publishedNext, IDLE) <= publishedNext) {
          refresh();
          continue;
        }
        if (isSucceeded()) {
          LOG.info("another node leads; this one publishes no more");
          return;
        }
        round();
        if (closed) {
          break;
        }
        switch (standing) {
          case Standing.Good _ -> {
            backoff = FIRST_BACKOFF;
            Thread.sleep(INTERVAL);
          }
          case Standing.Behind _ -> {
            return; // nothing that this process could do would change it
          }
          case Standing.Failing _ -> {
            Thread.sleep(backoff);
            backoff = backoff.multipliedBy(2);
            backoff = backoff.compareTo(LAST_BACKOFF) < 0 ? backoff : LAST_BACKOFF;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lastRound();
  }

  /** Everything that was answered is published when the server has stopped in good order. */
  private void lastRound() {
    Thread.interrupted();
    if (standing instanceof Standing.Good && !isSucceeded()) {
      round();
    }
  }

  private boolean isSucceeded() {
    try {
      return log.state().epoch() != epoch;
    } catch (DatabaseException away) {
      return false;
    }
  }

  private void refresh() {
    try {
      log.refresh();
    } catch (DatabaseException away) {
      LOG.debug("the head cannot be read: {}", away.getMessage());
    }
  }

  /** One checkpoint; never throws. */
  private void round() {
    publishing.lock();
    try {
      boolean _ = Thread.interrupted();
      publish();
    } catch (DatabaseException | UncheckedIOException | RefusedException e) {
      LOG.warn("the log could not be published", e);
      standing = new Standing.Failing(String.valueOf(e.getMessage()));
      if (ledger != null && e instanceof RefusedException) {
        ledger.rebuild();
      }
    } finally {
      publishing.unlock();
    }
  }

  /** Finishes closed shards that are not published to their end, then the open one. */
  private void publish() {
    Log.State head = log.state();
    List<Shard> shards = database.read(EvidenceStore::shards);
    for (int i = 0; i < shards.size(); i++) {
      Shard each = shards.get(i);
      boolean open = each.origin().equals(head.origin());
      if (open) {
        publish(each, head.size(), head.root());
      } else if (each.first() < head.first() && i + 1 < shards.size()) {
        finish(each, shards.get(i + 1).first() - each.first());
      }
      if (standing instanceof Standing.Behind) {
        return;
      }
    }
    publishedNext = head.next();
  }

  /** A closed shard is published to its end once, and then left alone. */
  private void finish(Shard closedShard, long size) {
    Optional<EvidenceStore.Published> newest =
        database.read(c -> EvidenceStore.newest(c, closedShard.origin()));
    if (newest.isPresent() && newest.get().size() == size) {
      return;
    }
    Hash root = database.read(c -> EvidenceStore.root(c, closedShard.first() + size));
    publish(closedShard, size, root);
  }

  private void publish(Shard target, long size, Hash root) {
    ShardLedger of = ledger;
    if (of == null || !target.equals(shard)) {
      Optional<String> stored =
          database
              .read(c -> EvidenceStore.newest(c, target.origin()))
              .map(EvidenceStore.Published::note);
      of = ShardLedger.open(target, files, steps, stored, random);
      ledger = of;
      shard = target;
      verifier = of.signer().verifier();
    }
    boolean done = of.publish(size, root, MAX_LEAVES);
    Standing now = of.standing();
    if (now instanceof Standing.Behind(String sentence) && !now.equals(standing)) {
      LOG.error("{}", sentence);
    }
    standing = now;
    proven = proven || done;
  }

  private final class LogSteps implements ShardLedger.Steps {
    private final CrashPoint crashPoint;

    LogSteps(CrashPoint crashPoint) {
      this.crashPoint = crashPoint;
    }

    @Override
    public List<Hash> leaves(long from, long to) {
      return log.leaves(from, to);
    }

    @Override
    public void store(String origin, long size, String note) {
      database.transaction(c -> {
        EvidenceStore.insert(c, origin, size, clock.instant(), note);
        return true;
      });
    }

    @Override
    public void before(String step) {
      crashPoint.before(step);
    }
  }
}
