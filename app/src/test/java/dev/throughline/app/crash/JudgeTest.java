package dev.throughline.app.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.app.crash.CallbackTarget.Heard;
import dev.throughline.app.crash.CallbackTarget.Reported;
import dev.throughline.app.crash.Judge.Accepted;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A judge that lets nothing pass: each kind of violation is found, and what is right is not. */
class JudgeTest {
  private static final Person ANN = Person.of(1);
  private static final Person BEN = Person.of(2);

  @Test
  void acceptsWhatIsRight() {
    List<Said> said = List.of(said(ANN, 1), said(ANN, 2), said(BEN, 1));
    List<Heard> heard =
        List.of(
            heard(ANN, 1, "m1", 500),
            heard(BEN, 1, "m3", 200),
            heard(ANN, 1, "m1", 200),
            heard(ANN, 2, "m2", 200));
    assertThat(Judge.inbound(said, heard)).isEmpty();
  }

  @Test
  void findsWhatWasLost() {
    assertThat(Judge.inbound(List.of(said(ANN, 1)), List.of()))
        .containsExactly("answered 200, but never called back: in 1 1");
    assertThat(Judge.inbound(List.of(said(ANN, 1)), List.of(heard(ANN, 1, "m1", 500))))
        .containsExactly("answered 200, but never called back: in 1 1");
  }

  @Test
  void findsWhatWasDoubled() {
    assertThat(
            Judge.inbound(
                List.of(said(ANN, 1)), List.of(heard(ANN, 1, "m1", 200), heard(ANN, 1, "m2", 200))))
        .containsExactly("called back under several ids: in 1 1 [m1, m2]");
    assertThat(
            Judge.inbound(
                List.of(said(ANN, 1), said(ANN, 2)),
                List.of(heard(ANN, 1, "m1", 200), heard(ANN, 2, "m1", 200))))
        .anyMatch(violation -> violation.startsWith("one message id for two events"));
  }

  @Test
  void findsWhatWasChangedOrMadeUp() {
    Heard other = new Heard("in 1 1", ANN.userId(), "m1", "c1", "v1", "other words", 200);
    assertThat(Judge.inbound(List.of(said(ANN, 1)), List.of(heard(ANN, 1, "m1", 200), other)))
        .containsExactly("called back with changed words: in 1 1 [m1]");
    assertThat(Judge.inbound(List.of(), List.of(heard(ANN, 1, "m1", 200))))
        .containsExactly("called back, but nobody said it: in 1 1");
    Heard stranger = new Heard("in 1 1", BEN.userId(), "m1", "c1", "v1", "words", 200);
    assertThat(Judge.inbound(List.of(said(ANN, 1)), List.of(stranger)))
        .containsExactly("called back as said by somebody else: in 1 1");
  }

  @Test
  void findsOnePersonWithTwoContacts() {
    Heard second = new Heard("in 1 2", ANN.userId(), "m2", "c9", "v1", "words m2", 200);
    assertThat(
            Judge.inbound(
                List.of(said(ANN, 1), said(ANN, 2)), List.of(heard(ANN, 1, "m1", 200), second)))
        .anyMatch(violation -> violation.startsWith("one person, several contacts"));
  }

  @Test
  void findsWhatWasTurnedRound() {
    assertThat(
            Judge.inbound(
                List.of(said(ANN, 1), said(ANN, 2)),
                List.of(heard(ANN, 2, "m2", 200), heard(ANN, 1, "m1", 200))))
        .containsExactly("called back in the wrong order: in 1 2 before in 1 1");
  }

  @Test
  void holdsEachSendToItsReport() {
    Asked send = asked(ANN, 1, "s1");
    Accepted once = new Accepted("out 1 1", ANN.userId(), "push", "key1");
    assertThat(
            Judge.outbound(List.of(send), List.of(once), List.of(report("QUEUED_ON_CHANNEL", ""))))
        .isEmpty();
    assertThat(Judge.outbound(List.of(send), List.of(), List.of(report("FAILED", "RATE_LIMITED"))))
        .isEmpty();
    assertThat(
            Judge.outbound(
                List.of(send), List.of(), List.of(report("QUEUED_ON_CHANNEL", "UNKNOWN"))))
        .isEmpty();
    assertThat(Judge.outbound(List.of(send), List.of(), List.of(report("QUEUED_ON_CHANNEL", ""))))
        .hasSize(1);
    assertThat(Judge.outbound(List.of(send), List.of(once), List.of(report("FAILED", ""))))
        .hasSize(1);
    assertThat(Judge.outbound(List.of(send), List.of(once), List.of()))
        .containsExactly("answered 200, and then nothing was ever heard of it: out 1 1 [s1]");
  }

  @Test
  void findsWhatWasSentTwice() {
    Accepted once = new Accepted("out 1 1", ANN.userId(), "push", "key1");
    Accepted again = new Accepted("out 1 1", ANN.userId(), "reply", "");
    assertThat(
            Judge.outbound(
                List.of(asked(ANN, 1, "s1")),
                List.of(once, again),
                List.of(report("QUEUED_ON_CHANNEL", "UNKNOWN"))))
        .anyMatch(violation -> violation.startsWith("accepted 2 times"));
    assertThat(Judge.outbound(List.of(), List.of(once, once), List.of()))
        .contains("accepted twice under one retry key: " + once)
        .contains("LINE was sent what nobody asked for: out 1 1");
    Asked twice = asked(ANN, 1, "s1");
    twice.answered("s2");
    assertThat(Judge.outbound(List.of(twice), List.of(), List.of()))
        .containsExactly("one Idempotency-Key, several messages: out 1 1 [s1, s2]");
  }

  @Test
  void findsSendsInTheWrongOrder() {
    assertThat(
            Judge.outbound(
                List.of(new Asked(ANN, 1, "k1"), new Asked(ANN, 2, "k2")),
                List.of(
                    new Accepted("out 1 2", ANN.userId(), "push", "key2"),
                    new Accepted("out 1 1", ANN.userId(), "push", "key1")),
                List.of()))
        .containsExactly("sent in the wrong order: out 1 2 [] before out 1 1 []");
  }

  private static Said said(Person person, int number) {
    Said said = new Said(person, number, "E" + person.number() + number, Instant.EPOCH, true);
    said.wasAnswered();
    return said;
  }

  private static Heard heard(Person person, int number, String messageId, int status) {
    return new Heard(
        Said.text(person, number),
        person.userId(),
        messageId,
        "c" + person.number(),
        "v" + person.number(),
        "words " + messageId,
        status);
  }

  private static Asked asked(Person person, int number, String messageId) {
    Asked asked = new Asked(person, number, "k");
    asked.answered(messageId);
    return asked;
  }

  private static Reported report(String status, String reason) {
    return new Reported("s1", status, reason, 200);
  }
}
