package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.throughline.Gateway;
import dev.throughline.GatewayConfig;
import dev.throughline.Patience;
import dev.throughline.Providers;
import dev.throughline.api.Limits;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.media.MediaConfig;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineControl;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineSettings;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A whole running gateway with LINE on one side and a customer's programs on the other, all in this
 * process and all speaking HTTP. One clock, which stands still until {@link #advance}, is
 * everybody's.
 */
final class World implements AutoCloseable {
  /** How long a test waits for what must happen; only a failure takes as long. */
  static final Duration PATIENCE = Patience.LONG;

  /** How long LINE waits for the answer to a webhook: as long as its emulator can. */
  static final Duration LINE_WAITS = Duration.ofMinutes(1);

  static final String CHANNEL_SECRET = "0123456789abcdef0123456789abcdef";
  static final String CHANNEL_TOKEN = "token-of-the-first-account";
  static final String BOT = "U" + "b".repeat(32);

  final StillClock clock = new StillClock(Instant.parse("2026-11-20T09:00:00Z"));
  final LineEmulator emulator;
  final LineControl line;
  final CallbackTarget customer;
  final Path data;
  final String project;
  private final URI lineApi;
  private final Providers providers;
  private final UnaryOperator<MediaConfig> media;
  private final Http.Settings http;
  private final Optional<URI> publicUrl;
  private final Limits limits;
  private final TestDatabase database = TestDatabase.create();
  private final AtomicInteger numbers = new AtomicInteger();
  private final String basic;
  private Optional<Gateway> gateway = Optional.empty();

  static World start() throws Exception {
    return start(TargetPolicy.SANDBOX);
  }

  /**
   * @param callbacks where callbacks may go
   */
  static World start(TargetPolicy callbacks) throws Exception {
    return new World(
        callbacks,
        Optional.empty(),
        Optional.empty(),
        World::withoutProbes,
        Http.Settings.of(Gateway.VERSION),
        Limits.DEFAULT);
  }

  /**
   * @param limits how much a project and an app may use
   */
  static World within(Limits limits) throws Exception {
    return new World(
        TargetPolicy.SANDBOX,
        Optional.empty(),
        Optional.empty(),
        World::withoutProbes,
        Http.Settings.of(Gateway.VERSION),
        limits);
  }

  /** The gateway is told this public address; LINE's API is reached through the front. */
  static World at(URI publicUrl, LineFront front) throws Exception {
    return new World(
        TargetPolicy.SANDBOX,
        Optional.of(front),
        Optional.of(publicUrl),
        World::withoutProbes,
        Http.Settings.of(Gateway.VERSION),
        Limits.DEFAULT);
  }

  /** LINE's API is reached through somebody else, who knows where the emulator is. */
  static World behind(LineFront front) throws Exception {
    return new World(
        TargetPolicy.SANDBOX,
        Optional.of(front),
        Optional.empty(),
        World::withoutProbes,
        Http.Settings.of(Gateway.VERSION),
        Limits.DEFAULT);
  }

  static World start(UnaryOperator<MediaConfig> media, Http.Settings http) throws Exception {
    return new World(
        TargetPolicy.SANDBOX, Optional.empty(), Optional.empty(), media, http, Limits.DEFAULT);
  }

  /**
   * @param callbacks where customers' addresses may be
   */
  static World start(TargetPolicy callbacks, UnaryOperator<MediaConfig> media, Http.Settings http)
      throws Exception {
    return new World(callbacks, Optional.empty(), Optional.empty(), media, http, Limits.DEFAULT);
  }

  /**
   * @param media how files are treated
   * @param http whom the gateway trusts, and how it resolves names
   */
  static World behind(LineFront front, UnaryOperator<MediaConfig> media, Http.Settings http)
      throws Exception {
    return new World(
        TargetPolicy.SANDBOX, Optional.of(front), Optional.empty(), media, http, Limits.DEFAULT);
  }

  /** Most tests send addresses that nobody serves. */
  private static MediaConfig withoutProbes(MediaConfig media) {
    return media.probing(false);
  }

  /** LINE's API is reached through somebody else; of other providers this says where they are. */
  static World behind(LineFront front, Providers providers) throws Exception {
    return new World(
        TargetPolicy.SANDBOX,
        Optional.of(front),
        Optional.empty(),
        World::withoutProbes,
        Http.Settings.of(Gateway.VERSION),
        Limits.DEFAULT,
        providers);
  }

  /** Other providers than LINE are where this says. */
  static World reaching(Providers providers) throws Exception {
    return reaching(providers, Limits.DEFAULT);
  }

  /**
   * @param limits how much a project and an app may use
   */
  static World reaching(Providers providers, Limits limits) throws Exception {
    return new World(
        TargetPolicy.SANDBOX,
        Optional.empty(),
        Optional.empty(),
        World::withoutProbes,
        Http.Settings.of(Gateway.VERSION),
        limits,
        providers);
  }

  private World(
      TargetPolicy callbacks,
      Optional<LineFront> front,
      Optional<URI> publicUrl,
      UnaryOperator<MediaConfig> media,
      Http.Settings http,
      Limits limits)
      throws Exception {
    this(callbacks, front, publicUrl, media, http, limits, Providers.REAL);
  }

  private World(
      TargetPolicy callbacks,
      Optional<LineFront> front,
      Optional<URI> publicUrl,
      UnaryOperator<MediaConfig> media,
      Http.Settings http,
      Limits limits,
      Providers providers)
      throws Exception {
    this.providers = providers;
    this.limits = limits;
    this.publicUrl = publicUrl;
    this.media = media;
    this.http = http;
    data = Files.createTempDirectory("throughline-world-");
    emulator =
        new LineEmulator(
            LineConfig.channel("1234567890", CHANNEL_SECRET, CHANNEL_TOKEN, BOT),
            clock,
            new Random(7));
    line = emulator.control();
    line.settings(LineSettings.published().withDelivery(1, 64, LINE_WAITS));
    customer = new CallbackTarget(clock);
    front.ifPresent(f -> f.serves(CHANNEL_TOKEN, emulator.baseUri()));
    lineApi = front.map(LineFront::uri).orElseGet(emulator::baseUri);
    open(callbacks);
    project = newProject();
    basic = newKey(project);
  }

  /** Starts the gateway on what is there. */
  void open(TargetPolicy callbacks) throws IOException, InterruptedException {
    gateway =
        Optional.of(
            Gateway.start(
                new GatewayConfig(
                        data,
                        database.config(),
                        "127.0.0.1",
                        0,
                        "127.0.0.1",
                        0,
                        Optional.empty(),
                        "gateway.example",
                        publicUrl,
                        lineApi,
                        callbacks,
                        media.apply(MediaConfig.in(data)),
                        limits,
                        http)
                    .reaching(providers),
                clock,
                Map.of()));
  }

  /** Stops the gateway; everything else goes on. */
  void shut() {
    gateway.ifPresent(Gateway::close);
    gateway = Optional.empty();
  }

  /** Stops the gateway without waiting for what it is about, and so without its outcome. */
  void abandon() throws InterruptedException {
    Thread stopping = new Thread(this::shut, "abandon");
    stopping.start();
    stopping.interrupt();
    stopping.join();
  }

  /** Starts the gateway again; LINE's webhooks go to this app. */
  void restart(CustomerApp app) throws Exception {
    shut();
    open(TargetPolicy.SANDBOX);
    receivesLine(app);
  }

  Gateway gateway() {
    return gateway.orElseThrow();
  }

  TestDatabase database() {
    return database;
  }

  /** The public port, without credentials. */
  Api open() {
    return Api.ofGateway("http://127.0.0.1:" + gateway().publicPort());
  }

  /** The project's API under its key. */
  Api api() {
    return open().as(basic).under("/v1/projects/" + project);
  }

  /** The API of one more project, under a key of its own. */
  Api anotherProject() {
    String another = newProject();
    return open().as(newKey(another)).under("/v1/projects/" + another);
  }

  /** The id of one more project, which has no key. */
  String newProject() {
    return admin().post("/admin/projects", "{}").ok().path("project_id").asString();
  }

  private String newKey(String ofProject) {
    JsonNode key = admin().post("/admin/projects/" + ofProject + "/keys", "{}").ok();
    return Api.basic(key.path("key_id").asString(), key.path("key_secret").asString());
  }

  /** The project's key as a header field has it. */
  String basic() {
    return basic;
  }

  Api ops() {
    return Api.ofGateway("http://127.0.0.1:" + gateway().opsPort());
  }

  Api admin() {
    try {
      return ops().as("Bearer " + Files.readString(data.resolve("admin.token")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How often an alarm of this kind was raised, over all that it is about. */
  long alarms(String kind) {
    long count = 0;
    for (JsonNode alarm : ops().get("/alarms").ok().path("alarms")) {
      if (alarm.path("kind").asString().equals(kind)) {
        count += alarm.path("count").asLong();
      }
    }
    return count;
  }

  /** A number that this world has not given yet. */
  int number() {
    return numbers.incrementAndGet();
  }

  /** A new app with a webhook for everything; from now on LINE's webhooks go to it. */
  CustomerApp app() throws ControlRefusal {
    return app("{}");
  }

  /**
   * @param settings more of the app object
   */
  CustomerApp app(String settings) throws ControlRefusal {
    CustomerApp app = CustomerApp.create(this, (ObjectNode) Api.json(settings));
    receivesLine(app);
    return app;
  }

  /** LINE's webhooks go to this app from now on. */
  void receivesLine(CustomerApp app) throws ControlRefusal {
    line.webhookUrl("http://127.0.0.1:" + gateway().publicPort() + "/hooks/line/" + app.id());
  }

  /** LINE sends this webhook, again as long as the gateway says that it cannot take it now. */
  void delivers(byte[] webhook) {
    int status =
        await()
            .pollDelay(Duration.ZERO)
            .atMost(PATIENCE)
            .until(() -> line.sendBody(webhook), answered -> answered != 503);
    assertThat(status).isEqualTo(200);
  }

  /** A new LINE user who is a friend of the account. */
  String friend() throws ControlRefusal {
    return line.addUser("Hanako " + number(), Friendship.FRIEND).userId();
  }

  /** A number that the database answers. */
  long count(String sql) {
    return database
        .database()
        .read(c -> {
          try (PreparedStatement statement = c.prepareStatement(sql);
              ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  /** Strikes requests or webhooks that contain this text, so many times. */
  void fault(String endpoint, Fault fault, String about, int times) {
    fault(endpoint, fault, about, times, Duration.ZERO);
  }

  void fault(String endpoint, Fault fault, String about, int times, Duration delay) {
    Api control = new Api(emulator.baseUri().toString(), "");
    ObjectNode all = (ObjectNode) Api.json("{}");
    ArrayNode rules = all.putArray("faults");
    // To set faults is to count from the start again: those that are spent stay so.
    for (JsonNode rule : control.get("/_sandbox/faults").ok().path("faults")) {
      int left = rule.path("count").asInt() - rule.path("struck").asInt();
      if (left > 0) {
        rules.add(((ObjectNode) rule).put("count", left));
      }
    }
    rules
        .addObject()
        .put("endpoint", endpoint)
        .put("fault", fault.label())
        .put("about", about)
        .put("count", times)
        .put("delayMs", delay.toMillis());
    Api.Answer set = control.put("/_sandbox/faults", all.toString());
    assertThat(set.status()).as(set.text()).isEqualTo(200);
  }

  /** What the gateway asked of LINE with this text in its body. */
  List<ObjectNode> requests(String endpoint, String about) {
    return line.requests(0).entries().stream()
        .filter(request -> request.path("endpoint").asString().equals(endpoint))
        .filter(request -> request.path("body").asString().contains(about))
        .toList();
  }

  /** How often LINE accepted this text, by whatever way. */
  List<ObjectNode> accepted(String text) {
    return line.accepted(0).entries().stream()
        .filter(send -> send.path("text").asString().equals(text))
        .toList();
  }

  void advance(Duration by) {
    clock.advance(by);
  }

  /** What comes to be there without the clock moving. */
  static <T> T sooner(Supplier<Optional<T>> wanted) {
    eventually(() -> assertThat(wanted.get()).isPresent());
    return wanted.get().orElseThrow();
  }

  /** Something comes to hold without the clock moving. */
  static void eventually(ThrowingRunnable assertion) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .pollDelay(Duration.ZERO)
        .atMost(PATIENCE)
        .untilAsserted(assertion);
  }

  @Override
  public void close() throws IOException {
    emulator.close();
    shut();
    customer.close();
    database.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
