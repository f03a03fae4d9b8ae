package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.http.TargetPolicy;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.store.DatabaseConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What breaks programs built on the contract's SDKs if it is missed (conversation-api.md, section
 * 0), each trap by a test of its number; and what they rely on beyond: a send can be read back at
 * once, is made once under its Idempotency-Key, and is never repeated where that might send twice.
 */
final class ContractTrapsTest {
  private static final Duration RETRY_KEY_AGE = Duration.ofHours(23);

  private static World world;

  private CustomerApp app;
  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void someoneToWriteTo() throws Exception {
    app = world.app();
    user = world.friend();
    text = "text " + world.number();
  }

  @Test
  void trap1TheChallengeIsInLowerCaseAndSaysExpired() throws Exception {
    String token = token(world.basic()).ok().path("access_token").asString();
    world.advance(Duration.ofHours(1));

    String answer = wire("GET", "/v1/projects/" + world.project + "/apps", "Bearer " + token);

    assertThat(answer)
        .startsWith("HTTP/1.1 401 ")
        .containsPattern("\r\nwww-authenticate: [^\r]*expired");
    assertThat(wire("GET", "/v1/projects/" + world.project + "/apps", "Bearer nonsense"))
        .startsWith("HTTP/1.1 401 ")
        .containsPattern("\r\nwww-authenticate: ")
        .doesNotContain("expired");
  }

