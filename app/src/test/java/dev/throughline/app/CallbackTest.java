package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.app.CallbackTarget.Reply;
import dev.throughline.ledger.Ulid;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the app is to be told it is told, signed, in order for each person, on the published
 * schedule while its server fails; what it refuses holds up nobody, and a server that is away is
 * left in peace but for a probe a minute.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class CallbackTest {
  /** What the gateway waits for an answer of a target, in real time. */
  private static final Duration DEADLINE = Duration.ofSeconds(15);

  /** The gateway looks for paused targets four times a second, and for due tasks ten times. */
  private static final Duration TWO_LOOKS = Duration.ofMillis(550);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static World world;
  private static Silence silence;
  private static CustomerApp waiting;

  private CustomerApp app;
  private LineEvents events;
  private String text;

  /** The call that nobody answers waits for its deadline while others are tested. */
  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    silence = new Silence();
    waiting = onlyMessages(world.app());
    world
        .api()
        .patch(
            "/webhooks/" + waiting.webhook(),
            "{\"target\":\"http://127.0.0.1:" + silence.port() + waiting.path() + "\"}")
        .ok();
    says(waiting, new LineEvents(world).text(person(), "into the silence"));
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    silence.close();
  }

  @BeforeEach
  void anAppThatHearsMessages() throws Exception {
    app = onlyMessages(world.app());
    events = new LineEvents(world);
    text = "text " + world.number();
  }

  @Test
  @Order(1)
  void aCallIsSignedOverItsVeryBytes() throws Exception {
    says(person(), text + " あ / \" 😀");

    Call call = app.called("message", text);

    assertThat(call.header("x-sinch-webhook-signature-timestamp"))
        .isEqualTo(Long.toString(world.clock.instant().getEpochSecond()));
    assertThat(Ulid.parse(call.header("x-sinch-webhook-signature-nonce"))).isNotNull();
    assertThat(call.header("x-sinch-webhook-signature")).isEqualTo(hmac(call, CustomerApp.SECRET));
    assertThat(call.header("content-type")).isEqualTo("application/json");
    // Compact and unescaped: SDK users check over what they parsed and wrote again.
    assertThat(call.text()).isEqualTo(call.json().toString()).contains("あ / \\\" 😀");
  }

  @Test
  @Order(1)
  void aWebhookWithoutSecretIsNotSigned() throws Exception {
    change("{\"secret\":\"\"}");

    says(person(), text);

    assertThat(app.called("message", text).headers().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("x-sinch"));
  }

  @Test
  @Order(1)
  void anotherTryIsSignedAnewUnderTheSecretOfItsTime() throws Exception {
    world.customer.next(app.path(), Reply.of(500));
    says(person(), text);
    app.settled();

    change("{\"secret\":\"another secret\"}");
    app.advance();

    List<Call> calls = app.calls();
    assertThat(calls).extracting(Call::status).containsExactly(500, 200);
    assertThat(calls.get(0).header("x-sinch-webhook-signature"))
        .isEqualTo(hmac(calls.get(0), CustomerApp.SECRET));
    assertThat(calls.get(1).header("x-sinch-webhook-signature"))
        .isEqualTo(hmac(calls.get(1), "another secret"));
  }

  /** Last but for the silence: nearly two days go by. */
  @Test
  @Order(3)
  void aCallThatFailsIsTriedOnTheScheduleAndThenIsADeadLetter() throws Exception {
    world.customer.always(app.path(), Reply.of(500));
    String person = person();
    says(person, text + " first", text + " second");
    app.settled();

    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      waits.add(app.advance());
      assertThat(app.deadLetters()).hasSize(i < 14 ? 0 : 1);
    }

    assertThat(waits)
        .containsExactlyElementsOf(
            LongStream.range(0, 15).mapToObj(i -> Duration.ofSeconds(5L << i)).toList());
    assertThat(waits.getLast()).isEqualTo(Duration.ofSeconds(81_920));
    List<Call> tries = app.calls("message", text + " first");
    assertThat(tries).hasSize(16);
    assertThat(tries).extracting(Call::text).containsOnly(tries.getFirst().text());
    assertThat(tries)
        .extracting(call -> call.header("x-sinch-webhook-signature-nonce"))
        .doesNotHaveDuplicates();
    assertThat(tries)
        .allMatch(
            call -> call.header("x-sinch-webhook-signature").equals(hmac(call, CustomerApp.SECRET)))
        .allMatch(call ->
            call.header("x-sinch-webhook-signature-timestamp")
                .equals(Long.toString(call.at().getEpochSecond())));

    // The lane goes on behind what was given up.
    assertThat(said()).startsWith(text + " first").endsWith(text + " second").hasSize(17);
    JsonNode letter = app.deadLetters().getFirst();
    assertThat(letter.path("kind").asString()).isEqualTo("callback");
    assertThat(letter.path("state").asString()).isEqualTo("dead");
    assertThat(letter.path("target_id").asString()).isEqualTo(app.webhook());
    assertThat(letter.path("error").asString()).isEqualTo("HTTP 500");
    assertThat(letter.path("tries").asInt()).isEqualTo(16);
    world.customer.always(app.path(), Reply.of(200));
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));
    assertThat(app.settled()).isEmpty();

    String replay = "/dead-letters/" + letter.path("id").asString() + ":replay";
    world.api().post(replay, "{}").ok();
    World.eventually(() -> assertThat(said()).hasSize(19));
    app.settled();
    assertThat(app.calls().getLast().text()).isEqualTo(tries.getFirst().text());
    assertThat(app.deadLetters()).isEmpty();
    assertThat(world.api().post(replay, "{}").status()).isEqualTo(404);
  }

  /** What is asked for again begins the schedule anew. */
  @Test
  @Order(1)
  void aReplayThatFailsIsTriedAgain() throws Exception {
    world.customer.next(app.path(), Reply.of(400), Reply.of(500));
    says(person(), text);
    app.settled();
    String letter = app.deadLetters().getFirst().path("id").asString();

    world.api().post("/dead-letters/" + letter + ":replay", "{}").ok();
    World.eventually(() -> assertThat(app.calls()).hasSize(2));

    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));
    assertThat(app.calls()).extracting(Call::status).containsExactly(400, 500, 200);
    assertThat(app.deadLetters()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 599, 408, 429, 301, 302, 303, 307, 308})
  @Order(1)
  void theseAnswersAreFailures(int status) throws Exception {
    String elsewhere = "/elsewhere/" + world.number();
    world.customer.next(
        app.path(), Reply.of(status, "location", world.customer.url(elsewhere)), Reply.of(204));
    says(person(), text);

    app.settled();
    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));

    assertThat(app.calls()).extracting(Call::status).containsExactly(status, 204);
    assertThat(world.customer.calls(elsewhere)).isEmpty();
    assertThat(app.settled()).isEmpty();
    assertThat(app.deadLetters()).isEmpty();
  }

  static Stream<Arguments> patience() {
    return Stream.of(
        Arguments.of(429, "120", 120),
        Arguments.of(503, "120", 120),
        Arguments.of(429, "1", 5),
        Arguments.of(429, "0", 5),
        Arguments.of(429, "999999999", 86_400),
        Arguments.of(429, "9999999999999999999999", 86_400),
        Arguments.of(429, "-7", 5),
        Arguments.of(429, "soon", 5),
        Arguments.of(429, "date:90", 90),
        Arguments.of(503, "date:-90", 5));
  }

  @ParameterizedTest
  @MethodSource("patience")
  @Order(2)
  void aTargetMayAskForMorePatienceAndNotForLess(int status, String asked, long seconds)
      throws Exception {
    String value =
        asked.startsWith("date:")
            ? DateTimeFormatter.RFC_1123_DATE_TIME.format(
                world
                    .clock
                    .instant()
                    .plusSeconds(Long.parseLong(asked.substring(5)))
                    .atOffset(ZoneOffset.UTC))
            : asked;
    world.customer.next(app.path(), Reply.of(status, "Retry-After", value));
    says(person(), text);

    app.settled();

    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(seconds));
    assertThat(app.calls()).extracting(Call::status).containsExactly(status, 200);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 409, 413, 415, 422, 451, 499})
  @Order(1)
  void aRefusalIsADeadLetterAtOnceAndTheLaneGoesOn(int status) throws Exception {
    world.customer.next(app.path(), Reply.of(status));
    says(person(), text + " first", text + " second");

    assertThat(app.settled()).isEmpty();

    assertThat(said()).containsExactly(text + " first", text + " second");
    assertThat(app.deadLetters())
        .singleElement()
        .matches(letter -> letter.path("error").asString().equals("HTTP " + status))
        .matches(letter -> letter.path("tries").asInt() == 1);
    assertThat(state()).isEqualTo("active");
  }

  @Test
  @Order(1)
  void whoAnswers410IsNotCalledUntilItsOwnerChangesIt() throws Exception {
    long alarms = world.alarms("webhook_gone");
    world.customer.next(app.path(), Reply.of(410));
    String person = person();
    says(person, text + " first");
    comesTo("gone");
    says(person, text + " second");
    says(person(), text + " third");
    for (int i = 0; i < 3; i++) {
      world.advance(MINUTE);
      Thread.sleep(TWO_LOOKS.dividedBy(2));
    }
    assertThat(app.calls()).hasSize(1);
    assertThat(world.alarms("webhook_gone")).isEqualTo(alarms + 1);

    change("{\"secret\":\"" + CustomerApp.SECRET + "\"}");

    World.eventually(() -> assertThat(app.calls()).hasSize(4));
    assertThat(app.settled()).isEmpty();
    assertThat(state()).isEqualTo("active");
    assertThat(said().stream().filter(said -> !said.endsWith("third")))
        .containsExactly(text + " first", text + " first", text + " second");
    assertThat(app.deadLetters()).isEmpty();
  }

  /** Calls that were under way when it said so fail after it, and it stays gone. */
  @Test
  @Order(1)
  void whoIsGoneIsNotProbed() throws Exception {
    world.customer.next(app.path(), Reply.of(410));
    world.customer.always(app.path(), Reply.of(500));
    says(
        app,
        IntStream.range(0, 8).mapToObj(i -> events.text(person(), text)).toArray(JsonNode[]::new));
    comesTo("gone");
    app.settled();
    int calls = app.calls().size();

    world.advance(MINUTE);
    Thread.sleep(TWO_LOOKS);

    assertThat(app.calls()).hasSize(calls);
    assertThat(state()).isEqualTo("gone");
  }

  /** Changed before anybody had looked whether it is gone. */
  @Test
  @Order(1)
  void aQuickRepairOfWhoWasGoneIsSeen() throws Exception {
    for (int i = 1; i <= 3; i++) {
      world.customer.next(app.path(), Reply.of(410));
      says(person(), text + i);
      comesTo("gone");
      change("{\"target_type\":\"HTTP\"}");
      int calls = 2 * i;
      World.eventually(() -> assertThat(app.calls()).hasSize(calls));
      app.settled();
    }
  }

  @Test
  @Order(1)
  void onePersonsCallsWaitInOrderAndNobodyElses() throws Exception {
    String first = person();
    String other = person();
    world.customer.next(app.path(), Reply.of(500), Reply.of(500));
    says(first, text + " 1");
    app.settled();
    says(other, text + " other");
    app.settled();
    for (int i = 2; i <= 80; i++) {
      // More than a lane holds in memory.
      says(first, text + " " + i);
    }
    app.settled();
    assertThat(said()).containsExactly(text + " 1", text + " other");

    world.advance(Duration.ofSeconds(5));
    World.eventually(() -> assertThat(app.calls()).hasSize(2 + 81));

    List<String> expected = new ArrayList<>(List.of(text + " 1"));
    IntStream.rangeClosed(1, 80).forEach(i -> expected.add(text + " " + i));
    assertThat(said().stream().filter(said -> !said.endsWith("other")))
        .containsExactlyElementsOf(expected);
  }

  /** Two webhooks of one app: what one fails at does not hold up the other. */
  @Test
  @Order(1)
  void eachWebhookHasLanesOfItsOwn() throws Exception {
    String second = "/callbacks/" + world.number();
    CustomerApp.webhook(world, app.id(), second);
    world.customer.always(app.path(), Reply.of(500));

    says(person(), text + " 1", text + " 2");
    app.settled();

    assertThat(said()).containsExactly(text + " 1");
    assertThat(world.customer.calls(second).stream().map(Call::about).toList())
        .containsSubsequence("message", "message");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  @Order(2)
  void whoFailsForFivePeopleIsPausedAndProbedWithItsOldestCall(boolean atOnce) throws Exception {
    long alarms = world.alarms("webhook_paused");
    List<String> people = IntStream.range(0, 6).mapToObj(i -> person()).toList();
    world.customer.always(app.path(), Reply.of(503));
    if (atOnce) {
      says(
          app,
          people.subList(0, 5).stream()
              .map(person -> events.text(person, text + " " + person + " 1"))
              .toArray(JsonNode[]::new));
      app.settled();
    } else {
      for (String person : people.subList(0, 5)) {
        assertThat(state()).isEqualTo("active");
        says(person, text + " " + person + " 1");
        app.settled();
      }
    }
    comesTo("paused");
    assertThat(world.alarms("webhook_paused")).isEqualTo(alarms + 1);
    assertThat(app.calls()).hasSize(5);
    String oldest = text + " " + people.getFirst() + " 1";

    for (String person : people) {
      says(person, text + " " + person + " 2");
    }
    world.advance(MINUTE.minusSeconds(1));
    Thread.sleep(TWO_LOOKS);
    assertThat(app.calls()).hasSize(5);
    for (int probes = 1; probes <= 3; probes++) {
      world.advance(probes == 1 ? Duration.ofSeconds(1) : MINUTE);
      int calls = 5 + probes;
      World.eventually(() -> assertThat(app.calls()).hasSize(calls));
      assertThat(said().getLast()).isEqualTo(oldest);
    }
    Thread.sleep(TWO_LOOKS);
    assertThat(app.calls()).hasSize(8);
    assertThat(tries()).as("probes use up no tries").isEqualTo(1);

    world.customer.always(app.path(), Reply.of(200));
    world.advance(MINUTE);

    World.eventually(() -> assertThat(app.calls()).hasSize(8 + 11));
    assertThat(app.settled()).isEmpty();
    comesTo("active");
    List<Call> heard = app.calls().subList(8, 19);
    assertThat(texts(heard).getFirst()).isEqualTo(oldest);
    for (String person : people) {
      List<String> theirs = texts(heard).stream().filter(said -> said.contains(person)).toList();
      assertThat(theirs)
          .containsExactlyElementsOf(
              people.indexOf(person) < 5
                  ? List.of(text + " " + person + " 1", text + " " + person + " 2")
                  : List.of(text + " " + person + " 2"));
    }
    assertThat(app.deadLetters()).isEmpty();
  }

  @Test
  @Order(1)
  void onlyFiveInARowPause() throws Exception {
    for (int round = 0; round < 2; round++) {
      world.customer.always(app.path(), Reply.of(500));
      for (int i = 0; i < 4; i++) {
        says(person(), text);
        app.settled();
      }
      world.customer.always(app.path(), Reply.of(round == 0 ? 200 : 404));
      says(person(), text);
      app.settled();
      assertThat(state()).isEqualTo("active");
    }
  }

  @Test
  @Order(1)
  void manyFailuresOfOnePersonsCallDoNotPause() throws Exception {
    world.customer.always(app.path(), Reply.of(500));
    says(person(), text);
    for (int i = 0; i < 6; i++) {
      app.advance();
    }
    assertThat(state()).isEqualTo("active");
    world.customer.always(app.path(), Reply.of(200));
  }

  @Test
  @Order(1)
  void aProbeThatIsRefusedShowsThatTheTargetIsThere() throws Exception {
    pause();
    world.customer.next(app.path(), Reply.of(404));
    world.customer.always(app.path(), Reply.of(200));

    world.advance(MINUTE);

    World.eventually(() -> assertThat(app.calls()).hasSize(10));
    assertThat(app.settled()).isEmpty();
    comesTo("active");
    assertThat(app.deadLetters())
        .singleElement()
        .matches(letter -> letter.path("error").asString().equals("HTTP 404"));
  }

  @Test
  @Order(1)
  void aChangeOfAPausedWebhookLetsItGoOn() throws Exception {
    pause();
    String better = "/callbacks/" + world.number();

    change("{\"target\":\"" + world.customer.url(better) + "\"}");
    world.advance(Duration.ofSeconds(5));

    World.eventually(() -> assertThat(world.customer.calls(better)).hasSize(5));
    assertThat(app.settled()).isEmpty();
    comesTo("active");
    assertThat(app.calls()).hasSize(5);
    // And counting begins anew.
    world.customer.next(better, Reply.of(500));
    says(person(), text);
    app.settled();
    assertThat(state()).isEqualTo("active");
  }

  @Test
  @Order(1)
  void whatADeletedWebhookWasToBeToldIsADeadLetter() throws Exception {
    world.customer.always(app.path(), Reply.of(500));
    says(person(), text + " 1", text + " 2");
    app.settled();

    world.api().delete("/webhooks/" + app.webhook()).ok();
    app.advance();

    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).hasSize(1);
    assertThat(app.deadLetters()).hasSize(2);
  }

  @Test
  @Order(1)
  void anAddressThatASendNamesIsTriedTheSameWay() throws Exception {
    change("{\"triggers\":[\"MESSAGE_DELIVERY\"]}");
    String own = "/own/" + world.number();
    world.customer.next(own, Reply.of(500));
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(world.friend(), text));
    send.put("callback_url", world.customer.url(own));

    String message =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
    World.eventually(() -> assertThat(world.customer.calls(own)).hasSize(1));

    assertThat(app.advance()).isEqualTo(Duration.ofSeconds(5));
    assertThat(world.customer.calls(own))
        .hasSize(2)
        .allMatch(call -> call.text().contains(message));
    assertThat(app.calls()).isEmpty();
  }

  @Test
  @Order(2)
  void aRestartKeepsScheduleAndOrder() throws Exception {
    String person = person();
    world.customer.always(app.path(), Reply.of(500));
    says(person, text + " 1", text + " 2");
    app.settled();
    app.advance();

    world.restart(app);
    says(person, text + " 3");
    app.settled();
    world.advance(Duration.ofSeconds(9));
    app.settled();
    assertThat(said()).containsExactly(text + " 1", text + " 1");
    world.customer.always(app.path(), Reply.of(200));
    world.advance(Duration.ofSeconds(1));

    World.eventually(() -> assertThat(app.calls()).hasSize(5));
    assertThat(app.settled()).isEmpty();
    assertThat(said())
        .containsExactly(text + " 1", text + " 1", text + " 1", text + " 2", text + " 3");
  }

  @Test
  @Order(2)
  void aRestartKeepsWhoIsPaused() throws Exception {
    pause();

    world.restart(app);
    Thread.sleep(TWO_LOOKS);
    assertThat(app.calls()).hasSize(5);
    comesTo("paused");
    world.advance(MINUTE);
    World.eventually(() -> assertThat(app.calls()).hasSize(6));
    app.settled();
    comesTo("paused");

    world.customer.always(app.path(), Reply.of(200));
    world.advance(MINUTE);
    World.eventually(() -> assertThat(app.calls()).hasSize(11));
    assertThat(app.settled()).isEmpty();
    comesTo("active");
  }

  /** Virtual time has gone on meanwhile, so that it is due again as soon as it failed. */
  @Test
  @Order(4)
  void aCallThatIsNotAnsweredFailsAtItsDeadlineAndIsTriedAgain() {
    World.eventually(() -> assertThat(silence.ended()).isNotEmpty());
    waiting.settled();
    world.advance(Duration.ofSeconds(5));
    World.eventually(() -> assertThat(silence.answered()).isEqualTo(1));

    assertThat(silence.ended())
        .singleElement(InstanceOfAssertFactories.DURATION)
        .isBetween(DEADLINE.minusMillis(200), DEADLINE.plusSeconds(2));
    assertThat(waiting.settled()).isEmpty();
    assertThat(waiting.deadLetters()).isEmpty();
  }

  private void says(String person, String... texts) throws Exception {
    says(app, Stream.of(texts).map(said -> events.text(person, said)).toArray(JsonNode[]::new));
  }

  /** In one webhook, which is durable when this returns. */
  private static void says(CustomerApp app, JsonNode... events) throws Exception {
    world.receivesLine(app);
    world.delivers(LineEvents.body(List.of(events)));
  }

  private static String person() {
    return "U%032x".formatted(world.number());
  }

  /** Contacts are the project's, so that every app hears of those of the others. */
  private static CustomerApp onlyMessages(CustomerApp app) {
    world.api().patch("/webhooks/" + app.webhook(), "{\"triggers\":[\"MESSAGE_INBOUND\"]}").ok();
    return app;
  }

  private void change(String webhook) {
    world.api().patch("/webhooks/" + app.webhook(), webhook).ok();
  }

  private void pause() throws Exception {
    world.customer.always(app.path(), Reply.of(500));
    for (int i = 0; i < 5; i++) {
      says(person(), text);
      app.settled();
    }
    comesTo("paused");
    assertThat(app.calls()).hasSize(5);
  }

  /** Its state is looked up in memory, which follows the database's. */
  private void comesTo(String state) {
    World.eventually(() -> assertThat(state()).isEqualTo(state));
  }

  private String state() {
    return world
        .api()
        .get("/webhooks/" + app.webhook())
        .ok()
        .path("throughline")
        .path("state")
        .asString();
  }

  /** How many tries the app's oldest task has used up. */
  private long tries() {
    return world.count(
        "select tries from task where app = '"
            + Ulid.parse(app.id()).toUuid()
            + "' order by seq limit 1");
  }

  private List<String> said() {
    return texts(app.calls());
  }

  private static List<String> texts(List<Call> calls) {
    return calls.stream()
        .map(call ->
            call.payload().path("contact_message").path("text_message").path("text").asString())
        .toList();
  }

  /** As an SDK does it: HMAC-SHA256 of body, nonce and timestamp, with full stops between. */
  private static String hmac(Call call, String secret) {
    assertThat(call.header("x-sinch-webhook-signature-algorithm")).isEqualTo("HmacSHA256");
    String signed =
        call.text()
            + "."
            + call.header("x-sinch-webhook-signature-nonce")
            + "."
            + call.header("x-sinch-webhook-signature-timestamp");
    return Hmac.base64(secret, signed);
  }

  /** Takes the first call and says nothing, and answers the next; knows how long callers waited. */
  private static final class Silence implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Duration> ended = new ArrayList<>();
    private int taken;
    private int answered;

    Silence() throws IOException {
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    synchronized List<Duration> ended() {
      return List.copyOf(ended);
    }

    synchronized int answered() {
      return answered;
    }

    @Override
    public void close() throws IOException {
      server.close();
    }

    private void accept() {
      while (!server.isClosed()) {
        try {
          Socket socket = server.accept();
          Thread.ofVirtual().start(() -> hold(socket));
        } catch (IOException closed) {
          return;
        }
      }
    }

    private void hold(Socket socket) {
      long start = System.nanoTime();
      try (socket) {
        InputStream in = socket.getInputStream();
        int read = in.read(new byte[1 << 16]);
        synchronized (this) {
          if (read > 0 && taken++ > 0) {
            socket
                .getOutputStream()
                .write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
            answered++;
            return;
          }
        }
        while (in.read(new byte[1 << 16]) >= 0) {
          // Nothing is answered.
        }
      } catch (IOException reset) {
        // The caller gave up.
      }
      synchronized (this) {
        ended.add(Duration.ofNanos(System.nanoTime() - start));
      }
    }
  }
}
