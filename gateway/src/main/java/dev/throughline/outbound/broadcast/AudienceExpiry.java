package dev.throughline.outbound.broadcast;

import dev.throughline.log.LogUnavailableException;
import dev.throughline.store.DatabaseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Once an hour, ends the audiences that have lived for thirty days; each has its entry. Also takes
 * away what was made for requests and was not needed, or is in the log.
 */
public final class AudienceExpiry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AudienceExpiry.class);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration TICK = Duration.ofMillis(500);

  private final BroadcastDesk desk;
  private final Answers answers;
  private final InstantSource clock;
  private final Thread thread;
  private Instant next = Instant.MIN;
  private volatile boolean closed;

  AudienceExpiry(BroadcastDesk desk, Answers answers, InstantSource clock) {
    this.desk = desk;
    this.answers = answers;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("audiences").daemon(true).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(TICK);
        Instant now = clock.instant();
        if (!now.isBefore(next)) {
          desk.endOld();
          desk.forgetParts();
          answers.reload(now);
          next = now.plus(EVERY);
        }
      } catch (InterruptedException e) {
        return;
      } catch (DatabaseException | LogUnavailableException e) {
        if (!closed) {
          LOG.warn("audiences could not be ended, which is tried again: {}", e.getMessage());
        }
      }
    }
  }
}
