package dev.throughline.conversation;

import dev.throughline.store.CopyRows;
import dev.throughline.store.DatabaseException;
import dev.throughline.store.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Marks events as seen, and tells which are new. Mostly all are: then nobody looks for them first,
 * and the key of the table says if one was there. After that, and where a transaction has done
 * something already, they are looked for. Only the fold uses it, and nobody else marks any.
 */
final class SeenEvents {
  private static final String SEEN =
      "select event from seen where day = ? and event = any (?::uuid[])";

  private static final String COPY = "copy seen (day, event) from stdin (format binary)";

  /** Who sends something again has more of it. */
  private static final int LOOKS_AFTER_A_REPEAT = 50;

  /** Of a day's partition. */
  private static final Pattern KEY = Pattern.compile("seen_\\d+_pkey");

  private int looks;

  /**
   * @param untouched whether the transaction has done nothing yet: it may be begun anew
   */
  Set<UUID> mark(Connection transaction, Collection<EventKey> events, boolean untouched)
      throws SQLException {
    Set<EventKey> fresh = new LinkedHashSet<>(events);
    try {
      if (!untouched || looks > 0) {
        fresh.removeAll(lookedFor(transaction, fresh));
      }
      mark(transaction, fresh);
      return ids(fresh);
    } catch (SQLException e) {
      if (!untouched || !isRepeated(e)) {
        throw e;
      }
    }
    // Also after a look in vain: a transaction that stands by now had not been committed then.
    transaction.rollback();
    looks = LOOKS_AFTER_A_REPEAT;
    return mark(transaction, events, false);
  }

  private Set<EventKey> lookedFor(Connection transaction, Collection<EventKey> events)
      throws SQLException {
    Set<EventKey> before = seenBefore(transaction, events);
    looks = before.isEmpty() ? Math.max(0, looks - 1) : LOOKS_AFTER_A_REPEAT;
    return before;
  }

  private static void mark(Connection transaction, Collection<EventKey> unseen)
      throws SQLException {
    if (unseen.isEmpty()) {
      return;
    }
    try (CopyRows copy = CopyRows.into(transaction, COPY, 2)) {
      for (EventKey event : unseen) {
        copy.row().date(event.day()).uuid(event.id());
      }
      copy.end();
    }
  }

  private static Set<EventKey> seenBefore(Connection transaction, Collection<EventKey> events)
      throws SQLException {
    Map<LocalDate, List<UUID>> days = new HashMap<>();
    for (EventKey event : events) {
      days.computeIfAbsent(event.day(), day -> new ArrayList<>()).add(event.id());
    }
    Set<EventKey> found = new HashSet<>();
    for (Map.Entry<LocalDate, List<UUID>> day : days.entrySet()) {
      try (PreparedStatement s = transaction.prepareStatement(SEEN)) {
        s.setObject(1, day.getKey());
        s.setArray(2, UuidArray.of(transaction, day.getValue()));
        try (ResultSet row = s.executeQuery()) {
          while (row.next()) {
            found.add(new EventKey(day.getKey(), row.getObject(1, UUID.class)));
          }
        }
      }
    }
    return found;
  }

  private static boolean isRepeated(SQLException failure) {
    return DatabaseException.of(failure) instanceof DatabaseException.UniqueViolation violation
        && KEY.matcher(violation.constraint()).matches();
  }

  private static Set<UUID> ids(Collection<EventKey> events) {
    Set<UUID> ids = LinkedHashSet.newLinkedHashSet(events.size());
    events.forEach(event -> ids.add(event.id()));
    return ids;
  }
}
