package dev.throughline.app.crash;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one run, or several together, came to.
 *
 * @param loaded kills while {@link CrashPlan#IN_FLIGHT} requests or more were in flight
 * @param appending kills that cut off requests which were on the wire
 * @param folding kills after which durable entries were not folded yet
 * @param attempting kills between an attempt and its outcome
 * @param eventsAnswered events in requests that were answered 200, the same ones again included
 * @param up for how long the gateway was there to be talked to
 * @param slowestAnswer from a kill's restart until a webhook was answered 200
 * @param kept where the data lies, if anything is wrong
 */
record CrashReport(
    List<String> names,
    int kills,
    int postgresKills,
    int loaded,
    int appending,
    int folding,
    int attempting,
    int events,
    long eventsAnswered,
    Duration up,
    int mostInFlight,
    int sends,
    int callbacks,
    Duration slowestAnswer,
    Duration drained,
    Map<String, Long> entries,
    Map<String, Long> remarks,
    List<String> violations,
    Optional<Path> kept) {

  private static final int SHOWN = 25;

  long eventsPerSecond() {
    return up.isZero() ? 0 : eventsAnswered * 1_000 / up.toMillis();
  }

  CrashReport plus(CrashReport other) {
    List<String> allNames = new ArrayList<>(names);
    allNames.addAll(other.names);
    List<String> allViolations = new ArrayList<>(violations);
    allViolations.addAll(other.violations);
    return new CrashReport(
        allNames,
        kills + other.kills,
        postgresKills + other.postgresKills,
        loaded + other.loaded,
        appending + other.appending,
        folding + other.folding,
        attempting + other.attempting,
        events + other.events,
        eventsAnswered + other.eventsAnswered,
        up.plus(other.up),
        Math.max(mostInFlight, other.mostInFlight),
        sends + other.sends,
        callbacks + other.callbacks,
        longer(slowestAnswer, other.slowestAnswer),
        longer(drained, other.drained),
        sum(entries, other.entries),
        sum(remarks, other.remarks),
        allViolations,
        kept.or(other::kept));
  }

  /** All that is wrong: what was violated, and what no kill ever hit. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>(violations);
    if (loaded == 0) {
      complaints.add("no kill hit " + CrashPlan.IN_FLIGHT + " requests in flight");
    }
    if (appending == 0) {
      complaints.add("no kill hit an append: nothing was shown about it");
    }
    if (folding == 0) {
      complaints.add("no kill hit the fold: nothing was shown about it");
    }
    if (attempting == 0) {
      complaints.add("no kill hit an open attempt: nothing was shown about it");
    }
    return complaints;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        %d kills (%d with PostgreSQL) in %s
          hit: %d requests in flight or more %d, append %d, fold %d, open attempt %d
          %d events said, %d/s answered while it was up, at most %d requests in flight
          %d sends, %d callbacks; slowest answer after a kill %.1f s; drained in %.1f s at most
          entries %s
          remarks %s
        """
            .formatted(
                kills,
                postgresKills,
                String.join(", ", names),
                CrashPlan.IN_FLIGHT,
                loaded,
                appending,
                folding,
                attempting,
                events,
                eventsPerSecond(),
                mostInFlight,
                sends,
                callbacks,
                slowestAnswer.toMillis() / 1e3,
                drained.toMillis() / 1e3,
                entries,
                remarks));
    List<String> complaints = complaints();
    text.append("  violations ").append(complaints.size()).append('\n');
    complaints.stream().limit(SHOWN).forEach(one -> text.append("    ").append(one).append('\n'));
    if (complaints.size() > SHOWN) {
      text.append("    and ").append(complaints.size() - SHOWN).append(" more\n");
    }
    kept.ifPresent(path -> text.append("  kept ").append(path).append('\n'));
    return text.toString();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Map<String, Long> sum(Map<String, Long> one, Map<String, Long> other) {
    Map<String, Long> sum = new java.util.TreeMap<>(one);
    other.forEach((name, count) -> sum.merge(name, count, Long::sum));
    return sum;
  }
}
