package dev.throughline.app.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.crash.CallbackTarget.Reported;
import dev.throughline.app.crash.PlannedJudge.End;
import dev.throughline.app.crash.Platforms.Seen;
import dev.throughline.sandbox.people.Person;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A judge that lets nothing pass: each kind of violation is found, and what is right is not. */
class PlannedJudgeTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Person SOMEBODY = Person.numbered(1, "Ann", "U" + "1".repeat(32));

  @Test
  void acceptsWhatIsRight() {
    assertThat(of(false, "DELIVERED", "", seen("LINE", 0, 400), seen("WHATSAPP", 1, 200)))
        .isEmpty();
    assertThat(of(false, "QUEUED_ON_CHANNEL", "UNKNOWN", seen("SMS", 0, 0))).isEmpty();
    assertThat(of(false, "FAILED", "CHANNEL_REJECT", seen("SMS", 0, 400), seen("SMS", 1, 400)))
        .isEmpty();
  }

  @Test
  void findsWhatWasSentTwice() {
    assertThat(of(false, "DELIVERED", "", accepted("SMS", 0, 0), seen("SMS", 1, 200)))
        .anyMatch(wrong -> wrong.startsWith("sent again by SMS though it may be there"));
    assertThat(of(true, "DELIVERED", "", accepted("SMS", 0, 0), seen("SMS", 1, 200))).isEmpty();
    assertThat(of(true, "DELIVERED", "", seen("LINE", 0, 200), push(1, "other")))
        .anyMatch(wrong -> wrong.startsWith("pushed under several keys"))
        .anyMatch(wrong -> wrong.startsWith("LINE accepted it more than once"));
  }

  @Test
  void findsWhatWentOnWithoutNeed() {
    assertThat(of(false, "DELIVERED", "", seen("LINE", 0, 200), seen("SMS", 9, 200)))
        .anyMatch(wrong -> wrong.startsWith("sent by another channel though LINE had taken it"));
    assertThat(of(false, "DELIVERED", "", seen("LINE", 1, 400), seen("WHATSAPP", 0, 200)))
        .anyMatch(wrong -> wrong.startsWith("sent by WHATSAPP after the channels behind it"));
  }

  @Test
  void findsWhatWasToldWrongly() {
    assertThat(of(false, "FAILED", "CHANNEL_REJECT", accepted("LINE", 0, 0)))
        .anyMatch(wrong -> wrong.startsWith("FAILED, and LINE has it"));
    assertThat(of(false, "FAILED", "CHANNEL_REJECT", accepted("SMS", 0, 0)))
        .anyMatch(wrong -> wrong.startsWith("FAILED, and it went by SMS"));
    assertThat(of(false, "DELIVERED", "", seen("SMS", 0, 400)))
        .anyMatch(wrong -> wrong.startsWith("is DELIVERED, and no channel took it"));
    assertThat(of(false, "QUEUED_ON_CHANNEL", "", seen("SMS", 0, 0)))
        .anyMatch(wrong -> wrong.startsWith("is with no channel, and nobody was told so"));
    assertThat(of(false, "SWITCHING_CHANNEL", "", seen("LINE", 0, 400)))
        .anyMatch(wrong -> wrong.startsWith("never ended"));
  }

  @Test
  void findsWhatWasForgotten() {
    PlannedSend send = send(false);
    send.answered("m1");
    assertThat(PlannedJudge.violations(List.of(send), List.of(), List.of(), List.of(), Map.of()))
        .anyMatch(wrong -> wrong.startsWith("answered 200, and not there"));
    assertThat(
            PlannedJudge.violations(
                List.of(send),
                List.of(),
                List.of(),
                List.of(),
                Map.of("m1", new End("QUEUED", Map.of()))))
        .anyMatch(wrong -> wrong.startsWith("answered 200, and then nothing was ever told of it"));
  }

  private static List<String> of(boolean resend, String status, String reason, Seen... seen) {
    PlannedSend send = send(resend);
    send.answered("m1");
    return PlannedJudge.violations(
        List.of(send),
        List.of(seen),
        List.of(),
        List.of(new Reported("m1", status, reason, 200)),
        Map.of("m1", new End(status, Map.of("LINE", 9L, "WHATSAPP", 9L, "SMS", 9L))));
  }

  private static PlannedSend send(boolean resend) {
    return new PlannedSend(1, SOMEBODY, "key", resend);
  }

  private static Seen seen(String channel, int seconds, int status) {
    return new Seen(
        channel,
        1,
        NOON.plusSeconds(seconds),
        channel.equals("LINE") ? "key" : "",
        status,
        status == 200);
  }

  private static Seen push(int seconds, String key) {
    return new Seen("LINE", 1, NOON.plusSeconds(seconds), key, 200, true);
  }

  /** Taken, and answered with something else. */
  private static Seen accepted(String channel, int seconds, int status) {
    Seen seen = seen(channel, seconds, status);
    return new Seen(channel, 1, seen.at(), seen.retryKey(), status, true);
  }
}
