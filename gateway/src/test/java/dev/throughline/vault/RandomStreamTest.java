package dev.throughline.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RandomStreamTest {
  private static final int SEED = 7;

  @Test
  void nothingComesTwice() {
    RandomStream stream = new RandomStream(new Counted());
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      assertThat(seen.add(HexFormat.of().formatHex(stream.next(12)))).isTrue();
    }
  }

  @Test
  void everyBitIsSetHalfOfTheTime() {
    RandomStream stream = new RandomStream(new Counted());
    int ones = 0;
    int bytes = 0;
    for (int i = 0; i < 10_000; i++) {
      for (byte b : stream.next(32)) {
        ones += Integer.bitCount(b & 0xff);
        bytes++;
      }
    }
    assertThat(ones / (8.0 * bytes)).isBetween(0.499, 0.501);
  }

  /** A whole block apart: what lies between was erased with its key. */
  @Test
  void theSameSeedGivesTheSameStreamAndAnotherSeedAnother() {
    assertThat(new RandomStream(new Counted()).next(64))
        .isEqualTo(new RandomStream(new Counted()).next(64));
    Counted other = new Counted();
    other.nextBytes(new byte[1]);
    assertThat(new RandomStream(other).next(64))
        .isNotEqualTo(new RandomStream(new Counted()).next(64));
  }

  @Test
  void thePlatformsGeneratorIsMixedInAgainAfterAMegabyte() {
    Counted seeds = new Counted();
    RandomStream stream = new RandomStream(seeds);
    for (int i = 0; i < 3 << 10; i++) {
      stream.next(1_024);
    }
    assertThat(seeds.asked).isBetween(3, 5);
  }

  /** Gives other bytes each time, always in the same order. */
  private static final class Counted extends SecureRandom {
    private static final long serialVersionUID = 1;

    private int asked;

    @Override
    public void nextBytes(byte[] bytes) {
      asked++;
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (SEED * asked + i);
      }
    }
  }
}
