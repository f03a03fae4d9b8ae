package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.Json;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A person sees their own rich menu before the default one, switches between menus by alias, and
 * every refusal of LINE's comes in LINE's words.
 */
class RichMenuTest {
  private static final String MENU =
      """
      {"size":{"width":2500,"height":843},"selected":true,"name":"main","chatBarText":"Menu",
       "areas":[{"bounds":{"x":0,"y":0,"width":1250,"height":843},
                 "action":{"type":"richmenuswitch","richMenuAliasId":"two","data":"to=two"}},
                {"bounds":{"x":1250,"y":0,"width":1250,"height":843},
                 "action":{"type":"datetimepicker","data":"when","mode":"date","max":"2026-12-31"}}]}
      """;

  private final Line line =
      new Line(
          config -> config.withSettings(Line.settings().withRateLimits(false, java.util.Map.of())));

  @AfterEach
  void close() {
    line.close();
  }

  private String menu() {
    Line.Response made = line.post("/v2/bot/richmenu", MENU);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    String id = made.json().path("richMenuId").stringValue();
    assertThat(id).matches("richmenu-[0-9a-f]{32}");
    return id;
  }

  private String pictured() {
    String id = menu();
    assertThat(upload(id, "image/png", Line.png(2500, 843)).status()).isEqualTo(200);
    return id;
  }

