package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Ulids;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.Friendship;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What LINE tells the gateway reaches the app once, in the order in which each person did it, and
 * whatever the gateway does not understand is kept and passed on.
 */
final class InboundTest {
  private static World world;

  private CustomerApp app;
  private LineEvents events;
  private String user;
  private String text;
  private String group;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void someoneWhoWrites() throws Exception {
    app = world.app();
    events = new LineEvents(world);
    user = world.friend();
    text = "text " + world.number();
    group = "C" + "%032x".formatted(0xc0ffee + world.number());
  }

  @Test
  void theFirstTextMakesAContactAndAConversation() throws Exception {
    JsonNode heard = app.hears(user, text).json();
    app.hears(user, "again " + text);

    JsonNode message = heard.path("message");
    String contact = message.path("contact_id").asString();
    assertThat(heard.path("app_id").asString()).isEqualTo(app.id());
    assertThat(heard.path("project_id").asString()).isEqualTo(world.project);
    assertThat(message.path("direction").asString()).isEqualTo("TO_APP");
    assertThat(message.path("contact_message").path("text_message").path("text").asString())
        .isEqualTo(text);
    assertThat(message.path("channel_identity"))
        .isEqualTo(
            Api.json(
                """
                {"channel":"LINE","identity":"%s","app_id":"%s"}\
                """
                    .formatted(user, app.id())));
    assertThat(message.path("processing_mode").asString()).isEqualTo("CONVERSATION");
    assertThat(app.calls().stream().map(Call::about))
        .containsExactly(
            "contact_create_notification", "conversation_start_notification", "message", "message");
    assertThat(app.calls().get(0).payload().path("contact").path("id").asString())
        .isEqualTo(contact);
    assertThat(app.calls().get(1).payload().path("conversation").path("contact_id").asString())
        .isEqualTo(contact);
    assertThat(app.message(message.path("id").asString()).path("contact_message"))
        .isEqualTo(message.path("contact_message"));
  }

  @Test
  void inDispatchModeNobodyIsNamed() throws Exception {
    app = world.app("{\"processing_mode\":\"DISPATCH\"}");

    JsonNode message = app.hears(user, text).payload();

    assertThat(message.path("contact_id").asString()).isEmpty();
    assertThat(message.path("conversation_id").asString()).isEmpty();
    assertThat(message.path("processing_mode").asString()).isEqualTo("DISPATCH");
  }

