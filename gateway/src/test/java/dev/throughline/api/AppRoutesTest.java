package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.message.Bytes;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Apps are kept and shown as the contract says, and a PATCH changes what it names alone. */
class AppRoutesTest {
  @AutoClose private static ApiServer api;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  /** As the Java SDK sends it. */
  private static final String RECORDED =
      """
      {"channel_credentials":[{"line_credentials":{"token":"LTOKEN","secret":"LSECRET"},\
      "channel":"LINE"}],"display_name":"LINE app","processing_mode":"CONVERSATION"}\
      """;

  @Test
  void showsAllFieldsAndCredentialsInClear() {
    Answer created = api.post("/apps", RECORDED);

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.text("/display_name")).isEqualTo("LINE app");
    assertThat(created.text("/channel_credentials/0/line_credentials/token")).isEqualTo("LTOKEN");
    assertThat(created.text("/channel_credentials/0/line_credentials/secret")).isEqualTo("LSECRET");
    assertThat(created.text("/channel_credentials/0/state/status")).isEqualTo("PENDING");
    assertThat(created.json().propertyNames())
        .contains(
            "id",
            "conversation_metadata_report_view",
            "retention_policy",
            "dispatch_retention_policy",
            "processing_mode",
            "smart_conversation",
            "callback_settings",
            "message_retry_settings",
            "delivery_report_based_fallback",
            "rate_limits",
            "queue_stats",
            "throughline");
    assertThat(api.get("/apps/" + created.text("/id")).body()).isEqualTo(created.body());
    assertThat(ApiServer.elements(api.get("/apps").json(), "apps"))
        .extracting(app -> app.path("id").asString(""))
        .contains(created.text("/id"));
  }

  @Test
  void theModeIsTheInstallationsUnlessSaid() {
    assertThat(
            api.post("/apps", RECORDED.replace("CONVERSATION", "DISPATCH"))
                .text("/processing_mode"))
        .isEqualTo("DISPATCH");
    assertThat(
            api.post("/apps", RECORDED.replace(",\"processing_mode\":\"CONVERSATION\"", ""))
                .text("/processing_mode"))
        .isEqualTo("CONVERSATION");
  }

  @Test
  void theChannelIsAskedOnSave() {
    api.checks.put("GOOD", new CredentialCheck.Result.Accepted("Ubot"));
    api.checks.put("BAD", new CredentialCheck.Result.Refused("Make a new token."));

    Answer good = api.post("/apps", RECORDED.replace("LTOKEN", "GOOD"));
    assertThat(good.text("/channel_credentials/0/state/status")).isEqualTo("ACTIVE");
    assertThat(good.text("/channel_credentials/0/channel_known_id")).isEqualTo("Ubot");

    Answer bad = api.post("/apps", RECORDED.replace("LTOKEN", "BAD"));
    assertThat(bad.status()).isEqualTo(200);
    assertThat(bad.text("/channel_credentials/0/state/status")).isEqualTo("FAILING");
    assertThat(bad.text("/channel_credentials/0/state/description")).isEqualTo("Make a new token.");
  }

  @ParameterizedTest
  @CsvSource({
    "?update_mask=display_name, New, LTOKEN",
    "?update_mask=display_name%2Cchannel_credentials, New, OTHER",
    "?update_mask=display_name;channel_credentials, New, OTHER",
    "?update_mask.paths=displayName&update_mask.paths=channel_credentials, New, OTHER",
    "?update_mask.paths=channel_credentials, LINE app, OTHER",
    "?update_mask=from_the_future, LINE app, LTOKEN",
    "'', New, OTHER"
  })
  void aPatchChangesWhatItsMaskCovers(String mask, String name, String token) {
    String id = api.post("/apps", RECORDED).text("/id");

    Answer patched =
        api.patch(
            "/apps/" + id + mask.replace(';', ','),
            RECORDED.replace("LINE app", "New").replace("LTOKEN", "OTHER"));

    assertThat(patched.status()).isEqualTo(200);
    assertThat(patched.text("/display_name")).isEqualTo(name);
    assertThat(patched.text("/channel_credentials/0/line_credentials/token")).isEqualTo(token);
  }

  @Test
  void aPatchWithoutMaskLeavesWhatItDoesNotSay() {
    String id =
        api.post(
                "/apps",
                RECORDED.replace(
                    "\"display_name\"",
                    "\"retention_policy\":{\"ttl_days\":7},\"throughline\":{\"known_block\":\"try\"},"
                        + "\"display_name\""))
            .text("/id");

    Answer patched = api.patch("/apps/" + id, "{\"display_name\":\"New\"}");

    assertThat(patched.text("/display_name")).isEqualTo("New");
    assertThat(patched.json().at("/retention_policy/ttl_days").intValue()).isEqualTo(7);
    assertThat(patched.text("/throughline/known_block")).isEqualTo("try");
    assertThat(patched.text("/throughline/unknown_reply")).isEqualTo("leave");
    assertThat(patched.text("/channel_credentials/0/line_credentials/token")).isEqualTo("LTOKEN");
  }

  @Test
  void ourSettingsChangeUnderAnyMask() {
    String id = api.post("/apps", RECORDED).text("/id");

    Answer patched =
        api.patch(
            "/apps/" + id + "?update_mask=display_name",
            "{\"display_name\":\"New\",\"throughline\":{\"unknown_reply\":\"push\"}}");

    assertThat(patched.text("/throughline/unknown_reply")).isEqualTo("push");
    assertThat(patched.text("/throughline/known_block")).isEqualTo("fail");
  }

  @Test
  void whatGetAnswersCanBeSentBackByPatch() {
    String id = api.post("/apps", RECORDED).text("/id");
    Answer got = api.get("/apps/" + id);

    assertThat(api.patch("/apps/" + id, got.body()).body()).isEqualTo(got.body());
  }

  @Test
  void anAppMayHaveSeveralLineAccounts() {
    String two =
        """
        {"display_name":"a","channel_credentials":[
          {"channel":"LINE","credential_ordinal_number":3,
           "line_credentials":{"token":"T3","secret":"S3"}},
          {"channel":"LINE","credential_ordinal_number":7,
           "line_enterprise_credentials":{"is_default":true,"line_japan":{"token":"T7","secret":"S7"}}}]}
        """;
    Answer created = api.post("/apps", two);
    assertThat(created.status()).isEqualTo(200);
    assertThat(created.json().at("/channel_credentials/1/credential_ordinal_number").intValue())
        .isEqualTo(7);

    assertThat(api.post("/apps", two.replace(":7", ":3")).status()).isEqualTo(400);

    // An array replaces: the account with ordinal 3 goes, that with 7 keeps its id.
    var before = api.directory.apps(api.project).getLast().accounts();
    ObjectNode only = Json.object();
    only.putArray("channel_credentials").add(created.json().at("/channel_credentials/1"));
    assertThat(api.patch("/apps/" + created.text("/id"), Json.text(only)).status()).isEqualTo(200);
    assertThat(api.directory.apps(api.project).getLast().accounts())
        .singleElement()
        .satisfies(account -> assertThat(account.id()).isEqualTo(before.getLast().id()));
  }

  @Test
  void openChannelsRoundTrip() {
    Answer created =
        api.post(
            "/apps",
            """
            {"display_name":"a","channel_credentials":[{"channel":"EMAIL","static_token":{"token":"t"}}]}
            """);
    assertThat(created.text("/channel_credentials/0/static_token/token")).isEqualTo("t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "display_name":"LINE app" | "display_name":""     | display_name
          "display_name":"LINE app" | "x":1                 | display_name
          "channel_credentials"     | "nothing"             | channel_credentials
          "token":"LTOKEN"          | "token":""            | channel_credentials[0].line_credentials.token
          "token":"LTOKEN"          | "token":"a b"         | channel_credentials[0].line_credentials.token
          "secret":"LSECRET"        | "x":1                 | channel_credentials[0].line_credentials.secret
          "line_credentials"        | "static_token"        | channel_credentials[0]
          "channel":"LINE"          | "channel":"li ne"     | channel_credentials[0].channel
          "CONVERSATION"            | "OTHER"               | processing_mode
          "display_name":"LINE app" | "display_name":"a","retention_policy":{"ttl_days":0} | retention_policy.ttl_days
          "display_name":"LINE app" | "display_name":"a","throughline":{"known_block":"x"} | throughline.known_block
          "display_name":"LINE app" | "display_name":"a","message_retry_settings":{"retry_duration":1} | message_retry_settings.retry_duration
          """)
  void namesTheFieldThatIsWrong(String from, String to, String field) {
    Answer answer = api.post("/apps", RECORDED.replace(from, to));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/status")).isEqualTo("INVALID_ARGUMENT");
    assertThat(answer.text("/error/details/0/field_violations/0/field")).isEqualTo(field);
  }

  @Test
  void aDeletedAppIsUnknown() {
    String id = api.post("/apps", RECORDED).text("/id");

    assertThat(api.delete("/apps/" + id).body()).isEqualTo("{}");

    assertThat(api.get("/apps/" + id).status()).isEqualTo(404);
    assertThat(api.delete("/apps/" + id).status()).isEqualTo(404);
    assertThat(api.get("/apps/nonsense").status()).isEqualTo(404);
  }

  @Test
  void aChangeIsAnEntryWithoutSecrets() {
    api.post("/apps", RECORDED.replace("LTOKEN", "VERYSECRET"));

    Bytes entry = api.newest(Kind.CONFIGURATION).body().orElseThrow();

    assertThat(entry.asUtf8()).contains("app_created").doesNotContain("SECRET");
  }
}
