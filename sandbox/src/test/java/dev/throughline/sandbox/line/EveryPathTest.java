package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.Patience;
import dev.throughline.sandbox.emulator.Json;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The emulator has every path of LINE's OpenAPI files, each is answered well at least once here,
 * and each answer, good or bad, and each webhook is what those files say.
 */
class EveryPathTest {
  private static final String DAY = "20261103";

  private Line line = start();
  private final WebhookReceiver app = new WebhookReceiver();
  private final PhoneControl phones = line.control.phones();

  @TempDir static Path folder;

  private static Line start() {
    return new Line(config ->
        config
            .withStateFile(folder.resolve("line.json"))
            .withSettings(Line.settings().withAccount(1, true).withRateLimits(false, Map.of())));
  }

  @BeforeAll
  static void needsTheFiles() {
    Contract.needsTheFiles();
  }

  @AfterEach
  void close() {
    line.close();
    app.close();
  }

  @Test
  void thereIsEveryPathOfLinesFilesAndNoOther() {
    Set<String> theirs = new TreeSet<>();
    for (String name : Contract.API_FILES) {
      for (String operation : Contract.file(name).operations()) {
        String[] parts = operation.split(" ", 2);
        theirs.add(parts[0] + " " + parts[1].replaceAll("\\{[^}]*}", "{}"));
      }
    }
    Set<String> ours = new TreeSet<>();
    for (Endpoint endpoint : Endpoint.values()) {
      ours.add(endpoint.line());
    }
    assertThat(ours).containsAll(theirs);
    ours.removeAll(theirs);
    assertThat(ours)
        .allSatisfy(line -> assertThat(Contract.BEYOND).contains(line.split(" ", 2)[1]));
  }

  @Test
  void everyPathAnswersAsDeclared() throws Exception {
    line.control.webhookUrl(app.url());
    sending();
    groups();
    webhooksAndTokens();
    contents();
    richMenus();
    notifications();
    coupons();
    memberships();
    audiencesAndInsight();
    liff();
    modules();
    deeds();
    Patience.await().until(() -> line.control.pendingWebhooks() == 0);
    Contract.judge(line.control);
    Set<String> answered = new TreeSet<>();
    for (ObjectNode request : line.control.requests(0).entries()) {
      if (request.path("status").intValue() / 100 == 2) {
        answered.add(request.path("endpoint").stringValue());
      }
    }
    Set<String> all = new TreeSet<>();
    for (Endpoint endpoint : Endpoint.values()) {
      all.add(endpoint.label());
    }
    assertThat(answered).isEqualTo(all);
    Set<String> events = new TreeSet<>();
    for (ObjectNode attempt : line.control.webhooks(0).entries()) {
      Json.trusted(attempt.path("body").stringValue())
          .path("events")
          .forEach(event -> events.add(event.path("type").stringValue()));
    }
    assertThat(events)
        .containsExactlyInAnyOrder(
            "message",
            "messageEdited",
            "unsend",
            "follow",
            "unfollow",
            "join",
            "leave",
            "memberJoined",
            "memberLeft",
            "postback",
            "videoPlayComplete",
            "beacon",
            "accountLink",
            "membership",
            "module",
            "activated",
            "deactivated",
            "botSuspended",
            "botResumed",
            "delivery");
    restarted();
  }

  /** Everything is there again after a restart. */
  private void restarted() {
    line.post("/v2/bot/user/" + Line.ALICE + "/richmenu/" + menu, "");
    line.close();
    line = start();
    line.clock.advance(Duration.ofDays(2));
    good(line.get("/v2/bot/richmenu/" + menu + "/content"), 200);
    good(line.get("/v2/bot/user/" + Line.ALICE + "/richmenu"), 200);
    good(line.get("/v2/bot/membership/list"), 200);
    good(line.get("/v2/bot/insight/message/event?requestId=" + broadcast), 200);
    assertThat(line.get("/v2/bot/audienceGroup/list?page=1").json().path("totalCount").intValue())
        .isEqualTo(3);
    assertThat(line.get("/v2/bot/coupon").json().path("items")).hasSize(1);
    assertThat(line.get("/_sandbox/users/" + Line.BOB + "/phone").json().path("number"))
        .hasToString("\"+818000001234\"");
  }

