package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** LINE's connectivity check, {@code "events": []}, with a right or a wrong signature. */
final class WebhookProbe implements AutoCloseable {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private static final String EMPTY =
      "{\"destination\":\"" + WebhookRequests.ANY_BOT_USER_ID + "\",\"events\":[]}";

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_WITHIN)
          .build();

  /** 0 if there is no answer. */
  int status(URI webhook, String channelSecret) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(webhook)
            .timeout(ANSWER_WITHIN)
            .header("content-type", "application/json; charset=utf-8")
            .header(
                "x-line-signature", WebhookRequests.signature(channelSecret, EMPTY.getBytes(UTF_8)))
            .POST(HttpRequest.BodyPublishers.ofString(EMPTY))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Refuses to measure a server that says yes to everything while it is said to verify. */
  void proveVerification(Candidate candidate) throws IOException, InterruptedException {
    int right = status(candidate.webhook(), candidate.channelSecret());
    int wrong = status(candidate.webhook(), candidate.channelSecret() + "x");
    if (right != 200 || (candidate.verifies() && (wrong == 0 || wrong / 100 == 2))) {
      throw new IOException(
          "%s answered %d to a right signature and %d to a wrong one"
              .formatted(candidate.name(), right, wrong));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
