package dev.throughline.app;

import dev.throughline.Gateway;
import dev.throughline.GatewayConfig;
import dev.throughline.app.Failures.CommandFailed;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The gateway and the emulated providers, started together and introduced to each other: a project,
 * a key, an app with LINE credentials, and LINE's webhook pointing at it.
 */
public final class SandboxWorld implements AutoCloseable {
  static final int LINE_PORT = 8082;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Emulators emulators;
  private final Gateway gateway;
  private final SandboxFile file;
  private final SandboxApp app;

  private SandboxWorld(
      Emulators emulators, Gateway gateway, SandboxFile file, SmsProvider smsProvider) {
    this.emulators = emulators;
    this.gateway = gateway;
    this.file = file;
    this.app = new SandboxApp(file, smsProvider);
  }

  /**
   * @param settings what the configuration file says
   */
  static SandboxWorld start(
      Path data,
      Settings settings,
      Optional<Integer> port,
      Optional<Integer> opsPort,
      Emulators.Options options,
      InstantSource clock)
      throws IOException, InterruptedException {
    SecureRandom random = new SecureRandom();
    SandboxFile file = SandboxFile.in(data, random);
    Emulators emulators = Emulators.start(file, data, options, clock);
    try {
      GatewayConfig config =
          emulators
              .reached(settings)
              .config(data, port, opsPort, Optional.of(emulators.line().baseUri()), true);
      HttpService facts = rules -> rules.get("/", (request, response) -> facts(file, response));
      Gateway gateway =
          Gateway.start(
              config, clock, Map.of("/sandbox", emulators.pages(), "/sandbox.json", facts));
      SandboxWorld world = new SandboxWorld(emulators, gateway, file, options.sms());
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
    emulators.publish();
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
    app.introduce();
    emulators.hooks(file.get("api"), file.get("app_id"));
    app.setUpLine();
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
}