  private void sending() throws Exception {
    String text = "\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]";
    for (String kind : List.of("reply", "push", "multicast", "broadcast", "narrowcast")) {
      good(line.post("/v2/bot/message/validate/" + kind, "{" + text + "}"), 200);
    }
    line.control.say(Line.ALICE, "hello");
    String token = Line.event(app.next()).path("replyToken").stringValue();
    good(line.reply(token, "x"), 200);
    bad(line.reply(token, "x"), 400);
    good(
        line.post(
            "/v2/bot/message/push",
            "{\"to\":\"" + Line.ALICE + "\",\"customAggregationUnits\":[\"u\"]," + text + "}"),
        200);
    good(
        line.post("/v2/bot/message/multicast", "{\"to\":[\"" + Line.ALICE + "\"]," + text + "}"),
        200);
    for (String name :
        List.of("quota", "quota/consumption", "aggregation/info", "aggregation/list")) {
      good(line.get("/v2/bot/message/" + name), 200);
    }
    good(line.get("/v2/bot/profile/" + Line.ALICE), 200);
    good(line.get("/v2/bot/followers/ids"), 200);
    good(line.get("/v2/bot/info"), 200);
    good(line.put("/_sandbox/chat", "{\"on\":true}"), 200);
    assertThat(line.get("/v2/bot/info").text()).contains("\"chat\"", "\"manual\"");
    good(line.post("/v2/bot/chat/loading/start", "{\"chatId\":\"" + Line.ALICE + "\"}"), 202);
    good(
        line.post("/v2/bot/message/markAsRead", "{\"chat\":{\"userId\":\"" + Line.ALICE + "\"}}"),
        200);
    String read =
        line.control
            .chat(Line.ALICE, 0, Duration.ZERO)
            .entries()
            .getFirst()
            .path("markAsReadToken")
            .stringValue();
    good(line.post("/v2/bot/chat/markAsRead", "{\"markAsReadToken\":\"" + read + "\"}"), 200);
  }

  private void groups() throws Exception {
    String room = "R" + "0".repeat(31) + "1";
    String made =
        "{\"groupId\":\"" + room + "\",\"members\":[\"" + Line.ALICE + "\",\"" + Line.BOB + "\"]}";
    good(line.post("/_sandbox/groups", made), 200);
    String group = line.control.addGroup("g", Set.of(Line.ALICE, Line.BOB), true).id();
    good(line.get("/v2/bot/group/" + group + "/summary"), 200);
    for (String id : List.of("group/" + group, "room/" + room)) {
      good(line.get("/v2/bot/" + id + "/members/count"), 200);
      good(line.get("/v2/bot/" + id + "/members/ids"), 200);
      good(line.get("/v2/bot/" + id + "/member/" + Line.BOB), 200);
    }
    var said =
        line.control.send(group, Line.BOB, Json.object().put("type", "text").put("text", "a"));
    phones.edit(group, Line.BOB, said.messageId(), "b");
    line.control.unsend(group, Line.BOB, said.messageId());
    line.control.memberLeft(group, Line.BOB);
    line.control.memberJoined(group, Line.BOB);
    for (String id : List.of("group/" + group, "room/" + room)) {
      good(line.post("/v2/bot/" + id + "/leave", ""), 200);
    }
  }

