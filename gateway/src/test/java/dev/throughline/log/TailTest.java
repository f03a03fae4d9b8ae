package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A burst is what many wait for outside. What the gateway itself writes while it sends is none: a
 * fold that rested for that would hold up the sends, and bring nobody an answer.
 */
final class TailTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final Tail tail = new Tail();

  @Test
  void manyRequestsAreABurst() {
    tail.add(batch(drafts(Kind.REQUEST, 16)));

    assertThat(tail.burst(0)).map(Tail.Burst::drafts).contains(16);
  }

  @Test
  void aBurstThatIsHeldUpIsNotOver() throws InterruptedException {
    tail.add(batch(drafts(Kind.REQUEST, 16)));
    Thread.sleep(60);

    assertThat(tail.burst(15)).isEmpty();
    assertThat(tail.burst(16)).isPresent();
    Thread.sleep(500);
    assertThat(tail.burst(16)).isEmpty();
  }

  @Test
  void fewAreNone() {
    tail.add(batch(drafts(Kind.WEBHOOK, 15)));

    assertThat(tail.burst(0)).isEmpty();
  }

  @Test
  void whatIsWrittenOfSendsIsNone() {
    List<Draft> all = new ArrayList<>(drafts(Kind.ATTEMPT, 40));
    all.addAll(drafts(Kind.OUTCOME, 40));
    all.addAll(drafts(Kind.REQUEST, 3));

    tail.add(batch(all));

    assertThat(tail.burst(0)).isEmpty();
  }

  @Test
  void requestsAmongThemMakeThemOne() {
    List<Draft> all = new ArrayList<>(drafts(Kind.OUTCOME, 12));
    all.addAll(drafts(Kind.REQUEST, 4));

    tail.add(batch(all));

    assertThat(tail.burst(0)).map(Tail.Burst::takenIn).contains(4);
  }

  private static Batch batch(List<Draft> drafts) {
    Head head = Head.empty(Head.Shard.first("tail.example", NOW));
    return Batch.build(new Ulid(1, 1), head, NOW, drafts);
  }

  private static List<Draft> drafts(Kind kind, int count) {
    return IntStream.range(0, count)
        .mapToObj(n ->
            new Draft(
                new Ulid(kind.token().hashCode(), n),
                kind,
                new Subject.Installation(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                CompactRange.EMPTY.root(),
                Bytes.EMPTY,
                false,
                Map.of(),
                Optional.empty(),
                OptionalLong.empty()))
        .toList();
  }
}
