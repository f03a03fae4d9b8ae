package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import dev.throughline.ledger.Kind;
import dev.throughline.log.LogEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was accepted can be read at once, is listed in order, and is sent once however often a
 * client asks with the same key.
 */
class MessageRoutesTest {
  @AutoClose private static ApiServer api;
  private static int number;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  private String app = "";
  private String user = "";

  @BeforeEach
  void anApp() {
    app = api.app();
    user = "U" + "%032x".formatted(++number);
  }

  @AfterEach
  void foldAgain() {
    api.folding = true;
  }

  private String body(String text) {
    return """
    {"app_id":"%s","channel_priority_order":["LINE"],"message":{"text_message":{"text":"%s"}},\
    "message_metadata":"meta","conversation_metadata":{"k":"v"},"correlation_id":"corr",\
    "recipient":{"identified_by":{"channel_identities":[{"channel":"LINE","identity":"%s"}]}},\
    "ttl":"60s"}\
    """
        .formatted(app, text, user);
  }

  @Test
  void aSendIsAnswerWithIdAndTimeAndReadBack() {
    Answer sent = api.post("/messages:send", body("Hello あ😀/"));

    assertThat(sent.status()).isEqualTo(200);
    assertThat(sent.json().propertyNames()).containsExactly("message_id", "accepted_time");
    Answer got = api.get("/messages/" + sent.text("/message_id"));
    assertThat(got.status()).isEqualTo(200);
    assertThat(got.text("/direction")).isEqualTo("TO_CONTACT");
    assertThat(got.text("/app_message/text_message/text")).isEqualTo("Hello あ😀/");
    assertThat(got.body()).contains("Hello あ😀/");
    assertThat(got.text("/channel_identity/identity")).isEqualTo(user);
    assertThat(got.text("/channel_identity/app_id")).isEqualTo(app);
    assertThat(got.text("/metadata")).isEqualTo("meta");
    assertThat(got.text("/accept_time")).isEqualTo(sent.text("/accepted_time"));
    assertThat(got.text("/message_status/status")).isEqualTo("QUEUED");
    assertThat(got.text("/contact_id")).hasSize(26);
    assertThat(got.text("/conversation_id")).hasSize(26);
  }

  @Test
  void theEntryHoldsTheBytesThatCame() {
    String body = body("a  b");
    String id = api.post("/messages:send", body).text("/message_id");

    LogEntry entry = api.newest(Kind.REQUEST);

    assertThat(entry.id()).hasToString(id);
    assertThat(entry.body().orElseThrow().asUtf8()).isEqualTo(body);
  }

