package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.emulator.WebhookClient;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes on their way to the webhook: signed over the exact bytes, those of one person one after
 * the other, and the same bytes again after a wait if they were not answered with 200.
 */
final class MetaWebhooks implements AutoCloseable {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int LANES = 8;

  /** Beyond it a change is lost. */
  private static final int WAITING_LIMIT = 50_000;

  private static final int HISTORY = 20_000;
  private static final long HISTORY_BYTES = 24L << 20;

  /** Where webhooks go, once the handshake succeeded. */
  record Subscription(String url, String verifyToken) {}

  /**
   * One body sent, or not sent, and what became of it.
   *
   * @param status what was answered; 0 if nothing was
   */
  record Attempt(
      Instant at,
      String url,
      int changes,
      String body,
      String signature,
      int attempt,
      int status,
      String reason,
      long millis) {
    boolean succeeded() {
      return status == 200;
    }

    long weight() {
      return 300L + body.length();
    }
  }

  private final MetaConfig config;
  private final Supplier<MetaSettings> settings;
  private final InstantSource clock;
  private final Ids ids;
  private final Timers timers;
  private final Faults<Scripted<MetaFault>> faults;
  private final WebhookClient client = new WebhookClient("facebookexternalua");
  private final SecretKeySpec key;
  private final Journal<Attempt> attempts = new Journal<>(HISTORY, HISTORY_BYTES, Attempt::weight);
  private final List<Lane> lanes = new ArrayList<>();
  private final AtomicInteger pending = new AtomicInteger();
  private volatile Optional<Subscription> subscription = Optional.empty();
  private volatile boolean closed;

  MetaWebhooks(
      MetaConfig config,
      Supplier<MetaSettings> settings,
      InstantSource clock,
      Ids ids,
      Timers timers,
      Faults<Scripted<MetaFault>> faults) {
    this.config = config;
    this.settings = settings;
    this.clock = clock;
    this.ids = ids;
    this.timers = timers;
    this.faults = faults;
    this.key = new SecretKeySpec(config.appSecret().getBytes(StandardCharsets.UTF_8), ALGORITHM);
    for (int i = 0; i < LANES; i++) {
      lanes.add(new Lane());
    }
  }

  Journal<Attempt> attempts() {
    return attempts;
  }

  Optional<Subscription> subscription() {
    return subscription;
  }

  /** Goes on with a subscription of an earlier run. */
  void restore(Subscription earlier) {
    subscription = Optional.of(earlier);
  }

  /** Changes and bodies that are neither answered nor given up. */
  int pending() {
    return pending.get();
  }

  /** The handshake: the receiver must echo the challenge. */
  void subscribe(String url, String verifyToken) throws ControlRefusal {
    URI address = loopback(url);
    String challenge = Integer.toString(1_000_000_000 + ids.below(1_000_000_000));
    String query =
        "hub.mode=subscribe&hub.challenge="
            + challenge
            + "&hub.verify_token="
            + URLEncoder.encode(verifyToken, StandardCharsets.UTF_8);
    String separator = address.getRawQuery() == null ? "?" : "&";
    WebhookClient.Answer answer =
        client.get(URI.create(url + separator + query), settings.get().webhookTimeout());
    if (answer.status() != 200 || !answer.body().equals(challenge)) {
      throw new ControlRefusal(
          400,
          "The webhook's address did not answer the verification with 200 and the challenge: "
              + (answer.status() == 0 ? answer.detail() : "HTTP " + answer.status())
              + ".");
    }
    subscription = Optional.of(new Subscription(url, verifyToken));
  }

  void unsubscribe() {
    subscription = Optional.empty();
  }