  @Test
  void trap2TheTokenAnswerHasAllFourFieldsAndItsErrorADescription() {
    JsonNode token = token(world.basic()).ok();

    assertThat(token.path("access_token").asString()).isNotEmpty();
    assertThat(token.path("expires_in").isIntegralNumber()).isTrue();
    assertThat(token.path("scope").isString()).isTrue();
    assertThat(token.path("token_type").asString()).isEqualTo("bearer");
    Api.Answer refused = token(Api.basic("nobody", "nothing"));
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.json().path("error_description").asString()).isNotBlank();
  }

  @Test
  void trap3EveryListHasItsArrayThoughEmpty() {
    Api api = world.anotherProject();

    for (String list : List.of("/apps apps", "/contacts contacts", "/messages messages")) {
      emptyList(api, list);
    }
    String id =
        api.post(
                "/apps",
                "{\"display_name\":\"a\",\"channel_credentials\":["
                    + CustomerApp.account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0)
                    + "]}")
            .ok()
            .path("id")
            .asString();
    for (String list :
        List.of(
            "/apps/" + id + "/webhooks webhooks",
            "/conversations?app_id=" + id + " conversations",
            "/messages?app_id=" + id + " messages",
            "/messages?messages_source=DISPATCH_SOURCE messages",
            "/contacts?channel=LINE&identity=" + user + " contacts",
            "/contacts:identityConflicts conflicts",
            "/apps/" + id + "/consents/OPT_OUT_ALL identities",
            "/events?contact_id=01ARZ3NDEKTSV4RRFFQ69G5FAV events",
            "/dead-letters dead_letters")) {
      emptyList(api, list);
    }
  }

  private static void emptyList(Api api, String list) {
    String[] pathAndName = list.split(" ");
    JsonNode answer = api.get(pathAndName[0]).ok();
    assertThat(answer.path(pathAndName[1]).isArray()).as(list).isTrue();
    assertThat(answer.path(pathAndName[1])).isEmpty();
    assertThat(answer.path("next_page_token").asString("")).isEmpty();
  }

  /** SDKs repeat a send that was answered 503, so that nothing may have been stored by then. */
  @Test
  void trap4WhatIsAnswered503WasNotStored() throws Exception {
    app.comesTo(app.send(user, "before " + text), "QUEUED_ON_CHANNEL", "");
    List<String> later = new ArrayList<>();
    List<String> uncertain = new ArrayList<>();
    connections(false);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Api.Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String mine = text + " number " + i;
        answers.add(threads.submit(() -> app.trySend(user, mine)));
        // The first is cut off in the middle; the rest come when that is known.
        Thread.sleep(i == 0 ? 300 : 1);
      }
      for (int i = 0; i < 8; i++) {
        Api.Answer answer = answers.get(i).get();
        assertThat(answer.status()).isIn(500, 503);
        (answer.status() == 503 ? later : uncertain).add(text + " number " + i);
        if (answer.status() == 503) {
          assertThat(answer.error()).isEqualTo("UNAVAILABLE");
          assertThat(answer.headers().firstValue("retry-after")).isPresent();
        }
      }
    } finally {
      connections(true);
    }
    assertThat(later).hasSizeGreaterThanOrEqualTo(7);
    World.eventually(() -> assertThat(app.trySend(user, "after " + text).status()).isEqualTo(200));
    World.eventually(() -> assertThat(world.accepted("after " + text)).isNotEmpty());
    String list = "/messages?app_id=" + app.id() + "&page_size=100";
    World.eventually(() -> assertThat(world.api().get(list).status()).isEqualTo(200));
    app.settled();

    String kept = world.api().get(list).ok().toString();
    assertThat(later)
        .allSatisfy(mine -> {
          assertThat(kept).doesNotContain(mine + '"');
          assertThat(world.accepted(mine)).isEmpty();
        });
    assertThat(uncertain)
        .allSatisfy(mine -> assertThat(world.accepted(mine)).hasSizeLessThanOrEqualTo(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"+4670", "%2B4670", "4670"})
  void trap5APlusInAQueryIsAPlus(String spelling) throws Exception {
    String digits = "%07d".formatted(world.number());
    String contact =
        world
            .api()
            .post(
                "/contacts",
                """
                {"channel_identities":[{"channel":"SMS","identity":"+4670%s"}],"language":"EN"}
                """
                    .formatted(digits))
            .ok()
            .path("id")
            .asString();

    for (String path :
        List.of(
            "/contacts?page_size=2&channel=SMS&identity=" + spelling + digits,
            "/contacts?identity=" + spelling + digits + "&channel=SMS")) {
      String answer = wire("GET", "/v1/projects/" + world.project + path, world.basic());
      assertThat(answer).startsWith("HTTP/1.1 200 ").contains(contact);
    }
    assertThat(
            wire(
                "GET",
                "/v1/projects/" + world.project + "/messages?channel_identity=" + spelling + digits,
                world.basic()))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void trap5APageTokenNeedsNoEscapes() {
    Set<String> sent = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      sent.add(app.send(user, text + " " + i));
    }

    Set<String> found = new HashSet<>();
    String token = "";
    do {
      String answer =
          wire(
              "GET",
              "/v1/projects/%s/messages?app_id=%s&page_size=2&page_token=%s"
                  .formatted(world.project, app.id(), token),
              world.basic());
      JsonNode page = Api.json(answer.substring(answer.indexOf("\r\n\r\n") + 4));
      page.path("messages").forEach(message -> found.add(message.path("id").asString()));
      token = page.path("next_page_token").asString("");
      assertThat(token).matches("[A-Za-z0-9_.-]*");
    } while (!token.isEmpty());
    assertThat(found).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,    /nothing/here, 404",
    "GET,    /, 404",
    "GET,    /v1, 404",
    "POST,   /v1/projects/P/nothing, 404",
    "GET,    /v1/projects/P/apps/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "GET,    /v1/projects/P/apps/not-a-ulid, 404",
    "GET,    /v1/projects/P/contacts/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "GET,    /v1/projects/P/messages/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "DELETE, /v1/projects/P/messages/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "GET,    /v1/projects/P/webhooks/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "GET,    /v1/projects/P/conversations/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "POST,   /v1/projects/P/dead-letters/01ARZ3NDEKTSV4RRFFQ69G5FAV:replay, 404",
    "POST,   /v1/projects/P/messages:send, 400",
    "POST,   /v1/projects/P/apps, 400",
    "GET,    /v1/projects/P/messages?page_size=x, 400",
    "GET,    /v1/projects/P/messages?page_token=x, 400",
    "GET,    /v1/projects/other/apps, 403",
    "PUT,    /v1/projects/P/apps, 405",
    "GET,    /v2/projects/P/templates/01ARZ3NDEKTSV4RRFFQ69G5FAV, 404",
    "POST,   /v1/projects/P/messages:fetch-last-message, 400",
    "POST,   /v1/projects/P/messages:transcode, 400",
    "GET,    /v1/projects/P/messages/%zz, 400"
  })
  void trap6EveryErrorIsNested(String method, String path, int status) {
    String answer = wire(method, path.replace("/P/", "/" + world.project + "/"), world.basic());

    assertThat(answer).matches("(?s)HTTP/1\\.1 " + status + " [A-Z].*");
    JsonNode error = Api.json(answer.substring(answer.indexOf("\r\n\r\n") + 4)).path("error");
    assertThat(error.path("code").asInt()).isEqualTo(status);
    assertThat(error.path("message").asString()).isNotBlank();
    assertThat(error.path("status").asString()).matches("[A-Z_]+");
    assertThat(error.path("details").isArray() || error.path("details").isMissingNode()).isTrue();
  }

  @Test
  void trap7EveryCallbackNamesAppAndProjectAndHasOnePayload() throws Exception {
    String stranger = world.line.addUser("Taro", Friendship.NONE).userId();
    world.line.follow(stranger);
    app.called("opt_in_notification", stranger);
    app.hears(stranger, "hello " + text);
    app.comesTo(app.send(stranger, text), "QUEUED_ON_CHANNEL", "");
    ObjectNode params = (ObjectNode) Api.json("{\"date\":\"2026-12-24\"}");
    world.line.postback(stranger, stranger, "data " + text, Optional.of(params), Optional.empty());
    app.called("unsupported_callback", text);
    world.line.block(stranger);
    app.called("opt_out_notification", stranger);

    List<Call> calls = app.calls();
    assertThat(calls.stream().map(Call::about).distinct())
        .containsExactlyInAnyOrder(
            "contact_create_notification",
            "conversation_start_notification",
            "opt_in_notification",
            "message",
            "message_delivery_report",
            "message_submit_notification",
            "unsupported_callback",
            "opt_out_notification");
    assertThat(calls)
        .allMatch(call -> call.json().path("app_id").isString())
        .allMatch(call -> call.json().path("project_id").asString().equals(world.project))
        .allMatch(call -> call.json().path("message_metadata").isString())
        .allMatch(call -> call.json().path("accepted_time").isString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?update_mask=display_name",
        "?update_mask=display_name,nothing_known",
        "?update_mask.paths=display_name",
        "?update_mask.paths=display_name&update_mask.paths=nothing_known",
        "?update_mask=displayName",
        ""
      })
  void trap8AMaskMayBeWrittenInAnyWay(String mask) {
    JsonNode before = world.api().get("/apps/" + app.id()).ok();

    world.api().patch("/apps/" + app.id() + mask, "{\"display_name\":\"" + text + "\"}").ok();

    JsonNode after = world.api().get("/apps/" + app.id()).ok();
    assertThat(after.path("display_name").asString()).isEqualTo(text);
    assertThat(after.path("channel_credentials")).isEqualTo(before.path("channel_credentials"));
    assertThat(after.path("processing_mode")).isEqualTo(before.path("processing_mode"));
  }

  @Test
  void trap8WhatTheMaskDoesNotCoverStays() {
    world
        .api()
        .patch(
            "/apps/" + app.id() + "?update_mask=display_name",
            "{\"display_name\":\"" + text + "\",\"processing_mode\":\"DISPATCH\"}")
        .ok();

    JsonNode after = world.api().get("/apps/" + app.id()).ok();
    assertThat(after.path("display_name").asString()).isEqualTo(text);
    assertThat(after.path("processing_mode").asString()).isEqualTo("CONVERSATION");
  }

  /** As programs do it: read the app, change a little, and send all credentials back. */
  @Test
  void trap9CredentialsSurviveBeingReadAndSentBack() throws Exception {
    ObjectNode read = (ObjectNode) world.api().get("/apps/" + app.id()).ok();
    JsonNode line = read.path("channel_credentials").get(0).path("line_credentials");
    assertThat(line.path("token").asString()).isEqualTo(World.CHANNEL_TOKEN);
    assertThat(line.path("secret").asString()).isEqualTo(World.CHANNEL_SECRET);

    ObjectNode back = (ObjectNode) Api.json("{}");
    back.set("channel_credentials", read.path("channel_credentials"));
    world
        .api()
        .patch("/apps/" + app.id() + "?update_mask=channel_credentials", back.toString())
        .ok();

    app.comesTo(app.send(user, text), "QUEUED_ON_CHANNEL", "");
    app.hears(user, "hello " + text);
    assertThat(given((ObjectNode) world.api().get("/apps/" + app.id()).ok()))
        .isEqualTo(given(read));
  }

  /** Without what the gateway finds out of an account meanwhile. */
  private static JsonNode given(ObjectNode app) {
    JsonNode credentials = app.path("channel_credentials").deepCopy();
    credentials.forEach(entry -> ((ObjectNode) entry).remove("state"));
    return credentials;
  }

  @Test
  void trap10AllOfItIsAtTheRootOfOneHost() {
    assertThat(token(world.basic()).status()).isEqualTo(200);
    assertThat(wire("GET", "/v1/projects/" + world.project + "/apps", world.basic()))
        .startsWith("HTTP/1.1 200 ");
    assertThat(wire("GET", "/v2/projects/" + world.project + "/templates", world.basic()))
        .startsWith("HTTP/1.1 200 ");
    assertThat(wire("GET", "/ledger/checkpoint", world.basic())).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aSendCanBeReadBackAtOnce() {
    for (int i = 0; i < 30; i++) {
      String id = app.send(user, text + " " + i);
      JsonNode message = app.message(id);
      assertThat(message.path("direction").asString()).isEqualTo("TO_CONTACT");
      assertThat(message.path("app_message").path("text_message").path("text").asString())
          .isEqualTo(text + " " + i);
      JsonNode list = world.api().get("/messages?app_id=" + app.id()).ok().path("messages");
      assertThat(list.get(0).path("id").asString()).isEqualTo(id);
    }
  }

  @Test
  void aKeyMakesASendOnce() throws Exception {
    String[] key = {"Idempotency-Key", "key " + text};

    Api.Answer first = app.trySend(user, text, key);
    Api.Answer second = app.trySend(user, text, key);
    assertThat(second.ok()).isEqualTo(first.ok());
    Api.Answer other = app.trySend(user, "other " + text, key);
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.error()).isEqualTo("INVALID_ARGUMENT");

    world.restart(app);
    assertThat(app.trySend(user, text, key).ok()).isEqualTo(first.ok());
    assertThat(app.trySend(user, "other " + text, key).status()).isEqualTo(422);
    world.advance(Duration.ofHours(23));
    assertThat(app.trySend(user, text, key).ok()).isEqualTo(first.ok());

    app.comesTo(first.ok().path("message_id").asString(), "QUEUED_ON_CHANNEL", "");
    app.settled();
    assertThat(world.accepted(text)).hasSize(1);
    assertThat(world.accepted("other " + text)).isEmpty();
  }

  @Test
  void aKeyMakesManyAtOnceOne() throws Exception {
    Set<String> ids = new HashSet<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Api.Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        answers.add(threads.submit(() -> app.trySend(user, text, "Idempotency-Key", text)));
      }
      for (Future<Api.Answer> answer : answers) {
        ids.add(answer.get().ok().path("message_id").asString());
      }
    }

    assertThat(ids).hasSize(1);
    app.comesTo(ids.iterator().next(), "QUEUED_ON_CHANNEL", "");
    app.settled();
    assertThat(world.accepted(text)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "long"})
  void aKeyThatIsNoneIsRefused(String key) {
    String value = key.equals("long") ? "k".repeat(256) : key;

    assertThat(app.trySend(user, text, "Idempotency-Key", value).status()).isEqualTo(400);
    assertThat(world.accepted(text)).isEmpty();
  }

  @Test
  void whatWasTakenBackIsInNoAnswerOfTheApi() throws Exception {
    String secret = "secret " + text;
    String sent = world.line.say(user, secret).messageId();
    String message = app.called("message", secret).payload().path("id").asString();
    String conversation =
        app.called("message", secret).payload().path("conversation_id").asString();

    world.line.unsend(user, user, sent);
    app.called("unsupported_callback", sent);
    for (int round = 0; round < 2; round++) {
      for (String path :
          List.of(
              "/messages/" + message,
              "/messages?app_id=" + app.id() + "&page_size=100",
              "/messages?conversation_id=" + conversation,
              "/conversations/" + conversation)) {
        Api.Answer answer = world.api().get(path);
        assertThat(answer.ok().toString()).doesNotContain(secret);
      }
      world.restart(app);
    }
  }

  /** LINE may have taken it, and may not know its key any more. */
  @ParameterizedTest
  @EnumSource(names = {"HANG_BEFORE", "HANG_AFTER"})
  void anOldAttemptWithoutOutcomeIsNotRepeatedUnlessAskedFor(Fault fault) throws Exception {
    String message = openAttempt(fault);

    world.advance(RETRY_KEY_AGE.plusSeconds(1));
    world.open(TargetPolicy.SANDBOX);
    world.receivesLine(app);
    app.comesTo(message, "QUEUED_ON_CHANNEL", "UNKNOWN");
    for (int i = 0; i < 3; i++) {
      assertThat(app.settled()).isEmpty();
      world.advance(Duration.ofHours(24));
    }

    app.called("message_delivery_report", message);
    assertThat(app.told(message)).containsExactly("QUEUED_ON_CHANNEL UNKNOWN");
    assertThat(world.requests("push", text)).hasSize(1);
    assertThat(app.deadLetters())
        .singleElement()
        .matches(letter -> letter.path("kind").asString().equals("send"))
        .matches(letter -> letter.path("state").asString().equals("unknown"));

    world.api().post("/messages/" + message + ":resend", "{}").ok();

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(world.requests("push", text)).hasSize(2);
    assertThat(retryKeys()).doesNotHaveDuplicates();
    assertThat(world.accepted(text)).hasSize(fault == Fault.HANG_AFTER ? 2 : 1);
    assertThat(app.deadLetters()).isEmpty();
    assertThat(world.api().post("/messages/" + message + ":resend", "{}").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @EnumSource(names = {"HANG_BEFORE", "HANG_AFTER"})
  void aYoungAttemptWithoutOutcomeIsRepeatedUnderItsKey(Fault fault) throws Exception {
    String message = openAttempt(fault);

    world.advance(RETRY_KEY_AGE.minusMinutes(1));
    world.open(TargetPolicy.SANDBOX);
    world.receivesLine(app);

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(app.settled()).isEmpty();
    assertThat(world.requests("push", text)).hasSize(2);
    assertThat(retryKeys().stream().distinct()).hasSize(1);
    assertThat(world.accepted(text)).hasSize(1);
    assertThat(app.deadLetters()).isEmpty();
  }

  @Test
  void aRestartKeepsWhatWasThere() throws Exception {
    JsonNode heard = app.hears(user, "hello " + text).payload();
    String sent = app.send(user, text);
    app.comesTo(sent, "QUEUED_ON_CHANNEL", "");
    app.called("message_submit_notification", sent);
    List<String> paths =
        List.of(
            "/apps/" + app.id(),
            "/webhooks/" + app.webhook(),
            "/contacts/" + heard.path("contact_id").asString(),
            "/contacts?channel=LINE&identity=" + user,
            "/conversations/" + heard.path("conversation_id").asString(),
            "/messages/" + sent,
            "/messages?app_id=" + app.id());
    List<JsonNode> before = paths.stream().map(path -> world.api().get(path).ok()).toList();

    world.restart(app);

    assertThat(paths.stream().map(path -> world.api().get(path).ok()).toList()).isEqualTo(before);
    assertThat(app.settled()).isEmpty();
    assertThat(world.accepted(text)).hasSize(1);
    app.hears(user, "again " + text);
    assertThat(app.calls("contact_create_notification", user)).hasSize(1);
  }

  /** The gateway is stopped while LINE has not answered. */
  private String openAttempt(Fault fault) throws Exception {
    world.fault("push", fault, text, 1, Duration.ofMinutes(1));
    String message = app.send(user, text);
    World.eventually(() -> assertThat(world.requests("push", text)).hasSize(1));
    world.abandon();
    return message;
  }

  private List<String> retryKeys() {
    return world.requests("push", text).stream()
        .map(request -> request.path("retryKey").asString())
        .toList();
  }

  private static Api.Answer token(String authorization) {
    return world
        .open()
        .as(authorization)
        .post(
            "/oauth2/token",
            "grant_type=client_credentials",
            "Content-Type",
            "application/x-www-form-urlencoded");
  }

  /** The bytes of an answer to a request whose path is sent as it stands here. */
  private static String wire(String method, String path, String authorization) {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), world.gateway().publicPort())) {
      socket.setSoTimeout((int) World.PATIENCE.toMillis());
      String head =
          method
              + " "
              + path
              + " HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\nAuthorization: "
              + authorization
              + "\r\nContent-Length: 0\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Nobody gets to the database until its connections are allowed again. */
  private static void connections(boolean allowed) throws SQLException {
    if (!(world.database().config().location()
        instanceof DatabaseConfig.Location.External(String url, String user, String password))) {
      throw new AssertionError("tests have an external database");
    }
    String name = url.replaceFirst("\\?.*", "").replaceFirst(".*/", "");
    try (Connection connection =
            DriverManager.getConnection(url.replace("/" + name, "/postgres"), user, password);
        Statement statement = connection.createStatement()) {
      statement.execute("alter database " + name + " allow_connections " + allowed);
      if (!allowed) {
        statement.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"
                + name
                + "'");
      }
    }
  }
}
