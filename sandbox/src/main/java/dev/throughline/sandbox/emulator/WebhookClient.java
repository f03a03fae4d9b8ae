package dev.throughline.sandbox.emulator;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.HeaderNames;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webclient.http1.Http1ClientRequest;
import io.helidon.webclient.http1.Http1ClientResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Posts a body as a platform does, over kept connections, and tells in LINE's words what came.
 * Blocks its thread; a deadline that covers the whole exchange interrupts it.
 */
public final class WebhookClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final int CONNECTIONS_KEPT = 1024;
  private static final int ANSWER_BYTES_KEPT = 1024;

  /** Of a longer answer the connection is not worth keeping. */
  private static final int ANSWER_BYTES_READ = 1024 * 1024;

  /**
   * @param status 0 without an answer
   */
  public record Answer(int status, String reason, String detail, String body) {}

  private final Http1Client client =
      Http1Client.builder()
          .followRedirects(false)
          .proxy(Proxy.noProxy())
          .servicesDiscoverServices(false)
          .shareConnectionCache(false)
          .connectionCacheSize(CONNECTIONS_KEPT)
          .connectTimeout(CONNECT_TIMEOUT)
          .sendExpectContinue(false)
          .socketOptions(
              SocketOptions.builder().tcpNoDelay(true).connectTimeout(CONNECT_TIMEOUT).build())
          .build();
  private final ScheduledThreadPoolExecutor deadlines;

  private final String userAgent;

  /**
   * @param userAgent what the platform calls itself
   */
  public WebhookClient(String userAgent) {
    this.userAgent = userAgent;
    deadlines =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("webhook-deadlines").factory());
    deadlines.setRemoveOnCancelPolicy(true);
  }

  /**
   * @param headers beside the user agent
   */
  public Answer post(URI url, byte[] body, Map<String, String> headers, Duration timeout) {
    return exchange(client.post().uri(url), headers, timeout, request -> request.submit(body));
  }

  public Answer get(URI url, Duration timeout) {
    return exchange(client.get().uri(url), Map.of(), timeout, Http1ClientRequest::request);
  }

  private Answer exchange(
      Http1ClientRequest request,
      Map<String, String> headers,
      Duration timeout,
      Function<Http1ClientRequest, Http1ClientResponse> sent) {
    request.readTimeout(timeout).header(HeaderNames.USER_AGENT, userAgent);
    headers.forEach((name, value) -> request.header(HeaderNames.create(name), value));
    AtomicBoolean waiting = new AtomicBoolean(true);
    Thread poster = Thread.currentThread();
    Future<?> deadline;
    try {
      deadline =
          deadlines.schedule(
              () -> {
                synchronized (waiting) {
                  if (waiting.get()) {
                    poster.interrupt();
                  }
                }
              },
              timeout.toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      return new Answer(0, "NOT_SENT", "the emulator is stopping", "");
    }
    try (Http1ClientResponse response = sent.apply(request)) {
      int status = response.status().code();
      String text = beginning(response);
      boolean success = status >= 200 && status < 300;
      return new Answer(
          status, success ? "OK" : "ERROR_STATUS_CODE", Integer.toString(status), text);
    } catch (RuntimeException | IOException e) {
      return failure(e);
    } finally {
      deadline.cancel(false);
      synchronized (waiting) {
        waiting.set(false);
        // an interrupt that came too late for this exchange must not end the next
        boolean _ = Thread.interrupted();
      }
    }
  }

  private static String beginning(Http1ClientResponse response) throws IOException {
    if (!response.entity().hasEntity()) {
      return "";
    }
    try (InputStream in = response.inputStream()) {
      String kept = new String(in.readNBytes(ANSWER_BYTES_KEPT), StandardCharsets.UTF_8);
      in.skipNBytes(Math.min(in.available(), ANSWER_BYTES_READ));
      return kept;
    }
  }

  private static Answer failure(Exception e) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    Throwable cause = e;
    for (Throwable next = e; next != null; next = next.getCause()) {
      cause = next;
      if (next instanceof ConnectException) {
        return new Answer(0, "COULD_NOT_CONNECT", "Connection refused", "");
      }
      interrupted |= next instanceof SocketTimeoutException;
    }
    if (interrupted) {
      return new Answer(0, "REQUEST_TIMEOUT", "Request timeout", "");
    }
    return cause instanceof IOException || cause instanceof IllegalStateException
        ? new Answer(0, "UNCLASSIFIED", "Session closed unexpectedly", "")
        : new Answer(0, "UNCLASSIFIED", "The request could not be sent", "");
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
    client.closeResource();
  }
}
