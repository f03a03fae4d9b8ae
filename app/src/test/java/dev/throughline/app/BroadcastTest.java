package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.http.TargetPolicy;
import dev.throughline.ledger.Verify;
import dev.throughline.message.Ulids;
import dev.throughline.sandbox.line.Fault;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A broadcast reaches each of its audience once, whatever fails on the way; it can be looked at
 * before it starts, goes out in stages, is held and ended at once, and says what became of whom.
 */
class BroadcastTest {
  private static World world;

  private CustomerApp app;
  private String text;

  @TempDir private Path home;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void setUp() throws Exception {
    app = world.app();
    text = "Sale " + world.number();
  }

  @Test
  void theSameGoesToManyInOneRequestAndToEachOnce() throws Exception {
    List<String> users = strangers(1_200);
    String id = make("{\"upload\":true}", "");
    assertThat(shown(id).path("state").asString()).isEqualTo("DRAFT");
    assertThat(world.api().post("/broadcasts/" + id + ":start", "").status()).isEqualTo(400);

    StringBuilder csv = new StringBuilder("\ufeffLINE,name\r\n");
    users.forEach(user -> csv.append(user).append(",\"Ha\"\"na, ko\"\r\n"));
    csv.append(users.getFirst()).append(",again\r\n");
    JsonNode ready = upload(id, "text/csv", csv.toString());
    assertThat(ready.path("state").asString()).isEqualTo("READY");
    assertThat(ready.path("recipients").asInt()).isEqualTo(1_200);

    JsonNode preflight = world.api().get("/broadcasts/" + id + "/preflight").ok();
    assertThat(preflight.path("duplicates").asInt()).isEqualTo(1);
    assertThat(preflight.path("reachable").asInt()).isEqualTo(1_200);
    assertThat(preflight.at("/channels/0/preview/messages/0/text").asString()).isEqualTo(text);

    // One request is lost on its way back, one is refused for a while.
    world.fault("multicast", Fault.ERROR_AFTER, text, 1);
    world.fault("multicast", Fault.ERROR_BEFORE, text, 1);
    startNow(id);
    comesTo(id, "COMPLETED");

    assertThat(received(text)).hasSize(1_200).doesNotHaveDuplicates().containsAll(users);
    JsonNode done = shown(id);
    assertThat(done.at("/results/ACCEPTED").asInt()).isEqualTo(1_200);
    assertThat(done.at("/progress/chunks_done").asInt()).isEqualTo(3);
    assertThat(world.api().get("/broadcasts/" + id + "/results.csv").text().lines()).hasSize(1);
  }

  @Test
  void whoHasAMessageOfTheirOwnGetsItAndOthersAreLeftOut() throws Exception {
    String hanako = world.friend();
    String taro = world.friend();
    String blocked = world.friend();
    app.hears(blocked, "hello");
    world.line.block(blocked);
    app.called("opt_out_notification", blocked);
    ObjectNode audience = (ObjectNode) Api.json("{}");
    ArrayNode people = audience.putArray("recipients");
    person(people, hanako, "Hana \"ko\" ${name}");
    person(people, taro, "Taro");
    person(people, blocked, "Jiro");
    String id = make(audience.toString(), "for ${name}");
    JsonNode preflight = world.api().get("/broadcasts/" + id + "/preflight").ok();
    assertThat(preflight.at("/unreachable/BLOCKED").asInt()).isEqualTo(1);

    startNow(id);
    comesTo(id, "COMPLETED");
    World.eventually(
        () -> assertThat(shown(id).at("/results/MESSAGE_QUEUED_ON_CHANNEL").asInt()).isEqualTo(2));

    assertThat(world.accepted(text + " for Hana \"ko\" ${name}")).hasSize(1);
    assertThat(world.accepted(text + " for Taro")).hasSize(1);
    assertThat(shown(id).at("/results/BLOCKED").asInt()).isEqualTo(1);
    String csv = world.api().get("/broadcasts/" + id + "/results.csv").text();
    assertThat(csv.lines())
        .hasSize(4)
        .anyMatch(line -> line.startsWith("LINE," + blocked + ",,LEFT_OUT,BLOCKED,"))
        .anyMatch(line -> line.contains(taro) && line.contains("QUEUED_ON_CHANNEL"));
  }

