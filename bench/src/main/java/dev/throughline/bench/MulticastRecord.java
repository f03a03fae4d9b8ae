package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The judge of {@code bench broadcast}: the multicasts that the emulated LINE accepted, followed in
 * its record of requests on a thread of its own until it is closed.
 */
final class MulticastRecord implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(50);

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI control;
  private final String text;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread follower;
  private final Set<String> seen = new HashSet<>();
  private long requests;
  private long people;
  private long repeated;
  private Instant last = Instant.EPOCH;
  private String failure = "";

  /** {@code line} is the emulator's base URL. */
  MulticastRecord(URI line, String text) {
    this.control = line.resolve("/_sandbox/");
    this.text = text;
    this.follower = Thread.ofPlatform().name("multicast-record").daemon(true).start(this::follow);
  }

  /**
   * So far.
   *
   * @param repeated people who were sent to before
   * @param last when the newest was accepted
   */
  record Count(long requests, long people, long repeated, Instant last) {}

  synchronized Count count() throws IOException {
    if (!failure.isEmpty()) {
      throw new IOException("the emulator's record: " + failure);
    }
    return new Count(requests, people, repeated, last);
  }

  @Override
  public void close() {
    closing.countDown();
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
      do {
        JsonNode page = page(next);
        if (page.path("forgotten").asLong(0) > 0) {
          throw new IOException("it no longer holds all requests");
        }
        for (JsonNode request : page.path("requests").values()) {
          take(request);
        }
        next = page.path("next").asLong();
      } while (!closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        failure = String.valueOf(e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonNode page(long after) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(control.resolve("requests?after=" + after))
            .timeout(ANSWER_WITHIN)
            .build();
    HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException(request.uri() + " answered " + answer.statusCode());
    }
    return json.readTree(answer.body());
  }

  private void take(JsonNode request) {
    String body = request.path("body").asString("");
    if (!request.path("accepted").asBoolean(false) || !body.contains(text)) {
      return;
    }
    JsonNode to = json.readTree(body).path("to");
    synchronized (this) {
      requests++;
      for (JsonNode user : to.values()) {
        people++;
        if (!seen.add(user.asString())) {
          repeated++;
        }
      }
      Instant at = Instant.parse(request.path("at").asString());
      last = at.isAfter(last) ? at : last;
    }
  }
}
