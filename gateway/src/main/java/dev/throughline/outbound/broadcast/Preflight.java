package dev.throughline.outbound.broadcast;

import dev.throughline.conversation.App;
import dev.throughline.message.ChannelName;
import dev.throughline.message.MessageClass;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is known of an audience before anything is sent.
 *
 * @param duplicates who came more than once
 * @param reachable people by the channel that reaches them first
 * @param unreachable people by why nothing does
 * @param zones of those who are reached, by whose clock; empty where no such message is ever held
 */
public record Preflight(
    long duplicates,
    Map<ChannelName, Long> reachable,
    Map<String, Long> unreachable,
    Map<ZoneId, Long> zones) {
  // What is counted under these words.
  static final String DUPLICATE = "DUPLICATE";
  static final String REACHABLE = "REACHABLE_";
  static final String ZONE = "ZONE_";

  static Preflight of(Map<String, Long> counts) {
    Map<ChannelName, Long> reachable = new TreeMap<>(Comparator.comparing(ChannelName::value));
    Map<String, Long> unreachable = new TreeMap<>();
    Map<ZoneId, Long> zones = new TreeMap<>(Comparator.comparing(ZoneId::getId));
    counts.forEach((word, count) -> {
      if (word.startsWith(REACHABLE)) {
        reachable.put(new ChannelName(word.substring(REACHABLE.length())), count);
      } else if (word.startsWith(ZONE)) {
        zones.put(ZoneId.of(word.substring(ZONE.length())), count);
      } else if (!word.equals(DUPLICATE)) {
        unreachable.put(word, count);
      }
    });
    return new Preflight(counts.getOrDefault(DUPLICATE, 0L), reachable, unreachable, zones);
  }

  public long reached() {
    return sum(reachable);
  }

  public long people() {
    return reached() + sum(unreachable);
  }

  /** Those whose clocks say the same. */
  public record Zone(ZoneId zone, long people, Instant opens) {}

  /** Those of whom it is quiet now, and until when. */
  public List<Zone> quiet(App app, MessageClass sent, Instant now) {
    return zones.entrySet().stream()
        .map(each ->
            new Zone(
                each.getKey(),
                each.getValue(),
                app.settings().policy().quietHours().opens(sent, now, each.getKey())))
        .filter(zone -> zone.opens().isAfter(now))
        .toList();
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
