package dev.throughline.app.crash;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.line.LineControl;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.node.ObjectNode;

/**
 * People whose events the emulated LINE sends by itself, with reply tokens that are good: what is
 * said to them can be answered for free. Its own record says which events were answered 200.
 */
final class Phones {
  static final int FIRST = WebhookLoad.PEOPLE;
  static final int PEOPLE = 60;

  private static final Duration EVERY = Duration.ofMillis(40);

  private final LineControl line;
  private final Presence presence;
  private final boolean ordered;
  private final SplittableRandom random;
  private final Map<Person, Integer> numbers = new HashMap<>();
  private final Map<String, Said> byEventId = new HashMap<>();
  private final List<Said> all = new ArrayList<>();
  private final List<String> anomalies = new ArrayList<>();
  private volatile boolean stopping;
  private long read;

  /**
   * @param ordered whether LINE sends each event once: one that it sends again is overtaken
   */
  Phones(LineControl line, Presence presence, boolean ordered, long seed) {
    this.line = line;
    this.presence = presence;
    this.ordered = ordered;
    this.random = new SplittableRandom(seed);
  }

  void start() {
    Thread.ofPlatform().name("phones").daemon(true).start(this::talk);
  }

  void stop() {
    stopping = true;
  }

  boolean isIdle() {
    return line.pendingWebhooks() == 0;
  }

  /** Takes over from LINE's record which events were answered. */
  void read() {
    LineControl.Page page;
    do {
      page = line.webhooks(read);
      if (page.forgotten() > 0) {
        anomaly("LINE forgot " + page.forgotten() + " webhooks before they were read");
      }
      for (ObjectNode attempt : page.entries()) {
        if (attempt.path("status").asInt() == 200) {
          attempt.path("eventIds").forEach(id -> answered(id.asString()));
        }
      }
      read = page.next();
    } while (!page.entries().isEmpty());
  }

  List<Said> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  List<String> anomalies() {
    synchronized (anomalies) {
      return List.copyOf(anomalies);
    }
  }

  private void talk() {
    try {
      while (!stopping) {
        Thread.sleep(EVERY);
        if (presence.isUp()) {
          say(Person.of(FIRST + random.nextInt(PEOPLE)));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ControlRefusal e) {
      anomaly("LINE refuses a message of one of its users: " + e.getMessage());
    }
  }

  private void say(Person person) throws ControlRefusal {
    int number = numbers.merge(person, 1, Integer::sum);
    LineControl.Done done = line.say(person.userId(), Said.text(person, number));
    Said said = new Said(person, number, done.webhookEventId(), Instant.now(), ordered);
    synchronized (all) {
      all.add(said);
      byEventId.put(said.eventId(), said);
    }
  }

  private void answered(String eventId) {
    synchronized (all) {
      Said said = byEventId.get(eventId);
      if (said != null) {
        said.wasAnswered();
      }
    }
  }

  private void anomaly(String what) {
    synchronized (anomalies) {
      anomalies.add(what);
    }
  }
}
