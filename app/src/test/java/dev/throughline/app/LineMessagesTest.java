package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Each generic message goes to LINE as its golden file says, and LINE takes it; what somebody
 * chooses from one comes back with the message's id and the app's own data.
 */
final class LineMessagesTest {
  private static final String CHOICES =
      """
      {"choice_message":{"text_message":{"text":"Which one?"},"choices":[
        {"text_message":{"text":"Yes"},"postback_data":"the app's own, 100 %"},
        {"text_message":{"text":"No"},"postback_data":"LONG"},
        {"text_message":{"text":"Perhaps"}}]},
       "agent":{"display_name":"Hanako","type":"HUMAN"}}
      """;

  private static World world;

  private CustomerApp app;
  private String user;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void aFriend() throws Exception {
    app = world.app();
    user = world.friend();
  }

  static Stream<Path> goldens() throws IOException {
    return PreparedGolden.files("line");
  }

  static Stream<Path> prepared() throws IOException {
    return PreparedGolden.files("line-prepared");
  }

  @ParameterizedTest
  @MethodSource("prepared")
  void goesOutAsItsGoldenSaysOnceSomethingIsThere(Path golden) throws Exception {
    new PreparedGolden(world, app, user, golden)
        .holds((_, name) -> {
          throw new AssertionError("files are SentMediaTest's: " + name);
        });
  }

  /** No row of the document without a golden file, and no file without a row. */
  @Test
  void everyRowHasItsGolden() throws Exception {
    List<String> rows =
        Files.readAllLines(
                Path.of(System.getProperty("throughline.root", ".."), "docs/channels/line.md"))
            .stream()
            .dropWhile(line -> !line.startsWith("| generic message | on LINE | golden"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    List<String> named = new ArrayList<>();
    for (String row : rows) {
      List<String> goldens =
          Pattern.compile("`([a-z0-9-]+)`")
              .matcher(row.split("(?<!\\\\)\\|")[3])
              .results()
              .map(found -> found.group(1))
              .toList();
      assertThat(goldens).as(row).isNotEmpty();
      named.addAll(goldens);
    }

    List<String> files = new ArrayList<>();
    for (String folder : List.of("line", "line-prepared", "line-media")) {
      PreparedGolden.files(folder)
          .forEach(file -> files.add(file.getFileName().toString().replace(".json", "")));
    }
    assertThat(named).containsExactlyInAnyOrderElementsOf(files);
    assertThat(rows).noneMatch(row -> row.contains("dropped"));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void goesOutAsItsGoldenSays(Path golden) throws Exception {
    JsonNode expected = Api.json(Files.readString(golden));

    String id = send(expected.path("app_message"), "", expected.path("channel_properties"));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");

    ObjectNode asked = asked();
    asked.remove("to");
    assertThat(asked).isEqualTo(Api.json(body(expected).toString().replace("{id}", id)));
    assertThat(app.message(id).path("app_message")).isEqualTo(expected.path("app_message"));
  }

  /** What LINE gets of it, but for whom. */
  private static ObjectNode body(JsonNode expected) {
    ObjectNode body = (ObjectNode) expected.deepCopy();
    body.remove(List.of("app_message", "channel_properties", "lost"));
    return body;
  }

  /** A call to transcode names no properties. */
  static Stream<Path> withoutProperties() throws IOException {
    return goldens().filter(golden -> !golden.getFileName().toString().startsWith("property-"));
  }

  @ParameterizedTest
  @MethodSource("withoutProperties")
  void isForetoldByTranscoding(Path golden) throws Exception {
    JsonNode expected = Api.json(Files.readString(golden));
    ObjectNode body = (ObjectNode) Api.json("{}");
    body.put("app_id", app.id());
    body.set("app_message", expected.path("app_message"));
    body.putArray("channels").add("LINE");

    JsonNode transcoded =
        world.api().post("/messages:transcode", body.toString()).ok().path("transcoded_message");

    String told = body(expected).toString().replace("{id}", "0".repeat(26));
    assertThat(Api.json(transcoded.path("LINE").asString()))
        .isEqualTo(Api.json(told.replace(",\"trackingId\":\"campaign-1\"", "")));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void whatIsLostIsToldBeforehand(Path golden) throws Exception {
    JsonNode expected = Api.json(Files.readString(golden));
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, ""));
    body.set("message", expected.path("app_message"));
    if (expected.has("channel_properties")) {
      body.set("channel_properties", expected.path("channel_properties"));
    }
    body.put("validate_only", true);
    long before = world.count("select count(*) from entry");

    JsonNode told = world.api().post("/messages:send", body.toString()).ok();

    assertThat(told.has("message_id")).isFalse();
    assertThat(told.path("channels").path(0).path("channel").asString()).isEqualTo("LINE");
    assertThat(told.path("channels").path(0).path("sendable").asBoolean()).isTrue();
    assertThat(told.path("channels").path(0).path("lost")).isEqualTo(expected.path("lost"));
    assertThat(world.count("select count(*) from entry")).isEqualTo(before);
    assertThat(world.requests("push", user)).isEmpty();
  }

  @Test
  void whatCannotBeSentIsToldBeforehand() throws Exception {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, "x".repeat(25_001)));
    body.put("validate_only", true);

    JsonNode line =
        world.api().post("/messages:send", body.toString()).ok().path("channels").path(0);

    assertThat(line.path("sendable").asBoolean()).isFalse();
    assertThat(line.path("reason").path("code").asString()).isEqualTo("BAD_REQUEST");
    assertThat(line.path("reason").path("description").asString()).contains("25001");
    ObjectNode transcode = (ObjectNode) Api.json("{}");
    transcode.put("app_id", app.id());
    transcode.set("app_message", body.path("message"));
    transcode.putArray("channels").add("LINE");
    assertThat(world.api().post("/messages:transcode", transcode.toString()).status())
        .isEqualTo(400);
    transcode.putArray("channels").add("VIBERBM");
    assertThat(world.api().post("/messages:transcode", transcode.toString()).text())
        .contains("channels[0]");
  }

