package dev.throughline.app.crash;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.FaultRule;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineControl;
import dev.throughline.sandbox.line.LineEmulator;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A gateway that is killed by SIGKILL in the middle of a broadcast, whatever LINE answers, sends
 * each chunk once and leaves nobody out: a chunk of which nobody knows whether it was taken is
 * asked for again as it was, under its one retry key. LINE's own record is the judge.
 */
class BroadcastCrashTest {
  private static final int KILLS = 2;
  private static final int PEOPLE = 40_000;
  private static final int CHUNK = 500;
  private static final String TEXT = "Survives its server";
  private static final String CHANNEL_SECRET = "0123456789abcdef0123456789abcdef";
  private static final String ACCESS_TOKEN = "crash-access-token-" + "0123456789abcdef".repeat(6);
  private static final String BOT = "Ub07b07b07b07b07b07b07b07b07b07b0";

  private static final Duration CALL = Duration.ofSeconds(60);
  private static final Duration COMES = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(20);

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path home;

  @Test
  void eachChunkIsAcceptedOnceWheneverTheServerIsKilled() throws Exception {
    long seed = KillSettings.seed();
    int kills = KillSettings.kills("THROUGHLINE_BROADCAST_KILLS", KILLS);
    SplittableRandom random = new SplittableRandom(seed);
    System.out.println("seed " + seed);
    LineConfig config = LineConfig.channel("1234567890", CHANNEL_SECRET, ACCESS_TOKEN, BOT);
    try (LineEmulator line = new LineEmulator(config, InstantSource.system(), new Random(seed));
        Wire wire = new Wire();
        CallbackTarget target = new CallbackTarget("crash-callback-secret", seed)) {
      LineControl control = line.control();
      Recorded accepted = new Recorded(control::accepted, "text", TEXT);
      Recorded requests = new Recorded(control::requests, "endpoint", "multicast");
      Installation installation = new Installation(home, line.baseUri(), wire, CHANNEL_SECRET);
      GatewayProcess gateway =
          installation.found(ACCESS_TOKEN, target.url(), "crash-callback-secret");
      int atWork = 0;
      try (Calls calls = new Calls(installation)) {
        control.setFaults(faults());
        String id = calls.started();
        for (int kill = 1; kill <= kills; kill++) {
          int enough = PEOPLE / CHUNK * kill / (kills + 1);
          eventually(() -> accepted.read().size() >= enough);
          Thread.sleep(random.nextInt(100));
          int before = requests.read().size();
          gateway.kill();
          assertThat(accepted.read().size()).as("chunks when killed").isLessThan(PEOPLE / CHUNK);
          gateway = installation.restart();
          eventually(() -> requests.read().size() > before);
          atWork += repeatedKeys(requests).isEmpty() ? 0 : 1;
        }
        control.clearFaults();
        eventually(() -> calls.state(id).equals("COMPLETED"));
        assertThat(atWork).as("kills while requests were under way").isPositive();
        judged(accepted, requests, calls.shown(id));
        assertThat(installation.fsck()).isEqualTo(List.of());
        gateway.stop();
      } finally {
        gateway.close();
      }
    }
  }

  private static void judged(Recorded accepted, Recorded requests, JsonNode shown) {
    List<String> users =
        accepted.read().stream()
            .flatMap(send -> send.path("to").valueStream())
            .map(JsonNode::asString)
            .toList();
    assertThat(new HashSet<>(users))
        .as("people LINE accepted the message for")
        .hasSize(users.size())
        .isEqualTo(Set.copyOf(people()));
    Map<String, Set<String>> keysOf =
        requests.read().stream()
            .collect(
                groupingBy(
                    request -> request.path("body").asString(),
                    mapping(request -> request.path("retryKey").asString(), toSet())));
    assertThat(keysOf).hasSize(PEOPLE / CHUNK).allSatisfy((_, keys) -> assertThat(keys).hasSize(1));
    assertThat(shown.at("/results/ACCEPTED").asInt()).isEqualTo(PEOPLE);
  }

  /** Under which more than one request came in. */
  private static Set<String> repeatedKeys(Recorded requests) {
    Set<String> once = new HashSet<>();
    Set<String> again = new HashSet<>();
    for (ObjectNode request : requests.read()) {
      String key = request.path("retryKey").asString();
      if (!once.add(key)) {
        again.add(key);
      }
    }
    return again;
  }

  /** So slow that many are under way at once; some answers are lost, some requests refused. */
  private static List<FaultRule> faults() {
    return List.of(
        FaultRule.sometimes("multicast", Fault.RESET_AFTER, 0.05),
        FaultRule.sometimes("multicast", Fault.ERROR_AFTER, 0.05),
        FaultRule.sometimes("multicast", Fault.RESET_BEFORE, 0.05),
        FaultRule.sometimes("multicast", Fault.RATE_LIMITED, 0.02),
        FaultRule.always("multicast", Fault.SLOW).withDelay(Duration.ofMillis(300)));
  }

  private static List<String> people() {
    return IntStream.range(0, PEOPLE).mapToObj("U%032x"::formatted).toList();
  }

  private static void eventually(Condition condition) throws Exception {
    long deadline = System.nanoTime() + COMES.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
      Thread.sleep(POLL);
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }

  /** What LINE has on record, as far as it has this text in that property; read on, never again. */
  private static final class Recorded {
    private final Function<Long, LineControl.Page> pages;
    private final String property;
    private final String wanted;
    private final List<ObjectNode> found = new ArrayList<>();
    private long next;

    Recorded(Function<Long, LineControl.Page> pages, String property, String wanted) {
      this.pages = pages;
      this.property = property;
      this.wanted = wanted;
    }

    /** All of it so far. */
    List<ObjectNode> read() {
      LineControl.Page page = pages.apply(next);
      while (!page.entries().isEmpty()) {
        assertThat(page.forgotten()).isZero();
        page.entries().stream()
            .filter(entry -> entry.path(property).asString().equals(wanted))
            .forEach(found::add);
        next = page.next();
        page = pages.apply(next);
      }
      return List.copyOf(found);
    }
  }

  /** The app's own calls. */
  private static final class Calls implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Installation installation;

    Calls(Installation installation) {
      this.installation = installation;
    }

    /** Makes a broadcast, hands in its audience, and starts it. */
    String started() throws IOException, InterruptedException {
      ObjectNode body = JSON.createObjectNode();
      ObjectNode send = body.putObject("send").put("app_id", installation.appId());
      send.putObject("message").putObject("text_message").put("text", TEXT);
      body.putObject("audience").put("upload", true);
      String id = call("POST", "", "application/json", body.toString()).path("id").asString();
      String csv = "line\n" + String.join("\n", people());
      call("PUT", "/" + id + "/audience", "text/csv", csv);
      call("POST", "/" + id + ":start", "application/json", "");
      return id;
    }

    String state(String id) throws IOException, InterruptedException {
      return shown(id).path("state").asString();
    }

    JsonNode shown(String id) throws IOException, InterruptedException {
      return call("GET", "/" + id, "application/json", "");
    }

    private JsonNode call(String method, String path, String type, String body)
        throws IOException, InterruptedException {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(installation.api("/broadcasts" + path))
              .timeout(CALL)
              .header("content-type", type)
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      installation.credentials().forEach(request::header);
      HttpResponse<String> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      long deadline = System.nanoTime() + COMES.toNanos();
      // Says that nothing was done, and to come again.
      while (answer.statusCode() == 503 && System.nanoTime() < deadline) {
        Thread.sleep(POLL);
        answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      }
      return new Wire.Answer(answer.statusCode(), answer.body()).ok(method + " " + path);
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
