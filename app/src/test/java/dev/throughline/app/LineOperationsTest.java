package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What an app asks of its LINE account goes to LINE as it is and comes back as it is; LINE's
 * refusals come with LINE's words; what changed something stands in the ledger, without anybody's
 * id in clear.
 */
class LineOperationsTest {
  private static World world;
  private static CustomerApp app;
  private static String base;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app();
    base = "/apps/" + app.id() + "/line/";
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @Test
  void looksComeBackAsLineGaveThem() throws Exception {
    String user = world.friend();
    String group = world.line.addGroup("Group", Set.of(user), true).id();
    long before = outcomes();

    assertThat(ok("info").path("userId").asString()).isEqualTo(World.BOT);
    assertThat(ok("message/quota").path("type").asString()).isNotEmpty();
    assertThat(ok("message/quota/consumption").has("totalUsage")).isTrue();
    assertThat(ok("followers/ids?limit=1000&ordinal=0").path("userIds").toString()).contains(user);
    assertThat(ok("group/" + group + "/summary").path("groupName").asString()).isEqualTo("Group");
    assertThat(ok("group/" + group + "/members/count").path("count").asInt()).isEqualTo(1);
    assertThat(ok("profile/" + user).path("userId").asString()).isEqualTo(user);
    assertThat(ok("message/delivery/push?date=20261119").path("status").asString()).isNotEmpty();
    Api.Answer valid =
        world
            .api()
            .post(
                base + "message/validate/push",
                "{\"messages\":[{\"type\":\"text\",\"text\":\"Hello\"}]}");
    assertThat(valid.ok().isObject()).isTrue();
    assertThat(valid.headers().firstValue("x-line-request-id")).isPresent();

    assertThat(outcomes()).isEqualTo(before);
  }

  @Test
  void whatChangesSomethingIsRecordedWithoutAnId() throws Exception {
    String user = world.friend();
    String group = world.line.addGroup("To leave", Set.of(user), true).id();
    long before = outcomes();

    assertThat(world.api().post(base + "group/" + group + "/leave", "").ok().isEmpty()).isTrue();
    assertThat(
            world.api().post(base + "chat/loading/start", "{\"chatId\":\"" + user + "\"}").status())
        .isEqualTo(202);

    assertThat(outcomes()).isEqualTo(before + 2);
    assertNowhereInClear(user);
  }

  @Test
  void audiencesLiveFromUploadToDeletion() throws Exception {
    String user = world.friend();
    String other = world.friend();
    Api.Answer made =
        world
            .api()
            .post(
                base + "audienceGroup/upload",
                "{\"description\":\"Buyers\",\"audiences\":[{\"id\":\"" + user + "\"}]}");
    assertThat(made.status()).as(made.text()).isEqualTo(202);
    long id = made.json().path("audienceGroupId").asLong();
    String form =
        """
        --b\r
        Content-Disposition: form-data; name="audienceGroupId"\r
        \r
        %d\r
        --b\r
        Content-Disposition: form-data; name="file"; filename="ids.txt"\r
        Content-Type: text/plain\r
        \r
        %s
        \r
        --b--\r
        """
            .formatted(id, other);
    Api.Answer added =
        world
            .api()
            .put(
                base + "audienceGroup/upload/byFile",
                form,
                "Content-Type",
                "multipart/form-data; boundary=b");
    assertThat(added.status()).as(added.text()).isEqualTo(202);
    assertThat(
            world
                .api()
                .put(
                    base + "audienceGroup/" + id + "/updateDescription",
                    "{\"description\":\"Good buyers\"}")
                .status())
        .isEqualTo(200);
    assertThat(ok("audienceGroup/" + id).at("/audienceGroup/description").asString())
        .isEqualTo("Good buyers");
    assertThat(ok("audienceGroup/list?page=1").path("audienceGroups").toString())
        .contains("Good buyers");
    assertThat(world.api().delete(base + "audienceGroup/" + id).status()).isEqualTo(200);
    assertThat(world.api().get(base + "audienceGroup/" + id).status()).isBetween(400, 404);
    assertNowhereInClear(user);
    assertNowhereInClear(other);
  }

  @Test
  void insightAndCouponsComeBackAsLineGaveThem() {
    assertThat(ok("insight/followers?date=20261118").path("status").asString()).isNotEmpty();
    assertThat(ok("insight/message/delivery?date=20261118").path("status").asString()).isNotEmpty();
    assertThat(ok("insight/demographic").has("available")).isTrue();

    Api.Answer made =
        world
            .api()
            .post(
                base + "coupon",
                """
                {"title":"Tea","description":"A cup","visibility":"UNLISTED","timezone":"ASIA_TOKYO",
                 "startTimestamp":1795000000,"endTimestamp":1796000000,"maxUseCountPerTicket":1,
                 "acquisitionCondition":{"type":"normal"},
                 "reward":{"type":"free"}}
                """);
    assertThat(made.status()).as(made.text()).isEqualTo(200);
    String coupon = made.json().path("couponId").asString();
    assertThat(ok("coupon/" + coupon).path("title").asString()).isEqualTo("Tea");
    assertThat(ok("coupon?limit=10").toString()).contains(coupon);
    assertThat(world.api().put(base + "coupon/" + coupon + "/close", "").status()).isEqualTo(200);
    Api.Answer again = world.api().put(base + "coupon/" + coupon + "/close", "");
    assertThat(again.status()).isEqualTo(410);
    assertThat(again.text()).contains("The coupon has already been closed.");
  }

