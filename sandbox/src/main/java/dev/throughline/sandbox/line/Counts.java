package dev.throughline.sandbox.line;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** How much was sent: by month against the quota, by day and kind for the delivery endpoints. */
final class Counts {
  /** LINE counts days in UTC+9; the emulator counts months there too. */
  static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

  /** Beyond it, LINE sends but drops the unit silently. */
  static final int UNITS_A_MONTH = 1000;

  private static final int MONTHS_KEPT = 24;
  private static final int DAYS_KEPT = 2000;

  /** For the state file. */
  record Saved(
      Map<String, Long> months, Map<String, Long> days, String unitsMonth, List<String> units) {}

  private final TreeMap<String, Long> months = new TreeMap<>();
  private final TreeMap<String, Long> days = new TreeMap<>();
  private String unitsMonth = "";
  private final Set<String> units = new LinkedHashSet<>();

  /**
   * @param recipients each counts once, however many message objects it got
   */
  synchronized void sent(String via, long recipients, Instant at) {
    LocalDate day = LocalDate.ofInstant(at, ZONE);
    days.merge(day + " " + via, recipients, Long::sum);
    while (days.size() > DAYS_KEPT) {
      days.pollFirstEntry();
    }
    // Replies are free; notification messages are billed apart.
    if (!via.equals("reply") && !via.startsWith("pnp")) {
      months.merge(YearMonth.from(day).toString(), recipients, Long::sum);
      while (months.size() > MONTHS_KEPT) {
        months.pollFirstEntry();
      }
    }
  }

  synchronized long inMonth(Instant at) {
    return months.getOrDefault(YearMonth.from(LocalDate.ofInstant(at, ZONE)).toString(), 0L);
  }

  synchronized long onDay(String via, LocalDate day) {
    return days.getOrDefault(day + " " + via, 0L);
  }

  /** Whether the unit is counted; beyond the limit it is dropped in silence. */
  synchronized boolean unit(String name, Instant at) {
    String month = YearMonth.from(LocalDate.ofInstant(at, ZONE)).toString();
    if (!month.equals(unitsMonth)) {
      unitsMonth = month;
      units.clear();
    }
    if (units.size() < UNITS_A_MONTH) {
      units.add(name);
    }
    return units.contains(name);
  }

  synchronized List<String> unitsInMonth(Instant at) {
    String month = YearMonth.from(LocalDate.ofInstant(at, ZONE)).toString();
    return month.equals(unitsMonth) ? List.copyOf(units) : List.of();
  }

  synchronized Saved save() {
    return new Saved(new TreeMap<>(months), new TreeMap<>(days), unitsMonth, List.copyOf(units));
  }

  synchronized void restore(Saved saved) {
    months.putAll(saved.months);
    days.putAll(saved.days);
    unitsMonth = saved.unitsMonth;
    units.addAll(saved.units);
  }
}
