package dev.throughline.channel.line;

import dev.throughline.channel.Transport;
import dev.throughline.message.Bytes;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.ResponseInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Real exchanges over real sockets, as plainly as the JDK allows. */
final class JdkTransport implements Transport, AutoCloseable {
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  @Override
  public Answer exchange(Request request) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri())
            .method(
                request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body().array()));
    request.headers().forEach(builder::setHeader);
    AtomicReference<@Nullable ResponseInfo> seen = new AtomicReference<>();
    BodyHandler<byte[]> limited =
        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES);
    CompletableFuture<HttpResponse<byte[]>> pending =
        client.sendAsync(
            builder.build(),
            info -> {
              seen.set(info);
              return limited.apply(info);
            });
    try {
      HttpResponse<byte[]> response =
          pending.get(request.deadline().toMillis(), TimeUnit.MILLISECONDS);
      return new Answer.Answered(
          response.statusCode(), headers(response.headers().map()), Bytes.wrap(response.body()));
    } catch (TimeoutException e) {
      pending.cancel(true);
      return new Answer.Unknown("no answer in time");
    } catch (ExecutionException e) {
      return failed(e, seen.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unknown("interrupted");
    }
  }

  private static Answer failed(ExecutionException e, @Nullable ResponseInfo seen) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    if (seen != null && String.valueOf(cause.getMessage()).contains("capacity")) {
      return new Answer.TooLarge(seen.statusCode(), headers(seen.headers().map()));
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return new Answer.NotSent("no TLS");
      }
    }
    return switch (cause) {
      case ConnectException refused -> new Answer.NotSent("connection refused or unknown host");
      case HttpConnectTimeoutException slow -> new Answer.NotSent("no connection in time");
      default -> new Answer.Unknown("the connection broke: " + cause.getClass().getSimpleName());
    };
  }

  private static Map<String, String> headers(Map<String, List<String>> all) {
    Map<String, String> first = new HashMap<>();
    all.forEach((name, values) -> first.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    return first;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
