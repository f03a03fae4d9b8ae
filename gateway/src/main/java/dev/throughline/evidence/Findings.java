package dev.throughline.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Collects what an audit finds, and tells about it as it goes on; keeps a bounded number. */
final class Findings {
  /** More are counted, and not kept. */
  static final int MAX_KEPT = 10_000;

  private final Consumer<String> lines;
  private final List<Fsck.Problem> problems = new ArrayList<>();
  private long found;

  Findings(Consumer<String> lines) {
    this.lines = lines;
  }

  void problem(Fsck.Place place, String sentence) {
    found++;
    if (problems.size() < MAX_KEPT) {
      Fsck.Problem problem = new Fsck.Problem(place, sentence);
      problems.add(problem);
      lines.accept("PROBLEM  " + problem);
    }
  }

  void problem(long entry, String sentence) {
    problem(new Fsck.Place.Entry(entry), sentence);
  }

  void note(String sentence) {
    lines.accept("         " + sentence);
  }

  List<Fsck.Problem> problems() {
    return List.copyOf(problems);
  }

  long found() {
    return found;
  }
}
