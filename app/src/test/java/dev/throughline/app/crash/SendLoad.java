package dev.throughline.app.crash;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Plays the app: sends texts to people on the phones and to others, each with an Idempotency-Key,
 * repeated until it is answered 200, and now and then once more after that.
 */
final class SendLoad {
  private static final int WORKERS = 6;
  private static final Duration EVERY = Duration.ofMillis(110);
  private static final Duration UP_WITHIN = Duration.ofMinutes(3);
  private static final Duration PAUSE = Duration.ofMillis(80);
  private static final int TO_PHONES_PERCENT = 50;
  private static final int REPEATED_PERCENT = 5;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Installation installation;
  private final Wire wire;
  private final Presence presence;
  private final long seed;
  private final List<Asked> all = new ArrayList<>();
  private final List<String> anomalies = new ArrayList<>();
  private final AtomicInteger working = new AtomicInteger();
  private final AtomicLong lost = new AtomicLong();
  private volatile boolean stopping;

  SendLoad(Installation installation, Wire wire, Presence presence, long seed) {
    this.installation = installation;
    this.wire = wire;
    this.presence = presence;
    this.seed = seed;
  }

  void start() {
    for (int i = 0; i < WORKERS; i++) {
      int worker = i;
      working.incrementAndGet();
      Thread.ofVirtual().name("app-" + i).start(() -> work(worker));
    }
  }

  /** Nothing new; what was asked for is still repeated until it is answered. */
  void stop() {
    stopping = true;
  }

  boolean isIdle() {
    return working.get() == 0;
  }

  /** How many requests were cut off so far without an answer. */
  long lost() {
    return lost.get();
  }

  List<Asked> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  List<String> anomalies() {
    synchronized (anomalies) {
      return List.copyOf(anomalies);
    }
  }

  private void work(int worker) {
    SplittableRandom random = new SplittableRandom(seed + worker);
    Map<Person, Integer> numbers = new HashMap<>();
    try {
      while (!stopping) {
        Thread.sleep(EVERY);
        if (!presence.isUp()) {
          continue;
        }
        Person person = person(worker, random);
        String key = new UUID(random.nextLong(), random.nextLong()).toString();
        Asked asked = new Asked(person, numbers.merge(person, 1, Integer::sum), key);
        synchronized (all) {
          all.add(asked);
        }
        if (until200(asked) && random.nextInt(100) < REPEATED_PERCENT) {
          until200(asked);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      anomaly("the app could not go on: " + e);
    } finally {
      working.decrementAndGet();
    }
  }

  /** Each worker has people of its own, so that what a person is sent has one order. */
  private static Person person(int worker, SplittableRandom random) {
    boolean phone = random.nextInt(100) < TO_PHONES_PERCENT;
    int first = phone ? Phones.FIRST : 0;
    int count = (phone ? Phones.PEOPLE : WebhookLoad.PEOPLE) / WORKERS;
    return Person.of(first + random.nextInt(count) * WORKERS + worker);
  }

  private boolean until200(Asked asked) throws InterruptedException {
    URI url = installation.api("/messages:send");
    Map<String, String> headers = new HashMap<>(installation.credentials());
    headers.put("Idempotency-Key", asked.key());
    ObjectNode body = body(asked);
    while (presence.awaitUp(UP_WITHIN)) {
      try {
        Wire.Answer answer = wire.post(url, headers, body);
        switch (answer.status()) {
          case 200 -> {
            asked.answered(answer.json().path("message_id").asString());
            return true;
          }
          // 500 says that it may have been taken, and to come again with the same key.
          case 500, 503 -> {}
          default -> {
            anomaly("messages:send was answered " + answer.status() + " " + answer.body());
            return false;
          }
        }
      } catch (IOException cutOff) {
        lost.incrementAndGet();
      }
      Thread.sleep(PAUSE);
    }
    anomaly("the gateway was away for longer than " + UP_WITHIN);
    return false;
  }

  private ObjectNode body(Asked asked) {
    ObjectNode body = JSON.createObjectNode();
    body.put("app_id", installation.appId());
    ObjectNode identity =
        body.putObject("recipient")
            .putObject("identified_by")
            .putArray("channel_identities")
            .addObject();
    identity.put("channel", "LINE");
    identity.put("identity", asked.person().userId());
    body.putObject("message").putObject("text_message").put("text", asked.text());
    return body;
  }

  private void anomaly(String what) {
    synchronized (anomalies) {
      anomalies.add(what);
    }
  }
}
