package dev.throughline.callback;

import static dev.throughline.callback.Webhook.State.ACTIVE;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.WebhookId;
import dev.throughline.task.Tasks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a paused target once a minute with its oldest callback, and lets a target go on that its
 * owner set right.
 */
public final class Prober implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration TICK = Duration.ofMillis(250);

  private final Webhooks webhooks;
  private final Tasks tasks;
  private final Predicate<Ulid> others;
  private final InstantSource clock;
  private final Map<WebhookId, Instant> nextProbe = new HashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param others whether somebody else holds the tasks of a target
   */
  public Prober(Webhooks webhooks, Tasks tasks, Predicate<Ulid> others, InstantSource clock) {
    this.webhooks = webhooks;
    this.others = others;
    this.tasks = tasks;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name("prober").daemon(true).unstarted(this::run);
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
        tick();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("probing paused webhooks failed: {}", e.getMessage());
      }
    }
  }

  private void tick() {
    Instant now = clock.instant();
    Set<WebhookId> paused = new HashSet<>();
    for (Webhook webhook : webhooks.all()) {
      if (webhook.isPaused()) {
        paused.add(webhook.id());
        Instant since = webhook.stateAt().orElse(now);
        Instant due = nextProbe.computeIfAbsent(webhook.id(), id -> since.plus(EVERY));
        if (!now.isBefore(due)) {
          nextProbe.put(webhook.id(), now.plus(EVERY));
          tasks.probe(webhook.id().value());
        }
      }
    }
    nextProbe.keySet().retainAll(paused);
    for (Ulid target : tasks.paused()) {
      if (!others.test(target)
          && webhooks.find(new WebhookId(target)).map(Webhook::state).orElse(ACTIVE) == ACTIVE) {
        tasks.resume(target);
      }
    }
  }
}
