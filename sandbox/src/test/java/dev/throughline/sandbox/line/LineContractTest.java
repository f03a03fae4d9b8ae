package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every request that LINE's SDK sends, every answer of the emulator and every webhook is what
 * LINE's OpenAPI files say. Runs the SDK's tests once more and judges all that passed.
 */
class LineContractTest extends LineSdkTest {
  @BeforeAll
  static void needsTheFiles() {
    Contract.needsTheFiles();
  }

  private final OpenApi tokens = Contract.file("channel-access-token.yml");
  private final OpenApi webhook = Contract.file("webhook.yml");

  @AfterEach
  void everythingKeptToTheContract() {
    Contract.judge(line.control);
  }

  @Test
  void groupsUnitsAndIndicatorsAreAnsweredAsDeclared() throws Exception {
    LineGroup group = line.control.addGroup("trip", Set.of(Line.ALICE, Line.BOB), true);
    String base = "/v2/bot/group/" + group.id();
    assertThat(line.get(base + "/summary").status()).isEqualTo(200);
    assertThat(line.get(base + "/members/count").status()).isEqualTo(200);
    assertThat(line.get(base + "/members/ids").status()).isEqualTo(200);
    assertThat(line.get(base + "/member/" + Line.BOB).status()).isEqualTo(200);
    String unit =
        Line.pushBody(group.id(), "x").replaceFirst("\\{", "{\"customAggregationUnits\":[\"u\"],");
    assertThat(line.post("/v2/bot/message/push", unit).status()).isEqualTo(200);
    assertThat(line.get("/v2/bot/message/aggregation/info").status()).isEqualTo(200);
    assertThat(line.get("/v2/bot/message/aggregation/list").json().path("customAggregationUnits"))
        .hasSize(1);
    assertThat(
            line.post("/v2/bot/chat/loading/start", "{\"chatId\":\"" + Line.ALICE + "\"}").status())
        .isEqualTo(202);
    line.control.say(Line.ALICE, "read me");
    String token =
        line.control
            .chat(Line.ALICE, 0, Duration.ZERO)
            .entries()
            .getLast()
            .path("markAsReadToken")
            .stringValue();
    assertThat(
            line.post("/v2/bot/chat/markAsRead", "{\"markAsReadToken\":\"" + token + "\"}")
                .status())
        .isEqualTo(200);
    assertThat(line.post("/v2/bot/chat/markAsRead", "{\"markAsReadToken\":\"x\"}").status())
        .isEqualTo(400);
    assertThat(line.post(base + "/leave", "").status()).isEqualTo(200);
  }

  @Test
  void everyKindOfEventIsAsDeclared() throws Exception {
    LineGroup group = line.control.addGroup("trip", Set.of(Line.ALICE), true);
    line.control.memberJoined(group.id(), Line.BOB);
    line.control.memberLeft(group.id(), Line.BOB);
    line.control.leave(group.id());
    for (String message :
        List.of(
            "{\"type\":\"image\"}",
            "{\"type\":\"video\",\"duration\":1000}",
            "{\"type\":\"audio\",\"duration\":1000}",
            "{\"type\":\"file\",\"fileName\":\"a.pdf\",\"fileSize\":12}",
            "{\"type\":\"location\",\"latitude\":35.65910807942215,\"longitude\":139.7}",
            "{\"type\":\"sticker\",\"packageId\":\"1\",\"stickerId\":\"2\"}")) {
      line.control.send(Line.ALICE, Line.ALICE, (ObjectNode) Json.trusted(message));
    }
    line.control.postback(
        Line.ALICE,
        Line.ALICE,
        "d",
        Optional.of(Json.object().put("date", "2026-11-02")),
        Optional.empty());
    int expected = 11;
    Patience.await().until(() -> line.control.webhooks(0).entries().size() >= expected);
    assertThat(line.control.webhooks(0).entries()).hasSize(expected);
    assertThat(line.control.webhooks(0).entries().toString()).contains("35.65910807942215");
  }

  @Test
  void tokensAreAnsweredAsDeclared() {
    String id = "client_id=" + Line.CHANNEL + "&client_secret=" + Line.SECRET;
    JsonNode issued = judged("/v2/oauth/accessToken", "grant_type=client_credentials&" + id, 200);
    String token = issued.path("access_token").stringValue();
    judged("/v2/oauth/verify", "access_token=" + token, 200);
    judged("/v2/oauth/verify", "access_token=unknown", 400);
    judged("/oauth2/v3/token", "grant_type=client_credentials&" + id, 200);
    judged("/oauth2/v3/token", "grant_type=client_credentials&client_id=1", 400);
    assertThat(line.form("/v2/oauth/revoke", "access_token=" + token).text()).isEmpty();
    judged("/v2/oauth/verify", "access_token=" + token, 400);
  }

  private JsonNode judged(String path, String form, int status) {
    Line.Response response = line.form(path, form);
    assertThat(response.status()).as(response.text()).isEqualTo(status);
    assertThat(tokens.response("POST", path, status, response.json()))
        .as(response.text())
        .isEmpty();
    return response.json();
  }

  @Test
  void theJudgeSeesWhatIsWrong() {
    JsonNode wrong =
        Json.trusted(
            "{\"destination\":\"x\",\"events\":[{\"type\":\"follow\",\"mode\":\"off\","
                + "\"timestamp\":\"1\",\"webhookEventId\":\"e\",\"extra\":1,"
                + "\"deliveryContext\":{\"isRedelivery\":null}}]}");
    assertThat(webhook.named("CallbackRequest", wrong))
        .contains(
            ".destination is not like ^U[0-9a-f]{32}$",
            ".events[0].mode is not one of [\"active\",\"standby\"]",
            ".events[0].timestamp is not a number",
            ".events[0].extra is not in the schema",
            ".events[0].replyToken is not there",
            ".events[0].follow is not there",
            ".events[0].deliveryContext.isRedelivery is null");
  }
}
