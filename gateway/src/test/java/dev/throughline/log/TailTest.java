package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.TreeHash;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A burst is what many wait for outside. What the gateway itself writes while it sends is none: a
 * fold that rested for that would hold up the sends, and bring nobody an answer. Nor does it gather
 * while there is something that what follows waits for.
 */
final class TailTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private static final Head EMPTY = Head.empty(Head.Shard.first("tail.example", NOW));

  private final Tail tail = new Tail();
  private Head head = EMPTY;

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

  /** Entries that are too large for it are read from the tables, and so is what follows them. */
  @Test
  void whatHasNoRoomIsAGapUntilTheRestIsTaken() {
    add(List.of(draft(0, "one"), draft(1, "two"), draft(2, "x".repeat(ClearParts.CHUNK))));
    add(List.of(draft(3, "four")));

    assertThat(taken(0)).containsExactly("one", "two");
    assertThat(taken(1)).containsExactly("two");
    assertThat(taken(2)).isEmpty();
    add(List.of(draft(4, "five")));
    assertThat(taken(3)).isEmpty();
    assertThat(taken(4)).containsExactly("five");
  }

  @Test
  void holdsSoManyEntriesHoweverSmall() {
    for (int i = 0; i < 33; i++) {
      add(drafts(Kind.ATTEMPT, 1_000));
    }

    assertThat(tail.take(0, 40_000, Long.MAX_VALUE)).hasSize(Tail.MAX_HELD);
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

  @Test
  void whatPlatformsTellAndAttemptsMayGather() throws Exception {
    add(drafts(Kind.WEBHOOK, 3));
    add(drafts(Kind.ATTEMPT, 3));

    assertThat(gathers(0, 7)).isTrue();
    assertThat(gathers(0, 6)).isFalse();
  }

  @Test
  void aSendAndItsOutcomePress() throws Exception {
    add(drafts(Kind.WEBHOOK, 3));
    add(drafts(Kind.OUTCOME, 1));
    add(drafts(Kind.WEBHOOK, 3));

    assertThat(gathers(0, 100)).isFalse();
    assertThat(gathers(3, 100)).isFalse();
    assertThat(gathers(4, 100)).isTrue();
    add(drafts(Kind.REQUEST, 1));
    assertThat(gathers(4, 100)).isFalse();
  }

  @Test
  void whatAnotherNodeWrotePresses() throws Exception {
    tail.reset(5);

    assertThat(gathers(4, 100)).isFalse();
    assertThat(gathers(5, 100)).isTrue();
  }

  @Test
  void whoIsInAHurryEndsIt() throws Exception {
    AtomicBoolean hurry = new AtomicBoolean();
    Thread gathering =
        Thread.startVirtualThread(() -> {
          try {
            tail.gather(0, 100, Duration.ofMinutes(1), hurry::get);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(gathering.join(Duration.ofMillis(100))).isFalse();
    hurry.set(true);
    tail.wake();

    assertThat(gathering.join(Duration.ofSeconds(10))).isTrue();
  }

  /** Whether a reader at this position is kept waiting for more. */
  private boolean gathers(long position, int enough) throws InterruptedException {
    Duration patience = Duration.ofMillis(200);
    long start = System.nanoTime();
    tail.gather(position, enough, patience, () -> false);
    return System.nanoTime() - start >= patience.toNanos();
  }

  private void add(List<Draft> drafts) {
    Batch next = Batch.build(new Ulid(1, 1), head, NOW, drafts);
    head = next.after();
    tail.add(next);
  }

  private List<String> taken(long from) {
    return tail.take(from, 100, Log.MAX_READ).stream()
        .map(entry -> entry.body().orElseThrow().asUtf8())
        .toList();
  }

  private static Batch batch(List<Draft> drafts) {
    return Batch.build(new Ulid(1, 1), EMPTY, NOW, drafts);
  }

  private static List<Draft> drafts(Kind kind, int count) {
    return IntStream.range(0, count).mapToObj(n -> draft(kind, n, List.of())).toList();
  }

  private static Draft draft(int number, String body) {
    return draft(Kind.WEBHOOK, number, List.of(Bytes.utf8(body)));
  }

  private static Draft draft(Kind kind, int number, List<Bytes> parts) {
    return new Draft(
        new Ulid(kind.token().hashCode(), number),
        kind,
        new Subject.Installation(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        parts,
        Optional.empty(),
        parts.isEmpty() ? CompactRange.EMPTY.root() : TreeHash.leaf(new byte[0]),
        Bytes.EMPTY,
        false,
        Map.of(),
        Optional.empty(),
        OptionalLong.empty());
  }
}
