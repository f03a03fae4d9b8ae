package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.emulator.WebhookClient;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hands mail to the company: each as it is, by POST, with a shared secret in a header. Like a mail
 * server it tries again for a while when it is not taken.
 */
final class Hook implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int HISTORY = 5_000;
  private static final List<Duration> WAITS =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(8),
          Duration.ofDays(1));

  /** Where mail to the company goes. */
  record Target(String url, String header, String secret) {}

  /** One POST of a mail, and what became of it. */
  record Attempt(
      Instant at, String url, String kind, String mail, int attempt, int status, String reason) {
    long weight() {
      return 300L + mail.length();
    }

    ObjectNode json() {
      ObjectNode json = Json.object();
      json.put("at", at.toString()).put("url", url).put("kind", kind).put("mail", mail);
      return json.put("attempt", attempt).put("status", status).put("reason", reason);
    }
  }

  private final InstantSource clock;
  private final Timers timers;
  private final Faults<Scripted<MailFault>> faults;
  private final WebhookClient client = new WebhookClient("Mail server");
  private final Journal<Attempt> attempts = new Journal<>(HISTORY, 16L << 20, Attempt::weight);
  private final AtomicInteger pending = new AtomicInteger();
  private volatile Optional<Target> target = Optional.empty();
  private volatile boolean closed;

  Hook(InstantSource clock, Timers timers, Faults<Scripted<MailFault>> faults) {
    this.clock = clock;
    this.timers = timers;
    this.faults = faults;
  }

  Journal<Attempt> attempts() {
    return attempts;
  }

  int pending() {
    return pending.get();
  }

  Optional<Target> target() {
    return target;
  }

  void target(Target next) throws ControlRefusal {
    String host;
    try {
      host = String.valueOf(URI.create(next.url()).getHost());
    } catch (IllegalArgumentException e) {
      host = "";
    }
    if (!host.equals("localhost") && !host.equals("127.0.0.1") && !host.equals("[::1]")) {
      throw new ControlRefusal(400, "The hook's address is http or https on the loopback.");
    }
    target = Optional.of(next);
  }

  /**
   * Sends a mail a moment later.
   *
   * @param kind reply, bounce or raw, for the journal
   */
  void send(String kind, Bytes mail) {
    pending.incrementAndGet();
    Thread.ofVirtual()
        .name("mail-hook")
        .start(() -> {
          try {
            Optional<Scripted<MailFault>> fault = faults.strike(MailFault.HOOK, mail::text);
            if (fault.isPresent() && fault.get().fault() == MailFault.HOOK_SLOW) {
              Thread.sleep(MailFault.delay(fault.get()));
            }
            boolean wrong = fault.isPresent() && fault.get().fault() == MailFault.WRONG_SECRET;
            post(kind, mail, 1, wrong);
            if (fault.isPresent() && fault.get().fault() == MailFault.HOOK_TWICE) {
              post(kind, mail, 1, false);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            pending.decrementAndGet();
          }
        });
  }

  private void post(String kind, Bytes mail, int attempt, boolean wrongSecret) {
    Optional<Target> to = target;
    if (to.isEmpty() || closed) {
      record("", kind, mail, attempt, 0, "no hook is set");
      return;
    }
    WebhookClient.Answer answer =
        client.post(
            URI.create(to.get().url()),
            mail.copy(),
            Map.of(
                "Content-Type",
                "message/rfc822",
                to.get().header(),
                wrongSecret ? "not-" + to.get().secret() : to.get().secret()),
            TIMEOUT);
    record(to.get().url(), kind, mail, attempt, answer.status(), answer.reason());
    boolean taken = answer.status() >= 200 && answer.status() < 300;
    if (taken || wrongSecret || attempt > WAITS.size()) {
      return;
    }
    pending.incrementAndGet();
    boolean waits =
        timers.at(
            clock.instant().plus(WAITS.get(attempt - 1)),
            () ->
                Thread.ofVirtual()
                    .name("mail-hook-again")
                    .start(() -> {
                      try {
                        post(kind, mail, attempt + 1, false);
                      } finally {
                        pending.decrementAndGet();
                      }
                    }));
    if (!waits) {
      pending.decrementAndGet();
    }
  }

  private void record(String url, String kind, Bytes mail, int attempt, int status, String reason) {
    attempts.add(new Attempt(clock.instant(), url, kind, mail.text(), attempt, status, reason));
  }

  @Override
  public void close() {
    closed = true;
    attempts.close();
    client.close();
  }
}