  private void webhooksAndTokens() throws Exception {
    String url = "{\"endpoint\":\"" + app.url() + "\"}";
    good(line.put("/v2/bot/channel/webhook/endpoint", url), 200);
    good(line.get("/v2/bot/channel/webhook/endpoint"), 200);
    good(line.post("/v2/bot/channel/webhook/test", ""), 200);
    String id = "client_id=" + Line.CHANNEL + "&client_secret=" + Line.SECRET;
    String grant = "grant_type=client_credentials&" + id;
    for (String path : List.of("/v2/oauth/accessToken", "/oauth2/v3/token")) {
      Line.Response issued = line.form(path, grant);
      judged("POST", path, issued);
      if (path.startsWith("/v2")) {
        String token = "access_token=" + issued.json().path("access_token").stringValue();
        judged("POST", "/v2/oauth/verify", line.form("/v2/oauth/verify", token));
        judged("POST", "/v2/oauth/revoke", line.form("/v2/oauth/revoke", token));
      }
    }
    String proof = TokenTest.proof(line);
    Line.Response issued =
        line.form("/oauth2/v2.1/token", "grant_type=client_credentials&" + proof);
    judged("POST", "/oauth2/v2.1/token", issued);
    String token = "access_token=" + issued.json().path("access_token").stringValue();
    judged("GET", "/oauth2/v2.1/tokens/kid", line.get("/oauth2/v2.1/tokens/kid?" + proof));
    judged("GET", "/oauth2/v2.1/verify", line.get("/oauth2/v2.1/verify?" + token));
    judged("POST", "/oauth2/v2.1/revoke", line.form("/oauth2/v2.1/revoke", token + "&" + id));
  }

  /** Calls about tokens are recorded without what they carry, so they are judged here. */
  private static void judged(String method, String path, Line.Response answer) {
    assertThat(answer.status()).as(path).isEqualTo(200);
    assertThat(
            Contract.file("channel-access-token.yml")
                .response(
                    method,
                    path,
                    answer.status(),
                    answer.text().isEmpty() ? Json.object() : answer.json()))
        .as(path)
        .isEmpty();
  }

  private void contents() throws Exception {
    Attachment film = Attachment.video("video/mp4", new byte[9], Duration.ofSeconds(1));
    String id =
        phones
            .attach(Line.ALICE, Line.ALICE, film.preparing(Duration.ofSeconds(1), false))
            .messageId();
    String content = "/v2/bot/message/" + id + "/content";
    good(line.get(content), 202);
    good(line.get(content + "/transcoding"), 200);
    good(line.get(content + "/preview"), 200);
    line.clock.advance(Duration.ofSeconds(1));
    good(line.get(content), 200);
    line.control.unsend(Line.ALICE, Line.ALICE, id);
    bad(line.get(content), 410);
  }

  private String menu = "";
  private String broadcast = "";