  @Test
  void followingOptsInAndBlockingOptsOut() throws Exception {
    String stranger = world.line.addUser("Taro", Friendship.NONE).userId();

    world.line.follow(stranger);
    JsonNode in = app.called("opt_in_notification", stranger).payload();
    world.line.block(stranger);
    JsonNode out = app.called("opt_out_notification", stranger).payload();
    world.line.unblock(stranger);
    World.eventually(() -> assertThat(app.calls("opt_in_notification", stranger)).hasSize(2));

    JsonNode contact =
        app.called("contact_create_notification", stranger).payload().path("contact");
    assertThat(in.path("status").asString()).isEqualTo("OPT_IN_SUCCEEDED");
    assertThat(out.path("status").asString()).isEqualTo("OPT_OUT_SUCCEEDED");
    assertThat(in.path("contact_id")).isEqualTo(contact.path("id"));
    assertThat(out.path("contact_id")).isEqualTo(contact.path("id"));
    assertThat(contact.path("channel_priority").get(0).asString()).isEqualTo("LINE");
    assertThat(contact.path("language").asString()).isEqualTo("UNSPECIFIED");
    assertThat(app.calls().stream().map(Call::about))
        .containsExactly(
            "contact_create_notification",
            "opt_in_notification",
            "opt_out_notification",
            "opt_in_notification");
    assertThat(app.calls().getFirst().json().path("app_id").asString()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"DUPLICATE", "REDELIVER"})
  void whatComesTwiceIsToldOnce(Fault fault) throws Exception {
    world.fault("webhook", fault, text, 1);

    app.hears(user, text);

    World.eventually(() -> assertThat(webhooks(text)).hasSize(2).allMatch(status -> status == 200));
    app.hears(user, "after " + text);
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls("message", text)).hasSize(2);
  }

  @Test
  void whatComesTwiceInOneRequestIsToldOnce() throws Exception {
    ObjectNode event = events.text(user, text);

    world.line.inject(
        List.of(event, event, events.text(user, "between " + text), event), true, Optional.empty());

    app.called("message", "between " + text);
    assertThat(app.settled()).isEmpty();
    assertThat(said()).containsExactly(text, "between " + text);
  }

  @Test
  void whatComesInManyRequestsAtOnceIsToldOnce() throws Exception {
    ObjectNode event = events.text(user, text);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        Future<?> _ =
            threads.submit(() -> {
              world.line.inject(List.of(event), true, Optional.empty());
              return event;
            });
      }
    }

    app.called("message", text);
    assertThat(app.settled()).isEmpty();
    assertThat(said()).containsExactly(text);
  }

  /** LINE sends again, for as long as nobody answers 200. */
  @Test
  void whatComesWhileTheGatewayIsAwayIsRedelivered() throws Exception {
    var settings = world.line.settings();
    world.line.settings(settings.withRedelivery(List.of(Duration.ofSeconds(30))));
    try {
      world.shut();
      world.line.say(user, text);
      World.eventually(() -> assertThat(webhooks(text)).hasSize(1));
      world.open(TargetPolicy.SANDBOX);
      world.receivesLine(app);
      world.advance(Duration.ofSeconds(30));

      app.called("message", text);

      assertThat(app.settled()).isEmpty();
      assertThat(said()).containsExactly(text);
    } finally {
      world.line.settings(settings);
    }
  }

  @Test
  void aChatThatAnotherProgramHoldsIsPassedOnAndNotRepliedTo() throws Exception {
    world.fault("webhook", Fault.STANDBY, text, 1);
    ObjectNode standby = events.text(user, "raw " + text);
    standby.put("mode", "standby");
    standby.put("replyToken", "0123456789abcdef0123456789abcdef");

    app.hears(user, text);
    world.line.inject(List.of(standby), true, Optional.empty());
    app.called("message", "raw " + text);
    app.comesTo(app.send(user, "answer " + text), "QUEUED_ON_CHANNEL", "");

    assertThat(world.requests("reply", text)).isEmpty();
    assertThat(world.requests("push", "answer " + text)).hasSize(1);
  }

  @Test
  void eventsForAnotherBotAreKeptAndAlarmedAndNothingElse() throws Exception {
    long before = world.alarms("webhook_for_another");

    world.line.inject(List.of(events.text(user, text)), true, Optional.of("U" + "c".repeat(32)));

    World.eventually(() -> assertThat(world.alarms("webhook_for_another")).isEqualTo(before + 1));
    assertThat(webhooks(text)).containsExactly(200);
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "not JSON", "[]", "{\"destination\":\"U\"", "{\"events\":{}}", "\u0000"})
  void aSignedBodyThatDoesNotParseIsKeptAndAlarmed(String body) throws Exception {
    long before = world.alarms("webhook_malformed");
    long entries = entries();

    world.delivers(body.getBytes(StandardCharsets.UTF_8));

    World.eventually(() -> assertThat(world.alarms("webhook_malformed")).isEqualTo(before + 1));
    assertThat(entries()).isEqualTo(entries + 1);
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).isEmpty();
  }

  @Test
  void lineCanTestTheAddress() {
    JsonNode tested =
        new Api(world.emulator.baseUri().toString(), "Bearer " + World.CHANNEL_TOKEN)
            .post("/v2/bot/channel/webhook/test", "{}")
            .ok();

    assertThat(tested.path("success").asBoolean()).isTrue();
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"type":"message","message":{"type":"sticker","id":"1","packageId":"446","stickerId":"x"}}\
        """,
        """
        {"type":"message","message":{"type":"hologram","id":"3","depth":{"m":1.50,"big":12345678901234567890}}}\
        """,
        """
        {"type":"postback","postback":{"data":"a=1&b=\\u3042","params":{"time":"10:00"}}}\
        """,
        """
        {"type":"videoPlayComplete","videoPlayComplete":{"trackingId":"t"}}\
        """,
        """
        {"type":"beacon","beacon":{"hwid":"d41d8cd98f","type":"enter"}}\
        """,
        """
        {"type":"somethingNew","somethingNew":{"a":[1,2,{"b":null}]}, "extra" : true }\
        """,
      })
  void whatIsNotMappedIsPassedOnAsItCame(String start) throws Exception {
    // Spelt by hand, spaces and all: the app gets LINE's own bytes.
    String event =
        start.substring(0, start.length() - 1)
            + ",\"webhookEventId\":\"01TEST%020d\",\"timestamp\":%d,\"mode\":\"active\","
                .formatted(world.number(), world.clock.millis())
            + "\"source\":{\"type\":\"user\",\"userId\":\""
            + user
            + "\"}}";
    String body = "{\"destination\":\"" + World.BOT + "\",\"events\":[" + event + "]}";

    world.delivers(body.getBytes(StandardCharsets.UTF_8));

    JsonNode unsupported = app.called("unsupported_callback", user).payload();
    assertThat(unsupported.path("payload").asString()).isEqualTo(body);
    assertThat(unsupported.path("channel").asString()).isEqualTo("LINE");
    assertThat(unsupported.path("channel_identity").path("identity").asString()).isEqualTo(user);
    assertThat(unsupported.path("contact_id").asString()).isNotEmpty();
  }

  @Test
  void whatHasNoPersonIsPassedOnForTheApp() throws Exception {
    ObjectNode event = events.event("accountLink", user);
    event.remove("source");
    event.putObject("link").put("result", "failed").put("nonce", text);

    world.line.inject(List.of(event), true, Optional.empty());

    JsonNode unsupported = app.called("unsupported_callback", text).payload();
    assertThat(unsupported.path("contact_id").asString()).isEmpty();
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).hasSize(1);
  }

  @Test
  void oneRequestMayHoldManyPeople() throws Exception {
    List<String> people = new ArrayList<>();
    List<JsonNode> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      people.add("U%032x".formatted(world.number()));
    }
    for (int i = 0; i < 10; i++) {
      for (String person : people) {
        many.add(events.text(person, text + " number " + i));
      }
    }

    world.line.inject(many, true, Optional.empty());

    World.eventually(() -> assertThat(app.calls("message", text)).hasSize(200));
    assertThat(app.settled()).isEmpty();
    for (String person : people) {
      List<Call> theirs = app.calls("message", person);
      assertThat(theirs.stream().map(InboundTest::text))
          .containsExactlyElementsOf(
              java.util.stream.IntStream.range(0, 10)
                  .mapToObj(i -> text + " number " + i)
                  .toList());
      assertThat(app.calls("contact_create_notification", person)).hasSize(1);
    }
  }

  @Test
  void manyRequestsAtOnceKeepTheOrderOfEachPerson() throws Exception {
    List<String> people = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      people.add(world.friend());
    }
    for (int i = 0; i < 15; i++) {
      for (String person : people) {
        world.line.say(person, text + " number " + i);
      }
    }

    World.eventually(() -> assertThat(app.calls("message", text)).hasSize(150));
    for (String person : people) {
      assertThat(app.calls("message", person).stream().map(InboundTest::text))
          .containsExactlyElementsOf(
              java.util.stream.IntStream.range(0, 15)
                  .mapToObj(i -> text + " number " + i)
                  .toList());
    }
  }

  @Test
  void whatIsTakenBackIsForgottenAtOnce() throws Exception {
    String secret = text + " " + "secret ".repeat(300);
    String sent = world.line.say(user, secret).messageId();
    String message = app.called("message", text).payload().path("id").asString();
    assertThat(payloadBytes(message)).isGreaterThan(secret.length());
    assertThat(app.message(message).path("contact_message").toString()).contains("secret");

    world.line.unsend(user, user, sent);

    JsonNode told = app.called("unsupported_callback", sent).payload();
    JsonNode event = Api.json(told.path("payload").asString()).path("events").get(0);
    assertThat(event.path("type").asString()).isEqualTo("unsend");
    assertThat(event.path("unsend").path("messageId").asString()).isEqualTo(sent);
    JsonNode left = app.message(message);
    assertThat(left.toString()).doesNotContain("secret");
    assertThat(left.path("contact_message")).isEmpty();
    assertThat(payloadBytes(message)).isLessThan(secret.length());
  }

  @Test
  void aReplyTokenOfWhatWasTakenBackIsGoneToo() throws Exception {
    String sent = world.line.say(user, text).messageId();
    app.called("message", text);
    world.line.unsend(user, user, sent);
    app.called("unsupported_callback", sent);

    app.comesTo(app.send(user, "answer " + text), "QUEUED_ON_CHANNEL", "");

    assertThat(world.requests("push", "answer " + text)).hasSize(1);
  }

  @Test
  void whatIsTakenBackBeforeItComesIsNeverTold() throws Exception {
    app.hears(user, "hello " + text);
    ObjectNode late = events.text(user, "secret " + text);
    String id = late.path("message").path("id").asString();

    world.line.inject(List.of(events.unsend(user, id)), true, Optional.empty());
    app.called("unsupported_callback", id);
    world.line.inject(List.of(late), true, Optional.empty());
    app.hears(user, "after " + text);

    assertThat(app.calls("message", "secret " + text)).isEmpty();
    JsonNode messages =
        world.api().get("/messages?app_id=" + app.id() + "&page_size=100").ok().path("messages");
    assertThat(messages.toString()).doesNotContain("secret " + text).contains("after " + text);
  }

  @Test
  void onlyItsAuthorsMessageIsTakenBack() throws Exception {
    String sent = world.line.say(user, text).messageId();
    String message = app.called("message", text).payload().path("id").asString();
    String other = world.friend();

    world.line.inject(List.of(events.unsend(other, sent)), true, Optional.empty());
    app.called("unsupported_callback", other);

    assertThat(app.message(message).path("contact_message").toString()).contains(text);
  }

  @Test
  void theNewestEditIsWhatIsKept() throws Exception {
    Instant at = world.clock.instant();
    ObjectNode said = inGroup(events.text(user, "first " + text, at));
    String id = said.path("message").path("id").asString();
    world.line.inject(List.of(said), true, Optional.empty());
    String message = app.called("message", text).payload().path("id").asString();

    world.line.inject(
        List.of(edit(id, "newest " + text, at.plusSeconds(2))), true, Optional.empty());
    JsonNode told = app.called("unsupported_callback", "newest " + text).payload();
    world.line.inject(
        List.of(edit(id, "older " + text, at.plusSeconds(1))), true, Optional.empty());
    app.called("unsupported_callback", "older " + text);

    assertThat(app.message(message).path("contact_message").path("text_message"))
        .isEqualTo(Api.json("{\"text\":\"newest " + text + "\"}"));
    assertThat(app.message(message).path("sender_id").asString()).isEqualTo(user);
    assertThat(told.path("channel_identity").path("identity").asString()).isEqualTo(group);
    assertThat(app.calls("message", text)).hasSize(1);
  }

  @Test
  void anEditThatComesFirstIsKeptForItsMessage() throws Exception {
    Instant at = world.clock.instant();
    ObjectNode said = inGroup(events.text(user, "first " + text, at));
    String id = said.path("message").path("id").asString();

    world.line.inject(List.of(edit(id, "edited " + text, at)), true, Optional.empty());
    app.called("unsupported_callback", "edited " + text);
    world.line.inject(List.of(said), true, Optional.empty());

    JsonNode message = app.called("message", text).payload();
    assertThat(message.path("contact_message").path("text_message").path("text").asString())
        .isEqualTo("edited " + text);
    assertThat(world.count("select count(*) from edit where sealed is not null")).isZero();
  }

  @Test
  void whatIsTakenBackTakesItsEditsWithIt() throws Exception {
    Instant at = world.clock.instant();
    ObjectNode said = inGroup(events.text(user, "first " + text, at));
    String id = said.path("message").path("id").asString();
    world.line.inject(List.of(said, edit(id, "edited " + text, at)), true, Optional.empty());
    String message = app.called("message", text).payload().path("id").asString();
    app.called("unsupported_callback", "edited " + text);

    world.line.inject(List.of(inGroup(events.unsend(user, id))), true, Optional.empty());
    app.called("unsupported_callback", "\\\"unsend\\\"");
    world.line.inject(
        List.of(edit(id, "too late " + text, at.plusSeconds(9))), true, Optional.empty());
    app.hears(user, "after " + text);

    assertThat(app.message(message).path("contact_message")).isEmpty();
    assertThat(app.calls("unsupported_callback", "too late")).isEmpty();
    assertThat(world.count("select count(*) from edit where platform_id = '" + id + "'")).isZero();
  }

  @Test
  void whoeverQuotesAnswersTheMessageThatTheyQuote() throws Exception {
    String own = world.line.say(user, "own " + text).messageId();
    String first = app.called("message", "own " + text).payload().path("id").asString();
    String ours = app.send(user, "ours " + text);
    app.comesTo(ours, "QUEUED_ON_CHANNEL", "");
    app.settled();
    String theirName =
        world.accepted("ours " + text).getFirst().path("messageIds").get(0).asString();

    for (String quoted : List.of(own, theirName, "500000000000000000")) {
      ObjectNode answer = events.text(user, "quotes " + quoted + " " + text);
      ((ObjectNode) answer.path("message")).put("quotedMessageId", quoted);
      world.line.inject(List.of(answer), true, Optional.empty());
    }

    JsonNode toOwn = app.called("message", "quotes " + own).payload();
    assertThat(toOwn.path("contact_message").path("reply_to").path("message_id").asString())
        .isEqualTo(first);
    assertThat(app.message(toOwn.path("id").asString()).path("contact_message"))
        .isEqualTo(toOwn.path("contact_message"));
    assertThat(
            app.called("message", "quotes " + theirName)
                .payload()
                .path("contact_message")
                .path("reply_to")
                .path("message_id")
                .asString())
        .isEqualTo(ours);
    assertThat(
            app.called("message", "quotes 5000").payload().path("contact_message").has("reply_to"))
        .isFalse();
  }

  /** A key a person: erasing one author's leaves the others' words. */
  @Test
  void inAGroupEachAuthorsWordsLieUnderTheirOwnKey() throws Exception {
    String other = world.friend();
    app.hears(user, "alone " + text);
    world.line.inject(
        List.of(
            inGroup(events.text(user, "one " + text)), inGroup(events.text(other, "two " + text))),
        true,
        Optional.empty());

    String alone = keyOf(app.called("message", "alone " + text).payload());
    String one = keyOf(app.called("message", "one " + text).payload());
    String two = keyOf(app.called("message", "two " + text).payload());

    assertThat(one).isEqualTo(alone).isNotEqualTo(two);
  }

  @Test
  void aStickerIsAPictureOfOurOwnAndSaysSo() throws Exception {
    world.line.inject(List.of(sticker("<Hi> & bye")), true, Optional.empty());
    JsonNode card =
        app.called("message", user).payload().path("contact_message").path("media_card_message");
    String path = card.path("url").asString().replaceFirst("^https?://[^/]+", "");
    Api.Answer picture = world.open().get(path);

    assertThat(card.path("caption").asString()).isEqualTo("[sticker] <Hi> & bye");
    assertThat(path).isEqualTo("/stickers/line/446/1988.svg");
    assertThat(picture.headers().firstValue("content-type")).hasValue("image/svg+xml");
    assertThat(picture.headers().firstValue("cache-control")).hasValue("public, max-age=86400");
    assertThat(picture.text()).startsWith("<svg").contains("&lt;Hi&gt; &amp; bye", "446 / 1988");
    assertThat(world.open().get("/stickers/line/446/1988.png").status()).isEqualTo(404);
    assertThat(world.open().get("/stickers/line/446/x.svg").status()).isEqualTo(404);
  }

  @Test
  void linesOwnPictureIsShownToWhoAsksForIt() throws Exception {
    app = world.app("{\"throughline\":{\"sticker_picture\":\"line\"}}");

    world.line.inject(List.of(sticker("Hi")), true, Optional.empty());

    JsonNode message = app.called("message", user).payload().path("contact_message");
    assertThat(message.path("media_card_message").path("url").asString())
        .isEqualTo(
            "https://stickershop.line-scdn.net/stickershop/v1/sticker/1988/android/sticker.png");
  }

  @Test
  void whatLineDoesNotDocumentCanBeStripped() throws Exception {
    app = world.app("{\"throughline\":{\"forward_unknown\":\"strip\"}}");
    ObjectNode beacon = events.event("beacon", user);
    beacon.putObject("beacon").put("hwid", "d41d8cd98f").put("type", "enter").put("odd", text);
    beacon.put("strange", text);

    world.line.inject(List.of(beacon), true, Optional.empty());

    String payload = app.called("unsupported_callback", user).payload().path("payload").asString();
    assertThat(Api.json(payload).path("events").get(0).path("beacon"))
        .isEqualTo(Api.json("{\"hwid\":\"d41d8cd98f\",\"type\":\"enter\"}"));
    assertThat(payload).doesNotContain(text).contains("webhookEventId");
    JsonNode alarms = world.ops().get("/alarms").ok().path("alarms");
    assertThat(alarms.valueStream().map(alarm -> alarm.path("subject").asString()))
        .containsOnlyOnce("beacon.odd", "strange");
  }

  private ObjectNode sticker(String keyword) {
    ObjectNode event = events.event("message", user);
    event
        .putObject("message")
        .put("type", "sticker")
        .put("id", "5%017d".formatted(world.number()))
        .put("packageId", "446")
        .put("stickerId", "1988")
        .put("stickerResourceType", "STATIC")
        .putArray("keywords")
        .add(keyword);
    return event;
  }

  private ObjectNode inGroup(ObjectNode event) {
    ((ObjectNode) event.path("source")).put("type", "group").put("groupId", group);
    return event;
  }

  private ObjectNode edit(String messageId, String to, Instant at) {
    ObjectNode edit = inGroup(events.event("messageEdited", user, at));
    edit.putObject("message").put("type", "text").put("id", messageId).put("text", to);
    return edit;
  }

  /** Which key sealed the message. */
  private static String keyOf(JsonNode message) {
    String id = message.path("id").asString();
    return world
        .database()
        .database()
        .read(c -> {
          try (PreparedStatement statement =
              c.prepareStatement(
                  "select encode(substring(sealed from 2 for 16), 'hex') from message where id = ?")) {
            statement.setObject(1, Ulids.parse(id).orElseThrow().toUuid());
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getString(1);
            }
          }
        });
  }

  @Test
  void whatHappenedLongAgoIsKeptAndAlarmed() throws Exception {
    long before = world.alarms("event_late");

    world.line.inject(
        List.of(events.text(user, text, world.clock.instant().minus(Duration.ofDays(31)))),
        true,
        Optional.empty());

    World.eventually(() -> assertThat(world.alarms("event_late")).isEqualTo(before + 1));
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-29L * 86_400, -3_600, 3_600, 86_400 * 400L})
  void anEventsClockMayBeWrong(long seconds) throws Exception {
    world.line.inject(
        List.of(events.text(user, text, world.clock.instant().plusSeconds(seconds))),
        true,
        Optional.empty());

    app.called("message", text);
  }

  @Test
  void whoeverSignsWronglyChangesNothingAndIsCounted() throws Exception {
    long entries = entries();
    world.fault("webhook", Fault.BAD_SIGNATURE, text, 5);
    for (int i = 0; i < 5; i++) {
      world.line.say(user, text);
    }
    World.eventually(() -> assertThat(webhooks(text)).hasSize(5).allMatch(status -> status == 401));
    assertThat(entries()).isEqualTo(entries);

    world.advance(Duration.ofMinutes(1));

    World.eventually(() -> assertThat(entries()).isEqualTo(entries + 1));
    assertThat(app.settled()).isEmpty();
    assertThat(app.calls()).isEmpty();
  }

  @Test
  void anAddressOfNobodyIsNotFound() {
    Api hooks = world.open();
    for (String path :
        Set.of(
            "/hooks/line/01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "/hooks/line/nonsense",
            "/hooks/line/" + app.id() + "/7",
            "/hooks/line/" + app.id() + "/x",
            "/hooks/line/" + app.id() + "/00")) {
      assertThat(hooks.post(path, "{}").status()).as(path).isEqualTo(404);
    }
  }

  private List<String> said() {
    return app.calls("message", text).stream().map(InboundTest::text).toList();
  }

  private static String text(Call call) {
    return call.payload().path("contact_message").path("text_message").path("text").asString();
  }

  /** What the webhooks that hold this text were answered. */
  private static List<Integer> webhooks(String about) {
    return world.line.webhooks(0).entries().stream()
        .filter(attempt -> attempt.path("body").asString().contains(about))
        .map(attempt -> attempt.path("status").asInt())
        .toList();
  }

  private static long entries() {
    return world
        .database()
        .database()
        .read(c -> number(c.prepareStatement("select count(*) from entry")));
  }

  /** How many sealed bytes are kept of the entry that a message came in. */
  private static long payloadBytes(String message) {
    return world
        .database()
        .database()
        .read(c -> {
          PreparedStatement statement =
              c.prepareStatement(
                  "select octet_length(p.sealed) from payload p join message m on m.index = p.index"
                      + " where m.id = ?");
          statement.setObject(1, dev.throughline.ledger.Ulid.parse(message).toUuid());
          return number(statement);
        });
  }

  private static long number(PreparedStatement statement) throws java.sql.SQLException {
    try (statement;
        ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }
}
