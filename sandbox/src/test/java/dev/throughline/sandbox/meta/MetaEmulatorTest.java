package dev.throughline.sandbox.meta;

import static dev.throughline.sandbox.meta.Business.HANAKO;
import static dev.throughline.sandbox.meta.Business.code;
import static dev.throughline.sandbox.meta.Business.names;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.meta.MetaSettings.RecipientErrors;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.PhoneChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers, webhooks and errors have the shapes that Meta documents (spec providers.md B.3.1), and a
 * message gets to a phone exactly when WhatsApp would take it there.
 */
class MetaEmulatorTest {

  @Test
  void aMessageIsAcceptedShownAndToldOf() throws Exception {
    try (Business business = new Business().subscribed()) {
      business.hanakoWrites();
      JsonNode answer =
          business.send(
              "\"type\":\"text\",\"text\":{\"body\":\"hello\"},"
                  + "\"biz_opaque_callback_data\":\"attempt-7\"");
      assertThat(names(answer)).containsExactly("messaging_product", "contacts", "messages");
      assertThat(answer.at("/contacts/0/wa_id").stringValue(""))
          .isEqualTo(HANAKO.phone().substring(1));
      String wamid = answer.at("/messages/0/id").stringValue("");
      assertThat(wamid).startsWith("wamid.");
      assertThat(answer.at("/messages/0/message_status").stringValue("")).isEqualTo("accepted");

      JsonNode sent = business.status();
      assertThat(sent.path("status").stringValue("")).isEqualTo("sent");
      assertThat(sent.path("id").stringValue("")).isEqualTo(wamid);
      assertThat(sent.path("timestamp").stringValue(""))
          .isEqualTo(Long.toString(business.clock.instant().getEpochSecond()));
      assertThat(sent.path("recipient_id").stringValue("")).isEqualTo(HANAKO.phone().substring(1));
      assertThat(sent.at("/conversation/expiration_timestamp").isString()).isTrue();
      assertThat(sent.at("/conversation/origin/type").stringValue("")).isEqualTo("service");
      assertThat(names(sent.path("pricing"))).contains("billable", "pricing_model", "category");
      assertThat(sent.path("biz_opaque_callback_data").stringValue("")).isEqualTo("attempt-7");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("delivered");

      business.people.open(HANAKO.id(), PhoneChannel.WHATSAPP);
      JsonNode read = business.status();
      assertThat(read.path("status").stringValue("")).isEqualTo("read");
      assertThat(read.path("biz_opaque_callback_data").stringValue("")).isEqualTo("attempt-7");

      JsonNode shown =
          business.people.messages(
              HANAKO.id(), Optional.of(PhoneChannel.WHATSAPP), false, 0, Duration.ZERO);
      assertThat(shown.at("/messages/0/_text").stringValue("")).isEqualTo("hello");
      assertThat(shown.at("/messages/0/_channel").stringValue("")).isEqualTo("WHATSAPP");
      JsonNode history =
          business.get(
              "/v25.0/"
                  + Business.NUMBER_ID
                  + "/message_history?message_id="
                  + wamid.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"));
      assertThat(history.at("/data/0/events/data").findValuesAsString("delivery_status"))
          .containsExactly("SENT", "DELIVERED", "READ");
    }
  }

  @Test
  void aWebhookIsSignedOverItsBytesAndSentAgainUntilItIsTaken() throws Exception {
    try (Business business = new Business().subscribed()) {
      business.answers.add(500);
      business.answers.add(404);
      business.meta.control().write(HANAKO.phone(), "花子", "やあ");
      Business.Hook first = business.next();
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Business.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      String expected =
          "sha256="
              + HexFormat.of()
                  .formatHex(mac.doFinal(first.body().getBytes(StandardCharsets.UTF_8)));
      assertThat(first.signature()).isEqualTo(expected);
      assertThat(business.hooks).isEmpty();
      assertThat(business.nextAfter(Duration.ofSeconds(2))).isEqualTo(first);
      assertThat(business.nextAfter(Duration.ofSeconds(10))).isEqualTo(first);

      JsonNode body = Json.parse(first.body().getBytes(StandardCharsets.UTF_8));
      assertThat(body.path("object").stringValue("")).isEqualTo("whatsapp_business_account");
      assertThat(body.at("/entry/0/id").stringValue("")).isEqualTo(Business.ACCOUNT_ID);
      assertThat(body.at("/entry/0/changes/0/field").stringValue("")).isEqualTo("messages");
      JsonNode value = first.value();
      assertThat(value.at("/metadata/phone_number_id").stringValue(""))
          .isEqualTo(Business.NUMBER_ID);
      assertThat(value.at("/contacts/0/profile/name").stringValue("")).isEqualTo("花子");
      assertThat(value.at("/contacts/0/wa_id").stringValue(""))
          .isEqualTo(value.at("/messages/0/from").stringValue("?"));
      assertThat(value.at("/messages/0/text/body").stringValue("")).isEqualTo("やあ");
    }
  }

  @Test
  void aWebhookIsSubscribedOnlyAfterTheHandshake() throws Exception {
    try (Business business = new Business()) {
      assertThatThrownBy(() -> business.meta.control().subscribe(business.hook(), "wrong"))
          .isInstanceOf(ControlRefusal.class);
      assertThatThrownBy(
              () -> business.meta.control().subscribe("https://graph.example/hook", "right"))
          .isInstanceOf(ControlRefusal.class);
      assertThat(business.meta.control().webhookUrl()).isEmpty();
      business.subscribed();
      assertThat(business.meta.control().webhookUrl()).contains(business.hook());
    }
  }

  @Test
  void outsideTheWindowOnlyTemplatesGo() throws Exception {
    try (Business business = new Business().subscribed()) {
      String wamid = business.text("hello").at("/messages/0/id").stringValue("");
      JsonNode failed = business.status();
      assertThat(failed.path("status").stringValue("")).isEqualTo("failed");
      assertThat(failed.path("id").stringValue("")).isEqualTo(wamid);
      JsonNode error = failed.at("/errors/0");
      assertThat(error.path("code").intValue(0)).isEqualTo(131047);
      assertThat(names(error)).contains("code", "title", "message", "error_data", "href");
      assertThat(error.at("/error_data/details").stringValue("")).contains("24 hours");

      String template =
          "\"type\":\"template\",\"template\":{\"name\":\"order_shipped\",\"language\":"
              + "{\"policy\":\"deterministic\",\"code\":\"ja\"},\"components\":[{\"type\":\"body\","
              + "\"parameters\":[{\"type\":\"text\",\"text\":\"花子\"},"
              + "{\"type\":\"text\",\"text\":\"A-1\"}]}]}";
      assertThat(business.send(template).at("/messages/0/id").isString()).isTrue();
      assertThat(business.status().at("/pricing/category").stringValue("")).isEqualTo("utility");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("delivered");

      business.hanakoWrites();
      business.clock.advance(Duration.ofHours(24).minusSeconds(1));
      business.text("in time");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("sent");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("delivered");
      business.clock.advance(Duration.ofSeconds(1));
      business
          .meta
          .control()
          .settings(business.meta.control().settings().withRecipientErrors(RecipientErrors.ANSWER));
      JsonNode refused = business.text("too late");
      assertThat(code(refused)).isEqualTo(131047);
      assertThat(names(refused.path("error")))
          .containsExactly("message", "type", "code", "error_data", "fbtrace_id");
      assertThat(refused.at("/error/error_data/messaging_product").stringValue(""))
          .isEqualTo("whatsapp");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          100    | "type":"text"
          100    | "type":"poem","poem":{}
          100    | "type":"image","image":{"caption":"no file"}
          100    | "type":"image","image":{"id":"12345"}
          100    | "type":"image","image":{"link":"ftp://files.example/a.png"}
          100    | "type":"audio","audio":{"link":"https://files.example/a.ogg","caption":"no"}
          131009 | "type":"location","location":{"latitude":91,"longitude":0}
          131009 | "type":"contacts","contacts":[]
          131009 | "type":"interactive","interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[]}}
          131009 | "type":"interactive","interactive":{"type":"button","body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"twenty-one characters"}}]}}
          131009 | "type":"interactive","interactive":{"type":"list","body":{"text":"b"},"action":{"button":"b","sections":[{"rows":[]}]}}
          131009 | "type":"interactive","interactive":{"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"Go","url":"no"}}}
          132001 | "type":"template","template":{"name":"nothing","language":{"code":"en"}}
          132001 | "type":"template","template":{"name":"hello_world","language":{"code":"th"}}
          132001 | "type":"template","template":{"name":"bad_offer","language":{"code":"en"}}
          132015 | "type":"template","template":{"name":"old_offer","language":{"code":"en"}}
          132000 | "type":"template","template":{"name":"order_shipped","language":{"code":"en"}}
          132012 | "type":"template","template":{"name":"order_shipped","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"image"}]}]}
          131008 | "type":"template","template":{"name":"weekly_offer","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"a"},{"type":"text","text":"5%"}]}]}
          """)
  void whatIsWrongWithAMessageIsSaidAtOnce(int code, String fields) throws Exception {
    try (Business business = new Business()) {
      JsonNode answer = business.send(fields);
      assertThat(code(answer)).as("%s", answer).isEqualTo(code);
      assertThat(answer.at("/error/fbtrace_id").stringValue("")).isNotEmpty();
    }
  }

  @Test
  void everyKindThatMetaDocumentsIsTaken() throws Exception {
    try (Business business = new Business()) {
      business.meta.control().write(HANAKO.phone(), "花子", "hi");
      String boundary = "b0";
      String multipart =
          String.join(
              "\r\n",
              "--b0",
              "Content-Disposition: form-data; name=\"messaging_product\"",
              "",
              "whatsapp",
              "--b0",
              "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"",
              "Content-Type: image/png",
              "",
              "PNG",
              "--b0--",
              "");
      JsonNode uploaded =
          Json.parse(
              business
                  .call(
                      "POST",
                      "/v25.0/" + Business.NUMBER_ID + "/media",
                      "multipart/form-data; boundary=" + boundary,
                      multipart.getBytes(StandardCharsets.ISO_8859_1))
                  .body());
      String id = uploaded.path("id").stringValue("");
      for (String fields :
          new String[] {
            "\"type\":\"image\",\"image\":{\"id\":\"" + id + "\",\"caption\":\"c\"}",
            "\"type\":\"document\",\"document\":{\"link\":\"https://f.example/a.pdf\",\"filename\":\"a.pdf\"}",
            "\"type\":\"location\",\"location\":{\"latitude\":35.6,\"longitude\":139.7,\"name\":\"n\"}",
            "\"type\":\"contacts\",\"contacts\":[{\"name\":{\"formatted_name\":\"A B\",\"first_name\":\"A\"}}]",
            "\"type\":\"reaction\",\"reaction\":{\"message_id\":\"wamid.x\",\"emoji\":\"\"}",
            "\"type\":\"interactive\",\"interactive\":{\"type\":\"location_request_message\",\"body\":{\"text\":\"Where?\"},\"action\":{\"name\":\"send_location\"}}",
            "\"type\":\"interactive\",\"interactive\":{\"type\":\"list\",\"body\":{\"text\":\"b\"},\"action\":{\"button\":\"Choose\",\"sections\":[{\"rows\":[{\"id\":\"1\",\"title\":\"One\"}]}]}}",
            "\"type\":\"interactive\",\"interactive\":{\"type\":\"cta_url\",\"body\":{\"text\":\"b\"},\"action\":{\"name\":\"cta_url\",\"parameters\":{\"display_text\":\"Go\",\"url\":\"https://e.example\"}}}",
          }) {
        assertThat(business.send(fields).at("/messages/0/id").isString()).as(fields).isTrue();
      }
      JsonNode shown =
          business.people.messages(
              HANAKO.id(), Optional.of(PhoneChannel.WHATSAPP), false, 0, Duration.ZERO);
      assertThat(shown.path("messages").size()).isEqualTo(8);
    }
  }

  @Test
  void filesAreFetchedWithTheTokenWhileTheirAddressIsGood() throws Exception {
    try (Business business = new Business().subscribed()) {
      ObjectNode message = Json.object().put("type", "image");
      message.putObject("image").put("caption", "見て").put("base64", "UE5H");
      business.meta.control().send(HANAKO.phone(), "花子", message);
      JsonNode image = business.next().value().at("/messages/0/image");
      assertThat(names(image)).contains("id", "mime_type", "sha256", "caption");
      JsonNode look = business.get("/v25.0/" + image.path("id").stringValue(""));
      assertThat(names(look))
          .contains("messaging_product", "url", "mime_type", "sha256", "file_size", "id");
      String url = look.path("url").stringValue("");
      assertThat(
              new String(
                  business.call("GET", url, "text/plain", new byte[0]).body(),
                  StandardCharsets.UTF_8))
          .isEqualTo("PNG");
      business.clock.advance(Duration.ofMinutes(5));
      assertThat(business.call("GET", url, "text/plain", new byte[0]).statusCode()).isEqualTo(404);
      business.clock.advance(Duration.ofDays(30));
      assertThat(code(business.get("/v25.0/" + image.path("id").stringValue("")))).isEqualTo(100);
    }
  }

  @Test
  void somebodyWithoutANumberIsReachedByTheBusinessScopedId() throws Exception {
    try (Business business = new Business().subscribed()) {
      business.meta.control().person(HANAKO.phone(), Optional.of("hanako.k"), true, true);
      JsonNode value = business.hanakoWrites();
      JsonNode contact = value.at("/contacts/0");
      assertThat(contact.has("wa_id")).isFalse();
      assertThat(contact.at("/profile/username").stringValue("")).isEqualTo("hanako.k");
      assertThat(value.at("/messages/0").has("from")).isFalse();
      String userId = contact.path("user_id").stringValue("");
      assertThat(userId).matches("JP\\.[A-Za-z0-9]{1,128}");
      assertThat(value.at("/messages/0/from_user_id").stringValue("")).isEqualTo(userId);
      JsonNode answer =
          business.post(
              "{\"messaging_product\":\"whatsapp\",\"recipient\":\""
                  + userId
                  + "\",\"type\":\"text\",\"text\":{\"body\":\"hello\"}}");
      assertThat(answer.at("/contacts/0/user_id").stringValue("")).isEqualTo(userId);
      JsonNode status = business.status();
      assertThat(status.has("recipient_id")).isFalse();
      assertThat(status.path("recipient_user_id").stringValue("")).isEqualTo(userId);
      assertThat(
              code(
                  business.post(
                      "{\"messaging_product\":\"whatsapp\",\"recipient\":\"JP.1\","
                          + "\"type\":\"text\",\"text\":{\"body\":\"x\"}}")))
          .isEqualTo(131026);
    }
  }

  @Test
  void limitsHoldAndComeBack() throws Exception {
    try (Business business = new Business(MetaSettings.published())) {
      business.meta.control().write(HANAKO.phone(), "花子", "hi");
      int taken = 0;
      JsonNode answer = business.text("0");
      while (code(answer) == 0) {
        taken++;
        answer = business.text("more " + taken);
      }
      assertThat(code(answer)).isEqualTo(131056);
      assertThat(taken).isEqualTo(MetaSettings.published().pairBurst());
      business.clock.advance(Duration.ofSeconds(6));
      assertThat(code(business.text("one more"))).isZero();
      assertThat(code(business.text("and not two"))).isEqualTo(131056);
      int codeOfAll = 0;
      for (int i = 0; i < 90 && codeOfAll == 0; i++) {
        codeOfAll =
            code(
                business.post(
                    "{\"messaging_product\":\"whatsapp\",\"to\":\"8180%08d\",".formatted(i)
                        + "\"type\":\"text\",\"text\":{\"body\":\"x\"}}"));
      }
      assertThat(codeOfAll).isEqualTo(130429);
    }
  }

  @Test
  void theStateOfAPhoneDecidesWhatIsShownAndTold() throws Exception {
    try (Business business = new Business().subscribed()) {
      business.hanakoWrites();
      for (Condition refuses : new Condition[] {Condition.BLOCKED, Condition.NO_APP}) {
        business.people.state(HANAKO.id(), Map.of(PhoneChannel.WHATSAPP, refuses));
        business.text("not shown");
        assertThat(business.status().at("/errors/0/code").intValue(0)).isEqualTo(131026);
      }
      business.people.state(HANAKO.id(), Map.of(PhoneChannel.WHATSAPP, Condition.UNREACHABLE));
      business.text("nowhere");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("sent");

      business.people.state(HANAKO.id(), Map.of(PhoneChannel.WHATSAPP, Condition.AIRPLANE));
      business.text("for later");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("sent");
      assertThat(shown(business)).isZero();
      business.people.state(HANAKO.id(), Map.of(PhoneChannel.WHATSAPP, Condition.OK));
      assertThat(business.status().path("status").stringValue("")).isEqualTo("delivered");
      assertThat(shown(business)).isEqualTo(1);

      business.people.state(HANAKO.id(), Map.of(PhoneChannel.WHATSAPP, Condition.OUT_OF_ORDER));
      business.text("upside down");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("delivered");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("sent");

      business.people.state(HANAKO.id(), Map.of(PhoneChannel.WHATSAPP, Condition.LATE_RECEIPT));
      business.text("slow news");
      assertThat(shown(business)).isEqualTo(3);
      assertThat(business.hooks).isEmpty();
      business.clock.advance(business.meta.control().settings().lateBy());
      assertThat(business.status().path("status").stringValue("")).isEqualTo("sent");
      business.post(
          "{\"messaging_product\":\"whatsapp\",\"to\":\"819999999999\",\"type\":\"text\","
              + "\"text\":{\"body\":\"nobody\"}}");
      assertThat(business.status().path("status").stringValue("")).isEqualTo("delivered");
      assertThat(business.status().at("/errors/0/code").intValue(0)).isEqualTo(131026);
    }
  }

  private static int shown(Business business) throws Exception {
    return business
        .people
        .messages(HANAKO.id(), Optional.of(PhoneChannel.WHATSAPP), false, 0, Duration.ZERO)
        .path("messages")
        .size();
  }

  @Test
  void readReceiptsTypingAndLookUps() throws Exception {
    try (Business business = new Business()) {
      String wamid = business.meta.control().write(HANAKO.phone(), "花子", "hi");
      assertThat(
              business
                  .post(
                      "{\"messaging_product\":\"whatsapp\",\"status\":\"read\",\"message_id\":\""
                          + wamid
                          + "\",\"typing_indicator\":{\"type\":\"text\"}}")
                  .path("success")
                  .booleanValue(false))
          .isTrue();
      JsonNode received = business.meta.control().received(0).at("/received/0");
      assertThat(received.path("read").booleanValue(false)).isTrue();
      assertThat(received.has("typing_until")).isTrue();
      assertThat(
              code(
                  business.post(
                      "{\"messaging_product\":\"whatsapp\",\"status\":\"read\","
                          + "\"message_id\":\"wamid.other\"}")))
          .isEqualTo(100);
      assertThat(
              names(
                  business.get(
                      "/v25.0/"
                          + Business.NUMBER_ID
                          + "?fields=display_phone_number,verified_name")))
          .containsExactlyInAnyOrder("display_phone_number", "verified_name", "id");
      assertThat(
              business
                  .get("/v25.0/" + Business.NUMBER_ID + "/whatsapp_business_profile?fields=about")
                  .at("/data/0/about")
                  .isString())
          .isTrue();
      JsonNode other = business.get("/v25.0/99999/whatsapp_business_profile");
      assertThat(code(other)).isEqualTo(100);
      assertThat(other.at("/error/error_subcode").intValue(0)).isEqualTo(33);
    }
  }
}
