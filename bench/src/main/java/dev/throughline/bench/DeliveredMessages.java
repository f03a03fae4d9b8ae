package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The judge of {@code bench send}: what the emulated LINE accepted and shows on the user's phone,
 * by the number in each text. Follows {@code GET /_sandbox/users/{userId}/messages} on a thread of
 * its own until it is closed.
 */
final class DeliveredMessages implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);
  private static final int WAIT_SECONDS = 1;

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_WITHIN)
          .build();
  private final URI messages;
  private final Map<Long, Long> acceptedAt = new HashMap<>();
  private final Thread follower;
  private long duplicates;
  private String failure = "";
  private volatile boolean closing;

  DeliveredMessages(URI line, String userId) {
    messages = line.resolve("/_sandbox/users/" + userId + "/messages");
    follower = Thread.ofVirtual().name("delivered-messages").start(this::follow);
  }

  /** Epoch nanoseconds of the acceptance of each number so far. */
  synchronized Map<Long, Long> acceptedAt() throws IOException {
    if (!failure.isEmpty()) {
      throw new IOException("the emulator's record: " + failure);
    }
    return new HashMap<>(acceptedAt);
  }

  synchronized int count() {
    return acceptedAt.size();
  }

  /** Texts that the user got more than once. */
  synchronized long duplicates() {
    return duplicates;
  }

  @Override
  public void close() {
    closing = true;
    try {
      follower.join(STOPPED_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
  }

  private void follow() {
    long next = 0;
    try {
      while (!closing) {
        URI page = URI.create(messages + "?after=" + next + "&wait=" + WAIT_SECONDS);
        HttpResponse<byte[]> answer =
            client.send(
                HttpRequest.newBuilder(page).timeout(ANSWER_WITHIN).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
          throw new IOException(page + " answered " + answer.statusCode());
        }
        JsonNode body = json.readTree(answer.body());
        take(body.path("messages"));
        next = body.path("next").asLong();
      }
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        failure = String.valueOf(e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void take(JsonNode page) {
    for (JsonNode message : page.values()) {
      String text = message.path("text").asString("");
      if (text.startsWith(SendRequests.MARK)) {
        long number = Long.parseLong(text.substring(SendRequests.MARK.length()));
        Long before = acceptedAt.putIfAbsent(number, epochNanos(message.path("_at")));
        if (before != null) {
          duplicates++;
        }
      }
    }
  }

  /** Epoch milliseconds or RFC 3339. */
  static long epochNanos(JsonNode at) {
    return at.isNumber()
        ? at.asLong() * 1_000_000
        : ChronoUnit.NANOS.between(Instant.EPOCH, Instant.parse(at.asString()));
  }
}
