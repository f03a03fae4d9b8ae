package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.SqlWork;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Changes what is kept in the commit of the decision that says so: both, or neither. */
public final class DecidedChanges {
  private final Database database;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;

  public DecidedChanges(Database database, Log log, Drafts drafts, Ulids ulids) {
    this.database = database;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
  }

  /** What became of a wish to make something. */
  public sealed interface Made {
    /** It is there: new, or from an earlier request under the same idempotency key. */
    record Is(Ulid id) implements Made {}

    /** The idempotency key stands for another request. */
    record KeyReused() implements Made {}
  }

  /** Writes what is made; the key is that which its decision is sealed with. */
  @FunctionalInterface
  public interface Making {
    void write(Connection connection, DataKey key) throws SQLException;
  }

  /**
   * Makes something, once for an idempotency key.
   *
   * @param id of the decision, and of what it makes
   * @param record ids and settings, nobody's name
   */
  public Made make(
      Ulid id, ProjectId project, ObjectNode record, Optional<Draft.Once> once, Making making) {
    Draft plain = draft(id, project, record);
    Draft draft = once.map(plain::once).orElse(plain);
    DataKey key = draft.keys().get(new Owner.Project(project));
    if (key == null) {
      throw new AssertionError("a draft holds the keys of its owners");
    }
    try {
      database.transaction(c -> {
        making.write(c, key);
        return requireNew(log.append(draft, c));
      });
      return new Made.Is(id);
    } catch (EarlierException earlier) {
      return earlier.same ? new Made.Is(earlier.id) : new Made.KeyReused();
    }
  }

  /** Changes something; false, and no decision, if there was nothing to change. */
  public boolean change(ProjectId project, ObjectNode record, SqlWork<Boolean> change) {
    Draft draft = draft(ulids.next(), project, record);
    try {
      database.transaction(c -> {
        if (!change.run(c)) {
          throw new UnchangedException();
        }
        return log.append(draft, c);
      });
      return true;
    } catch (UnchangedException unchanged) {
      return false;
    }
  }

  /** Decides something that needs no change of what is kept. */
  public void decide(ProjectId project, ObjectNode record) {
    log.append(draft(ulids.next(), project, record));
  }

  private Draft draft(Ulid id, ProjectId project, ObjectNode record) {
    return drafts
        .draft(id, Kind.DECISION, new Subject.Project(project.value()))
        .part(new Owner.Project(project), Json.bytes(record))
        .build();
  }

  private static Appended requireNew(Appended appended) {
    return switch (appended) {
      case Appended.At at -> at;
      case Appended.Earlier(long _, Ulid id, Instant _, boolean same) ->
          throw new EarlierException(id, same);
      case Appended.Stale(long _) ->
          throw new IllegalStateException("a decision is bound to no epoch");
    };
  }

  /** Rolls the transaction back: the request was made before. */
  private static final class EarlierException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Ulid id;
    private final boolean same;

    EarlierException(Ulid id, boolean same) {
      super("an earlier request has this idempotency key", null, false, false);
      this.id = id;
      this.same = same;
    }
  }

  /** Rolls the transaction back: there is nothing to change. */
  private static final class UnchangedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnchangedException() {
      super("nothing to change", null, false, false);
    }
  }
}
