package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An app and a contact have one active conversation at most, and its metadata is theirs. */
class ConversationRoutesTest {
  @AutoClose private static ApiServer api;
  private static int number;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  private String app = "";
  private String user = "";
  private String contact = "";

  @BeforeEach
  void aContact() {
    app = api.app();
    user = "U" + "%032x".formatted(++number);
    contact =
        api.post(
                "/contacts",
                """
                {"channel_identities":[{"app_id":"%s","channel":"LINE","identity":"%s"}]}\
                """
                    .formatted(app, user))
            .text("/id");
  }

  @Test
  void isShownAsItWasMade() {
    Answer created = create("\"metadata_json\":{\"a\":1.0,\"b\":[null]},\"correlation_id\":\"c\"");

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.body())
        .isEqualTo(
            """
            {"id":"%s","app_id":"%s","contact_id":"%s","active":true,"active_channel":"LINE",\
            "last_received":"1970-01-01T00:00:00Z","metadata":"",\
            "metadata_json":{"a":1,"b":[null]},"correlation_id":"c"}\
            """
                .formatted(created.text("/id"), app, contact));
    assertThat(api.get("/conversations/" + created.text("/id")).body()).isEqualTo(created.body());
  }

  @Test
  void thereIsOneActiveOne() {
    String first = create("\"metadata\":\"a\"").text("/id");

    Answer second = create("\"metadata\":\"b\"");
    assertThat(second.status()).isEqualTo(400);
    assertThat(second.text("/error/details/1/metadata/conversation_id")).isEqualTo(first);

    assertThat(api.call("POST", "/conversations/" + first + ":stop", "").body()).isEqualTo("{}");
    assertThat(api.call("POST", "/conversations/" + first + ":stop", "").body()).isEqualTo("{}");
    assertThat(api.get("/conversations/" + first).json().path("active").booleanValue()).isFalse();
    assertThat(create("\"metadata\":\"b\"").status()).isEqualTo(200);
    assertThat(api.patch("/conversations/" + first, "{\"active\":true}").status()).isEqualTo(400);
  }

  @Test
  void metadataIsReplacedOrMerged() {
    String id = create("\"metadata_json\":{\"a\":1,\"b\":{\"c\":2}}").text("/id");

    assertThat(
            api.patch(
                    "/conversations/" + id + "?metadata_update_strategy=MERGE_PATCH",
                    "{\"metadata_json\":{\"a\":null,\"b\":{\"d\":3}}}")
                .json()
                .path("metadata_json"))
        .hasToString("{\"b\":{\"c\":2,\"d\":3}}");
    assertThat(
            api.patch("/conversations/" + id, "{\"metadata_json\":{\"z\":1}}")
                .json()
                .path("metadata_json"))
        .hasToString("{\"z\":1}");
    assertThat(api.patch("/conversations/" + id + "?metadata_update_strategy=X", "{}").status())
        .isEqualTo(400);
  }

  @Test
  void isListedByAppOrContact() {
    String id = create("\"metadata\":\"a\"").text("/id");
    api.say(app, user, "c" + number, "Hello");

    Answer ofApp = api.get("/conversations?app_id=" + app + "&only_active=true");
    assertThat(ofApp.text("/conversations/0/id")).isEqualTo(id);
    assertThat(ofApp.json().path("total_size").longValue()).isEqualTo(1);
    assertThat(ofApp.text("/conversations/0/last_received")).isNotEqualTo("1970-01-01T00:00:00Z");
    assertThat(ofApp.text("/conversations/0/metadata")).isEqualTo("a");
    assertThat(api.get("/conversations?contact_id=" + contact).text("/conversations/0/id"))
        .isEqualTo(id);
    assertThat(api.get("/conversations?contact_id=" + contact + "&active_channel=SMS").body())
        .isEqualTo("{\"conversations\":[],\"next_page_token\":\"\",\"total_size\":0}");
    assertThat(api.get("/conversations").status()).isEqualTo(400);
    assertThat(api.get("/conversations?app_id=x").status()).isEqualTo(400);
    assertThat(api.get("/conversations?app_id=" + app + "&only_active=maybe").status())
        .isEqualTo(400);
  }

  @Test
  void aDeletedOneTakesItsMessagesAlong() {
    String id = create("\"metadata\":\"a\"").text("/id");
    api.say(app, user, "x" + number, "Hello");
    assertThat(api.get("/messages?conversation_id=" + id).text("/messages/0/conversation_id"))
        .isEqualTo(id);

    assertThat(api.delete("/conversations/" + id).body()).isEqualTo("{}");

    assertThat(api.get("/conversations/" + id).status()).isEqualTo(404);
    assertThat(api.get("/messages?app_id=" + app).body())
        .isEqualTo("{\"messages\":[],\"next_page_token\":\"\"}");
  }

  @Test
  void theRecentOnesAreInTheOrderOfTheirLastMessages() {
    String first = create("\"metadata\":\"a\"").text("/id");
    api.say(app, user, "ra" + number, "first");
    String other = "U" + "%032x".formatted(++number);
    api.say(app, other, "rb" + number, "second");
    String second =
        api.get("/conversations:recent?app_id=" + app).text("/conversations/0/conversation/id");
    api.say(app, user, "rc" + number, "third");
    String recent = "/conversations:recent?app_id=" + app;

    Answer page = api.get(recent + "&page_size=1");
    assertThat(page.text("/conversations/0/conversation/id")).isEqualTo(first);
    assertThat(page.text("/conversations/0/last_message/contact_message/text_message/text"))
        .isEqualTo("third");
    Answer rest = api.get(recent + "&page_size=1&page_token=" + page.text("/next_page_token"));
    assertThat(rest.text("/conversations/0/conversation/id")).isEqualTo(second);
    assertThat(rest.text("/next_page_token")).isEmpty();
    assertThat(api.get(recent + "&order=ASC").text("/conversations/0/conversation/id"))
        .isEqualTo(second);
    assertThat(api.get(recent + "&order=ASC&page_token=" + page.text("/next_page_token")).status())
        .isEqualTo(400);
    api.call("POST", "/conversations/" + first + ":stop", "");
    assertThat(api.get(recent + "&only_active=true").json().path("conversations")).hasSize(1);
    assertThat(api.get(recent + "&only_active=true").text("/conversations/0/conversation/id"))
        .isEqualTo(second);
    assertThat(api.get("/conversations:recent").status()).isEqualTo(400);
    assertThat(api.get("/conversations:recent?app_id=01HZZZZZZZZZZZZZZZZZZZZZZZ").status())
        .isEqualTo(404);
    assertThat(api.get(recent + "&order=UP").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "metadata":1            | 400
          "metadata_json":"a"     | 400
          "active":"yes"          | 400
          "active_channel":"a b"  | 400
          "metadata_json":{"a":"\\u0000"} | 400
          """)
  void refusesWhatIsWrong(String field, int status) {
    assertThat(create(field).status()).isEqualTo(status);
  }

  @Test
  void needsAnAppAndAContactThatExist() {
    String none = "01HZZZZZZZZZZZZZZZZZZZZZZZ";
    assertThat(
            api.post(
                    "/conversations",
                    "{\"app_id\":\"%s\",\"contact_id\":\"%s\"}".formatted(app, none))
                .status())
        .isEqualTo(404);
    assertThat(
            api.post(
                    "/conversations",
                    "{\"app_id\":\"%s\",\"contact_id\":\"%s\"}".formatted(none, contact))
                .status())
        .isEqualTo(404);
  }

  private Answer create(String fields) {
    return api.post(
        "/conversations",
        "{\"app_id\":\"%s\",\"contact_id\":\"%s\",%s}".formatted(app, contact, fields));
  }
}
