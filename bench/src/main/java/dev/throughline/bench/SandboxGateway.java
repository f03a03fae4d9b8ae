package dev.throughline.bench;

import dev.throughline.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The distribution, started as a user starts it: {@code ./throughline sandbox --headless} with
 * embedded PostgreSQL. It brings the emulated LINE that {@code bench send} needs and that keeps
 * every call of the gateway on this machine; the emulator idles during {@code bench ingest}, and
 * its memory counts as the gateway's. What it says in {@code /sandbox.json} is all that we ask of
 * it; the rest is read from its database.
 */
final class SandboxGateway implements GatewayUnderTest {
  private static final Duration SETTLED_AFTER = Duration.ofSeconds(3);
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

  private final JsonMapper json = JsonMapper.builder().build();
  private final Path launcher;
  private final Optional<String> databaseUrl;
  private @Nullable ServerProcess process;
  private @Nullable Path data;
  private @Nullable Facts facts;

  /**
   * @param launcher the {@code throughline} script
   * @param databaseUrl how to reach its database, where that is not the embedded one
   */
  SandboxGateway(Path launcher, Optional<String> databaseUrl) {
    this.launcher = launcher;
    this.databaseUrl = databaseUrl;
  }

  /** The fields of {@code sandbox.json} that benchmarks use. */
  record Facts(
      URI api,
      URI line,
      String projectId,
      String keyId,
      String keySecret,
      String appId,
      String channelSecret,
      String botUserId) {}

  @Override
  public void start(Path directory) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    int operations = ServerProcess.freePort();
    List<String> command =
        List.of(
            launcher.toString(),
            "sandbox",
            "--headless",
            "--data",
            directory.toString(),
            "--port",
            Integer.toString(ServerProcess.freePort()),
            "--ops-port",
            Integer.toString(operations),
            "--line-port",
            Integer.toString(ServerProcess.freePort()));
    ServerProcess started =
        ServerProcess.start(
            "gateway",
            command,
            Map.of(),
            directory,
            directory.resolveSibling(directory.getFileName() + ".log"));
    process = started;
    data = directory;
    facts = null;
    URI where = URI.create("http://127.0.0.1:" + operations + "/sandbox.json");
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(ANSWER_WITHIN).build();
        WebhookProbe probe = new WebhookProbe()) {
      started.awaitReady(
          () -> {
            if (facts == null) {
              facts = read(client, where).orElse(null);
            }
            return facts != null && probe.status(webhookUri(), channelSecret()) == 200;
          },
          READY_WITHIN);
    } catch (IOException | InterruptedException e) {
      started.close();
      throw e;
    }
  }

  /** The emulated LINE looks whether its webhook answers, a second or two after the start. */
  @Override
  public void settle() throws IOException, InterruptedException {
    long before;
    long entries = entriesOfKind("webhook");
    do {
      before = entries;
      Thread.sleep(SETTLED_AFTER);
      entries = entriesOfKind("webhook");
    } while (entries != before);
  }

  @Override
  public String product() {
    return "Throughline " + Gateway.VERSION + " (sandbox, embedded PostgreSQL)";
  }

  Facts facts() {
    if (facts == null) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return facts;
  }

  @Override
  public URI webhookUri() {
    return facts().api().resolve("/hooks/line/" + facts().appId());
  }

  @Override
  public String channelSecret() {
    return facts().channelSecret();
  }

  @Override
  public long entriesOfKind(String kind) throws IOException {
    return database().entriesOfKind(kind);
  }

  @Override
  public String botUserId() {
    return facts().botUserId();
  }

  @Override
  public long messages() throws IOException {
    return database().messages();
  }

  @Override
  public long backlog() throws IOException {
    return database().backlog();
  }

  @Override
  public Map<String, String> durability() throws IOException {
    return database().durability();
  }

  @Override
  public Map<Long, String> backends() throws IOException {
    return database().backends();
  }

  @Override
  public long pid() {
    if (process == null) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return process.pid();
  }

  @Override
  public void stop() {
    if (process != null) {
      process.close();
    }
  }

  private GatewayDatabase database() throws IOException {
    if (databaseUrl.isPresent()) {
      return new GatewayDatabase(databaseUrl.get());
    }
    if (data == null) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return GatewayDatabase.embeddedIn(data);
  }

  /** Empty while it is starting. */
  private Optional<Facts> read(HttpClient client, URI where) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(where).timeout(ANSWER_WITHIN).build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        return Optional.empty();
      }
      JsonNode node = json.readTree(answer.body());
      return Optional.of(
          new Facts(
              URI.create(text(node, "api")),
              URI.create(text(node, "line")),
              text(node, "project_id"),
              text(node, "key_id"),
              text(node, "key_secret"),
              text(node, "app_id"),
              text(node, "line_channel_secret"),
              text(node, "line_bot_user_id")));
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  private static String text(JsonNode node, String field) throws IOException {
    return node.path(field)
        .asStringOpt()
        .orElseThrow(() -> new IOException("sandbox.json has no " + field));
  }
}