  @Test
  void aChoiceComesBackWithTheMessageAndTheAppsData() throws Exception {
    String data = "d".repeat(290);
    String id = send(Api.json(CHOICES.replace("LONG", data)), "order 7");
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    JsonNode actions = sent().path(0).path("template").path("actions");

    for (List<String> each :
        List.of(
            List.of("0", "the app's own, 100 %"),
            List.of("1", data),
            List.of("2", id + "_Perhaps"))) {
      JsonNode action = actions.path(Integer.parseInt(each.getFirst()));
      assertThat(action.path("data").asString()).hasSizeLessThanOrEqualTo(300);
      tap(action.path("data").asString());

      JsonNode message =
          app.called("message", call -> call.text().contains("\"" + each.getLast() + "\""))
              .payload();
      JsonNode response = message.path("contact_message").path("choice_response_message");
      assertThat(response.path("message_id").asString()).isEqualTo(id);
      assertThat(response.path("postback_data").asString()).isEqualTo(each.getLast());
      assertThat(message.path("metadata").asString()).isEqualTo("order 7");
      assertThat(app.message(message.path("id").asString()).path("contact_message"))
          .isEqualTo(message.path("contact_message"));
    }
  }

  /** What somebody wrote, what the app wrote, and nothing of another chat. */
  @Test
  void anAnswerQuotesWhatItAnswers() throws Exception {
    String words = "A question " + world.number();
    world.line.say(user, words);
    String asked = app.called("message", words).payload().path("id").asString();
    app.comesTo(answer(user, asked, "quoting them"), "QUEUED_ON_CHANNEL", "");
    app.comesTo(send(Api.json(CHOICES), ""), "QUEUED_ON_CHANNEL", "");
    String ours = answer(user, asked, "quoting once more");
    app.comesTo(ours, "QUEUED_ON_CHANNEL", "");
    app.comesTo(answer(user, ours, "quoting us"), "QUEUED_ON_CHANNEL", "");
    String other = world.friend();
    app.comesTo(answer(other, asked, "quoting nobody"), "QUEUED_ON_CHANNEL", "");

    for (String text : List.of("quoting them", "quoting once more", "quoting us")) {
      assertThat(quoteToken(text)).as(text).isNotEmpty();
    }
    assertThat(quoteToken("quoting us")).isNotEqualTo(quoteToken("quoting them"));
    assertThat(quoteToken("quoting once more")).isEqualTo(quoteToken("quoting them"));
    assertThat(quoteToken("quoting nobody")).isEmpty();
  }

