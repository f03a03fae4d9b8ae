package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The judge of {@code bench send}: what the emulated LINE accepted, by the number in each text.
 * Follows {@code GET /_sandbox/requests}, its record of all that was asked of it, on a thread of
 * its own until it is closed.
 */
final class DeliveredMessages implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Pattern NUMBER =
      Pattern.compile(SendRequests.MARK + "(\\d{" + SendRequests.MARK_DIGITS + "})");

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_WITHIN)
          .build();
  private final URI control;
  private final Map<Long, Long> acceptedAt = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Thread follower;
  private long duplicates;
  private String failure = "";

  /** {@code line} is the emulator's base URL. */
  DeliveredMessages(URI line) {
    control = line.resolve("/_sandbox/");
  }

  /** Makes friends of the account for the sends to go to. */
  List<String> newUsers(int count) throws IOException, InterruptedException {
    List<String> users = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      JsonNode user =
          json.readTree(
              ask(
                  HttpRequest.newBuilder(control.resolve("users"))
                      .header("content-type", "application/json")
                      .POST(
                          HttpRequest.BodyPublishers.ofString(
                              "{\"displayName\":\"bench " + i + "\"}"))));
      users.add(user.path("userId").asString());
    }
    return users;
  }

  void startFollowing() {
    follower = Thread.ofVirtual().name("delivered-messages").start(this::follow);
  }

  /** Epoch nanoseconds of the acceptance of each number so far. */
  synchronized Map<Long, Long> acceptedAt() throws IOException {
    if (!failure.isEmpty()) {
      throw new IOException("the emulator's record: " + failure);
    }
    return new HashMap<>(acceptedAt);
  }

  /** Texts that were accepted more than once. */
  synchronized long duplicates() {
    return duplicates;
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      if (follower != null) {
        follower.join(STOPPED_WITHIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
  }

  private void follow() {
    long next = 0;
    try {
      do {
        URI page = control.resolve("requests?after=" + next);
        JsonNode body = json.readTree(ask(HttpRequest.newBuilder(page)));
        if (body.path("forgotten").asLong(0) > 0) {
          throw new IOException("it no longer holds all requests; use a lower --rate");
        }
        take(body.path("requests"));
        next = body.path("next").asLong();
      } while (!closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        failure = String.valueOf(e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] ask(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpRequest asked = request.timeout(ANSWER_WITHIN).build();
    HttpResponse<byte[]> answer = client.send(asked, HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException(asked.uri() + " answered " + answer.statusCode());
    }
    return answer.body();
  }

  private synchronized void take(JsonNode page) {
    for (JsonNode request : page.values()) {
      Matcher numbers = NUMBER.matcher(request.path("body").asString(""));
      if (request.path("accepted").asBoolean(false) && numbers.find()) {
        long number = Long.parseLong(numbers.group(1));
        Long before = acceptedAt.putIfAbsent(number, epochNanos(request.path("at").asString()));
        if (before != null) {
          duplicates++;
        }
      }
    }
  }

  private static long epochNanos(String instant) {
    return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.parse(instant));
  }
}
