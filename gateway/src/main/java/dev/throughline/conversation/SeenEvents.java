package dev.throughline.conversation;

import dev.throughline.store.DatabaseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Marks events as seen, and tells which are new. Mostly all are: then nobody looks for them first,
 * and the key of the table says if one was there. After that, and where a transaction has done
 * something already, they are looked for. Only the fold uses it, and nobody else marks any.
 */
final class SeenEvents {
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
    if (untouched && looks == 0) {
      try {
        ConverseStore.markSeen(transaction, fresh);
        return ids(fresh);
      } catch (SQLException e) {
        if (!isRepeated(e)) {
          throw e;
        }
        transaction.rollback();
        looks = LOOKS_AFTER_A_REPEAT;
      }
    }
    looks = Math.max(0, looks - 1);
    Set<EventKey> before = ConverseStore.seenBefore(transaction, fresh);
    if (!before.isEmpty()) {
      looks = LOOKS_AFTER_A_REPEAT;
      fresh.removeAll(before);
    }
    ConverseStore.markSeen(transaction, fresh);
    return ids(fresh);
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
