package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.message.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What was kept is read as it was, until it is let go; what has no room is said to have none. */
final class ClearPartsTest {
  private final ClearParts parts = new ClearParts();

  @Test
  void whatComesAndGoesInOrderIsReadAsItWas() {
    record Kept(ClearParts.Place place, List<Bytes> written) {}
    Random random = new Random(7);
    ArrayDeque<Kept> kept = new ArrayDeque<>();
    long most = 0;
    long held = 0;
    for (int i = 0; i < 20_000; i++) {
      List<Bytes> some = some(random);
      kept.add(new Kept(parts.keep(some).orElseThrow(), some));
      held += bytes(some);
      most = Math.max(most, held);
      while (held > 8L * ClearParts.CHUNK || random.nextInt(3) == 0 && !kept.isEmpty()) {
        Kept first = kept.removeFirst();
        assertThat(first.place().read()).isEqualTo(present(first.written()));
        first.place().letGo();
        held -= bytes(first.written());
      }
    }
    assertThat(kept)
        .allSatisfy(one -> assertThat(one.place().read()).isEqualTo(present(one.written())));
    assertThat(most).isGreaterThan(4L * ClearParts.CHUNK);
  }

  @Test
  void hasRoomForSoMuchAndAgainOnceThatIsLetGo() {
    List<Bytes> half = List.of(Bytes.wrap(new byte[ClearParts.CHUNK / 2 - Integer.BYTES]));
    for (int round = 0; round < 3; round++) {
      List<ClearParts.Place> places =
          Stream.generate(() -> parts.keep(half)).limit(48).map(Optional::orElseThrow).toList();
      assertThat(48L * ClearParts.CHUNK / 2).isEqualTo(ClearParts.MAX_BYTES);
      assertThat(parts.keep(half)).isEmpty();
      places.forEach(ClearParts.Place::letGo);
    }
  }

  @Test
  void hasNoRoomForWhatIsLargerThanAChunk() {
    assertThat(parts.keep(List.of(Bytes.wrap(new byte[ClearParts.CHUNK])))).isEmpty();
    assertThat(parts.keep(List.of(Bytes.wrap(new byte[ClearParts.CHUNK - Integer.BYTES]))))
        .isPresent();
  }

  @Test
  void nothingIsKeptOfNoParts() {
    assertThat(parts.keep(List.of()).orElseThrow().read()).isEmpty();
  }

  private static List<Bytes> some(Random random) {
    List<Bytes> some = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      byte[] part = new byte[random.nextInt(random.nextInt(50) == 0 ? 300_000 : 3_000)];
      random.nextBytes(part);
      some.add(Bytes.wrap(part));
    }
    return some;
  }

  private static long bytes(List<Bytes> some) {
    return some.stream().mapToLong(Bytes::length).sum();
  }

  private static List<Optional<Bytes>> present(List<Bytes> some) {
    return some.stream().map(Optional::of).toList();
  }
}