  /** An emulator calls nothing but this machine. */
  private static URI loopback(String url) throws ControlRefusal {
    try {
      URI address = URI.create(url);
      String host = String.valueOf(address.getHost());
      boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      if (web && (host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]"))) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new ControlRefusal(400, "A webhook's address is http or https on the loopback.");
  }

  /** Sends a change in the turn of its person. */
  void enqueue(String person, ObjectNode value) {
    lanes.get(Math.floorMod(person.hashCode(), LANES)).add(value);
  }

  /** Sends a body byte for byte, signed, apart from every queue; for tests of bad input. */
  Attempt sendRaw(byte[] body) {
    return post(body, 0, 1, signature(body));
  }

  /** Those of a few people, in order. Its thread starts with the first change. */
  private final class Lane {
    private final ArrayDeque<ObjectNode> waiting = new ArrayDeque<>();
    private boolean running;

    private synchronized void add(ObjectNode value) {
      if (closed || waiting.size() >= WAITING_LIMIT) {
        return;
      }
      pending.incrementAndGet();
      waiting.add(value);
      if (!running) {
        running = true;
        Thread.ofVirtual().name("meta-webhooks").start(this::run);
      }
    }

    private synchronized List<ObjectNode> take(int limit) {
      List<ObjectNode> taken = new ArrayList<>();
      while (taken.size() < limit && !waiting.isEmpty()) {
        taken.add(waiting.remove());
      }
      return taken;
    }

    /** The change whose turn it is; empty when the lane has come to rest. */
    private synchronized Optional<ObjectNode> next() {
      running = !waiting.isEmpty();
      return Optional.ofNullable(waiting.peek());
    }

    private void run() {
      try {
        while (!closed) {
          Optional<ObjectNode> next = next();
          if (next.isEmpty()) {
            return;
          }
          Optional<Scripted<MetaFault>> fault =
              faults.strike(MetaFault.WEBHOOKS, () -> Json.string(next.get()));
          int limit = settings.get().changesPerBody();
          if (fault.isPresent() && fault.get().fault() == MetaFault.BATCH) {
            Thread.sleep(MetaFault.delay(fault.get()));
            limit = MetaSettings.CHANGES_LIMIT;
          }
          List<ObjectNode> changes = take(limit);
          try {
            deliver(changes, fault);
          } finally {
            pending.addAndGet(-changes.size());
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void deliver(List<ObjectNode> changes, Optional<Scripted<MetaFault>> rule)
      throws InterruptedException {
    byte[] body = Json.bytes(body(changes));
    if (rule.isEmpty()) {
      send(body, changes.size(), 1, signature(body));
      return;
    }
    Duration delay = MetaFault.delay(rule.get());
    switch (rule.get().fault()) {
      case WEBHOOK_TWICE -> {
        send(body, changes.size(), 1, signature(body));
        Thread.sleep(delay);
        send(body, changes.size(), 1, signature(body));
      }
      case WEBHOOK_REORDER -> {
        pending.incrementAndGet();
        Thread.ofVirtual()
            .name("meta-webhook-late")
            .start(() -> {
              try {
                Thread.sleep(delay);
                send(body, changes.size(), 1, signature(body));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } finally {
                pending.decrementAndGet();
              }
            });
      }
      case BAD_SIGNATURE -> {
        byte[] other = body.clone();
        other[0] = ' ';
        send(body, changes.size(), 1, signature(other));
      }
      case WEBHOOK_SLOW -> {
        Thread.sleep(delay);
        send(body, changes.size(), 1, signature(body));
      }
      case WEBHOOK_LOST -> record(body, changes.size(), 1, "", 0, "lost", 0);
      default -> send(body, changes.size(), 1, signature(body));
    }
  }

  private ObjectNode body(List<ObjectNode> values) {
    ObjectNode body = Json.object().put("object", "whatsapp_business_account");
    ObjectNode entry = body.putArray("entry").addObject();
    entry.put("id", config.accountId());
    ArrayNode changes = entry.putArray("changes");
    for (ObjectNode value : values) {
      ObjectNode change = changes.addObject();
      change.set("value", value);
      change.put("field", "messages");
    }
    return body;
  }

  private void send(byte[] body, int changes, int attempt, String signature) {
    Attempt done = post(body, changes, attempt, signature);
    List<Duration> waits = settings.get().redelivery();
    if (done.succeeded() || done.url().isEmpty() || attempt > waits.size() || closed) {
      return;
    }
    pending.incrementAndGet();
    boolean taken =
        timers.at(
            clock.instant().plus(waits.get(attempt - 1)),
            () ->
                Thread.ofVirtual()
                    .name("meta-redelivery")
                    .start(() -> {
                      try {
                        if (!closed) {
                          send(body, changes, attempt + 1, signature);
                        }
                      } finally {
                        pending.decrementAndGet();
                      }
                    }));
    if (!taken) {
      pending.decrementAndGet();
    }
  }

  private Attempt post(byte[] body, int changes, int attempt, String signature) {
    Optional<Subscription> to = subscription;
    if (to.isEmpty()) {
      return record(body, changes, attempt, "", 0, "no webhook is subscribed", 0);
    }
    long start = System.nanoTime();
    WebhookClient.Answer answer =
        client.post(
            URI.create(to.get().url()),
            body,
            Map.of("Content-Type", "application/json", "X-Hub-Signature-256", signature),
            settings.get().webhookTimeout());
    long millis = (System.nanoTime() - start) / 1_000_000;
    return record(body, changes, attempt, signature, answer.status(), answer.reason(), millis);
  }

  private Attempt record(
      byte[] body,
      int changes,
      int attempt,
      String signature,
      int status,
      String reason,
      long millis) {
    boolean sent = !signature.isEmpty();
    Attempt done =
        new Attempt(
            clock.instant(),
            sent ? subscription.map(Subscription::url).orElse("") : "",
            changes,
            new String(body, StandardCharsets.UTF_8),
            signature,
            attempt,
            status,
            reason,
            millis);
    attempts.add(done);
    return done;
  }

  /** {@code X-Hub-Signature-256} over exactly these bytes. */
  private String signature(byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  @Override
  public void close() {
    closed = true;
    attempts.close();
    client.close();
  }
}
