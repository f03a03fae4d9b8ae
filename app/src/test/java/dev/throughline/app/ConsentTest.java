package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.CallbackTarget.Call;
import dev.throughline.ledger.Ulid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * People say themselves what they want: a word in their own language stops messages and starts them
 * again, what they said last counts whenever it comes in, and a message of a class goes only to
 * whom the app's policy lets it.
 */
final class ConsentTest {
  private static final HttpClient BROWSER = HttpClient.newHttpClient();

  private static World world;
  private static LineEvents events;

  /** Of most tests; what an app sets is set at one of its own. */
  private static CustomerApp shared;

  private CustomerApp app;
  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    events = new LineEvents(world);
    shared = world.app();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void someoneToWriteTo() throws Exception {
    app = shared;
    world.receivesLine(app);
    user = world.friend();
    text = "text " + world.number();
  }

  // --- Words ------------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"STOP,     START", "配信停止。, 配信再開", "หยุด,      เริ่ม", "退訂,      訂閱", "取消订阅！, 恢复订阅"})
  void aWordStopsMessagesAndAnotherStartsThem(String stop, String start) throws Exception {
    JsonNode heard = hears(user, stop).payload();

    JsonNode out = app.called("opt_out_notification", user).payload();
    assertThat(heard.at("/contact_message/text_message/text").asString()).isEqualTo(stop);
    assertThat(out.path("status").asString()).isEqualTo("OPT_OUT_SUCCEEDED");
    assertThat(out.path("request_id")).isEqualTo(heard.path("id"));
    assertThat(out.at("/throughline/source").asString()).isEqualTo("KEYWORD");
    app.comesTo(send(""), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    assertThat(listed("OPT_OUT_ALL")).contains(user);

    hears(user, start);
    app.called("opt_in_notification", user);

    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    assertThat(listed("OPT_OUT_ALL")).doesNotContain(user);
    JsonNode records = records();
    assertThat(records.valueStream())
        .extracting(record -> record.path("operation").asString())
        .containsExactly("OPERATION_DELETE", "OPERATION_INSERT");
    JsonNode first = records.get(1);
    assertThat(first.path("origin").asString()).isEqualTo("ORIGIN_MO");
    assertThat(first.at("/throughline/said").asString()).isEqualTo(stop);
    assertThat(first.at("/throughline/message_id")).isEqualTo(heard.path("id"));
    assertThat(first.at("/throughline/occurred_at").asString())
        .isEqualTo(world.clock.instant().toString());
  }

  /** Its receipt proves what was said, and what became of it. */
  @Test
  void aWordIsAnEntryOfItsOwnInTheLedger() throws Exception {
    String entries = "select count(*) from entry where kind = 'consent'";
    app.settled();
    long before = world.count(entries);

    String message = hears(user, "STOP").payload().path("id").asString();
    app.settled();

    assertThat(world.count(entries)).isEqualTo(before + 1);
    assertThat(
            world.count(
                "select count(*) from entry e join message_entry m on m.index = e.index"
                    + " where e.kind = 'consent' and m.message = '"
                    + Ulid.parse(message).toUuid()
                    + "'"))
        .isEqualTo(1);
    assertThat(records()).hasSize(1);
    assertThat(app.calls("opt_out_notification", user)).hasSize(1);
  }

  /** The later word counts, even if it comes in first. */
  @Test
  void whatWasSaidLaterStands() throws Exception {
    Instant now = world.clock.instant();
    says(events.text(user, "START", now.minusSeconds(60)));
    app.called("opt_in_notification", user);

    says(events.text(user, "STOP", now.minusSeconds(120)));
    says(events.text(user, text, now));
    app.called("message", text);

    assertThat(app.calls("opt_out_notification", user)).isEmpty();
    app.comesTo(send(""), "QUEUED_ON_CHANNEL", "");
    says(events.text(user, "STOP", now.minusSeconds(30)));
    app.called("opt_out_notification", user);
    app.comesTo(send(""), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  /** Nobody in a group speaks for the others. */
  @Test
  void aWordInAGroupStopsNothing() throws Exception {
    String group = "C" + "%032x".formatted(world.number());
    ObjectNode said = events.text(user, "STOP");
    said.putObject("source").put("type", "group").put("groupId", group).put("userId", user);

    says(said);
    app.called("message", group);
    app.settled();

    assertThat(app.calls("opt_out_notification", group)).isEmpty();
    assertThat(app.calls("opt_out_notification", user)).isEmpty();
  }

  @Test
  void anAppChoosesItsWordsAndTheirList() throws Exception {
    ours("{\"opt_out_words\":{\"stop\":[\"もういい\"],\"list\":\"OPT_OUT_MARKETING\"}}");
    hears(user, "もういい！");
    app.called("opt_out_notification", user);

    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");

    ours("{\"opt_out_words\":{\"enabled\":false}}");
    String other = world.friend();
    hears(other, "STOP");
    app.settled();
    assertThat(app.calls("opt_out_notification", other)).isEmpty();
  }

  @Test
  void aWordCountsWhereNoContactIsShown() throws Exception {
    app = world.app("{\"processing_mode\":\"DISPATCH\"}");
    hears(user, "STOP");

    JsonNode out = app.called("opt_out_notification", user).payload();
    assertThat(out.path("contact_id").asString()).isEmpty();
    assertThat(listed("OPT_OUT_ALL")).containsExactly(user);
  }

  // --- Classes ----------------------------------------------------------------------------------

  @Test
  void marketingNeedsTheConsentThatThePolicyNames() throws Exception {
    ours("{\"consent_policy\":{\"MARKETING\":\"opt_in\"}}");
    world.line.block(user);
    world.line.unblock(user);
    app.called("opt_in_notification", user);

    JsonNode told = validate("CONTENT_MARKETING");
    assertThat(told.path("class").asString()).isEqualTo("MARKETING");
    assertThat(told.at("/channels/0/sendable").booleanValue()).isFalse();
    assertThat(told.at("/channels/0/reason/code").asString()).isEqualTo("RECIPIENT_NOT_OPTED_IN");
    String refused = send("CONTENT_MARKETING");
    app.comesTo(refused, "FAILED", "RECIPIENT_NOT_OPTED_IN");
    assertThat(app.message(refused).at("/throughline/class").asString()).isEqualTo("MARKETING");
    assertThat(app.message(refused).at("/message_status/reason/description").asString())
        .contains("consent_policy")
        .contains("LINE");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");

    opt("optins", "OPT_OUT_MARKETING");

    assertThat(validate("CONTENT_MARKETING").at("/channels/0/sendable").booleanValue()).isTrue();
    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    opt("optouts", "OPT_OUT_MARKETING");
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @ParameterizedTest
  @CsvSource({
    "'',                   MARKETING",
    "CONTENT_UNKNOWN,      MARKETING",
    "CONTENT_NOTIFICATION, NOTIFICATION",
    "CONTENT_CONVERSATION, CONVERSATION"
  })
  void aSendThatSaysNoClassIsOfTheAppsOwn(String said, String sent) throws Exception {
    assertThat(app.message(send(said)).at("/throughline/class").asString())
        .isEqualTo(sent.equals("MARKETING") ? "CONVERSATION" : sent);

    ours("{\"default_class\":\"MARKETING\"}");

    String message = send(said);
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(app.message(message).at("/throughline/class").asString()).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"consent_policy\":{\"MARKETING\":\"maybe\"}}",
        "{\"quiet_hours\":{\"windows\":[]}}",
        "{\"default_class\":\"ADVERT\"}"
      })
  void whatCannotBeAPolicyIsRefused(String settings) {
    Api.Answer answer =
        world.api().patch("/apps/" + app.id(), "{\"throughline\":" + settings + "}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field_violations/0/field").asString())
        .startsWith("throughline.");
  }

  // --- The page ---------------------------------------------------------------------------------

  /** A scanner opens every link of a mail: looking stops nothing. */
  @Test
  void aLookAtThePageStopsNothingAndAMailProgramsPostDoesAtOnce() throws Exception {
    String url = link("OPT_OUT_MARKETING");
    assertThat(url).doesNotContain(user).doesNotContain(app.id());

    HttpResponse<String> page = visit("GET", url, "", "en");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("advertising", "LINE", "value=\"out\"").doesNotContain(user);
    assertThat(page.headers().map()).doesNotContainKey("set-cookie");
    assertThat(page.headers().firstValue("cache-control")).contains("no-store");
    visit("HEAD", url, "", "en");
    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");

    for (int i = 0; i < 3; i++) {
      HttpResponse<String> done = visit("POST", url, "List-Unsubscribe=One-Click", "");
      assertThat(done.statusCode()).isEqualTo(200);
    }

    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");
    JsonNode records = records();
    assertThat(records).hasSize(1);
    assertThat(records.get(0).path("origin").asString()).isEqualTo("ORIGIN_MO");
    assertThat(records.get(0).at("/throughline/source").asString()).isEqualTo("ONE_CLICK");
    assertThat(app.called("opt_out_notification", user).payload().at("/throughline/source"))
        .isEqualTo(records.get(0).at("/throughline/source"));
  }

  /** RFC 8058, 3.2: a form may as well come in parts. */
  @Test
  void aMailProgramMayPostAMultipartForm() throws Exception {
    String form =
        """
        --b
        Content-Disposition: form-data; name="List-Unsubscribe"

        One-Click
        --b--
        """
            .replace("\n", "\r\n");

    assertThat(visit("POST", link("OPT_OUT_MARKETING"), form, "").statusCode()).isEqualTo(200);

    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @ParameterizedTest
  @CsvSource({
    "JA,          en,             ja,      広告メッセージ",
    "TH,          '',             th,      ข้อความโฆษณา",
    "ZH_TW,       ja,             zh-Hant, 廣告訊息",
    "ZH_CN,       ja,             zh-Hans, 广告消息",
    "EN,          ja,             en,      advertising",
    "FR,          'fr, th;q=0.5', th,      ข้อความโฆษณา",
    "UNSPECIFIED, 'de, zh-HK',    zh-Hant, 廣告訊息",
    "UNSPECIFIED, ';;',           en,      advertising"
  })
  void thePageSpeaksThePersonsLanguage(String language, String accepted, String tag, String words)
      throws Exception {
    String contact = hears(user, text).payload().path("contact_id").asString();
    world.api().patch("/contacts/" + contact, "{\"language\":\"" + language + "\"}").ok();

    HttpResponse<String> page = visit("GET", link("OPT_OUT_MARKETING"), "", accepted);

    assertThat(page.body()).contains("<html lang=\"" + tag + "\">", words);
    assertThat(page.headers().firstValue("content-language")).contains(tag);
  }

  @Test
  void whoStopsOnThePageMayStartAgainThere() throws Exception {
    ours("{\"consent_policy\":{\"MARKETING\":\"opt_in\"}}");
    String url = link("OPT_OUT_MARKETING");

    assertThat(visit("POST", url, "action=out", "en").body()).contains("value=\"in\"");
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    assertThat(visit("GET", url, "", "en").body()).contains("value=\"in\"");
    hears(user, "STOP");
    app.called("opt_out_notification", "KEYWORD");

    // Who presses this button does not want to be kept away by the other list.
    assertThat(visit("POST", url, "action=in", "en").body()).contains("value=\"out\"");
    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    assertThat(listed("OPT_OUT_ALL")).isEmpty();
  }

  @Test
  void aLinkInAMessageIsThePersonsOwn() {
    text = "stop: ${opt_out_url} " + text;
    String message = send("CONTENT_MARKETING");
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");

    String sent =
        world.line.accepted(0).entries().stream()
            .map(each -> each.path("text").asString())
            .filter(each -> each.startsWith("stop: http") && each.endsWith(text.substring(22)))
            .findFirst()
            .orElseThrow();
    String url = sent.split(" ")[1];
    assertThat(visit("POST", url, "List-Unsubscribe=One-Click", "").statusCode()).isEqualTo(200);
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    assertThat(app.message(message).at("/app_message/text_message/text").asString())
        .isEqualTo(text);
  }

  @Test
  void whatIsNoLinkOfOursIsNotGood() {
    String url = link("OPT_OUT_MARKETING");
    String changed = url.substring(0, url.length() - 2) + (url.endsWith("AA") ? "BB" : "AA");

    for (String wrong : List.of(changed, url + "AAAA", url.substring(0, url.length() - 40))) {
      assertThat(visit("GET", wrong, "", "th").statusCode()).isEqualTo(404);
      HttpResponse<String> page = visit("POST", wrong, "action=out", "th");
      assertThat(page.statusCode()).isEqualTo(404);
      assertThat(page.body()).contains("ลิงก์นี้ใช้ไม่ได้แล้ว");
    }
    assertThat(visit("POST", url, "what=ever", "en").statusCode()).isEqualTo(400);
    assertThat(listed("OPT_OUT_MARKETING")).doesNotContain(user);
  }

  @Test
  void linksAreGoodForEverUntilTheAppTakesThemBack() throws Exception {
    app = world.app();
    String old = link("OPT_OUT_MARKETING");
    world.advance(Duration.ofDays(400));
    assertThat(visit("GET", old, "", "en").statusCode()).isEqualTo(200);

    ObjectNode whose = (ObjectNode) Api.json(app.sendBody(user, text));
    whose.retain("recipient");
    String links = "/apps/" + app.id() + "/optout-links";
    world.api().post(links + ":revoke", whose.toString()).ok();

    assertThat(visit("GET", old, "", "en").statusCode()).isEqualTo(404);
    assertThat(visit("GET", link("OPT_OUT_MARKETING"), "", "en").statusCode()).isEqualTo(200);
    world.advance(Duration.ofSeconds(1));
    String later = link("OPT_OUT_MARKETING");
    world.api().post(links + ":revoke", "{}").ok();
    assertThat(visit("GET", later, "", "en").statusCode()).isEqualTo(200);
    world.advance(Duration.ofSeconds(1));
    world.api().post(links + ":revoke", "{}").ok();
    assertThat(visit("GET", later, "", "en").statusCode()).isEqualTo(404);
  }

  private String link(String list) {
    ObjectNode whose = (ObjectNode) Api.json(app.sendBody(user, text));
    whose.retain("recipient");
    whose.put("list_type", list);
    return world
        .api()
        .post("/apps/" + app.id() + "/optout-links", whose.toString())
        .ok()
        .at("/links/0/url")
        .asString();
  }

  /** As a browser or a mail program does, without a cookie. */
  private static HttpResponse<String> visit(
      String method, String url, String form, String language) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(World.PATIENCE)
            .method(method, HttpRequest.BodyPublishers.ofString(form));
    if (!form.isEmpty()) {
      request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    if (!language.isEmpty()) {
      request.header("Accept-Language", language);
    }
    try {
      return BROWSER.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Others have written the same. */
  private Call hears(String who, String words) throws Exception {
    world.line.say(who, words);
    return app.called("message", call -> call.text().contains(who) && call.text().contains(words));
  }

  private void says(ObjectNode event) throws Exception {
    world.delivers(LineEvents.body(List.of(event)));
  }

  /** An app of the test's own, which sets this. */
  private void ours(String settings) throws Exception {
    if (app.equals(shared)) {
      app = world.app();
    }
    world.api().patch("/apps/" + app.id(), "{\"throughline\":" + settings + "}").ok();
  }

  private List<String> listed(String list) {
    return world
        .api()
        .get("/apps/" + app.id() + "/consents/" + list + "?page_size=1000")
        .ok()
        .path("identities")
        .valueStream()
        .map(each -> each.path("identity").asString())
        .toList();
  }

  private JsonNode records() {
    return world
        .api()
        .get("/apps/" + app.id() + "/consents/identities/" + user)
        .ok()
        .path("audit_records");
  }

  private void opt(String way, String list) {
    ObjectNode change = (ObjectNode) Api.json(app.sendBody(user, text));
    change.retain("app_id", "recipient");
    change.put("list_type", list);
    world.api().post("/" + way + ":register", change.toString()).ok();
  }

  private ObjectNode body(String type) {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    if (!type.isEmpty()) {
      send.put("message_content_type", type);
    }
    return send;
  }

  private String send(String type) {
    return world
        .api()
        .post("/messages:send", body(type).toString())
        .ok()
        .path("message_id")
        .asString();
  }

  private JsonNode validate(String type) {
    return world
        .api()
        .post("/messages:send", body(type).put("validate_only", true).toString())
        .ok();
  }
}
