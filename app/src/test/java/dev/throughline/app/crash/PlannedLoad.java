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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Plays the app: sends texts under delivery plans of three steps, each with an Idempotency-Key,
 * repeated until it is answered 200.
 */
final class PlannedLoad {
  private static final int WORKERS = 8;
  private static final Duration EVERY = Duration.ofMillis(400);
  private static final Duration UP_WITHIN = Duration.ofSeconds(90);
  private static final Duration PAUSE = Duration.ofMillis(80);
  private static final List<String> ON_UNKNOWN = List.of("wait", "next", "wait", "resend");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Installation installation;
  private final Wire wire;
  private final Presence presence;
  private final Platforms platforms;
  private final long seed;
  private final List<PlannedSend> all = new ArrayList<>();
  private final List<String> anomalies = new ArrayList<>();
  private final AtomicInteger working = new AtomicInteger();
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private volatile boolean stopping;

  PlannedLoad(
      Installation installation, Wire wire, Presence presence, Platforms platforms, long seed) {
    this.installation = installation;
    this.wire = wire;
    this.presence = presence;
    this.platforms = platforms;
    this.seed = seed;
  }

  void start() {
    for (int i = 0; i < WORKERS; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      working.incrementAndGet();
      Thread.ofVirtual().name("app-" + i).start(() -> work(random));
    }
  }

  /** Nothing new; what was asked for is still repeated until it is answered. */
  void stop() {
    stopping = true;
  }

  boolean isIdle() {
    return working.get() == 0;
  }

  /** How many were answered 200 so far. */
  int answered() {
    return answered.get();
  }

  List<PlannedSend> all() {
    synchronized (all) {
      return List.copyOf(all);
    }
  }

  List<String> anomalies() {
    synchronized (anomalies) {
      return List.copyOf(anomalies);
    }
  }

  private void work(SplittableRandom random) {
    try {
      while (!stopping) {
        Thread.sleep(EVERY);
        if (presence.isUp()) {
          String onUnknown = ON_UNKNOWN.get(random.nextInt(ON_UNKNOWN.size()));
          PlannedSend send =
              new PlannedSend(
                  numbers.incrementAndGet(),
                  platforms.people().get(random.nextInt(Platforms.PEOPLE)),
                  new UUID(random.nextLong(), random.nextLong()).toString(),
                  onUnknown.equals("resend"));
          synchronized (all) {
            all.add(send);
          }
          until200(send, onUnknown);
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

  private void until200(PlannedSend send, String onUnknown) throws InterruptedException {
    URI url = installation.api("/messages:send");
    Map<String, String> headers = new HashMap<>(installation.credentials());
    headers.put("Idempotency-Key", send.key());
    ObjectNode body = body(send, onUnknown);
    while (presence.awaitUp(UP_WITHIN)) {
      try {
        Wire.Answer answer = wire.post(url, headers, body);
        switch (answer.status()) {
          case 200 -> {
            send.answered(answer.json().path("message_id").asString());
            answered.incrementAndGet();
            return;
          }
          // 500 says that it may have been taken, and to come again with the same key.
          case 500, 503 -> {}
          default -> {
            anomaly("messages:send was answered " + answer.status() + " " + answer.body());
            return;
          }
        }
      } catch (IOException cutOff) {
        // Nobody knows whether it was taken: the key does.
      }
      Thread.sleep(PAUSE);
    }
    anomaly("the gateway was away for longer than " + UP_WITHIN);
  }

  private ObjectNode body(PlannedSend send, String onUnknown) {
    ObjectNode body = JSON.createObjectNode();
    body.put("app_id", installation.appId());
    ArrayNode addresses =
        body.putObject("recipient").putObject("identified_by").putArray("channel_identities");
    String phone = send.person().phone().substring(1);
    addresses.addObject().put("channel", "LINE").put("identity", send.person().lineUserId());
    addresses.addObject().put("channel", "WHATSAPP").put("identity", phone);
    addresses.addObject().put("channel", "SMS").put("identity", phone);
    body.putObject("message").putObject("text_message").put("text", send.text());
    ArrayNode steps = body.putObject("delivery_plan").putArray("steps");
    steps.addObject().put("channel", "LINE").put("within", "4s").put("on_unknown", onUnknown);
    steps
        .addObject()
        .put("channel", "WHATSAPP")
        .put("until", "device")
        .put("within", "3s")
        .put("on_unknown", onUnknown);
    steps.addObject().put("channel", "SMS").put("within", "2s").put("on_unknown", onUnknown);
    return body;
  }

  private void anomaly(String what) {
    synchronized (anomalies) {
      anomalies.add(what);
    }
  }
}
