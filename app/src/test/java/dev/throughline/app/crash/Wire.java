package dev.throughline.app.crash;

import dev.throughline.app.Hmac;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * HTTP to the gateway: as LINE does it, and as an app does it. Never repeats a request by itself.
 */
final class Wire implements AutoCloseable {
  /** LINE waits so long for an answer to a webhook. */
  static final Duration WEBHOOK_PATIENCE = Duration.ofSeconds(2);

  static final Duration API_PATIENCE = Duration.ofSeconds(10);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(WEBHOOK_PATIENCE)
          .build();

  /** Posts a signed webhook and answers the status. */
  int webhook(URI url, String channelSecret, byte[] body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(WEBHOOK_PATIENCE)
            .header("content-type", "application/json; charset=utf-8")
            .header("x-line-signature", Hmac.base64(channelSecret, body))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  Answer post(URI url, Map<String, String> headers, JsonNode body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(API_PATIENCE)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)));
    headers.forEach(request::header);
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body());
  }

  Answer get(URI url, Duration patience) throws IOException, InterruptedException {
    return get(url, Map.of(), patience);
  }

  Answer get(URI url, Map<String, String> headers, Duration patience)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(patience);
    headers.forEach(request::header);
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    return new Answer(response.statusCode(), response.body());
  }

  /** Whether anything is answered at all. */
  boolean answers(URI url) throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(url).timeout(WEBHOOK_PATIENCE).build();
      return client.send(request, BodyHandlers.discarding()).statusCode() > 0;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  record Answer(int status, String body) {
    JsonNode json() {
      return JSON.readTree(body);
    }

    /** The JSON of a 200; anything else is a failure of the run. */
    JsonNode ok(String what) throws IOException {
      if (status != 200) {
        throw new IOException(what + " was answered " + status + " " + body);
      }
      return json();
    }
  }
}
