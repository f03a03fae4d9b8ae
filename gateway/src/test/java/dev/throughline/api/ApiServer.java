package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.callback.Webhooks;
import dev.throughline.channel.Channel;
import dev.throughline.channel.Transport;
import dev.throughline.channel.line.LineChannel;
import dev.throughline.channel.line.LineHost;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ClockDrift;
import dev.throughline.conversation.Converse;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.OptOutLinks;
import dev.throughline.http.HttpServer;
import dev.throughline.http.Listener;
import dev.throughline.http.Route;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Fold;
import dev.throughline.log.Lead;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.media.MediaProbe;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import dev.throughline.task.Tasks;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The API over real HTTP and a real database, with the log and its fold, and no channel to ask. */
final class ApiServer implements AutoCloseable {
  static final String USER = "U0123456789abcdef0123456789abcdef";
  static final String ADMIN_TOKEN = "administrator-of-tests";
  private static final Duration READS_WAIT = Duration.ofMinutes(1);
  private static final Duration CALL = Duration.ofMinutes(1);

  /** How far the server's clock is ahead. */
  volatile Duration ahead = Duration.ZERO;

  /** Where the fold stops reading: what is beyond is accepted and not folded. */
  volatile boolean folding = true;

  final ProjectId project = new ProjectId("p1");
  final Map<String, CredentialCheck.Result> checks = new ConcurrentHashMap<>();
  final Database database;
  final Log log;
  final Directory directory;
  final AccessKeys keys;
  final Projects projects;
  final AccessKeys.Created key;
  private final TestDatabase test;
  private final Drafts drafts;
  private final Converse converse;
  private final Fold fold;
  private final Lead lead;
  private final HttpServer server;
  private final Set<String> shapes;
  private final HttpClient client = HttpClient.newHttpClient();

