package dev.throughline.conversation;

import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What there is of a message besides itself: the log's entries about it, and its plan. */
public final class MessageTrail {
  /** Far more than any message has: its attempts, their outcomes, what was told of it. */
  private static final int MAX_ENTRIES = 1_000;

  private static final String ENTRIES =
      "select index from message_entry where message = ? order by index limit ?";

  private static final String HOLDS = "select 1 from message_entry where message = ? and index = ?";

  private final Database database;
  private final Vault vault;
  private final Log log;

  public MessageTrail(Database database, Vault vault, Log log) {
    this.database = database;
    this.vault = vault;
    this.log = log;
  }

  /** In the order of the log; the oldest {@value #MAX_ENTRIES}. */
  public List<LogEntry> entries(MessageId message) {
    List<Long> indexes =
        database.read(c -> {
          List<Long> found = new ArrayList<>();
          try (PreparedStatement statement = c.prepareStatement(ENTRIES)) {
            statement.setObject(1, message.value().toUuid());
            statement.setInt(2, MAX_ENTRIES);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                found.add(row.getLong(1));
              }
            }
          }
          return found;
        });
    return log.read(indexes);
  }

  /** Whether the entry at that place is about the message, and has been folded. */
  public boolean holds(MessageId message, long index) {
    return database.read(c -> {
      try (PreparedStatement statement = c.prepareStatement(HOLDS)) {
        statement.setObject(1, message.value().toUuid());
        statement.setLong(2, index);
        try (ResultSet row = statement.executeQuery()) {
          return row.next();
        }
      }
    });
  }

  /** The plan, if the message goes through several channels or waits for something. */
  public Optional<KeptPlan> plan(MessageId message) {
    List<PlanStore.Row> rows = database.read(c -> PlanStore.find(c, List.of(message)));
    return Optional.ofNullable(PlanStore.open(vault, rows).get(message));
  }
}