  private void richMenus() throws Exception {
    String object =
        """
        {"size":{"width":800,"height":250},"selected":false,"name":"n","chatBarText":"c",
         "areas":[{"bounds":{"x":0,"y":0,"width":800,"height":250},
                   "action":{"type":"richmenuswitch","richMenuAliasId":"a","data":"d"}}]}
        """;
    good(line.post("/v2/bot/richmenu/validate", object), 200);
    menu = line.post("/v2/bot/richmenu", object).json().path("richMenuId").stringValue();
    String path = "/v2/bot/richmenu/" + menu;
    bad(line.post("/v2/bot/user/all/richmenu/" + menu, ""), 400);
    good(
        line.send(
            line.request(path + "/content")
                .header("content-type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Line.png(800, 250)))),
        200);
    good(line.get(path + "/content"), 200);
    good(line.get(path), 200);
    good(line.get("/v2/bot/richmenu/list"), 200);
    String alias = "{\"richMenuAliasId\":\"a\",\"richMenuId\":\"" + menu + "\"}";
    good(line.post("/v2/bot/richmenu/alias", alias), 200);
    good(line.get("/v2/bot/richmenu/alias/a"), 200);
    good(line.get("/v2/bot/richmenu/alias/list"), 200);
    good(line.post("/v2/bot/richmenu/alias/a", "{\"richMenuId\":\"" + menu + "\"}"), 200);
    bad(line.get("/v2/bot/user/all/richmenu"), 404);
    good(line.post("/v2/bot/user/all/richmenu/" + menu, ""), 200);
    good(line.get("/v2/bot/user/all/richmenu"), 200);
    String user = "/v2/bot/user/" + Line.ALICE + "/richmenu";
    good(line.post(user + "/" + menu, ""), 200);
    good(line.get(user), 200);
    phones.tapMenu(Line.ALICE, 0, Optional.empty());
    good(line.send(line.request(user).DELETE()), 200);
    String users = "\"userIds\":[\"" + Line.ALICE + "\"]}";
    good(line.post("/v2/bot/richmenu/bulk/link", "{\"richMenuId\":\"" + menu + "\"," + users), 202);
    good(line.post("/v2/bot/richmenu/bulk/unlink", "{" + users), 202);
    String batch = "{\"operations\":[{\"type\":\"unlink\",\"from\":\"" + menu + "\"}]}";
    good(line.post("/v2/bot/richmenu/validate/batch", batch), 200);
    Line.Response accepted = line.post("/v2/bot/richmenu/batch", batch);
    good(accepted, 202);
    String requestId = accepted.headers().firstValue("x-line-request-id").orElseThrow();
    good(line.get("/v2/bot/richmenu/progress/batch?requestId=" + requestId), 200);
    good(line.send(line.request("/v2/bot/richmenu/alias/a").DELETE()), 200);
    good(line.send(line.request("/v2/bot/user/all/richmenu").DELETE()), 200);
    String other = line.post("/v2/bot/richmenu", object).json().path("richMenuId").stringValue();
    good(line.send(line.request("/v2/bot/richmenu/" + other).DELETE()), 200);
    bad(line.get("/v2/bot/richmenu/" + other), 404);
  }

  private void notifications() throws Exception {
    Subscriber phone = new Subscriber(Line.BOB, "+818000001234", Subscriber.Consent.ACCEPTED);
    phones.subscribe(phone);
    String to = "{\"to\":\"" + phone.digest() + "\",";
    good(
        line.post("/bot/pnp/push", to + "\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}"), 200);
    bad(line.post("/bot/pnp/push", to + "\"messages\":[{\"type\":\"image\"}]}"), 400);
    bad(
        line.post(
            "/bot/pnp/push",
            "{\"to\":\""
                + "0".repeat(64)
                + "\",\"messages\":[{\"type\":\"text\",\"text\":\"x\"}]}"),
        422);
    good(
        line.post(
            "/v2/bot/message/pnp/templated/push",
            to + "\"templateKey\":\"shipment_ja\",\"body\":{}}",
            "X-Line-Delivery-Tag",
            "tag-of-sixteen-x"),
        202);
  }

  private void coupons() {
    String coupon =
        """
        {"title":"t","visibility":"PUBLIC","timezone":"ASIA_TOKYO","maxUseCountPerTicket":1,
         "startTimestamp":1793000000,"endTimestamp":1999000000,"imageUrl":"https://example.com/c",
         "acquisitionCondition":{"type":"lottery","lotteryProbability":50,"maxAcquireCount":-1},
         "reward":{"type":"discount","priceInfo":{"type":"fixed","fixedAmount":100}}}
        """;
    String id = line.post("/v2/bot/coupon", coupon).json().path("couponId").stringValue();
    good(line.get("/v2/bot/coupon?status=RUNNING,CLOSED&limit=1"), 200);
    good(line.get("/v2/bot/coupon/" + id), 200);
    good(line.put("/v2/bot/coupon/" + id + "/close", ""), 200);
    bad(line.put("/v2/bot/coupon/" + id + "/close", ""), 410);
    bad(line.get("/v2/bot/coupon/none"), 404);
    bad(line.post("/v2/bot/coupon", "{\"title\":\"\"}"), 400);
  }

  private void memberships() throws Exception {
    line.control.console().membership(7, "Gold", "d", List.of("b"), 500);
    phones.joinMembership(Line.ALICE, 7);
    good(line.get("/v2/bot/membership/list"), 200);
    good(line.get("/v2/bot/membership/subscription/" + Line.ALICE), 200);
    bad(line.get("/v2/bot/membership/subscription/" + Line.BOB), 404);
    good(line.get("/v2/bot/membership/7/users/ids"), 200);
    String token =
        line.post("/v2/bot/user/" + Line.ALICE + "/linkToken", "")
            .json()
            .path("linkToken")
            .stringValue();
    String link = "/dialog/bot/accountLink?nonce=0123456789abcdef&linkToken=" + token;
    assertThat(line.send(HttpRequest.newBuilder(line.uri(link))).status()).isEqualTo(200);
    assertThat(line.send(HttpRequest.newBuilder(line.uri(link))).status()).isEqualTo(400);
    good(
        line.post(
            "/shop/v3/mission",
            "{\"to\":\""
                + Line.ALICE
                + "\",\"productId\":\"1\",\"productType\":\"STICKER\",\"sendPresentMessage\":true}"),
        200);
  }

  private void audiencesAndInsight() throws Exception {
    String audience = "/v2/bot/audienceGroup/";
    String ids = "\"audiences\":[{\"id\":\"" + Line.ALICE + "\"}]}";
    Line.Response made = line.post(audience + "upload", "{\"description\":\"d\"," + ids);
    good(made, 202);
    long id = made.json().path("audienceGroupId").longValue();
    good(line.put(audience + "upload", "{\"audienceGroupId\":" + id + "," + ids), 202);
    String boundary = "x-boundary";
    good(multipart("POST", boundary, part(boundary, "description", "by file")), 202);
    good(multipart("PUT", boundary, part(boundary, "audienceGroupId", Long.toString(id))), 202);
    good(line.get(audience + id), 200);
    good(line.put(audience + id + "/updateDescription", "{\"description\":\"e\"}"), 200);
    line.clock.advance(Audiences.TAKES);
    Patience.await().until(() -> line.get(audience + id).text().contains("\"status\":\"READY\""));
    String text = "\"messages\":[{\"type\":\"text\",\"text\":\"https://example.com/\"}]";
    Line.Response narrowcast =
        line.post(
            "/v2/bot/message/narrowcast",
            "{" + text + ",\"recipient\":{\"type\":\"audience\",\"audienceGroupId\":" + id + "}}");
    good(narrowcast, 202);
    String requestId = narrowcast.headers().firstValue("x-line-request-id").orElseThrow();
    String progress = "/v2/bot/message/progress/narrowcast?requestId=" + requestId;
    good(line.get(progress), 200);
    line.clock.advance(Narrowcasts.WAITING);
    Patience.await().until(() -> line.get(progress).text().contains("succeeded"));
    good(line.post("/v2/bot/message/broadcast", "{" + text + "}"), 200);
    JsonNode message = line.control.messages(Line.ALICE, 0, Duration.ZERO).entries().getLast();
    phones.open(Line.ALICE);
    phones.click(Line.ALICE, message.path("_id").stringValue(), "https://example.com/");
    broadcast = message.path("_requestId").stringValue();
    String from = "{\"description\":\"f\",\"requestId\":\"" + broadcast + "\"";
    good(line.post(audience + "click", from + ",\"clickUrl\":\"https://example.com/\"}"), 202);
    good(line.post(audience + "imp", from + "}"), 202);
    good(line.get(audience + "list?page=1"), 200);
    line.control.console().audience(9, "shared", Set.of(Line.BOB), Optional.of("partner"));
    good(line.get(audience + "shared/9"), 200);
    good(line.get(audience + "shared/list?page=1"), 200);
    bad(line.get(audience + "8"), 400);
    good(line.send(line.request(audience + id).DELETE()), 200);
    String insight = "/v2/bot/insight/";
    good(line.get(insight + "message/event?requestId=" + broadcast), 200);
    line.clock.advance(Duration.ofDays(2));
    good(line.get(insight + "message/delivery?date=" + DAY), 200);
    good(line.get(insight + "followers?date=" + DAY), 200);
    good(line.get(insight + "demographic"), 200);
    String unit = "message/event/aggregation?customAggregationUnit=u&from=20261101&to=20261104";
    good(line.get(insight + unit), 200);
    for (String kind : List.of("summary", "daily")) {
      good(line.get(insight + "richmenu/" + menu + "/" + kind + "?from=20261101&to=20261104"), 200);
    }
    for (String kind : List.of("reply", "push", "multicast", "broadcast", "pnp", "pnp/templated")) {
      good(line.get("/v2/bot/message/delivery/" + kind + "?date=20261102"), 200);
    }
  }

  private static String part(String boundary, String name, String value) {
    return "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
            .formatted(boundary, name, value)
        + "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
            .formatted(boundary)
        + "Content-Type: text/plain\r\n\r\n%s\n\r\n--%s--\r\n".formatted(Line.ALICE, boundary);
  }

  private Line.Response multipart(String method, String boundary, String body) {
    return line.send(
        line.request("/v2/bot/audienceGroup/upload/byFile")
            .header("content-type", "multipart/form-data; boundary=" + boundary)
            .method(
                method,
                HttpRequest.BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8))));
  }