  @Test
  void anIdempotencyKeyIsAcceptedOnce() {
    String key = "key-" + number;
    Answer first = api.call("POST", "/messages:send", body("a"), "Idempotency-Key", key);
    Answer again = api.call("POST", "/messages:send", body("a"), "Idempotency-Key", key);
    Answer other = api.call("POST", "/messages:send", body("b"), "Idempotency-Key", key);

    assertThat(again.body()).isEqualTo(first.body());
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.text("/error/details/0/reason")).isEqualTo("IDEMPOTENCY_KEY_REUSED");
    assertThat(api.call("POST", "/messages:send", body("b")).status()).isEqualTo(200);
    assertThat(ApiServer.elements(api.get("/messages?app_id=" + app).json(), "messages"))
        .hasSize(2);
    assertThat(
            api.call("POST", "/messages:send", body("a"), "Idempotency-Key", "k".repeat(256))
                .status())
        .isEqualTo(400);
  }

  @Test
  void aContactIsSentToById() {
    api.say(app, user, "s" + number, "Hi");
    String contact = api.get("/contacts?channel=LINE&identity=" + user).text("/contacts/0/id");

    Answer sent = api.post("/messages:send", toContact(contact));

    assertThat(api.get("/messages/" + sent.text("/message_id")).text("/contact_id"))
        .isEqualTo(contact);
    assertThat(api.post("/messages:send", toContact("01HZZZZZZZZZZZZZZZZZZZZZZZ")).status())
        .isEqualTo(404);
  }

  private String toContact(String contact) {
    return """
    {"app_id":"%s","recipient":{"contact_id":"%s"},"message":{"text_message":{"text":"a"}}}\
    """
        .formatted(app, contact);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "text_message"       | "media_message"                       | message.media_message.url
          ["LINE"]             | ["LINE","SMS"]                        | channel_priority_order[1]
          "ttl":"60s"          | "ttl":"1s"                            | ttl
          "ttl":"60s"          | "callback_url":"https://10.0.0.1/"    | callback_url
          "channel":"LINE","identity":"U | "channel":"LINE","identity":"X | recipient.identified_by.channel_identities[0].identity
          """)
  void nothingIsStoredOfASendThatIsWrong(String from, String to, String field) {
    long head = api.log.head();

    Answer answer = api.post("/messages:send", body("Hello").replace(from, to));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/details/0/field_violations/0/field")).isEqualTo(field);
    assertThat(api.log.head()).isEqualTo(head);
  }

  @Test
  void anUnknownAppIsNotFound() {
    assertThat(
            api.post("/messages:send", body("a").replace(app, "01HZZZZZZZZZZZZZZZZZZZZZZZ"))
                .status())
        .isEqualTo(404);
  }

  @Test
  void aMessageFromSomebodyIsShown() {
    api.say(app, user, "r" + number, "Hello");

    Answer list = api.get("/messages?app_id=" + app + "&channel_identity=" + user);

    assertThat(list.text("/messages/0/direction")).isEqualTo("TO_APP");
    assertThat(list.text("/messages/0/contact_message/text_message/text")).isEqualTo("Hello");
    assertThat(list.text("/messages/0/processing_mode")).isEqualTo("CONVERSATION");
    assertThat(list.json().at("/messages/0/injected").booleanValue()).isFalse();
  }

  @Test
  void aListIsNewestFirstAndMissesNothing() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      made.addFirst(api.post("/messages:send", body("m" + i)).text("/message_id"));
    }
    List<String> seen = new ArrayList<>();
    String token = "";
    do {
      Answer page =
          api.get(
              "/messages?app_id=%s&page_size=3&messages_source=CONVERSATION_SOURCE%s"
                  .formatted(app, token.isEmpty() ? "" : "&page_token=" + token));
      ApiServer.elements(page.json(), "messages")
          .forEach(message -> seen.add(message.path("id").asString("")));
      token = page.text("/next_page_token");
    } while (!token.isEmpty());
    assertThat(seen).isEqualTo(made);
  }

  @Test
  void filtersNarrow() {
    api.say(app, user, "f" + number, "Hi");
    String sent = api.post("/messages:send", body("a")).text("/message_id");
    String conversation = api.get("/messages/" + sent).text("/conversation_id");
    String contact = api.get("/messages/" + sent).text("/contact_id");
    String of = "/messages?app_id=" + app;

    assertThat(count(of)).isEqualTo(2);
    assertThat(count(of + "&direction=TO_APP")).isEqualTo(1);
    assertThat(count(of + "&direction=TO_CONTACT&channel=LINE")).isEqualTo(1);
    assertThat(count(of + "&channel=SMS")).isEqualTo(0);
    assertThat(count(of + "&messages_source=DISPATCH_SOURCE")).isEqualTo(0);
    assertThat(count(of + "&start_time=2020-01-01T00:00:00Z")).isEqualTo(2);
    assertThat(count(of + "&start_time=2120-01-01T00:00:00.710Z")).isEqualTo(0);
    assertThat(count(of + "&end_time=2020-01-01T01:00:00%2B01:00")).isEqualTo(0);
    assertThat(count(of + "&channel_identity=U" + "0".repeat(32))).isEqualTo(0);
    assertThat(count("/messages?conversation_id=" + conversation)).isEqualTo(2);
    assertThat(count("/messages?contact_id=" + contact)).isEqualTo(2);
    assertThat(count("/messages?contact_id=01HZZZZZZZZZZZZZZZZZZZZZZZ")).isEqualTo(0);
    assertThat(api.get(of + "&view=WITHOUT_METADATA").text("/messages/0/metadata")).isEmpty();
    assertThat(api.get(of + "&view=WITH_METADATA").text("/messages/0/metadata")).isEqualTo("meta");
    assertThat(count("/messages?page_size=1000")).isGreaterThanOrEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "messages_source=X",
        "view=X",
        "direction=X",
        "start_time=yesterday",
        "app_id=x",
        "channel=x%20y",
        "start_time=-999999999-01-01T00:00:00Z",
        "page_token=AAAA"
      })
  void aListRefusesGarbage(String query) {
    assertThat(api.get("/messages?" + query).status()).isEqualTo(400);
  }

  @Test
  void metadataCanBeChanged() {
    String id = api.post("/messages:send", body("a")).text("/message_id");

    assertThat(api.patch("/messages/" + id, "{\"metadata\":\"new\"}").text("/metadata"))
        .isEqualTo("new");
    assertThat(api.get("/messages/" + id).text("/metadata")).isEqualTo("new");
    assertThat(api.get("/messages/" + id).text("/app_message/text_message/text")).isEqualTo("a");
  }

  @Test
  void aDeletedSendLeavesNoWordOfItself() {
    String id = api.post("/messages:send", body("very secret")).text("/message_id");
    assertThat(api.get("/messages/" + id).status()).isEqualTo(200);

    assertThat(
            api.call(
                    "DELETE",
                    "/messages/" + id + "?messages_source=CONVERSATION_SOURCE",
                    "",
                    "Content-Type",
                    "application/json")
                .body())
        .isEqualTo("{}");

    assertThat(api.get("/messages/" + id).status()).isEqualTo(404);
    assertThat(api.delete("/messages/" + id).status()).isEqualTo(404);
    assertThat(api.newest(Kind.REQUEST).parts().getFirst()).isEmpty();
  }

  @Test
  void aDeletedMessageLeavesTheRestOfItsWebhook() {
    api.say(app, user, "e" + number, "very secret");
    String id = api.get("/messages?app_id=" + app).text("/messages/0/id");

    assertThat(api.delete("/messages/" + id).body()).isEqualTo("{}");

    assertThat(api.get("/messages/" + id).status()).isEqualTo(404);
    LogEntry webhook = api.newest(Kind.WEBHOOK);
    assertThat(webhook.parts().get(0)).isPresent();
    assertThat(webhook.parts().get(1)).isEmpty();
    assertThat(webhook.parts().get(2)).isPresent();
  }

  @Test
  void whatTheFoldHasNotSeenYetIsQueued() throws SQLException {
    api.folding = false;
    try (Connection holder = api.database.connect("test");
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute("lock table message in exclusive mode");

      Answer sent = api.post("/messages:send", body("Hello"));
      String path = "/messages/" + sent.text("/message_id");

      Answer got = api.get(path);
      assertThat(got.text("/message_status/status")).isEqualTo("QUEUED");
      assertThat(got.text("/app_message/text_message/text")).isEqualTo("Hello");
      assertThat(got.text("/channel_identity/identity")).isEqualTo(user);
      assertThat(got.text("/accept_time")).isEqualTo(sent.text("/accepted_time"));
      Answer refused = api.delete(path);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
      holder.rollback();
      api.folding = true;
      assertThat(api.delete(path).status()).isEqualTo(200);
    }
  }

  @Test
  void aDispatchedMessageShowsNoContact() {
    api.patch(
        "/apps/" + app,
        "{\"dispatch_retention_policy\":{\"retention_type\":\"MESSAGE_EXPIRE_POLICY\",\"ttl_days\":7}}");
    String id =
        api.post(
                "/messages:send",
                body("a").replace("\"ttl\"", "\"processing_strategy\":\"DISPATCH_ONLY\",\"ttl\""))
            .text("/message_id");
    Answer got = api.get("/messages/" + id + "?messages_source=DISPATCH_SOURCE");
    assertThat(got.text("/processing_mode")).isEqualTo("DISPATCH");
    assertThat(got.text("/contact_id")).isEmpty();
    assertThat(got.text("/conversation_id")).isEmpty();
    assertThat(count("/messages?app_id=" + app)).isEqualTo(0);
    assertThat(count("/messages?app_id=" + app + "&messages_source=DISPATCH_SOURCE")).isEqualTo(1);
    String ofUser = "/messages?messages_source=DISPATCH_SOURCE&channel_identity=" + user;
    assertThat(count(ofUser)).isEqualTo(1);
    assertThat(count(ofUser + "&only_recipient_originated=true")).isEqualTo(0);
    assertThat(api.get(ofUser + "&contact_id=01HZZZZZZZZZZZZZZZZZZZZZZZ").status()).isEqualTo(400);
    assertThat(api.get("/messages/" + id + "?messages_source=CONVERSATION_SOURCE").status())
        .isEqualTo(404);
    assertThat(api.get("/messages/" + id + "?messages_source=ELSEWHERE").status()).isEqualTo(400);
  }

  @Test
  void whatAnAppDispatchesAndKeepsForNoDayIsNeverShown() {
    String id =
        api.post(
                "/messages:send",
                body("a").replace("\"ttl\"", "\"processing_strategy\":\"DISPATCH_ONLY\",\"ttl\""))
            .text("/message_id");

    assertThat(api.get("/messages/" + id).status()).isEqualTo(404);
    assertThat(api.get("/messages/" + id + "?messages_source=DISPATCH_SOURCE").status())
        .isEqualTo(404);
    assertThat(count("/messages?app_id=" + app + "&messages_source=DISPATCH_SOURCE")).isEqualTo(0);
  }

  @Test
  void theLastMessageOfEachIsFetched() {
    String first = user;
    api.post("/messages:send", body("older"));
    String newer = api.post("/messages:send", body("newer")).text("/message_id");
    user = "U" + "%032x".formatted(++number);
    api.say(app, user, "l" + number, "Hi");
    String last = "/messages:fetch-last-message";
    String both =
        """
        {"channel_identities":[{"channel":"LINE","identity":"%s","app_id":"%s"},\
        {"channel":"LINE","identity":"%s"}],"app_id":"%s"%s}\
        """;

    Answer all = api.post(last, both.formatted(first, app, user, app, ""));
    assertThat(ApiServer.elements(all.json(), "messages"))
        .extracting(message -> message.at("/channel_identity/identity").asString(""))
        .containsExactly(user, first);
    assertThat(all.text("/messages/1/id")).isEqualTo(newer);
    Answer page = api.post(last, both.formatted(first, app, user, app, ",\"page_size\":1"));
    assertThat(page.text("/messages/0/channel_identity/identity")).isEqualTo(user);
    Answer rest =
        api.post(
            last,
            both.formatted(
                first,
                app,
                user,
                app,
                ",\"page_size\":1,\"page_token\":\"" + page.text("/next_page_token") + "\""));
    assertThat(rest.text("/messages/0/id")).isEqualTo(newer);
    assertThat(rest.text("/next_page_token")).isEmpty();
    assertThat(
            api.post(last, both.formatted(first, app, user, app, ",\"direction\":\"TO_APP\""))
                .json()
                .path("messages"))
        .hasSize(1);
    String contact = api.get("/messages/" + newer).text("/contact_id");
    Answer bare =
        api.post(last, "{\"contact_ids\":[\"" + contact + "\"],\"view\":\"WITHOUT_METADATA\"}");
    assertThat(bare.text("/messages/0/id")).isEqualTo(newer);
    assertThat(bare.text("/messages/0/metadata")).isEmpty();
    assertThat(api.post(last, "{\"contact_ids\":[\"01HZZZZZZZZZZZZZZZZZZZZZZZ\"]}").body())
        .isEqualTo("{\"messages\":[],\"next_page_token\":\"\"}");
    assertThat(api.post(last, "{}").status()).isEqualTo(400);
    assertThat(
            api.post(
                    last,
                    "{\"contact_ids\":[\""
                        + contact
                        + "\"],\"messages_source\":\"DISPATCH_SOURCE\"}")
                .status())
        .isEqualTo(400);
  }

  @Test
  void anUnknownMessageIsNotFound() {
    for (String id : List.of("01HZZZZZZZZZZZZZZZZZZZZZZZ", "m1", "%2F", "01H")) {
      assertThat(api.get("/messages/" + id).status()).isEqualTo(404);
      assertThat(api.delete("/messages/" + id).status()).isEqualTo(404);
    }
  }

  @Test
  void onlyASendIntoTheUnknownIsSentAgain() {
    String id = api.post("/messages:send", body("a")).text("/message_id");
    Answer answer = api.post("/messages/" + id + ":resend", "");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/details/0/reason")).isEqualTo("NOTHING_TO_RESEND");
  }

  @Test
  void aReceiptIsOfAMessageOfTheProject() {
    api.say(app, user, "p" + number, "Hi");
    String id = api.get("/messages?app_id=" + app).text("/messages/0/id");

    Answer receipt = api.get("/messages/" + id + "/receipt");

    assertThat(receipt.body()).isEqualTo("receipt of " + id);
    assertThat(api.get("/messages/01HZZZZZZZZZZZZZZZZZZZZZZZ/receipt").status()).isEqualTo(404);
    assertThat(receipt.headers().firstValue("content-type")).contains("application/zip");
    assertThat(api.raw("public", "GET", "/ledger/checkpoint", "").body())
        .isEqualTo("a signed note\n");
  }

  private static long count(String path) {
    return ApiServer.elements(api.get(path).json(), "messages").count();
  }
}
