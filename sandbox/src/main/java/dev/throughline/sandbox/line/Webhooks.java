package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.emulator.WebhookClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events out: signed, at most so many bodies at once, the events of one chat one after the
 * other unless a fault says otherwise, and again on the schedule if redelivery is on.
 */
final class Webhooks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

  /** Beyond it the oldest waiting event is lost, as it would be with LINE. */
  static final int WAITING_LIMIT = 200_000;

  private static final int MIXED_BATCH_LIMIT = 100;

  /** A body to be sent: the events, which try it is, and what marks it. */
  private record Batch(List<WebhookEvent> events, int attempt, boolean redelivery) {}

  /** For the state file: events that wait for their next try. */
  record Waiting(Instant due, int attempt, List<WebhookEvent> events) {}

  private final World world;
  private final Faults<FaultRule> faults;
  private final Timers timers;
  private final String destination;
  private final WebhookClient client = new WebhookClient("LineBotWebhook/2.0");
  private final Journal<WebhookAttempt> attempts;

  private final Map<String, ArrayDeque<WebhookEvent>> lanes = new HashMap<>();
  private final ArrayDeque<String> ready = new ArrayDeque<>();
  private final Map<Long, Waiting> redeliveries = new LinkedHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private int waiting;
  private int underWay;
  private boolean closed;
  private volatile Permits permits;

  /** Bodies under way, counted against the setting that was in force when they started. */
  private record Permits(int size, Semaphore semaphore) {}

  Webhooks(
      World world,
      Faults<FaultRule> faults,
      Timers timers,
      String destination,
      LineConfig.HistoryLimits history) {
    this.world = world;
    this.faults = faults;
    this.timers = timers;
    this.destination = destination;
    this.attempts =
        new Journal<>(history.webhooks(), history.webhookBytes(), WebhookAttempt::weight);
    this.permits = permits(world.settings().webhookConcurrency());
  }

  private static Permits permits(int size) {
    return new Permits(size, new Semaphore(size));
  }

  void start() {
    Thread.ofVirtual().name("line-webhooks").start(this::dispatch);
  }

  Journal<WebhookAttempt> attempts() {
    return attempts;
  }

  /** Events that are neither answered nor given up: waiting, under way or to be redelivered. */
  synchronized int pending() {
    return waiting + underWay + redeliveries.size();
  }

  synchronized void enqueue(List<WebhookEvent> events) {
    for (WebhookEvent event : events) {
      if (waiting >= WAITING_LIMIT) {
        LOG.warn("More than {} events wait for the webhook; one is lost", WAITING_LIMIT);
        continue;
      }
      ArrayDeque<WebhookEvent> lane = lanes.get(event.lane());
      if (lane == null) {
        lane = new ArrayDeque<>();
        lanes.put(event.lane(), lane);
        ready.add(event.lane());
      }
      lane.add(event);
      waiting++;
    }
    notifyAll();
  }

  private void dispatch() {
    try {
      while (true) {
        synchronized (this) {
          while (ready.isEmpty() && !closed) {
            wait();
          }
          if (closed) {
            return;
          }
        }
        LineSettings settings = world.settings();
        if (permits.size != settings.webhookConcurrency()) {
          permits = permits(settings.webhookConcurrency());
        }
        Semaphore semaphore = permits.semaphore;
        semaphore.acquire();
        Optional<FaultRule> fault = faults.strike(Fault.WEBHOOK, this::nextBody);
        int limit = settings.eventsPerBody();
        if (fault.isPresent() && fault.get().fault() == Fault.MIXED_BATCH) {
          Thread.sleep(fault.get().delay());
          limit = MIXED_BATCH_LIMIT;
        }
        List<WebhookEvent> events = take(limit);
        if (events.isEmpty()) {
          semaphore.release();
          continue;
        }
        Thread.ofVirtual()
            .name("line-webhook")
            .start(() -> {
              try {
                deliver(events, fault);
              } finally {
                semaphore.release();
              }
            });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized String nextBody() {
    String lane = ready.peek();
    ArrayDeque<WebhookEvent> events = lane == null ? null : lanes.get(lane);
    return events == null || events.isEmpty() ? "" : events.peek().body(false, false);
  }

  /** Takes waiting events of free lanes; a lane that gave some is busy until {@link #free}. */
  private synchronized List<WebhookEvent> take(int limit) {
    List<WebhookEvent> taken = new ArrayList<>();
    while (taken.size() < limit && !ready.isEmpty()) {
      ArrayDeque<WebhookEvent> lane = lanes.get(ready.remove());
      while (lane != null && !lane.isEmpty() && taken.size() < limit) {
        taken.add(lane.remove());
      }
    }
    waiting -= taken.size();
    underWay += taken.size();
    return taken;
  }

  private synchronized void free(List<WebhookEvent> events) {
    underWay -= events.size();
    for (String name : events.stream().map(WebhookEvent::lane).distinct().toList()) {
      ArrayDeque<WebhookEvent> lane = lanes.get(name);
      if (lane != null && lane.isEmpty()) {
        lanes.remove(name);
      } else if (lane != null) {
        ready.add(name);
      }
    }
    notifyAll();
  }

  private void deliver(List<WebhookEvent> events, Optional<FaultRule> fault) {
    Batch batch = new Batch(events, 1, false);
    boolean freed = false;
    try {
      if (fault.isPresent()) {
        Duration delay = fault.get().delay();
        switch (fault.get().fault()) {
          case REORDER -> {
            // the lane goes on; these events come late
            synchronized (this) {
              underWay += events.size();
            }
            free(events);
            freed = true;
            Thread.sleep(delay);
            send(batch, Optional.empty());
          }
          case SLOW_WEBHOOK -> {
            Thread.sleep(delay);
            send(batch, Optional.empty());
          }
          case LOSE ->
              record(batch, "", "", new WebhookClient.Answer(0, "NOT_SENT", "lost", ""), 0);
          case DUPLICATE -> {
            send(batch, Optional.empty());
            Thread.sleep(delay);
            send(batch, Optional.empty());
          }
          case REDELIVER -> {
            send(batch, Optional.empty());
            Thread.sleep(delay);
            send(new Batch(events, 2, true), Optional.empty());
          }
          default -> send(batch, Optional.of(fault.get().fault()));
        }
      } else {
        send(batch, Optional.empty());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (freed) {
        synchronized (this) {
          underWay -= events.size();
        }
      } else {
        free(events);
      }
    }
  }

  private void send(Batch batch, Optional<Fault> fault) {
    LineSettings settings = world.settings();
    boolean standby = fault.isPresent() && fault.get() == Fault.STANDBY;
    String body = body(batch, standby);
    Optional<String> url = world.webhookUrl();
    if (url.isEmpty() || !settings.webhookActive()) {
      String why = url.isEmpty() ? "no webhook URL is set" : "\"Use webhook\" is off";
      record(batch, body, "", new WebhookClient.Answer(0, "NOT_SENT", why, ""), 0);
      return;
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String signature = world.seals.signature(bytes);
    if (fault.isPresent() && fault.get() == Fault.BAD_SIGNATURE) {
      signature = world.seals.signature(("not " + body).getBytes(StandardCharsets.UTF_8));
    }
    Instant now = world.clock.instant();
    for (WebhookEvent event : batch.events) {
      event
          .replyToken()
          .ifPresent(token -> world.replyTokens.received(token, now, batch.redelivery));
    }
    long start = System.nanoTime();
    WebhookClient.Answer answer =
        client.post(URI.create(url.get()), bytes, headers(signature), settings.webhookTimeout());
    long millis = (System.nanoTime() - start) / 1_000_000;
    WebhookAttempt attempt = record(batch, body, signature, answer, millis);
    if (!attempt.succeeded() && batch.attempt <= settings.redelivery().size()) {
      Duration wait = settings.redelivery().get(batch.attempt - 1);
      redeliverAt(new Waiting(world.clock.instant().plus(wait), batch.attempt + 1, batch.events));
    }
  }

  private void redeliverAt(Waiting later) {
    long number = numbers.incrementAndGet();
    synchronized (this) {
      redeliveries.put(number, later);
    }
    boolean taken =
        timers.at(
            later.due,
            () -> Thread.ofVirtual().name("line-redelivery").start(() -> redeliver(number, later)));
    if (!taken) {
      synchronized (this) {
        redeliveries.remove(number);
      }
    }
  }

  private void redeliver(long number, Waiting due) {
    Semaphore semaphore = permits.semaphore;
    try {
      semaphore.acquire();
      try {
        synchronized (this) {
          if (closed) {
            return;
          }
        }
        send(new Batch(due.events, due.attempt, true), Optional.empty());
      } finally {
        semaphore.release();
        synchronized (this) {
          redeliveries.remove(number);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized List<Waiting> waitingForRedelivery() {
    return List.copyOf(redeliveries.values());
  }

  void restore(List<Waiting> saved) {
    saved.forEach(this::redeliverAt);
  }

  /** Sends a body exactly as given, signed, apart from every queue; for tests of bad input. */
  WebhookAttempt sendRaw(byte[] body) throws ControlRefusal {
    String url =
        world.webhookUrl().orElseThrow(() -> new ControlRefusal(409, "No webhook URL is set."));
    String signature = world.seals.signature(body);
    long start = System.nanoTime();
    WebhookClient.Answer answer =
        client.post(URI.create(url), body, headers(signature), world.settings().webhookTimeout());
    long millis = (System.nanoTime() - start) / 1_000_000;
    return record(
        new Batch(List.of(), 1, false),
        new String(body, StandardCharsets.UTF_8),
        signature,
        answer,
        millis);
  }

  /** LINE's own test of an endpoint: a signed body without events, not counted as a delivery. */
  WebhookClient.Answer test(String url) {
    byte[] body = envelope(destination, "").getBytes(StandardCharsets.UTF_8);
    return client.post(
        URI.create(url),
        body,
        headers(world.seals.signature(body)),
        world.settings().webhookTimeout());
  }

  private static Map<String, String> headers(String signature) {
    return Map.of("Content-Type", "application/json; charset=utf-8", "x-line-signature", signature);
  }

  private String body(Batch batch, boolean standby) {
    StringBuilder events = new StringBuilder();
    for (WebhookEvent event : batch.events) {
      if (!events.isEmpty()) {
        events.append(',');
      }
      events.append(event.body(batch.redelivery, standby));
    }
    return envelope(destination, events.toString());
  }

  static String envelope(String destination, String events) {
    return "{\"destination\":\"" + destination + "\",\"events\":[" + events + "]}";
  }

  private WebhookAttempt record(
      Batch batch, String body, String signature, WebhookClient.Answer answer, long millis) {
    WebhookAttempt attempt =
        new WebhookAttempt(
            world.clock.instant(),
            world.webhookUrl().orElse(""),
            batch.events.stream().map(WebhookEvent::id).toList(),
            body,
            signature,
            batch.attempt,
            batch.redelivery,
            answer.status(),
            answer.reason(),
            answer.detail(),
            millis,
            answer.body());
    attempts.add(attempt);
    world.changed("webhooks", "");
    return attempt;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    attempts.close();
    client.close();
  }
}
