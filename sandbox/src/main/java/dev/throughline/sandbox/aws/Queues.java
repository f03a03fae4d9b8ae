package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * SQS's standard queues: a message is invisible while somebody has it, comes back if it is not
 * deleted in time, and goes to the dead letters when it came too often. Times are the emulator's.
 */
final class Queues {
  private static final int MESSAGES_LIMIT = 100_000;
  private static final int QUEUES_LIMIT = 1_000;

  /** How often somebody who waits looks again, because a virtual clock may have moved. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private static final Map<String, String> DEFAULTS =
      Map.of(
          "VisibilityTimeout", "30",
          "DelaySeconds", "0",
          "ReceiveMessageWaitTimeSeconds", "0",
          "MessageRetentionPeriod", "345600",
          "MaximumMessageSize", "262144");

  /** A message, and what is asked about it. */
  static final class Held {
    final String id;
    final String body;
    final ObjectNode attributes;
    final Instant sent;
    Instant visible;
    Instant firstReceived = Instant.EPOCH;
    String handle = "";
    int received;

    Held(String id, String body, ObjectNode attributes, Instant sent, Instant visible) {
      this.id = id;
      this.body = body;
      this.attributes = attributes;
      this.sent = sent;
      this.visible = visible;
    }
  }

  /** A queue. */
  static final class Queue {
    final String name;
    final String arn;
    final Instant created;
    final Map<String, String> attributes = new LinkedHashMap<>(DEFAULTS);
    final List<Held> messages = new ArrayList<>();

    Queue(String name, String arn, Instant created) {
      this.name = name;
      this.arn = arn;
      this.created = created;
    }

    long seconds(String attribute) {
      return Long.parseLong(attributes.getOrDefault(attribute, "0"));
    }
  }

  private final Account account;
  private final Map<String, Queue> queues = new LinkedHashMap<>();

  Queues(Account account) {
    this.account = account;
  }

  synchronized Queue create(String name) throws Refusal {
    if (queues.size() >= QUEUES_LIMIT) {
      throw SqsErrors.badParameter("There are " + QUEUES_LIMIT + " queues already.");
    }
    return queues.computeIfAbsent(
        name, key -> new Queue(key, account.config.arn("sqs", key), account.now()));
  }

  synchronized Queue of(String url) throws Refusal {
    Queue queue = queues.get(url.substring(url.lastIndexOf('/') + 1));
    if (queue == null) {
      throw SqsErrors.noQueue();
    }
    return queue;
  }

  synchronized List<String> names() {
    return List.copyOf(queues.keySet());
  }

  synchronized void delete(Queue queue) {
    queues.remove(queue.name);
    notifyAll();
  }

  synchronized void purge(Queue queue) {
    queue.messages.clear();
  }

  synchronized Map<String, String> attributes(Queue queue) {
    Instant now = account.now();
    Map<String, String> all = new LinkedHashMap<>(queue.attributes);
    long visible = queue.messages.stream().filter(one -> !one.visible.isAfter(now)).count();
    long delayed =
        queue.messages.stream()
            .filter(one -> one.visible.isAfter(now) && one.received == 0)
            .count();
    all.put("QueueArn", queue.arn);
    all.put("ApproximateNumberOfMessages", Long.toString(visible));
    all.put("ApproximateNumberOfMessagesDelayed", Long.toString(delayed));
    all.put(
        "ApproximateNumberOfMessagesNotVisible",
        Long.toString(queue.messages.size() - visible - delayed));
    all.put("CreatedTimestamp", Long.toString(queue.created.getEpochSecond()));
    return all;
  }

  synchronized void set(Queue queue, Map<String, String> values) {
    queue.attributes.putAll(values);
  }

  /** Puts a message of another service into the queue with this ARN; tells whether there is one. */
  boolean deliver(String arn, String body) {
    Optional<Queue> queue;
    synchronized (this) {
      queue = queues.values().stream().filter(one -> one.arn.equals(arn)).findFirst();
    }
    if (queue.isEmpty()) {
      return false;
    }
    try {
      Held _ = send(queue.get(), body, Json.object(), Optional.empty());
      return true;
    } catch (Refusal e) {
      return false;
    }
  }