  private Line.Response upload(String id, String type, byte[] image) {
    return line.send(
        line.request("/v2/bot/richmenu/" + id + "/content")
            .header("content-type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(image)));
  }

  private Line.Response delete(String path) {
    return line.send(line.request(path).DELETE());
  }

  private String seenBy(String userId) {
    JsonNode seen = line.get("/_sandbox/users/" + userId + "/richmenu").json();
    return seen.path("by").stringValue() + " " + seen.at("/richMenu/richMenuId").stringValue("-");
  }

  @Test
  void aPersonsOwnMenuGoesBeforeTheDefault() {
    String first = pictured();
    String second = pictured();
    assertThat(line.get("/v2/bot/user/all/richmenu").message()).isEqualTo("no default richmenu");
    line.control.console().managerMenu(true);
    assertThat(seenBy(Line.ALICE)).isEqualTo("manager -");
    assertThat(line.get("/v2/bot/user/all/richmenu").message())
        .isEqualTo("the richmenu is owned by another channel");
    assertThat(line.get("/v2/bot/user/all/richmenu").status()).isEqualTo(403);

    assertThat(line.post("/v2/bot/user/all/richmenu/" + first, "").status()).isEqualTo(200);
    assertThat(line.get("/v2/bot/user/all/richmenu").json().path("richMenuId").stringValue())
        .isEqualTo(first);
    String own = "/v2/bot/user/" + Line.ALICE + "/richmenu";
    assertThat(line.get(own).message()).isEqualTo("the user has no richmenu");
    assertThat(line.post(own + "/" + second, "").status()).isEqualTo(200);
    assertThat(line.post("/v2/bot/user/" + Line.STRANGER + "/richmenu/" + second, "").status())
        .isEqualTo(200);

    assertThat(seenBy(Line.ALICE)).isEqualTo("user " + second);
    assertThat(seenBy(Line.BOB)).isEqualTo("default " + first);
    assertThat(seenBy(Line.STRANGER)).isEqualTo(" -");
    assertThat(line.get("/v2/bot/user/" + Line.STRANGER + "/richmenu").status()).isEqualTo(404);
    assertThat(delete(own).status()).isEqualTo(200);
    assertThat(seenBy(Line.ALICE)).isEqualTo("default " + first);
    line.post(own + "/" + second, "");
    assertThat(delete("/v2/bot/richmenu/" + second).status()).isEqualTo(200);
    assertThat(delete("/v2/bot/richmenu/" + second).status()).isEqualTo(404);
    assertThat(seenBy(Line.ALICE)).isEqualTo("default " + first);
    assertThat(delete("/v2/bot/user/all/richmenu").status()).isEqualTo(200);
    assertThat(seenBy(Line.BOB)).isEqualTo("manager -");
  }

  @Test
  void aPictureIsUploadedOnceAndComesBackAsItWas() {
    String id = menu();
    byte[] image = Line.png(800, 250);
    String noPicture = "must upload richmenu image before applying it to user";
    assertThat(line.post("/v2/bot/user/all/richmenu/" + id, "").message()).isEqualTo(noPicture);
    assertThat(line.get("/v2/bot/richmenu/" + id + "/content").status()).isEqualTo(404);
    assertThat(upload(id, "image/gif", image).status()).isEqualTo(415);
    for (byte[] wrong :
        List.of(Line.png(799, 300), Line.png(800, 600), new byte[50], new byte[1_048_577])) {
      assertThat(upload(id, "image/png", wrong).message())
          .isEqualTo("The image size is not allowed for richmenu");
    }
    assertThat(upload(id, "image/png", image).status()).isEqualTo(200);
    assertThat(upload(id, "image/png", image).message())
        .isEqualTo("An image has already been uploaded to the richmenu");
    Line.Response back = line.get("/v2/bot/richmenu/" + id + "/content");
    assertThat(back.bytes()).isEqualTo(image);
    assertThat(back.headers().firstValue("content-type")).contains("image/png");
    assertThat(line.get("/_sandbox/richmenus/" + id + "/image").bytes()).isEqualTo(image);
    assertThat(upload("richmenu-0", "image/png", image).status()).isEqualTo(404);
  }

  @Test
  void theSwitchOnThePhoneChangesTheMenuAndTellsTheApp() throws Exception {
    String first = pictured();
    String second = pictured();
    line.post("/v2/bot/user/all/richmenu/" + first, "");
    assertThat(tap(0)).isEqualTo("RICHMENU_ALIAS_ID_NOTFOUND");
    String alias = "{\"richMenuAliasId\":\"two\",\"richMenuId\":\"" + second + "\"}";
    assertThat(line.post("/v2/bot/richmenu/alias", alias).status()).isEqualTo(200);
    assertThat(line.post("/v2/bot/richmenu/alias", alias).message())
        .isEqualTo("conflict richmenu alias id");
    assertThat(tap(0)).isEqualTo("SUCCESS");
    assertThat(seenBy(Line.ALICE)).isEqualTo("user " + second);
    assertThat(seenBy(Line.BOB)).isEqualTo("default " + first);

    assertThat(line.get("/v2/bot/richmenu/alias/two").json().path("richMenuId").stringValue())
        .isEqualTo(second);
    assertThat(line.get("/v2/bot/richmenu/alias/list").json().path("aliases")).hasSize(1);
    assertThat(
            line.post("/v2/bot/richmenu/alias/two", "{\"richMenuId\":\"" + menu() + "\"}").status())
        .isEqualTo(400);
    assertThat(
            line.post("/v2/bot/richmenu/alias/two", "{\"richMenuId\":\"" + first + "\"}").status())
        .isEqualTo(200);
    delete("/v2/bot/richmenu/" + first);
    assertThat(tap(0)).isEqualTo("RICHMENU_NOTFOUND");
    assertThat(delete("/v2/bot/richmenu/alias/two").status()).isEqualTo(200);
    assertThat(delete("/v2/bot/richmenu/alias/two").message())
        .isEqualTo("richmenu alias not found");

    line.control.phones().tapMenu(Line.ALICE, 1, Optional.of("2026-11-03"));
    JsonNode postback = lastPostback();
    assertThat(postback).hasToString("{\"data\":\"when\",\"params\":{\"date\":\"2026-11-03\"}}");
    String tap = "/_sandbox/users/" + Line.ALICE + "/tap";
    assertThat(line.post(tap, "{\"menuArea\":1,\"picked\":\"2027-01-01\"}").status())
        .isEqualTo(409);
    assertThat(line.post(tap, "{\"menuArea\":1,\"picked\":\"tomorrow\"}").status()).isEqualTo(400);
  }

  private String tap(int area) throws Exception {
    line.control.phones().tapMenu(Line.ALICE, area, Optional.empty());
    JsonNode postback = lastPostback();
    assertThat(postback.path("data").stringValue()).isEqualTo("to=two");
    assertThat(postback.at("/params/newRichMenuAliasId").stringValue()).isEqualTo("two");
    return postback.at("/params/status").stringValue();
  }

  /** Nobody listens, so each webhook is on record as not sent. */
  private JsonNode lastPostback() {
    Patience.await().until(() -> line.control.pendingWebhooks() == 0);
    return Json.trusted(line.control.webhooks(0).entries().getLast().path("body").stringValue())
        .path("events")
        .path(0)
        .path("postback");
  }

  @Test
  void manyPeopleAreMovedInOneRequestAndLater() {
    String first = pictured();
    String second = pictured();
    String users = "\"userIds\":[\"" + Line.ALICE + "\",\"" + Line.BOB + "\"]";
    assertThat(
            line.post(
                    "/v2/bot/richmenu/bulk/link",
                    "{\"richMenuId\":\"" + first + "\"," + users + "}")
                .status())
        .isEqualTo(202);
    assertThat(line.post("/v2/bot/richmenu/bulk/unlink", "{\"userIds\":[\"x\"]}").message())
        .isEqualTo(
            "The property, 'userIds[0]', in the request body is invalid (line: -, column: -)");
    assertThat(seenBy(Line.ALICE)).isEqualTo(" -");
    later(Line.BOB, "user " + first);

    String move =
        "{\"operations\":[{\"type\":\"link\",\"from\":\"%s\",\"to\":\"%s\"}],"
            + "\"resumeRequestKey\":\"key-1\"}";
    String body = move.formatted(first, second);
    assertThat(line.post("/v2/bot/richmenu/validate/batch", body).status()).isEqualTo(200);
    line.control.console().failNextBatch();
    String failed = batch(body);
    assertThat(progress(failed)).isEqualTo("ongoing");
    line.clock.advance(MenuBatches.TAKES);
    Patience.await().until(() -> progress(failed).equals("failed"));
    assertThat(seenBy(Line.ALICE)).isEqualTo("user " + first);
    String again = batch(body);
    later(Line.ALICE, "user " + second);
    assertThat(progress(again)).isEqualTo("succeeded");
    batch("{\"operations\":[{\"type\":\"unlinkAll\"}]}");
    later(Line.ALICE, " -");

    String twice =
        "{\"operations\":[{\"type\":\"unlink\",\"from\":\"%1$s\"},"
            + "{\"type\":\"unlink\",\"from\":\"%1$s\"},{\"type\":\"unlinkAll\"}]}";
    JsonNode refused = line.post("/v2/bot/richmenu/validate/batch", twice.formatted(first)).json();
    assertThat(refused.path("details")).hasSize(2);
    line.clock.advance(MenuBatches.KEPT.plus(MenuBatches.TAKES));
    assertThat(line.get("/v2/bot/richmenu/progress/batch?requestId=" + again).status())
        .isEqualTo(404);
  }

  private String batch(String body) {
    Line.Response accepted = line.post("/v2/bot/richmenu/batch", body);
    assertThat(accepted.status()).as(accepted.text()).isEqualTo(202);
    return accepted.headers().firstValue("x-line-request-id").orElseThrow();
  }

  private String progress(String requestId) {
    return line.get("/v2/bot/richmenu/progress/batch?requestId=" + requestId)
        .json()
        .path("phase")
        .stringValue();
  }

  private void later(String userId, String seen) {
    line.clock.advance(MenuBatches.TAKES);
    Patience.await().untilAsserted(() -> assertThat(seenBy(userId)).isEqualTo(seen));
  }

  @Test
  void aWrongMenuIsRefusedWithEveryReason() {
    JsonNode refused =
        line.post(
                "/v2/bot/richmenu/validate",
                """
                {"size":{"width":2500,"height":2000},"name":"%s","chatBarText":"fifteen letters",
                 "areas":[{"bounds":{"x":0,"y":0,"width":0,"height":1},
                   "action":{"type":"camera","label":"x"}}]}
                """
                    .formatted("n".repeat(301)))
            .json();
    assertThat(refused.path("message").stringValue()).isEqualTo("The request body has 6 error(s)");
    assertThat(refused.path("details").toString())
        .contains("\"size\"", "selected", "name", "chatBarText", "bounds.width", "action.type");
    assertThat(line.post("/v2/bot/richmenu/validate", MENU).status()).isEqualTo(200);
    assertThat(line.get("/v2/bot/richmenu/list").json().path("richmenus")).isEmpty();
    String id = menu();
    assertThat(line.get("/v2/bot/richmenu/list").json().path("richmenus")).hasSize(1);
    JsonNode menu = line.get("/v2/bot/richmenu/" + id).json();
    assertThat(menu.path("areas")).hasSize(2);
    assertThat(menu.path("name").stringValue()).isEqualTo("main");
  }
}