  static ApiServer start() {
    try {
      return new ApiServer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private ApiServer() throws IOException, InterruptedException {
    test = TestDatabase.create();
    database = test.database();
    SecureRandom random = new SecureRandom();
    InstantSource clock = () -> Instant.now().plus(ahead);
    Ulids ulids = new Ulids(clock, random);
    Path folder = Files.createTempDirectory("throughline-api-");
    Vault vault = Vault.open(folder, database, clock, random);
    UUID node = UUID.randomUUID();
    log = Log.open(database, vault, ulids, clock, "test.example", node);
    drafts = new Drafts(vault, ulids);
    directory = new Directory(database, vault);
    directory.reload();
    Webhooks webhooks = new Webhooks(database, vault);
    webhooks.reload();
    Map<ChannelName, Channel> channels =
        Map.of(
            ChannelName.LINE,
            new LineChannel(
                request -> new Transport.Answer.NotSent("no channel in this test"),
                LineHost.LINE,
                clock));
    Tasks tasks = new Tasks(database, vault, clock);
    lead = Lead.take(log, drafts, node, () -> {});
    OptOutLinks optOuts = new OptOutLinks(vault, () -> "https://gateway.example");
    converse =
        new Converse(
            log,
            vault,
            ulids,
            directory,
            channels,
            new ClockDrift(),
            (p, s) -> p + "/" + s,
            optOuts,
            tasks,
            List.of());
    fold = new Fold(log, Converse.READER, lead.epoch(), converse);
    fold.start();
    keys = new AccessKeys(database, log, drafts, ulids, random, clock);
    projects = new Projects(database, vault, log, drafts, clock);
    projects.create(project, "Test");
    key = keys.create(project);
    Api.Ports ports =
        new Api.Ports(
            any -> {
              if (folding) {
                fold.await(log.head(), READS_WAIT);
              }
            },
            account ->
                checks.getOrDefault(
                    Json.string(Json.object(account.credential()), "line_credentials", "token")
                        .orElse(""),
                    new CredentialCheck.Result.Unreachable()),
            (account, identity) -> new ProfileLookup.Result.Unreachable(),
            url -> url.contains("10.0.0.1") ? Optional.of("It is private.") : Optional.empty(),
            new Receipts() {
              @Override
              public Optional<Bytes> receipt(MessageId message) {
                return Optional.of(Bytes.utf8("receipt of " + message));
              }

              @Override
              public Optional<String> checkpoint() {
                return Optional.of("a signed note\n");
              }
            },
            Map.of(
                ChannelName.LINE,
                new LineChannel(
                    request -> {
                      throw new AssertionError("nothing is sent here");
                    },
                    URI.create("https://line.invalid"),
                    clock)),
            (message, received) -> "https://media.example/" + message,
            optOuts,
            (project, content, limits) -> new MediaProbe.Probed.Fit(Map.of()));
    List<Route> open =
        Api.routes(
            new Api.Ground(
                database,
                vault,
                log,
                drafts,
                ulids,
                clock,
                new RequestRates(Limits.DEFAULT.requestsPerSecond(), System::nanoTime)),
            ports,
            directory,
            webhooks,
            keys,
            App.ProcessingMode.CONVERSATION,
            Limits.DEFAULT);
    List<Route> operations =
        new OpsRoutes(database, projects, keys, List::of, random, ADMIN_TOKEN).routes();
    shapes =
        Stream.concat(open.stream(), operations.stream())
            .map(route -> route.method() + " " + route.template().replaceAll("\\{[^}]*}", "{}"))
            .collect(Collectors.toCollection(TreeSet::new));
    server =
        HttpServer.start(
            List.of(
                Listener.named("public").errors(new ErrorForm()).routes(open).build(),
                Listener.named("operations").errors(new ErrorForm()).routes(operations).build()),
            Duration.ofSeconds(1));
  }

  /** Every call that is served, without the names of its parameters. */
  Set<String> shapes() {
    return shapes;
  }

  int port() {
    return server.port("public");
  }

  /** An answer; {@code json} is an empty object where the body is none. */
  record Answer(int status, String body, HttpHeaders headers) {
    ObjectNode json() {
      return Json.parse(Bytes.utf8(body))
          .filter(JsonNode::isObject)
          .map(ObjectNode.class::cast)
          .orElseGet(Json::object);
    }

    String text(String pointer) {
      return json().at(pointer).asString("(none)");
    }
  }

  String basic() {
    return basic(key.id(), key.secret());
  }

  static String basic(String id, String secret) {
    return "Basic "
        + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  Answer get(String path) {
    return call("GET", path, "");
  }

  Answer post(String path, String body) {
    return call("POST", path, body);
  }

  Answer patch(String path, String body) {
    return call("PATCH", path, body);
  }

  Answer delete(String path) {
    return call("DELETE", path, "");
  }

  /** In the project, with its key. */
  Answer call(String method, String path, String body, String... headers) {
    List<String> all = new ArrayList<>(List.of("Authorization", basic()));
    all.addAll(List.of(headers));
    return raw("public", method, "/v1/projects/p1" + path, body, all.toArray(String[]::new));
  }

  Answer ops(String method, String path, String body, String... headers) {
    return raw("operations", method, path, body, headers);
  }

  Answer raw(String listener, String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port(listener) + path))
            .timeout(CALL)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(
              ApiDocument.ours()
                  .problems(
                      new ApiDocument.Exchange(
                          method,
                          path,
                          body,
                          response.statusCode(),
                          response.headers().firstValue("content-type").orElse(""),
                          response.body())))
          .as("what contradicts docs/api/openapi.yaml")
          .isEmpty();
      return new Answer(response.statusCode(), response.body(), response.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A LINE app of the project; answers its id. */
  String app() {
    return post(
            "/apps",
            """
            {"display_name":"LINE app","channel_credentials":[
              {"channel":"LINE","line_credentials":{"token":"LTOKEN","secret":"LSECRET"}}]}
            """)
        .text("/id");
  }

  /** Somebody writes to the app's LINE account, as its webhook tells. */
  void say(String app, String user, String messageId, String text) {
    event(
        app,
        user,
        "E" + messageId,
        Instant.now(),
        "\"type\":\"message\",\"message\":{\"id\":\"%s\",\"type\":\"text\",\"text\":\"%s\"}"
            .formatted(messageId, text));
  }

  /** Somebody does something that the app's LINE account is told of. */
  void event(String app, String user, String eventId, Instant at, String what) {
    String event =
        """
        {%s,"mode":"active","timestamp":%d,"webhookEventId":"%s",\
        "deliveryContext":{"isRedelivery":false},"source":{"type":"user","userId":"%s"}}\
        """
            .formatted(what, at.toEpochMilli(), eventId, user);
    App.Account account =
        directory
            .app(new AppId(Ulids.parse(app).orElseThrow()))
            .flatMap(found -> found.account(ChannelName.LINE))
            .orElseThrow();
    Owner skeleton = new Owner.Account(account.id());
    Owner person = new Owner.Person(project, ChannelName.LINE, Optional.of(account.app()), user);
    log.append(
        drafts
            .draft(Kind.WEBHOOK, new Subject.Account(account.id().toString()))
            .verdict(1)
            .part(skeleton, Bytes.utf8("{\"destination\":\"Ubot\",\"events\":["))
            .part(person, Bytes.utf8(event))
            .part(skeleton, Bytes.utf8("]}"))
            .build());
  }

  /** What the fold does, once the one that runs has come to its end and does nothing more. */
  Converse unfolded() throws InterruptedException {
    fold.await(log.head(), READS_WAIT);
    fold.close();
    folding = false;
    return converse;
  }

  /** Everything said and known is sealed with keys that nobody has any more. */
  void destroyKeys() {
    for (String table : List.of("contact", "identity", "conversation", "message")) {
      database.transaction(c -> {
        try (PreparedStatement statement =
            c.prepareStatement(
                "update "
                    + table
                    + " set sealed = overlay(sealed placing uuid_send(gen_random_uuid())"
                    + " from 2 for 16)")) {
          return statement.executeUpdate();
        }
      });
    }
  }

  /** The newest entry of a kind. */
  LogEntry newest(Kind kind) {
    long head = log.head();
    return log.read(Math.max(0, head - 50), 50).stream()
        .filter(entry -> entry.kind().equals(kind))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
    fold.close();
    lead.close();
    log.close();
    test.close();
  }

  static Stream<JsonNode> elements(ObjectNode json, String name) {
    List<JsonNode> elements = new ArrayList<>();
    json.path(name).forEach(elements::add);
    return elements.stream();
  }
}
