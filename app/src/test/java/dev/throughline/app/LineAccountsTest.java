package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.http.TargetPolicy;
import dev.throughline.ledger.Ulid;
import dev.throughline.sandbox.line.Fault;
import dev.throughline.sandbox.line.FaultRule;
import dev.throughline.sandbox.line.Friendship;
import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineSettings;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * LINE accounts keep out of each other's way. An app with two of them: saving their credentials
 * sets both up at LINE and says what is wrong, and rich menus are copied from one to the other with
 * images, aliases and the default, each once, whatever fails on the way.
 */
class LineAccountsTest {
  private static final String SECOND_TOKEN = "token-of-the-second-account";
  private static final String SECOND_SECRET = "fedcba9876543210fedcba9876543210";
  private static final URI PUBLIC = URI.create("https://127.0.0.1:1/line-in/");

  /** Whether LINE's test of the webhook comes through. */
  private static final AtomicBoolean REACHABLE = new AtomicBoolean(true);

  private static LineFront front;
  private static LineEmulator second;
  private static World world;
  private static CustomerApp app;

  @BeforeAll
  static void start() throws Exception {
    front = new LineFront();
    world = World.at(PUBLIC, front);
    second =
        new LineEmulator(
            LineConfig.channel("2234567890", SECOND_SECRET, SECOND_TOKEN, "U" + "c".repeat(32)),
            world.clock,
            new Random(8));
    front.serves(SECOND_TOKEN, second.baseUri());
    // Nobody can reach the public address of a test.
    front.atPath(
        "/v2/bot/channel/webhook/test",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean reachable = REACHABLE.get();
          byte[] body =
              (reachable
                      ? "{\"success\":true,\"timestamp\":\"2026-11-20T09:00:00.000Z\","
                          + "\"statusCode\":200,\"reason\":\"OK\",\"detail\":\"200\"}"
                      : "{\"success\":false,\"timestamp\":\"2026-11-20T09:00:00.000Z\","
                          + "\"statusCode\":0,\"reason\":\"COULD_NOT_CONNECT\",\"detail\":\"\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("content-type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
        });
    ObjectNode settings = (ObjectNode) Api.json("{}");
    settings
        .putArray("channel_credentials")
        .add(CustomerApp.account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0))
        .add(CustomerApp.account(SECOND_TOKEN, SECOND_SECRET, 1));
    app = CustomerApp.create(world, settings);
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    second.close();
    front.close();
  }

  @Test
  void savingCredentialsSetsTheWebhooksAndSaysWhatIsWrong() throws Exception {
    String hook = "https://127.0.0.1:1/line-in/hooks/line/" + app.id();
    comesTo(0, "ACTIVE", "");
    comesTo(1, "ACTIVE", "");
    assertThat(world.line.webhookUrl()).contains(hook);
    assertThat(second.control().webhookUrl()).contains(hook + "/1");
    assertThat(world.api().get("/apps/" + app.id()).ok().at("/channel_credentials/1/state/status"))
        .hasToString("\"ACTIVE\"");

    // Another host has it: that is for somebody to decide.
    second.control().webhookUrl("https://127.0.0.1:2/hook");
    setUp(1, "{}");
    comesTo(1, "PENDING", "127.0.0.1:2");
    assertThat(second.control().webhookUrl()).contains("https://127.0.0.1:2/hook");
    setUp(1, "{\"take_webhook\":true}");
    comesTo(1, "ACTIVE", "");
    assertThat(second.control().webhookUrl()).contains(hook + "/1");

    // What only LINE's console can switch.
    LineSettings settings = second.control().settings();
    second.control().settings(active(settings, false));
    setUp(1, "{}");
    comesTo(1, "FAILING", "Use webhook");
    second.control().settings(settings);
    REACHABLE.set(false);
    setUp(1, "{}");
    comesTo(1, "FAILING", "COULD_NOT_CONNECT");
    REACHABLE.set(true);
    setUp(1, "{}");
    comesTo(1, "ACTIVE", "");

    // Doctor knows the same.
    second.control().settings(active(settings, false));
    assertThat(world.admin().get("/doctor").text()).contains("'Use webhook' is off");
    second.control().settings(settings);
  }

  @Test
  void menusAreClonedWithImagesAliasesAndDefault() throws Exception {
    Map<String, byte[]> images = new HashMap<>();
    String home =
        menu(
            "home",
            "{\"type\":\"richmenuswitch\",\"richMenuAliasId\":\"more\"," + "\"data\":\"to=more\"}",
            Color.GREEN,
            images);
    String more = menu("more", "{\"type\":\"message\",\"text\":\"More\"}", Color.BLUE, images);
    alias("home", home, 0);
    alias("more", more, 0);
    world.api().post(line("user/all/richmenu/" + home, 0), "").ok();
    // The other account has one of its own, under an alias that is used here too.
    ObjectNode own = object("own", "{\"type\":\"message\",\"text\":\"Own\"}");
    String theirs = menu(own, Color.RED, images, 1);
    alias("more", theirs, 1);

    // LINE makes a menu and its answer is lost: it must not be made a second time.
    Api control = new Api(second.baseUri().toString(), "");
    assertThat(
            control
                .put(
                    "/_sandbox/faults",
                    "{\"faults\":[{\"endpoint\":\"richmenu-create\",\"fault\":\"500-after\","
                        + "\"count\":1}]}")
                .status())
        .isEqualTo(200);
    Api.Answer started = world.api().post(line("richmenu:clone", 0), "{\"to\":{\"ordinal\":1}}");
    assertThat(started.status()).as(started.text()).isEqualTo(202);
    String job = started.json().path("job_id").asString();
    // And the gateway is stopped in the middle of it.
    world.abandon();
    world.open(TargetPolicy.SANDBOX);
    World.eventually(() -> {
      world.advance(java.time.Duration.ofSeconds(1));
      assertThat(job(job).path("state").asString()).as(job(job).toString()).isEqualTo("DONE");
    });

    Map<String, String> copies = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (JsonNode menu : world.api().get(line("richmenu/list", 1)).ok().path("richmenus")) {
      copies.put(menu.path("name").asString(), menu.path("richMenuId").asString());
      names.add(menu.path("name").asString());
    }
    assertThat(names).containsExactlyInAnyOrder("own", "home", "more");
    for (String name : List.of("home", "more")) {
      String copy = copies.get(name);
      assertThat(world.api().bytes(line("richmenu/" + copy + "/content", 1)))
          .isEqualTo(images.get(name));
      assertThat(aliased(name, 1)).isEqualTo(copy);
    }
    assertThat(world.api().get(line("user/all/richmenu", 1)).ok().path("richMenuId").asString())
        .isEqualTo(copies.get("home"));
    assertThat(
            world
                .api()
                .get(line("richmenu/" + copies.get("home"), 1))
                .ok()
                .at("/areas/0/action/richMenuAliasId")
                .asString())
        .isEqualTo("more");

    JsonNode done = job(job);
    assertThat(done.path("progress").path("copied").asInt()).isEqualTo(2);
    assertThat(done.path("progress").path("linked").asInt()).isEqualTo(2);
    List<String> steps = new ArrayList<>();
    done.path("steps").forEach(step -> steps.add(step.path("step").asString()));
    assertThat(steps)
        .containsExactly("look", "rich_menu", "rich_menu", "alias", "alias", "default");
    assertThat(done.path("steps").toString()).contains("\"led_to\":\"" + theirs + "\"");
    // The first account is as it was.
    assertThat(aliased("more", 0)).isEqualTo(more);
  }

  @Test
  void aCloneNeedsAnotherAccountOfTheProject() {
    Api.Answer same = world.api().post(line("richmenu:clone", 0), "{\"to\":{\"ordinal\":0}}");
    assertThat(same.status()).isEqualTo(400);
    assertThat(same.text()).contains("to.ordinal");
    Api.Answer none = world.api().post(line("richmenu:clone", 0), "{\"to\":{\"ordinal\":5}}");
    assertThat(none.status()).isEqualTo(404);
  }

  /** A menu of the first account, with an image. */
  private static String menu(String name, String action, Color color, Map<String, byte[]> images)
      throws IOException {
    return menu(object(name, action), color, images, 0);
  }

  private static String menu(ObjectNode menu, Color color, Map<String, byte[]> images, int ordinal)
      throws IOException {
    String id =
        world
            .api()
            .post(line("richmenu", ordinal), menu.toString())
            .ok()
            .path("richMenuId")
            .asString();
    BufferedImage image = new BufferedImage(800, 400, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, 800, 400);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    images.put(menu.path("name").asString(), bytes.toByteArray());
    world
        .api()
        .post(
            line("richmenu/" + id + "/content", ordinal),
            bytes.toByteArray(),
            "Content-Type",
            "image/png")
        .ok();
    return id;
  }

  private static ObjectNode object(String name, String action) {
    ObjectNode menu = (ObjectNode) Api.json("{\"selected\":false,\"chatBarText\":\"Menu\"}");
    menu.put("name", name);
    menu.putObject("size").put("width", 800).put("height", 400);
    ObjectNode area = menu.putArray("areas").addObject();
    area.putObject("bounds").put("x", 0).put("y", 0).put("width", 800).put("height", 400);
    area.set("action", Api.json(action));
    return menu;
  }

  @Test
  void anAccountThatStallsSlowsNoOther() throws Exception {
    try (LineEmulator third = account("3");
        LineEmulator fifth = account("5")) {
      CustomerApp stalled = appOf("3", "{}");
      CustomerApp quick = appOf("5", "{}");
      third
          .control()
          .setFaults(
              List.of(FaultRule.always("push", Fault.SLOW).withDelay(Duration.ofSeconds(4))));
      List<String> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        waiting.add(stalled.send(friend(third), "slow"));
      }
      World.eventually(() -> assertThat(third.control().struck()).isGreaterThanOrEqualTo(20));

      quick.comesTo(quick.send(friend(fifth), "quick"), "QUEUED_ON_CHANNEL", "");

      assertThat(waiting).allMatch(id -> stalled.status(id).equals("QUEUED"));
      third.control().clearFaults();
      waiting.forEach(id -> stalled.comesTo(id, "QUEUED_ON_CHANNEL", ""));
    }
  }

  @Test
  void anAppSendsAsOftenAsItAsksForAndHoldsUpNoOther() throws Exception {
    try (LineEmulator sixth = account("6")) {
      CustomerApp paced = appOf("6", "{\"throughline\":{\"rate_limits\":{\"outbound\":10}}}");
      CustomerApp other = appOf("6", "{}");
      long start = System.nanoTime();
      for (int i = 0; i < 30; i++) {
        paced.send(friend(sixth), "paced");
      }

      other.comesTo(other.send(friend(sixth), "beside"), "QUEUED_ON_CHANNEL", "");
      assertThat(accepted(sixth)).isLessThan(31);
      World.eventually(() -> assertThat(accepted(sixth)).isEqualTo(31));

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThan(Duration.ofMillis(2_700));
    }
  }

  private static int accepted(LineEmulator of) {
    return of.control().accepted(0).entries().size();
  }

  @Test
  void friendsOfManyPagesAreImportedAcrossARestart() throws Exception {
    int friends = 1_200;
    try (LineEmulator fourth = account("4")) {
      fourth.control().settings(fourth.control().settings().withAccount(1, true));
      for (int i = 0; i < friends; i++) {
        fourth.control().addUser("Friend " + i, Friendship.FRIEND);
      }
      CustomerApp many = appOf("4", "{}");
      fourth
          .control()
          .setFaults(List.of(FaultRule.times("followers", Fault.ERROR_BEFORE, 3).withSkip(1)));
      Api.Answer asked =
          world.api().post("/apps/" + many.id() + "/line/followers:import", "{\"profiles\":false}");
      String job = asked.json().path("job_id").asString();
      // LINE is away for the pages after the first.
      World.eventually(() -> {
        assertThat(progress(many, job)).isEqualTo(500);
        assertThat(fourth.control().struck()).isPositive();
      });

      world.shut();
      world.open(TargetPolicy.SANDBOX);

      World.eventually(() -> {
        world.advance(Duration.ofSeconds(1));
        assertThat(
                world
                    .api()
                    .get("/apps/" + many.id() + "/line/jobs/" + job)
                    .ok()
                    .path("state")
                    .asString())
            .isEqualTo("DONE");
      });
      assertThat(progress(many, job)).isEqualTo(friends);
      assertThat(
              world.count(
                  "select count(*) from identity where friend = 'friend' and app = '%s'"
                      .formatted(Ulid.parse(many.id()).toUuid())))
          .isEqualTo(friends);
    }
  }

  private static int progress(CustomerApp of, String job) {
    return world
        .api()
        .get("/apps/" + of.id() + "/line/jobs/" + job)
        .ok()
        .at("/progress/friends")
        .asInt();
  }

  /** One more LINE account behind the same address. */
  private static LineEmulator account(String digit) {
    LineEmulator emulator =
        new LineEmulator(
            LineConfig.channel(
                digit + "234567890", SECOND_SECRET, "token-" + digit, "U" + digit.repeat(32)),
            world.clock,
            new Random(9));
    front.serves("token-" + digit, emulator.baseUri());
    return emulator;
  }

  private static CustomerApp appOf(String digit, String more) {
    ObjectNode settings = (ObjectNode) Api.json(more);
    settings
        .putArray("channel_credentials")
        .add(CustomerApp.account("token-" + digit, SECOND_SECRET, 0));
    return CustomerApp.create(world, settings);
  }

  private static String friend(LineEmulator of) throws Exception {
    return of.control().addUser("Hanako " + world.number(), Friendship.FRIEND).userId();
  }

  private static void alias(String alias, String menu, int ordinal) {
    world
        .api()
        .post(
            line("richmenu/alias", ordinal),
            "{\"richMenuAliasId\":\"" + alias + "\",\"richMenuId\":\"" + menu + "\"}")
        .ok();
  }

  private static String aliased(String alias, int ordinal) {
    return world
        .api()
        .get(line("richmenu/alias/" + alias, ordinal))
        .ok()
        .path("richMenuId")
        .asString();
  }

  private static JsonNode state(int ordinal) {
    return world.api().get(line("state", ordinal)).ok().path("state");
  }

  private static void setUp(int ordinal, String body) {
    Api.Answer asked =
        world.api().post("/apps/" + app.id() + "/line:setUp?ordinal=" + ordinal, body);
    assertThat(asked.status()).as(asked.text()).isEqualTo(202);
  }

  private static void comesTo(int ordinal, String status, String about) {
    World.eventually(() -> {
      assertThat(state(ordinal).path("status").asString())
          .as(state(ordinal).toString())
          .isEqualTo(status);
      assertThat(state(ordinal).path("description").asString()).contains(about);
    });
  }

  private static JsonNode job(String job) {
    return world.api().get("/apps/" + app.id() + "/line/jobs/" + job).ok();
  }

  private static String line(String path, int ordinal) {
    return "/apps/" + app.id() + "/line/" + path + "?ordinal=" + ordinal;
  }

  private static LineSettings active(LineSettings s, boolean webhook) {
    return new LineSettings(
        webhook,
        s.redelivery(),
        s.eventsPerBody(),
        s.webhookConcurrency(),
        s.webhookTimeout(),
        s.monthlyQuota(),
        s.rateLimits(),
        s.rateLimitOverrides(),
        s.narrowcastMinimum(),
        s.verifiedAccount());
  }
}
