package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** A quantile is never below the true one, and at most 1/128 above it, whatever was recorded. */
class HistogramTest {
  private static final double[] FRACTIONS = {0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

  @Test
  void quantilesOfGeneratedDurationsAreWithinOnePart128OfTheTrueOnes() {
    long seed = System.nanoTime();
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int run = 0; run < 50; run++) {
      long[] values = new long[1 + random.nextInt(5_000)];
      Histogram histogram = new Histogram();
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextLong(1L << random.nextInt(1, 42));
        histogram.record(values[i]);
      }
      Arrays.sort(values);
      for (double fraction : FRACTIONS) {
        long exact = values[(int) Math.max(0, Math.ceil(fraction * values.length) - 1)];
        assertThat(histogram.quantile(fraction))
            .as("quantile %s of %d values, run %d, seed %d", fraction, values.length, run, seed)
            .isBetween(exact, exact + exact / 128);
      }
    }
  }

  @Test
  void shortDurationsAreExact() {
    Histogram histogram = new Histogram();
    for (int nanos = 0; nanos < 256; nanos++) {
      histogram.record(nanos);
    }
    assertThat(histogram.quantile(0.5)).isEqualTo(127);
    assertThat(histogram.max()).isEqualTo(255);
  }

  @Test
  void sumsAndTravelsWithoutLoss() {
    Histogram one = new Histogram();
    Histogram other = new Histogram();
    one.record(1_000);
    other.record(9_000_000);
    one.add(other);

    Histogram arrived = Histogram.of(one.sparse());

    assertThat(arrived.sparse()).isEqualTo(one.sparse());
    assertThat(arrived.count()).isEqualTo(2);
    assertThat(arrived.max()).isEqualTo(9_000_000);
  }

  @Test
  void extremesStayInRange() {
    Histogram histogram = new Histogram();
    histogram.record(-5);
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.quantile(0.5)).isZero();
    assertThat(histogram.quantile(1)).isEqualTo((1L << 42) - 1);
    assertThatThrownBy(() -> histogram.quantile(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void emptyHasNoQuantiles() {
    assertThat(new Histogram().quantile(0.99)).isZero();
  }
}
