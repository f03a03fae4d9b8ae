package dev.throughline.sandbox;

import dev.throughline.sandbox.emulator.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A real browser without a window, driven by its own DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Process process;
  private final Path profile;
  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
  private final WebSocket page;
  private int calls;

  /** Where the browser is, if this machine has one. */
  static Optional<Path> program() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(folder ->
            Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Chromium(Path program) throws IOException, InterruptedException {
    profile = Files.createTempDirectory("chromium");
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .start();
    URI devTools = URI.create(address().replace("ws:", "http:"));
    JsonNode target =
        Json.trusted(
            client
                .send(
                    HttpRequest.newBuilder(devTools.resolve("/json/new?about:blank"))
                        .PUT(BodyPublishers.noBody())
                        .build(),
                    BodyHandlers.ofString())
                .body());
    page =
        client
            .newWebSocketBuilder()
            .buildAsync(
                URI.create(target.path("webSocketDebuggerUrl").stringValue("")), new Frames())
            .join();
    call("Page.enable", Json.object());
  }

  private String address() throws IOException {
    BufferedReader out = new BufferedReader(process.inputReader(StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      int at = line.indexOf("ws://");
      if (at >= 0) {
        Thread.ofVirtual().start(() -> out.lines().forEach(ignored -> {}));
        return line.substring(at).trim();
      }
    }
    throw new AssertionError("Chromium ended before it was ready");
  }

  private final class Frames implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        answers.add(Json.trusted(text.toString()));
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }
  }

  private JsonNode call(String method, ObjectNode params) throws InterruptedException {
    calls++;
    ObjectNode call = Json.object().put("id", calls).put("method", method);
    call.set("params", params);
    page.sendText(Json.string(call), true).join();
    while (true) {
      JsonNode answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("Chromium does not answer " + method);
      }
      if (answer.path("id").intValue(0) == calls) {
        return answer.path("result");
      }
    }
  }

  void size(int width, int height) throws InterruptedException {
    call(
        "Emulation.setDeviceMetricsOverride",
        Json.object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", width < 500));
  }

  void open(String url) throws InterruptedException {
    call("Page.navigate", Json.object().put("url", url));
  }

  /** What an expression is on the page. */
  JsonNode eval(String expression) throws InterruptedException {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Json.object()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression is true on the page. */
  void until(String expression) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String quietly =
        "(() => { try { return Boolean(" + expression + "); } catch { return false; } })()";
    while (!eval(quietly).booleanValue(false)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never true on the page: " + expression);
      }
      Thread.sleep(30);
    }
  }

  @Override
  public void close() throws IOException {
    page.abort();
    client.shutdownNow();
    process.destroy();
    try {
      boolean _ = process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try (Stream<Path> files = Files.walk(profile)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      // the browser's last helper may still write there; the folder is a temporary one
    }
  }
}
