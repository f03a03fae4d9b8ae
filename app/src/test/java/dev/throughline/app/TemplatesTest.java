package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A template is kept as it was given, changed only by who saw its newest version, and said in the
 * language and version that a message asks for, with its parameters in it; what is missing fails
 * the message with the contract's reason, and is told beforehand.
 */
final class TemplatesTest {
  private static final String GREETING =
      """
      {"id":"ID","description":"a greeting","default_translation":"ja-JP","translations":[
        {"language_code":"ja-JP","version":"1","text_message":{"text":"${name}さん、こんにちは"},
         "variables":[{"key":"name","preview_value":"花子"}]},
        {"language_code":"en-US","version":"2","text_message":{"text":"Hi ${name}"}},
        {"language_code":"en-US","version":"10","text_message":{"text":"Hello ${name}, ${name}"},
         "channel_template_overrides":{"WHATSAPP":{"template_reference":{"template_id":"w"},
           "parameter_mappings":{"name":"body[1]"}}}},
        {"language_code":"en-US","version":"draft","choice_message":{"text_message":{"text":"Yes?"},
          "choices":[{"text_message":{"text":"${name}"},"postback_data":"DATA"}]}}]}
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

  @Test
  void isKeptAsGivenAndChangedByItsVersion() {
    String id = "greeting." + world.number();
    JsonNode made = templates().post("", greeting(id)).ok();

    assertThat(made.path("version").asInt()).isEqualTo(1);
    assertThat(made.path("create_time").asString()).isEqualTo(world.clock.instant().toString());
    assertThat(made.path("translations").path(2).path("channel_template_overrides"))
        .isEqualTo(
            Api.json(greeting(id)).path("translations").path(2).path("channel_template_overrides"));
    assertThat(templates().get("/" + id).ok()).isEqualTo(made);
    assertThat(templates().get("").ok().path("templates")).contains(made);
    assertThat(reason(templates().post("", greeting(id)))).isEqualTo("TEMPLATE_EXISTS");

    world.advance(Duration.ofSeconds(1));
    ObjectNode change = (ObjectNode) Api.json(greeting(id));
    ((ObjectNode) change.path("translations").path(1).path("text_message")).put("text", "Hey");
    assertThat(templates().put("/" + id, change.toString()).status()).isEqualTo(400);
    change.put("version", 1);
    JsonNode changed = templates().put("/" + id, change.toString()).ok();
    assertThat(changed.path("version").asInt()).isEqualTo(2);
    assertThat(changed.path("create_time")).isEqualTo(made.path("create_time"));
    assertThat(changed.path("update_time")).isNotEqualTo(made.path("update_time"));
    assertThat(changed.path("translations").path(0)).isEqualTo(made.path("translations").path(0));
    assertThat(changed.path("translations").path(1).path("create_time"))
        .isEqualTo(made.path("create_time"));
    assertThat(changed.path("translations").path(1).path("update_time"))
        .isEqualTo(changed.path("update_time"));

    Api.Answer stale = templates().put("/" + id, change.toString());
    assertThat(reason(stale)).isEqualTo("TEMPLATE_CHANGED");
    assertThat(stale.text()).contains("\"version\":\"2\"");

    assertThat(templates().delete("/" + id).ok()).isEqualTo(Api.json("{}"));
    assertThat(reason(templates().get("/" + id))).isEqualTo("TEMPLATE_UNKNOWN");
    assertThat(reason(templates().delete("/" + id))).isEqualTo("TEMPLATE_UNKNOWN");
    assertThat(reason(templates().put("/" + id, change.toString()))).isEqualTo("TEMPLATE_UNKNOWN");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          - | ja-JP 1, en-US 2, en-US 10, en-US draft
          language_code=en-US | en-US 2, en-US 10, en-US draft
          language_code=en_us&translation_version=2 | en-US 2
          language_code=en-US&translation_version=latest | en-US 10
          translation_version=latest | ja-JP 1, en-US 10
          language_code=de | -
          """)
  void translationsAreFound(@Nullable String query, @Nullable String expected) {
    String id = template();

    List<String> found =
        templates()
            .get("/" + id + "/translations" + (query == null ? "" : "?" + query))
            .ok()
            .path("translations")
            .valueStream()
            .map(t -> t.path("language_code").asString() + " " + t.path("version").asString())
            .toList();

    assertThat(String.join(", ", found)).isEqualTo(expected == null ? "" : expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "version":"latest" | 花子さん、こんにちは
          "version":"1","language_code":"ja-JP" | 花子さん、こんにちは
          "version":"latest","language_code":"en_US" | Hello 花子, 花子
          "version":"2","language_code":"en-US" | Hi 花子
          """)
  void isSaidInTheLanguageAndVersionAskedFor(String which, String text) {
    String id = send(message(template(), which, "{\"name\":\"花子\"}"));

    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    assertThat(sent().path("text").asString()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "version":"latest" | {} | TEMPLATE_INSUFFICIENT_PARAMETERS
          "version":"9" | {"name":"a"} | TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION
          "version":"1","language_code":"de" | {"name":"a"} | TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION
          """)
  void whatIsMissingFailsTheMessage(String which, String parameters, String reason) {
    JsonNode message = message(template(), which, parameters);

    assertThat(foretold(message)).isEqualTo(reason);
    app.comesTo(send(message), "FAILED", reason);
  }

  @Test
  void aTemplateThatIsNotThereFailsTheMessage() {
    JsonNode message = message("never-made", "\"version\":\"latest\"", "{}");

    assertThat(foretold(message)).isEqualTo("TEMPLATE_NOT_FOUND");
    app.comesTo(send(message), "FAILED", "TEMPLATE_NOT_FOUND");
  }

  @Test
  void whatIsChosenFromATemplateComesBackWhole() throws Exception {
    String data = "d".repeat(290) + world.number();
    String template = "choices" + world.number();
    templates().post("", greeting(template).replace("DATA", data)).ok();
    String id =
        send(
            message(
                template,
                "\"version\":\"draft\",\"language_code\":\"en-US\"",
                "{\"name\":\"Yes\"}"));
    app.comesTo(id, "QUEUED_ON_CHANNEL", "");
    JsonNode action = sent().path("template").path("actions").path(0);
    assertThat(action.path("label").asString()).isEqualTo("Yes");

    world.line.postback(
        user, user, action.path("data").asString(), Optional.empty(), Optional.empty());

    assertThat(
            app.called("message", data)
                .payload()
                .path("contact_message")
                .path("choice_response_message")
                .path("postback_data")
                .asString())
        .isEqualTo(data);
  }

  /** What stands for one channel goes before the template, and that before nothing. */
  @Test
  void contentIsChosenByChannel() {
    ObjectNode message =
        (ObjectNode) message(template(), "\"version\":\"latest\"", "{\"name\":\"a\"}");
    ((ObjectNode) message.path("template_message"))
        .set("channel_template", Api.json("{\"WHATSAPP\":{\"template_id\":\"w\"}}"));
    assertThat(transcoded(message)).contains("aさん");
    message.set(
        "explicit_channel_omni_message",
        Api.json("{\"LINE\":{\"text_message\":{\"text\":\"o\"}}}"));
    assertThat(transcoded(message))
        .isEqualTo("{\"messages\":[{\"type\":\"text\",\"text\":\"o\"}]}");
    message.set(
        "explicit_channel_message",
        Api.json("{\"LINE\":\"{\\\"type\\\":\\\"text\\\",\\\"text\\\":\\\"e\\\"}\"}"));
    assertThat(transcoded(message))
        .isEqualTo("{\"messages\":[{\"type\":\"text\",\"text\":\"e\"}]}");

    ObjectNode elsewhere = (ObjectNode) Api.json("{}");
    elsewhere
        .putObject("template_message")
        .set("channel_template", Api.json("{\"LINE\":{\"template_id\":\"w\"}}"));
    app.comesTo(send(elsewhere), "FAILED", "BAD_REQUEST");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"default_translation":"en"} | translations
          {"translations":[EN]} | default_translation
          {"default_translation":"de","translations":[EN]} | default_translation
          {"default_translation":"en","translations":[EN,EN]} | translations[1].version
          {"id":"a b","default_translation":"en","translations":[EN]} | id
          {"default_translation":"en","translations":[{"language_code":"en"}]} | translations[0].text_message
          {"default_translation":"en","translations":[{"language_code":"en","version":"latest","text_message":{"text":"a"}}]} | translations[0].version
          {"default_translation":"en","translations":[{"language_code":"en","text_message":{"text":"a"},"card_message":{"title":"a"}}]} | translations[0].text_message
          {"default_translation":"en","translations":[{"language_code":"en","media_message":{"url":"no"}}]} | media_message.url
          {"default_translation":"en","translations":[{"language_code":"en","template_message":{"omni_template":{"template_id":"a","version":"1"}}}]} | translations[0].template_message.omni_template
          """)
  void namesTheFieldThatIsWrong(String template, String field) {
    String en = "{\"language_code\":\"en\",\"version\":\"1\",\"text_message\":{\"text\":\"a\"}}";

    Api.Answer answer = templates().post("", template.replace("EN", en));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("\"field\":\"" + field + "\"");
  }

  private static Api templates() {
    return world.open().as(world.basic()).under("/v2/projects/" + world.project + "/templates");
  }

  private static String greeting(String id) {
    return GREETING.replace("\"ID\"", "\"" + id + "\"");
  }

  private static String template() {
    String id = "t" + world.number();
    templates().post("", greeting(id)).ok();
    return id;
  }

  private static JsonNode message(String template, String which, String parameters) {
    return Api.json(
        "{\"template_message\":{\"omni_template\":{\"template_id\":\""
            + template
            + "\","
            + which
            + ",\"parameters\":"
            + parameters
            + "}}}");
  }

  private static String reason(Api.Answer answer) {
    return answer.json().path("error").path("details").findValue("reason").asString();
  }

  private String foretold(JsonNode message) {
    ObjectNode body = body(message).put("validate_only", true);
    return world
        .api()
        .post("/messages:send", body.toString())
        .ok()
        .path("channels")
        .path(0)
        .path("reason")
        .path("code")
        .asString();
  }

  private String transcoded(JsonNode message) {
    ObjectNode body = (ObjectNode) Api.json("{}");
    body.put("app_id", app.id()).set("app_message", message);
    body.putArray("channels").add("LINE");
    return world
        .api()
        .post("/messages:transcode", body.toString())
        .ok()
        .path("transcoded_message")
        .path("LINE")
        .asString();
  }

  private String send(JsonNode message) {
    return world
        .api()
        .post("/messages:send", body(message).toString())
        .ok()
        .path("message_id")
        .asString();
  }

  private ObjectNode body(JsonNode message) {
    ObjectNode body = (ObjectNode) Api.json(app.sendBody(user, ""));
    body.set("message", message);
    return body;
  }

  private JsonNode sent() {
    List<ObjectNode> requests = world.requests("push", user);
    assertThat(requests).hasSize(1);
    return Api.json(requests.getFirst().path("body").asString()).path("messages").path(0);
  }
}
