package dev.throughline.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Holds about as many as it was told to, and rather those that were asked for lately. */
class KeyCacheTest {
  @Test
  void forgetsWhatNobodyAskedFor() {
    KeyCache<Integer, String> cache = new KeyCache<>(100);
    cache.put(-1, "asked for");
    cache.put(-2, "forgotten");
    for (int i = 0; i < 1_000; i++) {
      cache.put(i, "other");
      assertThat(cache.get(-1)).contains("asked for");
    }
    assertThat(cache.get(-2)).isEmpty();
    assertThat(cache.get(999)).isPresent();
    assertThat(IntStream.range(0, 1_000).filter(i -> cache.get(i).isPresent()).count())
        .isLessThanOrEqualTo(100);
  }
}
