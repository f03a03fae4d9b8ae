package dev.throughline.conversation;

import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Deletes messages and what they say, from the log's payloads as well. What is to go is read first,
 * without locks; then the caller's transaction locks the people, deletes, and appends the entry
 * that tells of it.
 */
final class MessageRemoval {
  /** Messages deleted in one transaction, so that none holds its locks for long. */
  static final int AT_ONCE = 200;

  private static final String REFS =
      """
      select m.id, m.contact, m.index, m.part_first, m.part_end,
        array (select e.index from message_entry e where e.message = m.id)
      from message m
      """;

  private static final String LOCK_CONTACTS =
      "select 1 from contact where id = any (?) order by id for update";
  private static final String ENTRIES_GONE = "delete from message_entry where message = any (?)";

  /** Nobody gets them from here on, and their bytes are deleted. */
  private static final String FILES_GONE =
      """
      update media set state = 'revoked', stored = true
      where message = any (?) and state <> 'revoked'
      """;

  private static final String MESSAGES_GONE = "delete from message where id = any (?)";

  private final Database database;
  private final Log log;

  MessageRemoval(Database database, Log log) {
    this.database = database;
    this.log = log;
  }

  /** Whose messages, or which. */
  record Of(String where, List<Object> parameters, boolean filesStay) {
    Of(String where, List<Object> parameters) {
      this(where, parameters, false);
    }

    static Of message(MessageId id) {
      return new Of("where m.id = ?", List.of(id.value().toUuid()));
    }

    static Of conversation(ConversationId id) {
      return new Of("where m.conversation = ?", List.of(id.value().toUuid()));
    }

    /** In their conversations. */
    static Of contact(ContactId id) {
      return new Of(
          "where m.conversation in (select id from conversation where contact = ?)",
          List.of(id.value().toUuid()));
    }

    /** Dispatched, in no conversation. */
    static Of dispatched(ContactId id) {
      return new Of(
          """
          where m.conversation is null
            and m.identity in (select id from identity where contact = ?)
          """,
          List.of(id.value().toUuid()));
    }

    /** In a conversation, accepted before a time. */
    static Of older(ConversationId id, Instant before) {
      return new Of(
          "where m.conversation = ? and m.accept_time < ?",
          List.of(id.value().toUuid(), before.atOffset(ZoneOffset.UTC)));
    }

    /** All of an app. */
    static Of app(AppId id) {
      return new Of("where m.app = ?", List.of(id.value().toUuid()));
    }

    /** Of an app's conversations, accepted before a time. */
    static Of older(AppId app, Instant before) {
      return new Of(
          "where m.app = ? and m.conversation is not null and m.accept_time < ?",
          List.of(app.value().toUuid(), before.atOffset(ZoneOffset.UTC)));
    }

    /**
     * Dispatched by an app, accepted before a time. Their files stay for their own time: an app in
     * that mode has nothing but their addresses.
     */
    static Of olderDispatched(AppId app, Instant before) {
      return new Of(
          "where m.app = ? and m.conversation is null and m.accept_time < ?",
          List.of(app.value().toUuid(), before.atOffset(ZoneOffset.UTC)),
          true);
    }
  }

  /** What goes in one transaction. */
  record Batch(List<Ref> refs, List<Cut> cuts, boolean filesStay) {
    boolean isEmpty() {
      return refs.isEmpty();
    }

    List<UUID> uuids() {
      return refs.stream().map(Ref::id).toList();
    }

    List<Ulid> ids() {
      return refs.stream().map(ref -> Ulids.of(ref.id())).toList();
    }
  }

  /** A message to delete; {@code entries} are the log's entries that belong to it. */
  record Ref(UUID id, UUID contact, long index, PartRange parts, List<Long> entries) {}

  /** Parts of an entry's payload. */
  record Cut(long index, PartRange parts) {}

  /** The next {@code limit} that are to go, the oldest first. */
  Batch batch(Of of, int limit) {
    List<Ref> refs = database.read(c -> refs(c, of, limit));
    return new Batch(refs, cuts(refs), of.filesStay());
  }

  /** Deletes by the hundred, as a part of deleting whose they are. May be repeated. */
  void deleteAll(Of of) {
    while (true) {
      Batch batch = batch(of, AT_ONCE);
      if (batch.isEmpty()) {
        return;
      }
      database.transaction(c -> delete(c, batch));
    }
  }

  /** Locks whose they are and deletes; answers how many were still there. */
  static int delete(Connection c, Batch batch) throws SQLException {
    try (PreparedStatement lock = c.prepareStatement(LOCK_CONTACTS)) {
      lock.setArray(
          1, UuidArray.of(c, batch.refs().stream().map(Ref::contact).distinct().toList()));
      lock.execute();
    }
    for (Cut cut : batch.cuts()) {
      Log.deleteParts(c, cut.index(), cut.parts().first(), cut.parts().end());
    }
    Collection<UUID> ids = batch.refs().stream().map(Ref::id).toList();
    EditStore.forget(c, ids);
    int deleted = 0;
    List<String> statements =
        batch.filesStay()
            ? List.of(ENTRIES_GONE, MESSAGES_GONE)
            : List.of(ENTRIES_GONE, FILES_GONE, MESSAGES_GONE);
    for (String sql : statements) {
      try (PreparedStatement statement = c.prepareStatement(sql)) {
        statement.setArray(1, UuidArray.of(c, ids));
        deleted = statement.executeUpdate();
      }
    }
    return deleted;
  }

  private static List<Ref> refs(Connection c, Of of, int limit) throws SQLException {
    List<Ref> refs = new ArrayList<>();
    try (PreparedStatement statement =
        c.prepareStatement(REFS + of.where() + " order by m.accept_time, m.id limit ?")) {
      int p = 0;
      for (Object parameter : of.parameters()) {
        statement.setObject(++p, parameter);
      }
      statement.setInt(++p, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          List<Long> others = new ArrayList<>();
          for (Object index : (Object[]) row.getArray(6).getArray()) {
            others.add((Long) index);
          }
          refs.add(
              new Ref(
                  row.getObject(1, UUID.class),
                  row.getObject(2, UUID.class),
                  row.getLong(3),
                  new PartRange(row.getInt(4), row.getInt(5)),
                  others));
        }
      }
    }
    return refs;
  }

  /**
   * Which parts of the log's payloads say what these messages say: of a webhook those of its event,
   * of the entries that belong to a send all, since they hold nothing else.
   */
  private List<Cut> cuts(List<Ref> refs) {
    TreeMap<Long, List<PartRange>> byIndex = new TreeMap<>();
    for (Ref ref : refs) {
      byIndex.computeIfAbsent(ref.index(), index -> new ArrayList<>()).add(ref.parts());
      for (Long other : ref.entries()) {
        byIndex.computeIfAbsent(other, index -> new ArrayList<>());
      }
    }
    List<Cut> cuts = new ArrayList<>();
    for (LogEntry entry : log.read(List.copyOf(byIndex.keySet()))) {
      if (entry.kind().equals(Kind.WEBHOOK)) {
        for (PartRange parts : byIndex.getOrDefault(entry.index(), List.of())) {
          cuts.add(new Cut(entry.index(), parts));
        }
      } else if (!entry.parts().isEmpty()) {
        cuts.add(new Cut(entry.index(), new PartRange(0, entry.parts().size())));
      }
    }
    return cuts;
  }
}
