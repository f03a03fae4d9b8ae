package dev.throughline.sandbox.line;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Posts a signed body as LINE does, over kept connections, and tells in LINE's words what came. */
final class WebhookClient implements AutoCloseable {
  private static final int ANSWER_BYTES_KEPT = 1024;

  /**
   * @param status 0 without an answer
   */
  record Answer(int status, String reason, String detail, String body) {}

  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(2))
          .executor(executor)
          .build();

  Answer post(URI url, byte[] body, String signature, Duration timeout)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("content-type", "application/json; charset=utf-8")
            .header("user-agent", "LineBotWebhook/2.0")
            .header("x-line-signature", signature)
            .timeout(timeout)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, info -> new Beginning());
    try {
      // The request's own timeout ends with the answer's header; this one covers the body too.
      HttpResponse<String> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      int status = response.statusCode();
      boolean success = status >= 200 && status < 300;
      return new Answer(
          status, success ? "OK" : "ERROR_STATUS_CODE", Integer.toString(status), response.body());
    } catch (TimeoutException e) {
      return new Answer(0, "REQUEST_TIMEOUT", "Request timeout", "");
    } catch (ExecutionException e) {
      return failure(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private static Answer failure(@Nullable Throwable cause) {
    return switch (cause) {
      case ConnectException e -> new Answer(0, "COULD_NOT_CONNECT", "Connection refused", "");
      case HttpConnectTimeoutException e ->
          new Answer(0, "COULD_NOT_CONNECT", "Connection timeout", "");
      case HttpTimeoutException e -> new Answer(0, "REQUEST_TIMEOUT", "Request timeout", "");
      case IOException e -> new Answer(0, "UNCLASSIFIED", "Session closed unexpectedly", "");
      case null, default -> new Answer(0, "UNCLASSIFIED", "The request could not be sent", "");
    };
  }

  @Override
  public void close() {
    client.shutdownNow();
    executor.shutdownNow();
  }

  /** Keeps the first bytes of an answer and lets the rest go by. */
  private static final class Beginning implements HttpResponse.BodySubscriber<String> {
    private final CompletableFuture<String> done = new CompletableFuture<>();
    private final StringBuilder kept = new StringBuilder();

    @Override
    public CompletionStage<String> getBody() {
      return done;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        int room = ANSWER_BYTES_KEPT - kept.length();
        if (room > 0) {
          byte[] bytes = new byte[Math.min(room, buffer.remaining())];
          buffer.get(bytes);
          kept.append(new String(bytes, StandardCharsets.UTF_8));
        }
      }
    }

    @Override
    public void onError(Throwable error) {
      done.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      done.complete(kept.toString());
    }
  }
}