  synchronized Held send(
      Queue queue, String body, ObjectNode attributes, Optional<Integer> delaySeconds)
      throws Refusal {
    if (queue.messages.size() >= MESSAGES_LIMIT) {
      throw new Refusal(
          400,
          "OverLimit",
          "The queue holds " + MESSAGES_LIMIT + " messages, the sandbox's limit.");
    }
    Instant now = account.now();
    long delay = delaySeconds.map(Integer::longValue).orElse(queue.seconds("DelaySeconds"));
    Held held =
        new Held(account.ids.uuid().toString(), body, attributes, now, now.plusSeconds(delay));
    queue.messages.add(held);
    notifyAll();
    return held;
  }

  /** Takes up to {@code most} messages; waits for the first one in real time. */
  List<Held> receive(Queue queue, int most, long visibilitySeconds, Duration wait)
      throws InterruptedException, Refusal {
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      synchronized (this) {
        if (!queues.containsValue(queue)) {
          throw SqsErrors.noQueue();
        }
        List<Held> taken = take(queue, most, visibilitySeconds);
        long left = deadline - System.nanoTime();
        if (!taken.isEmpty() || left <= 0) {
          return taken;
        }
        wait(Math.clamp(left / 1_000_000, 1, LOOK_EVERY.toMillis()));
      }
    }
  }

  private List<Held> take(Queue queue, int most, long visibilitySeconds) {
    Instant now = account.now();
    Instant oldest = now.minusSeconds(queue.seconds("MessageRetentionPeriod"));
    queue.messages.removeIf(one -> one.sent.isBefore(oldest));
    Optional<Redrive> redrive = redrive(queue);
    List<Held> taken = new ArrayList<>();
    for (Held one : List.copyOf(queue.messages)) {
      if (taken.size() == most) {
        break;
      }
      if (one.visible.isAfter(now)) {
        continue;
      }
      if (redrive.isPresent() && one.received >= redrive.get().times) {
        queue.messages.remove(one);
        redrive.get().queue.messages.add(new Held(one.id, one.body, one.attributes, now, now));
        continue;
      }
      one.received++;
      if (one.received == 1) {
        one.firstReceived = now;
      }
      one.handle = account.ids.hex(48);
      one.visible = now.plusSeconds(visibilitySeconds);
      taken.add(snapshot(one));
    }
    return taken;
  }

  private static Held snapshot(Held one) {
    Held copy = new Held(one.id, one.body, one.attributes, one.sent, one.visible);
    copy.firstReceived = one.firstReceived;
    copy.handle = one.handle;
    copy.received = one.received;
    return copy;
  }

  private record Redrive(Queue queue, int times) {}

  private Optional<Redrive> redrive(Queue queue) {
    String policy = queue.attributes.getOrDefault("RedrivePolicy", "");
    if (policy.isEmpty()) {
      return Optional.empty();
    }
    var json = Json.trusted(policy);
    String target = Json.text(json, "deadLetterTargetArn").orElse("");
    int times = Integer.parseInt(json.path("maxReceiveCount").asString("1"));
    return queues.values().stream()
        .filter(one -> one.arn.equals(target))
        .findFirst()
        .map(one -> new Redrive(one, times));
  }

  /** Deletes; a handle of an earlier receipt, or of nothing any more, succeeds as SQS has it. */
  synchronized void delete(Queue queue, String handle) throws Refusal {
    checkHandle(handle);
    queue.messages.removeIf(one -> one.handle.equals(handle));
  }

  synchronized void changeVisibility(Queue queue, String handle, long seconds) throws Refusal {
    checkHandle(handle);
    Instant now = account.now();
    for (Held one : queue.messages) {
      if (one.handle.equals(handle) && one.visible.isAfter(now)) {
        one.visible = now.plusSeconds(seconds);
        notifyAll();
        return;
      }
    }
    throw new Refusal(400, "MessageNotInflight", "The specified message isn't in flight.");
  }

  private static void checkHandle(String handle) throws Refusal {
    if (!handle.matches("[0-9a-f]{48}")) {
      throw SqsErrors.badHandle();
    }
  }

  static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  static String md5(String text) {
    return md5(text.getBytes(StandardCharsets.UTF_8));
  }
}
