package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
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
    for (String column : List.of("select bytes from entry", "select sealed from payload")) {
      String name = column.contains("bytes") ? "bytes" : "sealed";
      assertThat(
              world.count(
                  "select count(*) from ("
                      + column
                      + ") x where position('"
                      + user
                      + "'::bytea in "
                      + name
                      + ") > 0"))
          .isZero();
    }
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

  private static long outcomes() {
    // Of accounts, and not of the app's webhooks.
    return world.count(
        """
        select count(*) from entry
        where kind = 'outcome' and position(convert_to(E'\\naccount ', 'UTF8') in bytes) > 0
        """);
  }
}
