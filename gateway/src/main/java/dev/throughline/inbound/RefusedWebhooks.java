package dev.throughline.inbound;

import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Counts refused webhooks by account and cause, and writes one {@code refused} entry an account and
 * minute: whoever floods us with forged requests fills a counter, not the disk.
 */
public final class RefusedWebhooks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedWebhooks.class);

  /** How often the clock is looked at for the end of a minute. */
  private static final Duration TICK = Duration.ofMillis(500);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Log log;
  private final Drafts drafts;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stopped = lock.newCondition();
  private final Thread writer;
  private Map<AccountId, Map<Cause, Long>> counts = new HashMap<>();
  private Instant minute;
  private boolean closed;

  public RefusedWebhooks(Log log, Drafts drafts, InstantSource clock) {
    this.log = log;
    this.drafts = drafts;
    this.clock = clock;
    this.minute = clock.instant().truncatedTo(ChronoUnit.MINUTES);
    this.writer = Thread.ofPlatform().name("refused").daemon(true).start(this::run);
  }

  void count(AccountId account, Cause cause) {
    lock.lock();
    try {
      counts.computeIfAbsent(account, a -> new EnumMap<>(Cause.class)).merge(cause, 1L, Long::sum);
    } finally {
      lock.unlock();
    }
  }

  /** Writes what was counted so far. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      stopped.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      writer.join(CLOSE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean last = false;
    while (!last) {
      Map<AccountId, Map<Cause, Long>> due = Map.of();
      Instant from = minute;
      lock.lock();
      try {
        if (!closed) {
          long _ = stopped.awaitNanos(TICK.toNanos());
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        last = closed;
        if (last || !now.equals(minute)) {
          due = counts;
          counts = new HashMap<>();
          minute = now;
        }
      } catch (InterruptedException e) {
        return;
      } finally {
        lock.unlock();
      }
      due.forEach((account, causes) -> write(account, causes, from));
    }
  }

  private void write(AccountId account, Map<Cause, Long> causes, Instant from) {
    ObjectNode record = Json.object();
    record.put("minute", from.toString());
    ObjectNode byCause = record.putObject("refused");
    causes.forEach((cause, count) -> byCause.put(cause.name().toLowerCase(Locale.ROOT), count));
    try {
      log.append(
          drafts
              .draft(Kind.REFUSED, new Subject.Account(account.toString()))
              .part(new Owner.Account(account), Json.bytes(record))
              .build());
    } catch (LogUnavailableException e) {
      LOG.warn("refused webhooks of one minute could not be written: {}", e.getMessage());
      causes.forEach((cause, count) -> restore(account, cause, count));
    }
  }

  private void restore(AccountId account, Cause cause, long count) {
    lock.lock();
    try {
      counts
          .computeIfAbsent(account, a -> new EnumMap<>(Cause.class))
          .merge(cause, count, Long::sum);
    } finally {
      lock.unlock();
    }
  }
}
