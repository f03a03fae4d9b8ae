package dev.throughline.bench;

import java.util.Locale;

/** What the project asks of itself on the machine at hand; docs/benchmarks.md says why. */
final class Conditions {
  static final double TO_SPRING = 0.6;
  static final double TO_EXPRESS = 1.75;
  static final double FIXED_P99_MILLIS = 25;
  static final double RESIDENT_MEGABYTES = 400;
  static final double ENTRIES_PER_SECOND = 20_000;
  static final double RENDERED_PER_SECOND = 100_000;
  static final double PARSED_PER_SECOND = 100_000;
  static final double SENDS_PER_SECOND = 3_000;
  static final double SENDS_PER_SECOND_EVER = 1_500;
  static final double PLANNED_SECONDS = 60;
  static final double OF_THE_PUBLISHED_RATE = 0.95;
  static final double STOP_MILLIS = 1_000;
  static final double FIRST_START_SECONDS = 8;
  static final double SECOND_START_SECONDS = 3;

  private Conditions() {}

  static IngestReport.Verdict atLeast(String what, double measured, double least) {
    return new IngestReport.Verdict(what + " >= " + plain(least), measured, measured >= least);
  }

  static IngestReport.Verdict atMost(String what, double measured, double most) {
    return new IngestReport.Verdict(what + " <= " + plain(most), measured, measured <= most);
  }

  static String line(IngestReport.Verdict verdict) {
    return String.format(
        Locale.ROOT,
        "%-8s %s: %.2f",
        verdict.met() ? "met" : "NOT MET",
        verdict.condition(),
        verdict.measured());
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