  private String answer(String to, String message, String text) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(to, text));
    ((ObjectNode) body.path("message")).putObject("reply_to").put("message_id", message);
    return world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  /** LINE took it, so the token is one that it gave out for this chat. */
  private static String quoteToken(String text) {
    return Stream.of("push", "reply")
        .flatMap(endpoint -> world.requests(endpoint, text).stream())
        .map(request -> Api.json(request.path("body").asString()))
        .map(body -> body.path("messages").path(0).path("quoteToken").asString(""))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPostbackOfTheAppsOwnIsLeftAsItIs() throws Exception {
    String data = "action=buy&n=" + world.number();
    tap(data);

    JsonNode message = app.called("message", data).payload();
    JsonNode response = message.path("contact_message").path("choice_response_message");
    assertThat(response.path("message_id").asString()).isEmpty();
    assertThat(response.path("postback_data").asString()).isEqualTo(data);
    assertThat(message.path("metadata").asString()).isEmpty();
  }

  @Test
  void whatSomebodyElseWasOfferedIsNoneOfTheirs() throws Exception {
    String id = send(Api.json(CHOICES), "order 8");
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    String data = sent().path(0).path("template").path("actions").path(0).path("data").asString();
    String other = world.friend();
    world.line.postback(other, other, data, Optional.empty(), Optional.empty());

    JsonNode message = app.called("message", other).payload();
    JsonNode response = message.path("contact_message").path("choice_response_message");
    assertThat(response.path("message_id").asString()).isEmpty();
    assertThat(response.path("postback_data").asString()).isEqualTo("the app's own, 100 %");
    assertThat(message.path("metadata").asString()).isEmpty();
  }

  @Test
  void aPlaceComesIn() throws Exception {
    ObjectNode place =
        (ObjectNode)
            Api.json(
                """
                {"type":"location","title":"Main office","address":"1-3 Kioicho",
                 "latitude":35,"longitude":139.73669}
                """);
    world.line.send(user, user, place);

    JsonNode message = app.called("message", user).payload();
    assertThat(message.path("contact_message").toString())
        .isEqualTo(
            "{\"location_message\":{\"title\":\"Main office\",\"label\":\"1-3 Kioicho\","
                + "\"coordinates\":{\"latitude\":35,\"longitude\":139.73669}}}");
  }

  @Test
  void aDateThatWasPickedIsPassedOnWhole() throws Exception {
    String data = "when" + world.number();
    ObjectNode params = (ObjectNode) Api.json("{\"date\":\"2026-12-24\"}");
    world.line.postback(user, user, data, Optional.of(params), Optional.empty());

    JsonNode unsupported = app.called("unsupported_callback", data).payload();
    assertThat(unsupported.path("payload").asString()).contains("\"date\":\"2026-12-24\"");
  }

  @Test
  void whatIsTooMuchForLineFailsWithASentence() throws Exception {
    ObjectNode message = (ObjectNode) Api.json(CHOICES);
    ((ObjectNode) message.path("choice_message").path("text_message"))
        .put("text", "x".repeat(25_000));

    String id = send(message, "");

    app.comesTo(id, "FAILED", "BAD_REQUEST");
    assertThat(world.requests("push", user)).isEmpty();
  }

  private String send(JsonNode message, String metadata) {
    return send(message, metadata, Api.json("{}"));
  }

  private String send(JsonNode message, String metadata, JsonNode properties) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, ""));
    body.set("message", message);
    body.put("message_metadata", metadata);
    ObjectNode all = body.putObject("channel_properties");
    all.put("LINE_VIDEO_TRACKING_ID", "campaign-1");
    properties.properties().forEach(property -> all.set(property.getKey(), property.getValue()));
    return world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();
  }

  /** What LINE was asked to send to the user. */
  private JsonNode sent() {
    return asked().path("messages");
  }

  private ObjectNode asked() {
    List<ObjectNode> requests = world.requests("push", user);
    assertThat(requests).hasSize(1);
    return (ObjectNode) Api.json(requests.getFirst().path("body").asString());
  }

  private void tap(String data) throws Exception {
    world.line.postback(user, user, data, Optional.empty(), Optional.of("tapped"));
  }
}