  private void liff() {
    bad(line.get("/liff/v1/apps"), 404);
    String app = "{\"view\":{\"type\":\"full\",\"url\":\"https://example.com/\"}}";
    String id = line.post("/liff/v1/apps", app).json().path("liffId").stringValue();
    good(line.get("/liff/v1/apps"), 200);
    good(line.put("/liff/v1/apps/" + id, "{\"view\":{\"type\":\"tall\"}}"), 200);
    bad(
        line.post("/liff/v1/apps", "{\"view\":{\"type\":\"wide\",\"url\":\"https://e.com\"}}"),
        400);
    good(line.send(line.request("/liff/v1/apps/" + id).DELETE()), 200);
  }

  private void modules() throws Exception {
    String code = line.control.console().moduleCode();
    String form = "grant_type=authorization_code&redirect_uri=https://e.com&code=" + code;
    String id = "&client_id=" + Line.CHANNEL + "&client_secret=" + Line.SECRET;
    assertThat(line.form("/module/auth/v1/token", form).status()).isEqualTo(401);
    Line.Response attached = line.form("/module/auth/v1/token", form + id);
    assertThat(
            Contract.file("module-attach.yml")
                .response("POST", "/module/auth/v1/token", attached.status(), attached.json()))
        .isEmpty();
    good(line.get("/v2/bot/list"), 200);
    String chat = "/v2/bot/chat/" + Line.ALICE + "/control/";
    line.control.console().otherModule(Line.ALICE, Optional.empty(), true);
    bad(line.post(chat + "acquire", "{\"expired\":true,\"ttl\":60}"), 423);
    line.control.say(Line.ALICE, "to the other one");
    line.control.console().otherModule(Line.ALICE, Optional.empty(), false);
    good(line.post(chat + "acquire", "{\"expired\":true,\"ttl\":60}"), 200);
    good(line.post(chat + "release", ""), 200);
    good(line.post("/v2/bot/channel/detach", "{\"botId\":\"" + Line.BOT + "\"}"), 200);
    line.control.console().botDeleted();
    line.control.console().suspended(true);
    line.control.console().suspended(false);
    Patience.await().until(() -> line.control.pendingWebhooks() == 0);
    JsonNode standby =
        line.control.webhooks(0).entries().stream()
            .map(attempt -> Json.trusted(attempt.path("body").stringValue()))
            .map(body -> body.path("events").path(0))
            .filter(event -> event.toString().contains("to the other one"))
            .findFirst()
            .orElseThrow();
    assertThat(standby.path("mode").stringValue()).isEqualTo("standby");
    assertThat(standby.has("replyToken")).isFalse();
  }

  private void deeds() throws Exception {
    line.control.follow(Line.STRANGER);
    line.control.block(Line.STRANGER);
    phones.beacon(Line.ALICE, "0123456789", "stay", Optional.of("00ff"));
    phones.renewMembership(Line.ALICE);
    phones.leaveMembership(Line.ALICE);
    String film =
        "{\"to\":\"%s\",\"messages\":[{\"type\":\"video\",\"trackingId\":\"t\","
            + "\"originalContentUrl\":\"https://e.com/v\",\"previewImageUrl\":\"https://e.com/p\"}]}";
    String id =
        line.post("/v2/bot/message/push", film.formatted(Line.ALICE))
            .json()
            .at("/sentMessages/0/id")
            .stringValue();
    assertThat(phones.watch(Line.ALICE, id, 50).webhookEventId()).isEmpty();
    assertThat(phones.watch(Line.ALICE, id, 100).webhookEventId()).isNotEmpty();
  }

  private static void good(Line.Response response, int status) {
    assertThat(response.status()).as(response.text()).isEqualTo(status);
  }

  private static void bad(Line.Response response, int status) {
    assertThat(response.status()).as(response.text()).isEqualTo(status);
    assertThat(response.message()).as(response.text()).isNotEmpty();
  }
}
