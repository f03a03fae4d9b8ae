package dev.throughline.bench;

import java.util.List;

/** What is worth saying about one number measured once a round. */
record Spread(double median, double min, double max, List<Double> perRound) {
  Spread {
    perRound = List.copyOf(perRound);
  }

  static Spread of(List<Double> perRound) {
    if (perRound.isEmpty()) {
      throw new IllegalArgumentException("a spread needs at least one round");
    }
    List<Double> sorted = perRound.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.getFirst(), sorted.getLast(), perRound);
  }
}
