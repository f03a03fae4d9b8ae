package dev.throughline.app.crash;

import dev.throughline.FreePort;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A data directory and what was set up in it: a project, a key, an app with one LINE account, a
 * webhook of the app. Addresses stay the same through all lives.
 */
final class Installation {
  private static final Duration FIRST_START = Duration.ofMinutes(2);
  private static final Duration LATER_START = Duration.ofMinutes(2);
  private static final Duration FSCK_PATIENCE = Duration.ofMinutes(5);
  private static final byte[] NO_EVENTS =
      "{\"destination\":\"U00000000000000000000000000000000\",\"events\":[]}"
          .getBytes(StandardCharsets.UTF_8);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path home;
  private final Wire wire;
  private final int port;
  private final int operationsPort;
  private final String channelSecret;
  private String projectId = "";
  private String appId = "";
  private String authorization = "";

  /**
   * @param home gets the data directory, the settings and the log
   * @param line where LINE is
   */
  Installation(Path home, URI line, Wire wire, String channelSecret) throws IOException {
    this(home, line, "", wire, channelSecret);
  }

  /**
   * @param others more of the settings: where other providers are
   */
  Installation(Path home, URI line, String others, Wire wire, String channelSecret)
      throws IOException {
    this.home = home;
    this.wire = wire;
    this.channelSecret = channelSecret;
    this.port = FreePort.find();
    this.operationsPort = FreePort.find();
    TestDatabase.lendBinaries(data());
    Files.writeString(
        settings(),
        """
        public:
          host: 127.0.0.1
        ledger:
          origin: crash.example
        line:
          api: %s
        callbacks:
          allow_loopback: true
        %s\
        """
            .formatted(line, others));
  }

  Path data() {
    return home.resolve("data");
  }

  Path log() {
    return home.resolve("gateway.log");
  }

  String appId() {
    return appId;
  }

  URI hook() {
    return hook("line");
  }

  URI hook(String channel) {
    return URI.create("http://127.0.0.1:" + port + "/hooks/" + channel + "/" + appId);
  }

  URI api(String path) {
    return URI.create("http://127.0.0.1:" + port + "/v1/projects/" + projectId + path);
  }

  Map<String, String> credentials() {
    return Map.of("Authorization", authorization);
  }

  /** Starts it for the first time and sets everything up. */
  GatewayProcess found(String accessToken, URI callbacks, String callbackSecret)
      throws IOException, InterruptedException {
    return found(app(accessToken), callbacks, callbackSecret);
  }

  /**
   * @param app with the LINE account of {@link #app}, and whatever else
   */
  GatewayProcess found(ObjectNode app, URI callbacks, String callbackSecret)
      throws IOException, InterruptedException {
    GatewayProcess gateway = launch();
    try {
      URI health = operations("/health");
      gateway.await(() -> wire.answers(health), FIRST_START);
      String admin =
          "Bearer "
              + Files.readString(data().resolve("admin.token"), StandardCharsets.UTF_8).strip();
      JsonNode project =
          wire.post(
                  operations("/admin/projects"),
                  Map.of("Authorization", admin),
                  JSON.createObjectNode().put("display_name", "Crash"))
              .ok("making a project");
      projectId = project.path("project_id").asString();
      JsonNode key =
          wire.post(
                  operations("/admin/projects/" + projectId + "/keys"),
                  Map.of("Authorization", admin),
                  JSON.createObjectNode())
              .ok("making a key");
      String pair = key.path("key_id").asString() + ":" + key.path("key_secret").asString();
      authorization =
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      appId = wire.post(api("/apps"), credentials(), app).ok("making an app").path("id").asString();
      ObjectNode webhook = JSON.createObjectNode();
      webhook.put("app_id", appId);
      webhook.put("target", callbacks.toString());
      webhook.put("target_type", "HTTP");
      webhook.put("secret", callbackSecret);
      webhook.putArray("triggers").add("MESSAGE_INBOUND").add("MESSAGE_DELIVERY");
      wire.post(api("/webhooks"), credentials(), webhook).ok("making a webhook");
      gateway.await(this::takesWebhooks, LATER_START);
      return gateway;
    } catch (IOException | InterruptedException | RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** Starts it again and returns when it takes webhooks. */
  GatewayProcess restart() throws IOException, InterruptedException {
    GatewayProcess gateway = launch();
    try {
      gateway.await(this::takesWebhooks, LATER_START);
      return gateway;
    } catch (IOException | InterruptedException | RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** Whether LINE's check of a webhook's address is answered 200. */
  boolean takesWebhooks() throws InterruptedException {
    try {
      return wire.webhook(hook(), channelSecret, NO_EVENTS) == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** What {@code throughline fsck} finds: nothing, if all is well. */
  List<String> fsck() throws IOException, InterruptedException {
    List<String> lines = wire.get(operations("/fsck"), FSCK_PATIENCE).body().lines().toList();
    return !lines.isEmpty() && lines.getLast().equals("clean")
        ? List.of()
        : lines.stream().map(line -> "fsck: " + line).toList();
  }

  private GatewayProcess launch() throws IOException {
    return GatewayProcess.start(data(), settings(), log(), port, operationsPort);
  }

  /** An app with one LINE account. */
  ObjectNode app(String accessToken) {
    ObjectNode app = JSON.createObjectNode();
    app.put("display_name", "Crash");
    app.put("processing_mode", "CONVERSATION");
    ObjectNode credential = app.putArray("channel_credentials").addObject();
    credential.put("channel", "LINE");
    ObjectNode line = credential.putObject("line_credentials");
    line.put("token", accessToken);
    line.put("secret", channelSecret);
    line.put("is_default", true);
    return app;
  }

  private Path settings() {
    return home.resolve("throughline.yaml");
  }

  private URI operations(String path) {
    return URI.create("http://127.0.0.1:" + operationsPort + path);
  }
}
