package dev.throughline.app;

import dev.throughline.app.Failures.CommandFailed;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks to the operations port of the gateway that runs on a data directory: its address and its
 * token stand there.
 */
final class OpsClient implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** What shows progress may take long: millions of entries are checked in minutes. */
  private static final Duration LONGEST = Duration.ofHours(6);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(DEADLINE).build();
  private final URI base;
  private final String token;

  private OpsClient(URI base, String token) {
    this.base = base;
    this.token = token;
  }

  /** Empty when no gateway runs on that directory. */
  static Optional<OpsClient> connect(Path data) throws IOException, InterruptedException {
    Path address = data.resolve("operations.url");
    if (!Files.exists(address)) {
      return Optional.empty();
    }
    OpsClient ops =
        new OpsClient(
            URI.create(Files.readString(address).strip()),
            Files.readString(data.resolve("admin.token")).strip());
    try {
      ops.send("GET", "/health", Optional.empty());
      return Optional.of(ops);
    } catch (ConnectException nobodyThere) {
      ops.close();
      return Optional.empty();
    }
  }

  /** The answer's JSON; anything but 2xx is a failure with the server's own sentence. */
  JsonNode call(String method, String path, Optional<JsonNode> body)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(method, path, body.map(JSON::writeValueAsString));
    JsonNode json =
        response.body().isBlank() ? JSON.createObjectNode() : JSON.readTree(response.body());
    if (response.statusCode() / 100 != 2) {
      throw new CommandFailed(
          json.path("error").path("message").asString("HTTP " + response.statusCode()));
    }
    return json;
  }

  /** Hands on each line of an answer as it comes; for what takes its time and shows progress. */
  void stream(String path, Consumer<String> lines) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(LONGEST)
            .header("Authorization", "Bearer " + token)
            .build();
    try (Stream<String> answer = client.send(request, BodyHandlers.ofLines()).body()) {
      answer.forEach(lines);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private HttpResponse<String> send(String method, String path, Optional<String> body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(DEADLINE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, body.map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody))
            .build(),
        BodyHandlers.ofString());
  }
}
