package dev.throughline.policy;

import dev.throughline.message.MessageClass;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * When an app leaves people alone, by the clock on their wall.
 *
 * @param zone of people of whom nothing better is known
 */
public record QuietHours(ZoneId zone, List<Window> windows, List<Holidays> holidays) {
  public static final QuietHours NONE = new QuietHours(ZoneOffset.UTC, List.of(), List.of());

  public QuietHours {
    windows = List.copyOf(windows);
    holidays = List.copyOf(holidays);
  }

  /** A time of which local clocks say that it is quiet, and until when. */
  private interface Rule {
    Set<MessageClass> classes();

    /** When it ends, if it covers this time. */
    Optional<LocalDateTime> end(LocalDateTime local);
  }

  /**
   * @param days on which it begins
   * @param to not quiet any more; at or before {@code from} it is on the day after
   */
  public record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to, Set<MessageClass> classes)
      implements Rule {
    public Window {
      days = Set.copyOf(days);
      classes = Set.copyOf(classes);
    }

    @Override
    public Optional<LocalDateTime> end(LocalDateTime local) {
      LocalDate today = local.toLocalDate();
      LocalTime time = local.toLocalTime();
      boolean overnight = !from.isBefore(to);
      if (days.contains(today.getDayOfWeek())
          && !time.isBefore(from)
          && (overnight || time.isBefore(to))) {
        return Optional.of((overnight ? today.plusDays(1) : today).atTime(to));
      }
      boolean sinceYesterday =
          overnight && days.contains(today.minusDays(1).getDayOfWeek()) && time.isBefore(to);
      return sinceYesterday ? Optional.of(today.atTime(to)) : Optional.empty();
    }
  }

  /** Days that are quiet as a whole. */
  public record Holidays(String name, Set<LocalDate> dates, Set<MessageClass> classes)
      implements Rule {
    public Holidays {
      dates = Set.copyOf(dates);
      classes = Set.copyOf(classes);
    }

    @Override
    public Optional<LocalDateTime> end(LocalDateTime local) {
      LocalDate today = local.toLocalDate();
      return dates.contains(today)
          ? Optional.of(today.plusDays(1).atStartOfDay())
          : Optional.empty();
    }
  }

  /** Whether messages of this class are ever held. */
  public boolean concern(MessageClass sent) {
    return rules(sent).findAny().isPresent();
  }

  /**
   * The first time from {@code now} on that is not quiet for somebody in {@code zone}: {@code now}
   * itself if it is not. Clocks that are put forward end what they skip; put back, they may enter a
   * window again.
   */
  public Instant opens(MessageClass sent, Instant now, ZoneId zone) {
    List<Rule> rules = rules(sent).toList();
    Instant at = now;
    while (true) {
      LocalDateTime local = LocalDateTime.ofInstant(at, zone);
      Optional<LocalDateTime> end =
          rules.stream().flatMap(rule -> rule.end(local).stream()).max(LocalDateTime::compareTo);
      if (end.isEmpty()) {
        return at;
      }
      at = first(end.get(), at, zone);
    }
  }

  /** When clocks first show {@code local} or more after {@code at}, or are changed before that. */
  private static Instant first(LocalDateTime local, Instant at, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    Instant shown =
        offsets.isEmpty()
            ? zone.getRules().getTransition(local).getInstant()
            : offsets.stream()
                .map(local::toInstant)
                .sorted()
                .filter(at::isBefore)
                .findFirst()
                .orElseThrow(() -> new AssertionError("a local time that is to come"));
    ZoneOffsetTransition change = zone.getRules().nextTransition(at);
    return change != null && change.getInstant().isBefore(shown) ? change.getInstant() : shown;
  }

  private Stream<Rule> rules(MessageClass sent) {
    return Stream.<Rule>concat(windows.stream(), holidays.stream())
        .filter(rule -> rule.classes().contains(sent));
  }

  /** Whether windows leave some time of each week to messages of this class. */
  boolean leavesTime(MessageClass sent) {
    List<Window> all = windows.stream().filter(w -> w.classes().contains(sent)).toList();
    LocalDateTime monday = LocalDate.of(2024, 1, 1).atStartOfDay();
    return Stream.iterate(monday, at -> at.plusMinutes(1))
        .limit(7 * 24 * 60)
        .anyMatch(at -> all.stream().allMatch(window -> window.end(at).isEmpty()));
  }
}