  @Test
  void menusAreLinkedToPeopleAlone() throws Exception {
    String user = world.friend();
    String menu =
        world
            .api()
            .post(
                base + "richmenu",
                """
                {"size":{"width":800,"height":400},"selected":false,"name":"Linked",
                 "chatBarText":"Menu","areas":[{"bounds":{"x":0,"y":0,"width":800,"height":400},
                 "action":{"type":"message","text":"Hello"}}]}
                """)
            .ok()
            .path("richMenuId")
            .asString();
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(800, 400, BufferedImage.TYPE_INT_RGB), "png", image);
    String content = base + "richmenu/" + menu + "/content";
    world.api().post(content, image.toByteArray(), "Content-Type", "image/png").ok();
    assertThat(world.api().bytes(content)).isEqualTo(image.toByteArray());
    Api.Answer replaced =
        world.api().post(content, image.toByteArray(), "Content-Type", "image/png");
    assertThat(replaced.status()).isEqualTo(400);
    assertThat(replaced.text()).contains("already been uploaded");

    world.api().post(base + "user/" + user + "/richmenu/" + menu, "").ok();
    assertThat(ok("user/" + user + "/richmenu").path("richMenuId").asString()).isEqualTo(menu);
    Api.Answer bulk =
        world.api().post(base + "richmenu/bulk/unlink", "{\"userIds\":[\"" + user + "\"]}");
    assertThat(bulk.status()).isEqualTo(202);
    Api.Answer batch =
        world.api().post(base + "richmenu/batch", "{\"operations\":[{\"type\":\"unlinkAll\"}]}");
    assertThat(batch.status()).as(batch.text()).isEqualTo(202);
    String request = batch.headers().firstValue("x-line-request-id").orElseThrow();
    assertThat(ok("richmenu/progress/batch?requestId=" + request).path("phase").asString())
        .isNotEmpty();
    world.api().delete(base + "richmenu/" + menu).ok();
    assertNowhereInClear(user);
  }

  @Test
  void refusalsCarryLinesWords() {
    Api.Answer refused =
        world
            .api()
            .post(
                base + "message/validate/push",
                "{\"messages\":[{\"type\":\"text\",\"text\":\"\"}]}");
    assertThat(refused.status()).isEqualTo(400);
    JsonNode error = refused.json().path("error");
    assertThat(error.path("message").asString()).contains("May not be empty");
    assertThat(
            error.path("details").get(0).path("field_violations").get(0).path("field").asString())
        .isEqualTo("messages[0].text");
    JsonNode facts = error.path("details").get(1).path("metadata");
    assertThat(facts.path("line_status").asString()).isEqualTo("400");
    assertThat(facts.path("line_request_id").asString()).isNotEmpty();
    assertThat(facts.path("line_details").asString()).contains("messages[0].text");

    Api.Answer unknown = world.api().get(base + "profile/U" + "9".repeat(32));
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(reason(unknown)).isEqualTo("LINE_REFUSED");
  }

  @Test
  void whatIsNotLinesIsRefusedHere() {
    int asked = world.line.requests(0).entries().size();
    assertThat(reason(world.api().get(base + "profile/hanako"))).isEqualTo("FIELD_INVALID");
    assertThat(reason(world.api().get(base + "message/quota?date=1"))).isEqualTo("FIELD_INVALID");
    assertThat(reason(world.api().get(base + "info?ordinal=7"))).isEqualTo("LINE_ACCOUNT_UNKNOWN");
    assertThat(reason(world.api().post(base + "richmenu", "[]"))).isEqualTo("FIELD_INVALID");
    assertThat(reason(world.api().get("/apps/01K00000000000000000000000/line/info")))
        .isEqualTo("APP_UNKNOWN");
    assertThat(world.open().get("/v1/projects/" + world.project + base + "info").status())
        .isEqualTo(401);
    assertThat(world.line.requests(0).entries()).hasSize(asked);
  }

  private static JsonNode ok(String path) {
    return world.api().get(base + path).ok();
  }

  private static String reason(Api.Answer answer) {
    for (JsonNode detail : answer.json().path("error").path("details")) {
      if (detail.has("reason")) {
        return detail.path("reason").asString();
      }
    }
    return answer.text();
  }

  /** Neither in the ledger nor in what is kept beside it. */
  private static void assertNowhereInClear(String user) {
    for (String place : List.of("entry.bytes", "payload.sealed", "line_job.sealed")) {
      String table = place.substring(0, place.indexOf('.'));
      assertThat(
              world.count(
                  "select count(*) from %s where position('%s'::bytea in %s) > 0"
                      .formatted(table, user, place)))
          .as(place)
          .isZero();
    }
  }

  private static long outcomes() {
    // Of accounts, and not of the app's webhooks.
    return world.count(
        """
        select count(*) from entry
        where kind = 'outcome' and position(convert_to(E'\\naccount ', 'UTF8') in bytes) > 0
        """);
  }
}
