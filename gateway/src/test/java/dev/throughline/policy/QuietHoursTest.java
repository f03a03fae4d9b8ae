package dev.throughline.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import dev.throughline.message.MessageClass;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A message that is held goes at the first moment at which no clock on the recipient's wall says
 * that it is quiet: whatever zone, window or calendar, over clocks put forward and back.
 */
final class QuietHoursTest {
  private static final Set<MessageClass> HELD =
      EnumSet.of(MessageClass.MARKETING, MessageClass.NOTIFICATION);
  private static final List<String> ZONES =
      List.of(
          "Asia/Tokyo",
          "Asia/Bangkok",
          "Europe/London",
          "America/New_York",
          "America/Havana",
          "America/Sao_Paulo",
          "Australia/Lord_Howe",
          "Pacific/Apia",
          "Africa/Casablanca",
          "Asia/Kathmandu",
          "Antarctica/Troll");

  private static final String NIGHT =
      "{\"time_zone\":\"Asia/Tokyo\",\"windows\":[{\"from\":\"21:00\",\"to\":\"08:00\"}]}";

  /** What is said of {@link #NIGHT} in the recipient's own zone. */
  @ParameterizedTest
  @CsvSource({
    "2026-11-21T20:59:59, Asia/Tokyo,       2026-11-21T20:59:59",
    "2026-11-21T21:00:00, Asia/Tokyo,       2026-11-22T08:00:00",
    "2026-11-22T03:00:00, Asia/Tokyo,       2026-11-22T08:00:00",
    "2026-11-22T07:59:59, Asia/Tokyo,       2026-11-22T08:00:00",
    "2026-11-22T08:00:00, Asia/Tokyo,       2026-11-22T08:00:00",
    "2026-11-21T23:00:00, Asia/Bangkok,     2026-11-22T08:00:00",
    // An hour shorter, and an hour longer, and eight o'clock all the same.
    "2026-03-07T22:00:00, America/New_York, 2026-03-08T08:00:00",
    "2026-10-31T22:00:00, America/New_York, 2026-11-01T08:00:00"
  })
  void aNightEndsByTheRecipientsClock(String local, String zone, String opens) {
    ZoneId there = ZoneId.of(zone);
    Instant now = LocalDateTime.parse(local).atZone(there).toInstant();

    assertThat(read(NIGHT).opens(MessageClass.MARKETING, now, there))
        .isEqualTo(LocalDateTime.parse(opens).atZone(there).toInstant());
  }

  /** Clocks that skip the end of a window end it; clocks that go back enter it again. */
  @ParameterizedTest
  @CsvSource({
    // 02:00 becomes 03:00: half past two is never shown.
    "01:00, 02:30, 2026-03-08T06:30:00Z, 2026-03-08T07:00:00Z",
    // 02:00 becomes 01:00: half past one is shown twice, and the first time is over.
    "00:30, 01:30, 2026-11-01T05:00:00Z, 2026-11-01T05:30:00Z",
    // and in the second pass through the window it is quiet again.
    "00:30, 01:30, 2026-11-01T06:10:00Z, 2026-11-01T06:30:00Z",
    // The window began, and clocks are put back before its beginning.
    "01:45, 03:00, 2026-11-01T05:50:00Z, 2026-11-01T06:00:00Z"
  })
  void clocksAreChanged(String from, String to, Instant now, Instant opens) {
    QuietHours hours =
        read(
            "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"%s\",\"to\":\"%s\"}]}"
                .formatted(from, to));

    assertThat(hours.opens(MessageClass.MARKETING, now, ZoneId.of("America/New_York")))
        .isEqualTo(opens);
  }

  @Test
  void holidaysAreQuietAsAWholeAndJoinTheNight() {
    QuietHours hours =
        read(
            """
            {"time_zone":"Asia/Tokyo","windows":[{"from":"21:00","to":"08:00"}],
             "holidays":[{"name":"new year","dates":["2027-01-01","2027-01-02","2027-01-03"],
               "classes":["MARKETING"]}]}
            """);
    ZoneId tokyo = ZoneId.of("Asia/Tokyo");
    Instant eve = LocalDateTime.parse("2026-12-31T22:00:00").atZone(tokyo).toInstant();

    assertThat(hours.opens(MessageClass.MARKETING, eve, tokyo))
        .isEqualTo(LocalDateTime.parse("2027-01-04T08:00:00").atZone(tokyo).toInstant());
    assertThat(hours.opens(MessageClass.NOTIFICATION, eve, tokyo))
        .isEqualTo(LocalDateTime.parse("2027-01-01T08:00:00").atZone(tokyo).toInstant());
    assertThat(hours.opens(MessageClass.CONVERSATION, eve, tokyo)).isEqualTo(eve);
  }

  @RepeatedTest(60)
  void whateverIsSetItOpensAtTheFirstMinuteThatIsNotQuiet() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    QuietHours hours = random(random);
    ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
    Instant now = near(random, zone);

    Instant opens = hours.opens(MessageClass.MARKETING, now, zone);

