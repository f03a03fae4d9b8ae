package dev.throughline.policy;

import dev.throughline.message.ConsentList;
import dev.throughline.message.MessageClass;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * What is known of an address at one app.
 *
 * @param out lists that it is on
 * @param in lists that somebody asked to be taken off, and has not come back on since
 */
public record Standing(Set<ConsentList> out, Set<ConsentList> in, List<Suppression> suppressions) {
  public static final Standing UNKNOWN = new Standing(Set.of(), Set.of(), List.of());

  public Standing {
    out = Set.copyOf(out);
    in = Set.copyOf(in);
    suppressions = List.copyOf(suppressions);
  }

  boolean refuses(MessageClass sent) {
    return out.stream().anyMatch(list -> list.covers(sent));
  }

  boolean wants(MessageClass sent) {
    return in.stream().anyMatch(list -> list.covers(sent));
  }

  boolean isSuppressed(MessageClass sent, Instant now) {
    return suppressions.stream().anyMatch(each -> each.holds(sent, now));
  }
}
