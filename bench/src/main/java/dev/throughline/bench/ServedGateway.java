package dev.throughline.bench;

import dev.throughline.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code throughline serve} with embedded PostgreSQL and a LINE that is elsewhere, so that it can
 * be killed without the record of what LINE accepted; its addresses stay the same in all lives.
 */
final class ServedGateway implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration CALL = Duration.ofMinutes(5);

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path launcher;
  private final Path directory;
  private final int port;
  private final int operationsPort;
  private @Nullable ServerProcess process;
  private String projectId = "";
  private String keyId = "";
  private String keySecret = "";
  private String authorization = "";

  /**
   * @param launcher the {@code throughline} script
   * @param directory gets the settings, the data and the log
   */
  ServedGateway(Path launcher, Path directory, URI line) throws IOException {
    this.launcher = launcher;
    this.directory = directory;
    this.port = ServerProcess.freePort();
    this.operationsPort = ServerProcess.freePort();
    Files.createDirectories(data());
    Files.writeString(
        directory.resolve("throughline.yaml"),
        """
        public:
          host: 127.0.0.1
        ledger:
          origin: bench.example
        line:
          api: %s
        """
            .formatted(line));
  }

  /** Starts it for the first time, and makes a project. */
  void found() throws IOException, InterruptedException {
    launch();
    String admin = "Bearer " + Files.readString(data().resolve("admin.token")).strip();
    ObjectNode project = json.createObjectNode().put("display_name", "Bench");
    projectId = post(operations("/admin/projects"), admin, project).path("project_id").asString();
    JsonNode key =
        post(operations("/admin/projects/" + projectId + "/keys"), admin, json.createObjectNode());
    keyId = key.path("key_id").asString();
    keySecret = key.path("key_secret").asString();
    String pair = keyId + ":" + keySecret;
    authorization =
        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes an app with one LINE account, and answers the app's id. */
  String newApp(String channelSecret, String accessToken) throws IOException, InterruptedException {
    ObjectNode app = json.createObjectNode();
    app.put("display_name", "Bench");
    ObjectNode credential = app.putArray("channel_credentials").addObject();
    credential.put("channel", "LINE");
    ObjectNode account = credential.putObject("line_credentials");
    account.put("token", accessToken);
    account.put("secret", channelSecret);
    account.put("is_default", true);
    return post(api("/apps"), authorization, app).path("id").asString();
  }

  /** SIGKILL for the JVM; PostgreSQL, which it started, lives on. */
  void kill() throws InterruptedException {
    started().kill();
  }

  /** The next life, on the same data; returns when it answers. */
  void restart() throws IOException, InterruptedException {
    launch();
  }

  /** The project's address, below which the API's calls are. */
  URI project() {
    return api("");
  }

  String keyId() {
    return keyId;
  }

  String keySecret() {
    return keySecret;
  }

  /** What it stores in, read from outside. */
  GatewayDatabase database() throws IOException {
    return GatewayDatabase.embeddedIn(data());
  }

  String product() {
    return "Throughline " + Gateway.VERSION + " (serve, embedded PostgreSQL)";
  }

  long pid() {
    return started().pid();
  }

  /** An answer of 200, as JSON; anything else is thrown. */
  JsonNode call(String method, String path, String type, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    return send(method, api(path), authorization, type, body);
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    client.shutdownNow();
  }

  private void launch() throws IOException, InterruptedException {
    ServerProcess launched =
        ServerProcess.start(
            "gateway",
            List.of(
                launcher.toString(),
                "serve",
                "--data",
                data().toString(),
                "--config",
                directory.resolve("throughline.yaml").toString(),
                "--port",
                Integer.toString(port),
                "--ops-port",
                Integer.toString(operationsPort)),
            Map.of(),
            directory,
            directory.resolve("gateway.log"));
    process = launched;
    launched.awaitReady(this::isHealthy, READY_WITHIN);
  }

  private boolean isHealthy() throws InterruptedException {
    try {
      return client
              .send(
                  HttpRequest.newBuilder(operations("/health"))
                      .timeout(Duration.ofSeconds(2))
                      .build(),
                  HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private JsonNode post(URI uri, String authority, ObjectNode body)
      throws IOException, InterruptedException {
    return send(
        "POST",
        uri,
        authority,
        "application/json",
        HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)));
  }

  private JsonNode send(
      String method, URI uri, String authority, String type, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(uri)
                .timeout(CALL)
                .header("authorization", authority)
                .header("content-type", type)
                .method(method, body)
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          method
              + " "
              + uri.getPath()
              + " answered "
              + answer.statusCode()
              + " "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return json.readTree(answer.body());
  }

  private ServerProcess started() {
    if (process == null) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return process;
  }

  private Path data() {
    return directory.resolve("data");
  }

  private URI api(String path) {
    return URI.create("http://127.0.0.1:" + port + "/v1/projects/" + projectId + path);
  }

  private URI operations(String path) {
    return URI.create("http://127.0.0.1:" + operationsPort + path);
  }
}
