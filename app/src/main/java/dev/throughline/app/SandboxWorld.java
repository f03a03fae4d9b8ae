package dev.throughline.app;

import dev.throughline.Gateway;
import dev.throughline.GatewayConfig;
import dev.throughline.app.Failures.CommandFailed;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The gateway and the emulated providers, started together and introduced to each other: a project, a
 * key, an app with LINE credentials, and LINE's webhook pointing at it.
 */
public final class SandboxWorld implements AutoCloseable {
  static final int LINE_PORT = 8082;

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Emulators emulators;
  private final Gateway gateway;
  private final SandboxFile file;

  private SandboxWorld(Emulators emulators, Gateway gateway, SandboxFile file) {
    this.emulators = emulators;
    this.gateway = gateway;
    this.file = file;
  }

  /**
   * @param settings what the configuration file says
   * @param linePort the emulator's port; 0 for a free one
   */
  static SandboxWorld start(
      Path data,
      Settings settings,
      Optional<Integer> port,
      Optional<Integer> opsPort,
      int linePort,
      InstantSource clock)
      throws IOException, InterruptedException {
    SecureRandom random = new SecureRandom();
    SandboxFile file = SandboxFile.in(data, random);
    Emulators emulators = Emulators.start(file, data, linePort, clock);
    try {
      GatewayConfig config =
          settings.config(data, port, opsPort, Optional.of(emulators.line().baseUri()), true);
      HttpService facts = rules -> rules.get("/", (request, response) -> facts(file, response));
      Gateway gateway =
          Gateway.start(
              config, clock, Map.of("/sandbox", emulators.pages(), "/sandbox.json", facts));
      SandboxWorld world = new SandboxWorld(emulators, gateway, file);
      world.introduce(config);
      return world;
    } catch (IOException | InterruptedException | RuntimeException e) {
      emulators.close();
      throw e;
    }
  }

  SandboxFile file() {
    return file;
  }

  @Override
  public void close() {
    emulators.close();
    gateway.close();
  }

  private void introduce(GatewayConfig config) throws IOException, InterruptedException {
    file.put("api", Addresses.publicUrl(config, gateway));
    file.put("ops", Addresses.opsUrl(config, gateway));
    file.put("line", emulators.line().baseUri().toString());
    file.put("meta", emulators.meta().toString());
    if (file.find("key_secret").isEmpty()) {
      Optional<OpsClient> ops = OpsClient.connect(config.data());
      try (OpsClient admin =
          ops.orElseThrow(() -> new CommandFailed("The operations port does not answer."))) {
        JsonNode project =
            admin.call(
                "POST",
                "/admin/projects",
                Optional.of(JSON.createObjectNode().put("display_name", "Sandbox")));
        file.put("project_id", project.path("project_id").asString());
        JsonNode key =
            admin.call(
                "POST",
                "/admin/projects/" + file.get("project_id") + "/keys",
                Optional.of(JSON.createObjectNode()));
        file.put("key_id", key.path("key_id").asString());
        file.put("key_secret", key.path("key_secret").asString());
      }
      file.write();
    }
    if (file.find("app_id").isEmpty()) {
      file.put("app_id", createApp());
    }
    emulators.hooks(file.get("api"), file.get("app_id"));
    // Its state says from now on how LINE sends webhooks here.
    post(
        "/v1/projects/" + file.get("project_id") + "/apps/" + file.get("app_id") + "/line:setUp",
        "{}");
    file.publish();
  }

  private static void facts(SandboxFile file, ServerResponse response) {
    file.published()
        .ifPresentOrElse(
            facts -> response.header("Content-Type", "application/json").send(facts),
            () ->
                response
                    .status(503)
                    .header("Retry-After", "1")
                    .header("Content-Type", "text/plain; charset=utf-8")
                    .send("The sandbox is starting: ask again.\n"));
  }

  private String createApp() throws IOException, InterruptedException {
    ObjectNode app = JSON.createObjectNode();
    app.put("display_name", "Sandbox");
    app.put("processing_mode", "CONVERSATION");
    ObjectNode credential = app.putArray("channel_credentials").addObject();
    credential.put("channel", "LINE");
    ObjectNode secrets = credential.putObject("line_credentials");
    secrets.put("token", file.get("line_channel_access_token"));
    secrets.put("secret", file.get("line_channel_secret"));
    secrets.put("is_default", true);
    HttpResponse<String> made =
        post("/v1/projects/" + file.get("project_id") + "/apps", JSON.writeValueAsString(app));
    if (made.statusCode() != 200) {
      throw new CommandFailed(
          "The sandbox's app could not be made: HTTP " + made.statusCode() + " " + made.body());
    }
    return JSON.readTree(made.body()).path("id").asString();
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    String basic =
        Base64.getEncoder()
            .encodeToString(
                (file.get("key_id") + ":" + file.get("key_secret"))
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(file.get("api") + path))
              .timeout(DEADLINE)
              .header("Authorization", "Basic " + basic)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }
  }
}