  @Test
  void stagesWaitToBeAskedForAndAPauseHoldsWhatIsLeft() throws Exception {
    List<String> users = strangers(400);
    String id =
        make(
            "{\"upload\":true}",
            "",
            "\"per_second\":100,\"stages\":[{\"percent\":50},{\"percent\":100}]");
    StringBuilder lines = new StringBuilder();
    for (String user : users) {
      lines
          .append(
              "{\"identified_by\":{\"channel_identities\":[{\"channel\":\"LINE\",\"identity\":\"")
          .append(user)
          .append("\"}]}}\n");
    }
    upload(id, "application/x-ndjson", lines.toString());
    startNow(id);
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(shown(id).path("state").asString()).isEqualTo("STAGED");
    });
    assertThat(received(text)).hasSize(200);
    assertThat(world.api().post("/broadcasts/" + id + ":pause", "").status()).isEqualTo(400);

    world.api().post("/broadcasts/" + id + ":continue", "").ok();
    World.eventually(() -> assertThat(received(text)).hasSize(300));
    JsonNode paused = world.api().post("/broadcasts/" + id + ":pause", "").ok();
    assertThat(paused.path("state").asString()).isEqualTo("PAUSED");
    world.advance(Duration.ofMinutes(5));
    String other = world.friend();
    app.send(other, "meanwhile " + text);
    World.eventually(() -> assertThat(world.accepted("meanwhile " + text)).hasSize(1));
    assertThat(received(text)).hasSize(300);
    // A node that starts anew holds it, too.
    world.restart(app);
    app.send(other, "afterwards " + text);
    World.eventually(() -> assertThat(world.accepted("afterwards " + text)).hasSize(1));
    assertThat(received(text)).hasSize(300);

    world.api().post("/broadcasts/" + id + ":resume", "").ok();
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(shown(id).path("state").asString()).isEqualTo("COMPLETED");
    });
    assertThat(received(text)).hasSize(400).doesNotHaveDuplicates();
  }

  /** Two who press the button at the same time: both saw a broadcast that is ready. */
  @Test
  void aBroadcastThatIsStartedTwiceAtOnceBeginsOnce() throws Exception {
    for (int round = 0; round < 5; round++) {
      text = "Sale " + world.number();
      List<String> users = strangers(600);
      String id = make("{\"upload\":true}", "");
      upload(id, "text/csv", "line\n" + String.join("\n", users));
      CyclicBarrier together = new CyclicBarrier(4);
      List<Integer> statuses = Collections.synchronizedList(new ArrayList<>());
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < together.getParties(); i++) {
        callers.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    together.await(1, TimeUnit.MINUTES);
                  } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                    throw new IllegalStateException(e);
                  }
                  statuses.add(world.api().post("/broadcasts/" + id + ":start", "").status());
                }));
      }
      for (Thread caller : callers) {
        assertThat(caller.join(Duration.ofMinutes(1))).isTrue();
      }
      comesTo(id, "COMPLETED");
      assertThat(statuses).hasSize(4).containsOnlyOnce(200);
      assertThat(received(text)).hasSize(600).doesNotHaveDuplicates();
      assertThat(shown(id).at("/results/ACCEPTED").asInt()).isEqualTo(600);
      assertThat(world.requests("multicast", "\"" + text + "\""))
          .as("asked for, repeats too")
          .hasSize(2);
    }
  }

  @Test
  void whatIsStoppedStaysStopped() throws Exception {
    String id = make("{\"upload\":true}", "", "\"per_second\":1");
    upload(id, "text/csv", "line\n" + String.join("\n", strangers(50)));
    startNow(id);
    World.eventually(() -> assertThat(received(text)).isNotEmpty());
    JsonNode stopped = world.api().post("/broadcasts/" + id + ":stop", "").ok();
    assertThat(stopped.path("state").asString()).isEqualTo("STOPPED");
    assertThat(stopped.at("/stopped/time_to_stop_ms").asInt()).isLessThan(1_000);
    int sent = received(text).size();
    world.advance(Duration.ofMinutes(5));
    World.eventually(() ->
        assertThat(world.count("select count(*) from task where kind = 'broadcast'")).isZero());
    assertThat(received(text)).hasSize(sent);
    assertThat(world.api().post("/broadcasts/" + id + ":resume", "").status()).isEqualTo(400);
  }

  /**
   * What was sealed for requests that nobody made; those of an audience that was replaced at once.
   */
  @Test
  void partsThatNoEntryWasMadeOfGoOnceNoRequestCanBeUnderWay() throws Exception {
    String id = make("{\"upload\":true}", "");
    String all = "select count(*) from sealed_ahead";
    long before = world.count(all);
    upload(id, "text/csv", "line\n" + String.join("\n", strangers(600)));
    upload(id, "text/csv", "line\n" + String.join("\n", strangers(1_200)));
    assertThat(world.count(all)).isEqualTo(before + 3);

    // They are looked for once an hour, so within the next one, too.
    world.advance(Duration.ofMinutes(30));
    world.api().post("/broadcasts/" + id + ":stop", "").ok();
    String theirs =
        "select count(*) from broadcast_parts p join broadcast b on b.id = p.broadcast"
            + " where b.id = '%s'".formatted(Ulids.parse(id).orElseThrow().toUuid());
    world.advance(Duration.ofMinutes(59));
    Thread.sleep(Duration.ofSeconds(1));
    assertThat(world.count(theirs)).isEqualTo(3);

    World.eventually(() -> {
      world.advance(Duration.ofMinutes(30));
      assertThat(world.count(theirs)).isZero();
    });
    assertThat(world.count(all)).isLessThanOrEqualTo(before);
  }

  /** What the first node had under way is found out by the second. */
  @Test
  void aNodeThatDiesInTheMiddleLeavesNobodyOutAndNobodyTwice() throws Exception {
    List<String> users = strangers(3_000);
    String id = make("{\"upload\":true}", "", "\"per_second\":100");
    upload(id, "text/csv", "line\n" + String.join("\n", users));
    // Some are taken, and their answers come too late for the node that asked.
    world.fault("multicast", Fault.HANG_AFTER, text, 2, Duration.ofSeconds(5));
    startNow(id);
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(received(text)).hasSizeGreaterThan(800);
    });
    world.abandon();
    world.open(TargetPolicy.SANDBOX);
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(shown(id).path("state").asString()).isEqualTo("COMPLETED");
    });
    assertThat(received(text)).hasSize(3_000).doesNotHaveDuplicates().containsAll(users);
    assertThat(shown(id).at("/results/ACCEPTED").asInt()).isEqualTo(3_000);
  }

  @Test
  void oneOfManyHasAProofOfTheirOwn() throws Exception {
    List<String> users = strangers(3);
    String id = make("{\"upload\":true}", "");
    upload(id, "text/csv", "line\n" + String.join("\n", users));
    startNow(id);
    comesTo(id, "COMPLETED");
    String of = "/broadcasts/" + id + "/recipients/LINE/";
    Path receipt = home.resolve("receipt.zip");
    World.eventually(() -> Files.write(receipt, world.api().bytes(of + users.get(1) + "/receipt")));
    String key;
    try (Stream<Path> files = Files.walk(world.data.resolve("ledger"))) {
      key = files.filter(file -> file.endsWith("vkey")).findFirst().orElseThrow().toString();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(
            Verify.run(
                List.of(receipt.toString(), "--key", key),
                new PrintStream(out, true, StandardCharsets.UTF_8)))
        .isZero();
    try (ZipFile zip = new ZipFile(receipt.toFile())) {
      StringBuilder said = new StringBuilder();
      for (ZipEntry entry : Collections.list(zip.entries())) {
        said.append(new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8));
      }
      assertThat(said.toString()).contains(users.get(1), text).doesNotContain(users.getFirst());
    }
    assertThat(world.api().get(of + "U" + "0".repeat(32) + "/receipt").status()).isEqualTo(404);
  }

  @Test
  void whatIsKnownBeforehandIsToldWhole() throws Exception {
    app =
        world.app(
            """
            {"throughline":{"quiet_hours":{"time_zone":"Asia/Tokyo",
                "windows":[{"from":"17:00","to":"21:00"}]}},
              "channel_credentials":[%s,
                {"channel":"SMS","static_bearer":{"claimed_identity":"plan","token":"t"}}]}
            """
                .formatted(CustomerApp.account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0)));
    String id =
        make(
            "{\"upload\":true}",
            "${what}",
            "\"send\":{\"message_content_type\":\"CONTENT_MARKETING\"}");
    List<String> users = strangers(2);
    // Japan and LINE users by the app's clock, where it is six in the evening; Britain by noon.
    upload(
        id,
        "text/csv",
        "line,sms,what\n,+819011112222,"
            + "x".repeat(160)
            + "\n,+447700900123,y\n"
            + users.get(0)
            + ",,z\n"
            + users.get(1)
            + ",,z\n");
    long used =
        world
            .api()
            .get("/apps/" + app.id() + "/line/message/quota/consumption")
            .ok()
            .path("totalUsage")
            .asLong();
    world.line.settings(world.line.settings().withMonthlyQuota(Optional.of(used + 1)));
    JsonNode told;
    try {
      told = world.api().get("/broadcasts/" + id + "/preflight").ok();
    } finally {
      world.line.settings(world.line.settings().withMonthlyQuota(Optional.empty()));
    }
    assertThat(told.at("/quiet_hours/recipients").asInt()).isEqualTo(3);
    assertThat(told.at("/quiet_hours/time_zones/0/time_zone").asString()).isEqualTo("Asia/Tokyo");
    assertThat(told.at("/quiet_hours/time_zones/0/opens").asString())
        .isEqualTo(
            world
                .clock
                .instant()
                .truncatedTo(ChronoUnit.DAYS)
                .plus(Duration.ofHours(12))
                .toString());
    JsonNode line = told.at("/channels/0");
    assertThat(line.at("/cost/total").asInt()).isEqualTo(2);
    assertThat(line.at("/quota/remaining").asInt()).isEqualTo(1);
    assertThat(line.at("/quota/sufficient").asBoolean()).isFalse();
    JsonNode sms = told.at("/channels/1");
    assertThat(sms.path("channel").asString()).isEqualTo("SMS");
    assertThat(sms.at("/cost/unit").asString()).isEqualTo("SEGMENT");
    assertThat(sms.at("/cost/per_recipient").asInt()).isEqualTo(2);
    assertThat(sms.at("/cost/total").asInt()).isEqualTo(4);
    assertThat(sms.at("/preview/text").asString()).startsWith(text).endsWith("xxx");
  }

  @Test
  void clicksAndAnswersAreCountedWithoutSayingWhose() throws Exception {
    String user = world.friend();
    String silent = world.friend();
    String other = world.friend();
    app.hears(other, "hello");
    String id =
        make("{\"upload\":true}", "at https://shop.example/sale?a=1#b.", "\"short_links\":true");
    upload(id, "text/csv", "line\n" + user + "\n" + silent + "\n");
    app.hears(user, "before " + text);
    startNow(id);
    comesTo(id, "COMPLETED");
    JsonNode link = shown(id).at("/clicks/links/0");
    assertThat(link.path("url").asString()).isEqualTo("https://shop.example/sale?a=1#b");
    String path = link.path("short_path").asString();
    assertThat(world.line.accepted(0).entries())
        .anyMatch(send ->
            send.path("text").asString().contains(text + " at http")
                && send.path("text").asString().endsWith(path + "."));

    String phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Line/15.0.0";
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<Void> led = visit(client, "GET", path, "User-Agent", phone);
      assertThat(led.statusCode()).isEqualTo(302);
      assertThat(led.headers().firstValue("Location")).contains("https://shop.example/sale?a=1#b");
      // Nobody followed these.
      assertThat(visit(client, "HEAD", path, "User-Agent", phone).statusCode()).isEqualTo(302);
      visit(client, "GET", path, "User-Agent", "facebookexternalhit/1.1;line-poker/1.0");
      visit(client, "GET", path, "User-Agent", phone, "Sec-Purpose", "prefetch;prerender");
      assertThat(visit(client, "GET", path + "?to=https://evil.example", "User-Agent", phone))
          .matches(again ->
              again.headers().firstValue("Location").equals(led.headers().firstValue("Location")));
      assertThat(visit(client, "GET", "/l/AAAAAAAAAAAA", "User-Agent", phone).statusCode())
          .isEqualTo(404);
    }
    World.eventually(() -> assertThat(shown(id).at("/clicks/total").asInt()).isEqualTo(2));

    app.hears(user, "yes " + text);
    app.hears(user, "and again " + text);
    app.hears(other, "not asked " + text);
    World.eventually(() -> assertThat(shown(id).at("/answers/people").asInt()).isEqualTo(1));
    assertThat(shown(id).at("/answers/within").asString()).isEqualTo("259200s");
    String csv = world.api().get("/broadcasts/" + id + "/results.csv?by=reason").text();
    assertThat(csv.lines()).containsExactly("status,reason,people", "ACCEPTED,,2");
  }

  private static HttpResponse<Void> visit(
      HttpClient client, String method, String path, String... headers) throws Exception {
    return client.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + world.gateway().publicPort() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .headers(headers)
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }

  @Test
  void whoIsErasedLeavesTheAudienceAndItEndsAfterThirtyDays() throws Exception {
    String stays = world.friend();
    String leaves = world.friend();
    String contact = world.friend();
    String deleted = app.hears(contact, "hello " + text).payload().path("contact_id").asString();
    String id = make("{\"upload\":true}", "");
    upload(id, "text/csv", "line\n" + String.join("\n", stays, leaves, contact));
    String of = "/broadcasts/" + id + "/recipients/LINE/";
    assertThat(world.api().delete(of + leaves).status()).isEqualTo(200);
    assertThat(world.api().delete(of + leaves).status()).isEqualTo(404);
    assertThat(world.api().delete("/contacts/" + deleted).status()).isEqualTo(200);
    startNow(id);
    comesTo(id, "COMPLETED");
    assertThat(received(text)).containsExactly(stays);

    String waiting = make("{\"upload\":true}", "");
    upload(waiting, "text/csv", "line\n" + stays);
    app.hears(stays, "I answer " + text);
    World.eventually(() -> assertThat(shown(id).at("/answers/people").asInt()).isEqualTo(1));
    String known =
        "select (select count(*) from broadcast_chunk) + (select count(*) from broadcast_member)"
            + " + (select count(*) from broadcast_recipient)"
            + " + (select count(*) from broadcast_answer)";
    long keys = world.count("select count(*) from person_key where month = 0");
    assertThat(world.count(known)).isPositive();
    world.advance(Duration.ofDays(30).plusMinutes(1));
    World.eventually(() -> assertThat(world.count(known)).isZero());
    assertThat(world.count("select count(*) from person_key where month = 0")).isLessThan(keys);
    assertThat(shown(waiting).path("state").asString()).isEqualTo("STOPPED");
    assertThat(shown(id).path("state").asString()).isEqualTo("COMPLETED");
    assertThat(shown(id).at("/answers/people").asInt()).isEqualTo(1);
    assertThat(shown(id).at("/results/ACCEPTED").asInt()).isEqualTo(1);
    assertThat(world.api().get(of + stays + "/receipt").status()).isEqualTo(404);
  }

  /** LINE keeps these people: one request is made, and LINE is asked what became of it. */
  @Test
  void anAudienceOfLinesOwnGetsANarrowcastOnce() throws Exception {
    String user = world.friend();
    world.line.audience(4711, Set.of(user));
    world.line.settings(world.line.settings().withAccount(1, true));
    String audience = "{\"line\":{\"way\":\"NARROWCAST\",\"audience_group_id\":4711}}";
    String id = make(audience, "");
    assertThat(shown(id).path("state").asString()).isEqualTo("READY");
    JsonNode told = world.api().get("/broadcasts/" + id + "/preflight").ok();
    assertThat(told.at("/channels/0/sendable").asBoolean()).isTrue();
    // It may have been taken: the same is asked for again, under the same key.
    world.fault("narrowcast", Fault.ERROR_AFTER, text, 1);
    startNow(id);
    comesTo(id, "COMPLETED");
    assertThat(world.accepted(text)).hasSize(1);
    assertThat(shown(id).at("/results/ACCEPTED").asInt()).isEqualTo(1);

    String all = make("{\"line\":{\"way\":\"BROADCAST\"}}", "all");
    startNow(all);
    comesTo(all, "COMPLETED");
    assertThat(world.accepted(text + " all")).hasSize(1);
    assertThat(shown(all).at("/results/ACCEPTED_UNCOUNTED").asInt()).isEqualTo(1);

    world.line.settings(world.line.settings().withAccount(50, true));
    String few = make(audience, "for few");
    startNow(few);
    comesTo(few, "COMPLETED");
    assertThat(shown(few).at("/results/REJECTED_CHANNEL_REJECT").asInt()).isEqualTo(1);
    assertThat(
            world
                .api()
                .put("/broadcasts/" + id + "/audience", "line\n", "Content-Type", "text/csv")
                .status())
        .isEqualTo(400);
    assertThat(tryMake(audience, "for ${name}").status()).isEqualTo(400);
    assertThat(tryMake(audience, "", "\"per_second\":5").status()).isEqualTo(400);
    assertThat(tryMake("{\"line\":{\"way\":\"MULTICAST\"}}", "").status()).isEqualTo(400);
  }

  @Test
  void allContactsOfAnAppAreAnAudience() throws Exception {
    String user = world.friend();
    app.hears(user, "hello");
    String id = make("{\"contacts\":{\"channels\":[\"LINE\"]}}", "");
    comesTo(id, "READY");
    assertThat(shown(id).path("recipients").asInt()).isEqualTo(1);
    startNow(id);
    comesTo(id, "COMPLETED");
    assertThat(received(text)).containsExactly(user);
  }

  private String make(String audience, String more, String... settings) {
    return tryMake(audience, more, settings).ok().path("id").asString();
  }

  private Api.Answer tryMake(String audience, String more, String... settings) {
    ObjectNode body = (ObjectNode) Api.json("{" + String.join(",", settings) + "}");
    ObjectNode send = body.withObject("/send");
    send.put("app_id", app.id());
    send.putObject("message").putObject("text_message").put("text", (text + " " + more).strip());
    body.set("audience", Api.json(audience));
    return world.api().post("/broadcasts", body.toString());
  }

  private static void person(ArrayNode people, String user, String name) {
    ObjectNode person = people.addObject();
    person
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "LINE")
        .put("identity", user);
    person.putObject("variables").put("name", name);
  }

  private JsonNode upload(String id, String type, String lines) {
    return world.api().put("/broadcasts/" + id + "/audience", lines, "Content-Type", type).ok();
  }

  private static void startNow(String id) {
    world.api().post("/broadcasts/" + id + ":start", "").ok();
  }

  private static JsonNode shown(String id) {
    return world.api().get("/broadcasts/" + id).ok();
  }

  private static void comesTo(String id, String state) {
    World.eventually(() -> {
      JsonNode shown = shown(id);
      if (!shown.path("state").asString().equals(state)) {
        world.advance(Duration.ofSeconds(1));
      }
      assertThat(shown.path("state").asString()).as(shown.toString()).isEqualTo(state);
    });
  }

  /** Whom LINE accepted this text for, by multicast. */
  private static List<String> received(String text) {
    List<String> users = new ArrayList<>();
    for (ObjectNode send : world.accepted(text)) {
      JsonNode to = send.path("to");
      if (to.isString()) {
        users.add(to.stringValue());
      }
      to.valueStream().map(JsonNode::asString).forEach(users::add);
    }
    return users;
  }

  private static List<String> strangers(int many) {
    Set<String> users = new HashSet<>();
    for (int i = 0; i < many; i++) {
      users.add("U%032x".formatted(((long) world.number() << 24) + i));
    }
    return List.copyOf(users);
  }
}
