package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * While it is quiet where the recipient is, advertising waits and answers do not; what waited goes
 * when the time is over, if it still may by then.
 */
final class QuietHoursTest {
  private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

  private static World world;

  /** It is quiet in Tokyo, and for another two hours. */
  private static CustomerApp app;

  private static Instant opens = Instant.EPOCH;

  private String user;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app();
    beQuiet();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  @BeforeEach
  void someoneToWriteTo() throws Exception {
    user = world.friend();
    text = "text " + world.number();
  }

  @ParameterizedTest
  @CsvSource({
    "'',             UNSPECIFIED, APP_DEFAULT, Asia/Tokyo",
    "'',             JA,          LANGUAGE,    Asia/Tokyo",
    "Asia/Seoul,     TH,          GIVEN,       Asia/Seoul",
    // Two hours behind, where it is not quiet yet; and over by now.
    "'',             TH,          '',          ''",
    "Asia/Bangkok,   JA,          '',          ''",
    "Pacific/Auckland,JA,         '',          ''"
  })
  void itIsQuietByTheRecipientsOwnClock(String given, String language, String source, String zone)
      throws Exception {
    String contact = app.hears(user, text).payload().path("contact_id").asString();
    ObjectNode change = (ObjectNode) Api.json("{}");
    change.put("time_zone", given).put("language", language);
    JsonNode shown = world.api().patch("/contacts/" + contact, change.toString()).ok();
    assertThat(shown.path("time_zone").asString("")).isEqualTo(given);

    JsonNode told = validate("CONTENT_MARKETING").at("/channels/0");

    assertThat(told.path("sendable").booleanValue()).isTrue();
    assertThat(told.at("/held/time_zone").asString("")).isEqualTo(zone);
    assertThat(told.at("/held/time_zone_source").asString("")).isEqualTo(source);
    if (!zone.isEmpty()) {
      assertThat(told.at("/held/not_before").asString()).isEqualTo(opens.toString());
      assertThat(told.at("/held/reason").asString()).contains(zone, opens.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({"Asia/Edo", "+09:00", "JST"})
  void aTimeZoneHasAName(String zone) throws Exception {
    String contact = app.hears(user, text).payload().path("contact_id").asString();

    Api.Answer answer =
        world.api().patch("/contacts/" + contact, "{\"time_zone\":\"" + zone + "\"}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field_violations/0/field").asString())
        .isEqualTo("time_zone");
  }

  @Test
  void advertisingWaitsAndAnswersDoNot() {
    String held = send("CONTENT_MARKETING", false);
    String heldToo = send("CONTENT_NOTIFICATION", false);
    app.comesTo(send("CONTENT_CONVERSATION", false), "QUEUED_ON_CHANNEL", "");
    app.comesTo(send("CONTENT_NOTIFICATION", true), "QUEUED_ON_CHANNEL", "");
    assertThat(world.accepted(text)).hasSize(2);
    assertThat(app.status(held)).isEqualTo("QUEUED");
    JsonNode wait =
        world
            .api()
            .get("/messages/" + held + "/timeline")
            .ok()
            .path("entries")
            .valueStream()
            .filter(entry -> entry.path("kind").asString().equals("wait"))
            .findFirst()
            .orElseThrow();
    assertThat(wait.path("until").asString()).isEqualTo(opens.toString());
    assertThat(wait.at("/reason/code").asString()).isEqualTo("OUTSIDE_ALLOWED_SENDING_WINDOW");
    assertThat(wait.at("/reason/description").asString()).contains("Asia/Tokyo", "the app's");

    withTheTimeAt(
        opens,
        () -> {
          app.comesTo(held, "QUEUED_ON_CHANNEL", "");
          app.comesTo(heldToo, "QUEUED_ON_CHANNEL", "");
        });
    assertThat(world.accepted(text)).hasSize(4);
  }

  /** A day of a calendar is quiet as a whole, where the recipient is. */
  @Test
  void aHolidayIsQuietAllDay() throws Exception {
    String contact = app.hears(user, text).payload().path("contact_id").asString();
    world.api().patch("/contacts/" + contact, "{\"time_zone\":\"Asia/Bangkok\"}").ok();
    ZoneId bangkok = ZoneId.of("Asia/Bangkok");
    LocalDate today = LocalDate.ofInstant(world.clock.instant(), bangkok);
    Instant over = today.plusDays(2).atStartOfDay(bangkok).toInstant();
    world
        .api()
        .patch(
            "/apps/" + app.id(),
            """
            {"throughline":{"quiet_hours":{"time_zone":"Asia/Tokyo",
              "holidays":[{"name":"a long weekend","dates":["%s","%s"],
                "classes":["MARKETING"]}]}}}
            """
                .formatted(today, today.plusDays(1)))
        .ok();
    try {
      JsonNode told = validate("CONTENT_MARKETING").at("/channels/0/held");
      assertThat(told.path("not_before").asString()).isEqualTo(over.toString());
      assertThat(told.path("time_zone_source").asString()).isEqualTo("GIVEN");
      assertThat(validate("CONTENT_NOTIFICATION").at("/channels/0").has("held")).isFalse();

      String held = send("CONTENT_MARKETING", false);
      assertThat(app.status(held)).isEqualTo("QUEUED");
      assertThat(world.accepted(text)).isEmpty();
      world.advance(Duration.between(world.clock.instant(), over));
      app.comesTo(held, "QUEUED_ON_CHANNEL", "");
      assertThat(world.accepted(text)).hasSize(1);
    } finally {
      beQuiet();
    }
  }

  @Test
  void whatWaitedIsAskedAgainBeforeItGoes() throws Exception {
    String held = send("CONTENT_MARKETING", false);
    assertThat(app.status(held)).isEqualTo("QUEUED");
    world.line.say(user, "STOP");
    app.called("opt_out_notification", user);

    withTheTimeAt(opens, () -> app.comesTo(held, "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY"));

    assertThat(world.accepted(text)).isEmpty();
  }

  /** What cannot wait so long is told at once that it will not go. */
  @Test
  void aMessageThatExpiresBeforeThenNeverGoes() {
    ObjectNode body = body("CONTENT_MARKETING").put("ttl", "60s");
    String held =
        world.api().post("/messages:send", body.toString()).ok().path("message_id").asString();

    withTheTimeAt(
        world.clock.instant().plusSeconds(61),
        () -> app.comesTo(held, "FAILED", "MESSAGE_EXPIRED"));
    assertThat(world.accepted(text)).isEmpty();
  }

  /** The quiet time moves along with the clock, so that every test finds it quiet. */
  private static void withTheTimeAt(Instant time, Runnable test) {
    world.advance(Duration.between(world.clock.instant(), time));
    test.run();
    beQuiet();
  }

  private static void beQuiet() {
    Instant now = world.clock.instant().truncatedTo(ChronoUnit.MINUTES);
    opens = now.plus(Duration.ofHours(2));
    quiet(time(now.minus(Duration.ofHours(1))), time(opens));
  }

  private String send(String type, boolean urgent) {
    return world
        .api()
        .post("/messages:send", body(type).put("urgent", urgent).toString())
        .ok()
        .path("message_id")
        .asString();
  }

  private static void quiet(String from, String to) {
    world
        .api()
        .patch(
            "/apps/" + app.id(),
            """
            {"throughline":{"quiet_hours":{"time_zone":"Asia/Tokyo",
              "windows":[{"from":"%s","to":"%s"}]}}}
            """
                .formatted(from, to))
        .ok();
  }

  private static String time(Instant at) {
    return LocalTime.ofInstant(at, TOKYO).toString();
  }

  private ObjectNode body(String type) {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(user, text));
    send.put("message_content_type", type);
    return send;
  }

  private JsonNode validate(String type) {
    return world
        .api()
        .post("/messages:send", body(type).put("validate_only", true).toString())
        .ok();
  }
}
