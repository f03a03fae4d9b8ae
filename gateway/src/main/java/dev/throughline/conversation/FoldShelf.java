package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.store.DatabaseException;
import dev.throughline.task.Task;
import dev.throughline.task.TaskStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Sends of which nobody knows whether they were taken, for what is told of them later. */
final class FoldShelf {
  /** A task names the contact that its message was accepted for. */
  private static final String SHELVED =
      """
      select id from task
      where app = ? and state = 'unknown'
        and (contact = ? or contact in (select contact from merged_contact where successor = ?))
      """;

  private final FoldState state;
  private final Set<MessageId> doubtful = new HashSet<>();

  FoldShelf(FoldState state) {
    this.state = state;
  }

  void mark(MessageId message, boolean inDoubt) {
    if (inDoubt) {
      doubtful.add(message);
    } else {
      doubtful.remove(message);
    }
  }

  /** The task that was set aside for a message; looked for only where there may be one. */
  Optional<Task> of(Party party, MessageId message) {
    if (!doubtful.contains(message)) {
      return Optional.empty();
    }
    // Its outcome may stand in this very batch.
    return find(message, List.copyOf(state.tasks.values())).or(() -> find(message, stored(party)));
  }

  private Optional<Task> find(MessageId message, List<Task> tasks) {
    return tasks.stream()
        .filter(task ->
            state
                .vault
                .open(task.sealed(), Task.associated(task.id()))
                .flatMap(body -> FoldLoad.message(Json.object(body)))
                .filter(message::equals)
                .isPresent())
        .findFirst();
  }

  private List<Task> stored(Party party) {
    List<Ulid> ids = new ArrayList<>();
    try (PreparedStatement statement = state.transaction.prepareStatement(SHELVED)) {
      statement.setObject(1, party.app().id().value().toUuid());
      statement.setObject(2, party.contact().value().toUuid());
      statement.setObject(3, party.contact().value().toUuid());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ids.add(Ulids.of(row.getObject(1, UUID.class)));
        }
      }
      return ids.isEmpty() ? List.of() : TaskStore.find(state.transaction, ids);
    } catch (SQLException e) {
      throw DatabaseException.of(e);
    }
  }
}