    assertThat(isQuiet(hours, opens, zone)).as("open, seed " + seed).isFalse();
    for (Instant at = now; at.isBefore(opens); at = at.plusSeconds(60)) {
      assertThat(isQuiet(hours, at, zone)).as(at + " in " + zone + ", seed " + seed).isTrue();
    }
  }

  /** Told by each rule for itself, minute by minute. */
  private static boolean isQuiet(QuietHours hours, Instant at, ZoneId zone) {
    LocalDateTime local = LocalDateTime.ofInstant(at, zone);
    LocalTime time = local.toLocalTime();
    boolean windows =
        hours.windows().stream()
            .anyMatch(window -> {
              boolean begun = !time.isBefore(window.from());
              boolean before = time.isBefore(window.to());
              boolean today = window.days().contains(local.getDayOfWeek());
              boolean yesterday = window.days().contains(local.getDayOfWeek().minus(1));
              return window.from().isBefore(window.to())
                  ? today && begun && before
                  : today && begun || yesterday && before;
            });
    return windows
        || hours.holidays().stream().anyMatch(days -> days.dates().contains(local.toLocalDate()));
  }

  /** Whole minutes, mostly close to where clocks are changed. */
  private static Instant near(Random random, ZoneId zone) {
    Instant any =
        Instant.parse("2005-01-01T00:00:00Z")
            .plus(Duration.ofMinutes(random.nextInt(25 * 365 * 24 * 60)));
    ZoneOffsetTransition change = zone.getRules().nextTransition(any);
    return change == null || random.nextInt(4) == 0
        ? any
        : change.getInstant().plus(Duration.ofMinutes(random.nextInt(2_880) - 1_440));
  }

  private static QuietHours random(Random random) {
    List<QuietHours.Window> windows = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
      for (DayOfWeek day : DayOfWeek.values()) {
        if (random.nextInt(3) > 0) {
          days.add(day);
        }
      }
      windows.add(
          new QuietHours.Window(
              days,
              LocalTime.of(random.nextInt(24), 15 * random.nextInt(4)),
              LocalTime.of(random.nextInt(24), 15 * random.nextInt(4)),
              HELD));
    }
    Set<LocalDate> dates = new HashSet<>();
    for (int i = random.nextInt(300); i > 0; i--) {
      dates.add(LocalDate.of(2005, 1, 1).plusDays(random.nextInt(25 * 365)));
    }
    QuietHours hours =
        new QuietHours(
            ZoneId.of("UTC"), windows, List.of(new QuietHours.Holidays("any", dates, HELD)));
    return hours.leavesTime(MessageClass.MARKETING) ? hours : random(random);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"windows\":[]}",
        "{\"time_zone\":\"+09:00\"}",
        "{\"time_zone\":\"JST\"}",
        "{\"time_zone\":\"Asia/Edo\"}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"21:00\"}]}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"24:00\",\"to\":\"08:00\"}]}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"9:00\",\"to\":\"10:00\"}]}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"09:00\",\"to\":\"09:00\"}]}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"00:00\",\"to\":\"12:00\"},"
            + "{\"from\":\"12:00\",\"to\":\"00:00\"}]}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"09:00\",\"to\":\"10:00\","
            + "\"days\":[\"MONDAY\"]}]}",
        "{\"time_zone\":\"UTC\",\"windows\":[{\"from\":\"09:00\",\"to\":\"10:00\","
            + "\"classes\":[\"CONVERSATION\"]}]}",
        "{\"time_zone\":\"UTC\",\"holidays\":[{\"name\":\"x\",\"dates\":[\"2027-02-29\"]}]}",
        "{\"time_zone\":\"UTC\",\"holidays\":[{\"dates\":[\"2027-02-28\"]}]}"
      })
  void whatCannotBeIsRefused(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(WrongFieldException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Paris, 819012345678, TH,          GIVEN,         Europe/Paris",
    "'',           819012345678, TH,          PHONE_COUNTRY, Asia/Tokyo",
    "'',           886912345678, JA,          PHONE_COUNTRY, Asia/Taipei",
    "'',           66812345678,  JA,          PHONE_COUNTRY, Asia/Bangkok",
    "'',           12125550123,  JA,          LANGUAGE,      Asia/Tokyo",
    "'',           '',           ZH_TW,       LANGUAGE,      Asia/Taipei",
    "'',           '',           EN,          APP_DEFAULT,   Africa/Cairo",
    "Nowhere/Now,  '',           UNSPECIFIED, APP_DEFAULT,   Africa/Cairo"
  })
  void aZoneIsTheBestThatIsKnown(
      String given, String number, String language, RecipientZone.Source source, String zone) {
    assertThat(RecipientZone.of(given, List.of(number), language, ZoneId.of("Africa/Cairo")))
        .isEqualTo(new RecipientZone(ZoneId.of(zone), source));
  }

  private static QuietHours read(String json) {
    return QuietHoursForm.read(Fields.of(Json.object(Bytes.utf8(json))));
  }
}
