package dev.throughline.sandbox.line;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who saw, tapped and watched what was sent to many, or under an aggregation unit; and who saw and
 * tapped which rich menu.
 */
final class Insight {
  private static final int REMEMBERED = 2_000;
  private static final int MARKS_LIMIT = 100_000;
  private static final int[] QUARTERS = {25, 50, 75, 100};

  /**
   * One accepted request.
   *
   * @param marks who did what, in order: {@code seen 1}, {@code click 1 https://…}, {@code played
   *     1}, {@code played 1 25}, where 1 is the number of the message in the request
   */
  record Reach(
      String requestId,
      String via,
      Instant at,
      Optional<String> unit,
      int delivered,
      List<String> messageIds,
      Map<String, List<String>> marks) {

    List<String> who(String mark) {
      return marks.getOrDefault(mark, List.of());
    }

    /** Everybody who did something of a kind. */
    Set<String> anybody(String kind) {
      Set<String> people = new LinkedHashSet<>();
      marks.forEach((mark, who) -> {
        if (mark.startsWith(kind + " ")) {
          people.addAll(who);
        }
      });
      return people;
    }
  }

  private final World world;
  private final LinkedHashMap<String, Reach> reaches = new LinkedHashMap<>();

  /** By menu, day and area (-1 for the menu itself): who, in order. */
  private final LinkedHashMap<String, List<String>> menus = new LinkedHashMap<>();

  private int marks;

  Insight(World world) {
    this.world = world;
  }

  void sent(Reach reach) {
    world.lock.lock();
    try {
      reaches.put(reach.requestId, reach);
      if (reaches.size() > REMEMBERED) {
        reaches.remove(reaches.firstEntry().getKey());
      }
    } finally {
      world.lock.unlock();
    }
  }

  /** Somebody opens the chat: everything in it is seen, and so is the rich menu. */
  void opened(String userId) {
    world.lock.lock();
    try {
      for (var entry : world.chats.of(userId).after(0, Integer.MAX_VALUE).entries()) {
        ChatItem item = entry.value();
        reach(item).ifPresent(reach -> once(reach, "seen " + number(reach, item), userId));
      }
    } finally {
      world.lock.unlock();
    }
    world.richMenus.seenBy(userId).menu().ifPresent(menu -> menu(menu.id(), -1, userId));
  }

  /** Somebody follows a link of a message. */
  void clicked(String userId, ChatItem item, String url) {
    world.lock.lock();
    try {
      reach(item)
          .ifPresent(reach -> {
            once(reach, "seen " + number(reach, item), userId);
            mark(reach, "click " + number(reach, item) + " " + url, userId);
          });
    } finally {
      world.lock.unlock();
    }
  }

  void watched(String userId, ChatItem item, int percent) {
    world.lock.lock();
    try {
      reach(item)
          .ifPresent(reach -> {
            String played = "played " + number(reach, item);
            once(reach, "seen " + number(reach, item), userId);
            mark(reach, played, userId);
            for (int quarter : QUARTERS) {
              if (percent >= quarter) {
                mark(reach, played + " " + quarter, userId);
              }
            }
          });
    } finally {
      world.lock.unlock();
    }
  }

  /** Somebody sees a rich menu (area -1) or taps one of its areas. */
  void menu(String menuId, int area, String userId) {
    LocalDate day = LocalDate.ofInstant(world.clock.instant(), Counts.ZONE);
    world.lock.lock();
    try {
      if (marks < MARKS_LIMIT) {
        marks++;
        menus
            .computeIfAbsent(menuId + " " + day + " " + area, key -> new ArrayList<>())
            .add(userId);
        world.changed("insight", "");
      }
    } finally {
      world.lock.unlock();
    }
  }

  List<String> menu(String menuId, LocalDate day, int area) {
    world.lock.lock();
    try {
      return List.copyOf(menus.getOrDefault(menuId + " " + day + " " + area, List.of()));
    } finally {
      world.lock.unlock();
    }
  }

  Optional<Reach> find(String requestId) {
    world.lock.lock();
    try {
      return Optional.ofNullable(reaches.get(requestId));
    } finally {
      world.lock.unlock();
    }
  }

  /** Everything that was sent under a unit in these days. */
  List<Reach> ofUnit(String unit, LocalDate from, LocalDate to) {
    world.lock.lock();
    try {
      return reaches.values().stream()
          .filter(reach -> reach.unit.filter(unit::equals).isPresent())
          .filter(reach -> {
            LocalDate day = LocalDate.ofInstant(reach.at, Counts.ZONE);
            return !day.isBefore(from) && !day.isAfter(to);
          })
          .toList();
    } finally {
      world.lock.unlock();
    }
  }

  private Optional<Reach> reach(ChatItem item) {
    return item.fromBot() ? item.origin().map(reaches::get) : Optional.empty();
  }

  private static int number(Reach reach, ChatItem item) {
    return reach.messageIds.indexOf(item.messageId()) + 1;
  }

  private void once(Reach reach, String mark, String userId) {
    if (!reach.who(mark).contains(userId)) {
      mark(reach, mark, userId);
    }
  }

  private void mark(Reach reach, String mark, String userId) {
    if (marks < MARKS_LIMIT) {
      marks++;
      reach.marks.computeIfAbsent(mark, key -> new ArrayList<>()).add(userId);
      world.changed("insight", "");
    }
  }

  record Saved(List<Reach> reaches, Map<String, List<String>> menus) {}

  Saved save() {
    return new Saved(List.copyOf(reaches.values()), new LinkedHashMap<>(menus));
  }

  void restore(Saved saved) {
    saved.reaches.forEach(reach -> reaches.put(reach.requestId, reach));
    menus.putAll(saved.menus);
  }
}
