package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callback targets are kept as configured, at most five an app, no two alike, none inside. */
class WebhookRoutesTest {
  @AutoClose private static ApiServer api;

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  /** As the Java SDK sends it, with an app of ours. */
  private static final String RECORDED =
      """
      {"app_id":"APP","secret":"s3cret","target":"https://example.com/cb","target_type":"HTTP",\
      "triggers":["MESSAGE_INBOUND","MESSAGE_DELIVERY"]}\
      """;

  private String app = "";

  @BeforeEach
  void anApp() {
    app = api.app();
  }

  @Test
  void isShownAsItWasMade() {
    Answer created = create("https://example.com/cb");

    assertThat(created.status()).isEqualTo(200);
    assertThat(created.text("/app_id")).isEqualTo(app);
    assertThat(created.text("/secret")).isEqualTo("s3cret");
    assertThat(created.text("/target")).isEqualTo("https://example.com/cb");
    assertThat(created.text("/target_type")).isEqualTo("HTTP");
    assertThat(created.text("/triggers/0")).isEqualTo("MESSAGE_INBOUND");
    assertThat(created.text("/throughline/state")).isEqualTo("active");
    assertThat(api.get("/webhooks/" + created.text("/id")).body()).isEqualTo(created.body());
    assertThat(ApiServer.elements(api.get("/apps/" + app + "/webhooks").json(), "webhooks"))
        .hasSize(1);
  }

  @Test
  void anEmptyListIsAList() {
    assertThat(api.get("/apps/" + app + "/webhooks").body()).isEqualTo("{\"webhooks\":[]}");
    assertThat(api.get("/apps/01HZZZZZZZZZZZZZZZZZZZZZZZ/webhooks").status()).isEqualTo(404);
  }

  @Test
  void withoutATypeNothingIsSent() {
    assertThat(
            api.post(
                    "/webhooks",
                    "{\"app_id\":\"%s\",\"target\":\"https://a.example\"}".formatted(app))
                .text("/target_type"))
        .isEqualTo("DISMISS");
  }

  @Test
  void aPatchKeepsWhatIsAbsent() {
    String id = create("https://example.com/cb").text("/id");

    Answer patched = api.patch("/webhooks/" + id, "{\"target\":\"https://example.com/2\"}");

    assertThat(patched.text("/target")).isEqualTo("https://example.com/2");
    assertThat(patched.text("/secret")).isEqualTo("s3cret");
    assertThat(ApiServer.elements(patched.json(), "triggers")).hasSize(2);
    assertThat(api.patch("/webhooks/" + id + "?update_mask=secret", "{}").text("/secret"))
        .isEmpty();
  }

  @Test
  void anAppHasFiveAtMostAndNoTwoAlike() {
    for (int i = 0; i < 5; i++) {
      assertThat(create("https://example.com/" + i).status()).isEqualTo(200);
    }
    assertThat(create("https://example.com/6").text("/error/details/0/@type")).isNotEmpty();
    assertThat(create("https://example.com/6").status()).isEqualTo(400);
    String last =
        ApiServer.elements(api.get("/apps/" + app + "/webhooks").json(), "webhooks")
            .toList()
            .getLast()
            .path("id")
            .asString("");
    assertThat(api.patch("/webhooks/" + last, "{\"target\":\"https://example.com/0\"}").status())
        .isEqualTo(400);
    assertThat(api.delete("/webhooks/" + last).body()).isEqualTo("{}");
    assertThat(api.get("/webhooks/" + last).status()).isEqualTo(404);
    assertThat(create("https://example.com/0").status()).isEqualTo(400);
    assertThat(create("https://example.com/4").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "target":"https://example.com/cb" | "target":"ftp://example.com"  | target
          "target":"https://example.com/cb" | "target":"https://10.0.0.1/"  | target
          "target":"https://example.com/cb" | "x":1                         | target
          "target_type":"HTTP"  | "target_type":"SMOKE"                     | target_type
          "MESSAGE_DELIVERY"    | "UNSPECIFIED_TRIGGER"                     | triggers
          "MESSAGE_DELIVERY"    | "MESSAGE_INBOUND"                         | triggers
          "secret":"s3cret"     | "client_credentials":{"client_id":"a"}    | client_credentials.client_secret
          "secret":"s3cret"     | "client_credentials":{"client_id":"a","client_secret":"b","endpoint":"http://10.0.0.1/"} | client_credentials.endpoint
          """)
  void namesTheFieldThatIsWrong(String from, String to, String field) {
    Answer answer = api.post("/webhooks", RECORDED.replace("APP", app).replace(from, to));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("/error/details/0/field_violations/0/field")).isEqualTo(field);
  }

  @Test
  void anUnknownAppIsNotFound() {
    assertThat(
            api.post("/webhooks", RECORDED.replace("APP", "01HZZZZZZZZZZZZZZZZZZZZZZZ")).status())
        .isEqualTo(404);
    assertThat(api.post("/webhooks", RECORDED).status()).isEqualTo(400);
  }

  private Answer create(String target) {
    return api.post(
        "/webhooks", RECORDED.replace("APP", app).replace("https://example.com/cb", target));
  }
}
