package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.task.Task;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What waits for somebody's decision: parked entries, and tasks that are not tried any more. */
final class DeadLetterStore {
  private static final UUID NEWEST = new UUID(-1, -1);

  /** Of one person: far more than anybody has under way. */
  private static final int MAX_SENDS = 1_000;

  private static final String LETTERS =
      """
      select id, 'entry' as type, 'entry' as kind, 'parked' as state, app, null::uuid as contact,
        null::uuid as target, error, at, 0 as tries
      from parked
      where project = ? and id < ? and (?::uuid is null or id = ?)
      union all
      select t.id, 'task', t.kind, t.state, t.app, t.contact, t.target, coalesce(t.error, ''), t.at,
        t.tries
      from task t join app a on a.id = t.app
      where a.project = ? and t.state in ('dead', 'unknown') and t.id < ?
        and (?::uuid is null or t.id = ?)
      order by id desc limit ?
      """;

  private static final String UNKNOWN_SENDS =
      """
      select t.id, t.sealed from task t join app a on a.id = t.app
      where a.project = ? and t.state = 'unknown' and t.kind = 'send' and t.contact = ?
      order by t.id desc limit ?
      """;

  private static final String WAITING_SENDS =
      """
      select t.id, t.sealed from task t join app a on a.id = t.app
      where a.project = ? and t.state = 'ready' and t.kind in ('send', 'probe') and t.lane = ?
      order by t.seq desc limit ?
      """;

  private final Database database;
  private final Vault vault;

  DeadLetterStore(Database database, Vault vault) {
    this.database = database;
    this.vault = vault;
  }

  /**
   * @param parked an entry that waits with its lane; else a task whose lane went on
   */
  record DeadLetter(
      Ulid id,
      boolean parked,
      String kind,
      String state,
      Optional<AppId> app,
      Optional<ContactId> contact,
      Optional<Ulid> target,
      String error,
      Instant at,
      int tries) {}

  /** The newest first, older than {@code before}. */
  List<DeadLetter> page(ProjectId project, Optional<Ulid> before, int limit) {
    return database.read(
        c -> letters(c, project, before.map(Ulid::toUuid).orElse(NEWEST), null, limit));
  }

  Optional<DeadLetter> find(ProjectId project, Ulid id) {
    return database.read(c -> letters(c, project, NEWEST, id.toUuid(), 1)).stream().findFirst();
  }

  /** The task of a send of which nobody knows whether it was taken. */
  Optional<Ulid> unknownSend(ProjectId project, ContactId contact, MessageId message) {
    return sendOf(message, UNKNOWN_SENDS, project, contact.value().toUuid());
  }

  /** The task of a send that waits for its turn, or for its next try. */
  Optional<Ulid> waitingSend(ProjectId project, ContactId contact, MessageId message) {
    return sendOf(message, WAITING_SENDS, project, "send:" + contact);
  }

  private Optional<Ulid> sendOf(MessageId message, String sql, ProjectId project, Object whose) {
    List<Sealed> found =
        database.read(c -> {
          List<Sealed> tasks = new ArrayList<>();
          try (PreparedStatement statement = c.prepareStatement(sql)) {
            statement.setString(1, project.value());
            statement.setObject(2, whose);
            statement.setInt(3, MAX_SENDS);
            try (ResultSet row = statement.executeQuery()) {
              while (row.next()) {
                tasks.add(
                    new Sealed(
                        Ulids.of(row.getObject(1, UUID.class)), Bytes.wrap(row.getBytes(2))));
              }
            }
          }
          return tasks;
        });
    vault.load(found.stream().map(task -> Vault.keyId(task.sealed())).toList());
    return found.stream()
        .filter(task ->
            vault
                .open(task.sealed(), Task.associated(task.id()))
                .flatMap(body -> Json.string(Json.object(body), "message"))
                .filter(message.toString()::equals)
                .isPresent())
        .map(Sealed::id)
        .findFirst();
  }

  private static List<DeadLetter> letters(
      Connection c, ProjectId project, UUID before, @Nullable UUID id, int limit)
      throws SQLException {
    List<DeadLetter> letters = new ArrayList<>();
    try (PreparedStatement statement = c.prepareStatement(LETTERS)) {
      int p = 0;
      for (int part = 0; part < 2; part++) {
        statement.setString(++p, project.value());
        statement.setObject(++p, before);
        statement.setObject(++p, id);
        statement.setObject(++p, id);
      }
      statement.setInt(++p, limit);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          letters.add(
              new DeadLetter(
                  Ulids.of(row.getObject(1, UUID.class)),
                  row.getString(2).equals("entry"),
                  row.getString(3),
                  row.getString(4),
                  ulid(row, 5).map(AppId::new),
                  ulid(row, 6).map(ContactId::new),
                  ulid(row, 7),
                  row.getString(8),
                  row.getObject(9, OffsetDateTime.class).toInstant(),
                  row.getInt(10)));
        }
      }
    }
    return letters;
  }

  private static Optional<Ulid> ulid(ResultSet row, int column) throws SQLException {
    @Nullable UUID uuid = row.getObject(column, UUID.class);
    return Optional.ofNullable(uuid).map(Ulids::of);
  }

  private record Sealed(Ulid id, Bytes sealed) {}
}
