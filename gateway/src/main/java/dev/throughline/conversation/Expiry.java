package dev.throughline.conversation;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ConversationId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deletes what has been kept for as long as its app's retention policy says, and what a deleted app
 * left behind: looks once an hour, deletes by the hundred, and each transaction has its entry.
 */
public final class Expiry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final Duration TICK = Duration.ofMillis(500);

  /** Conversations that nobody has written in since. */
  private static final String SILENT =
      """
      select c.id from conversation c
      where c.app = ? and c.id > ? and c.created < ?
        and not exists (
          select 1 from message m where m.conversation = c.id and m.accept_time >= ?)
      order by c.id limit ?
      """;

  /** Goes from app to app through the index, not through the messages. */
  private static final String LEFT_BEHIND =
      """
      with recursive found (app) as (
        (select app from message order by app limit 1)
        union all
        select (select m.app from message m where m.app > found.app order by m.app limit 1)
        from found where found.app is not null)
      select f.app, (select m.project from message m where m.app = f.app limit 1)
      from found f
      where f.app is not null and not exists (select 1 from app where app.id = f.app)
      """;

  private final Database database;
  private final Log log;
  private final Drafts drafts;
  private final InstantSource clock;
  private final Directory directory;
  private final ConversationStore conversations;
  private final MessageRemoval removal;
  private final Thread thread;
  private Instant next = Instant.MIN;
  private volatile boolean closed;

  public Expiry(
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      InstantSource clock,
      Directory directory) {
    this.database = database;
    this.log = log;
    this.drafts = drafts;
    this.clock = clock;
    this.directory = directory;
    this.conversations = new ConversationStore(database, vault, log, drafts, clock);
    this.removal = new MessageRemoval(database, log);
    this.thread = Thread.ofPlatform().name("expiry").daemon(true).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void run() {
    while (!closed) {
      try {
        Thread.sleep(TICK);
        Instant now = clock.instant();
        if (!now.isBefore(next)) {
          sweep(now);
          next = now.plus(EVERY);
        }
      } catch (InterruptedException e) {
        return;
      } catch (DatabaseException | LogUnavailableException e) {
        if (!closed) {
          LOG.warn("what has expired could not be deleted, and is tried again: {}", e.getMessage());
        }
      }
    }
  }

  private void sweep(Instant now) {
    for (App app : directory.apps()) {
      Retention retention = Retention.of(app);
      expire(
          app.project(),
          app.id(),
          "dispatch_retention_policy",
          MessageRemoval.Of.olderDispatched(app.id(), now.minus(retention.dispatchedKept())),
          now.minus(retention.dispatchedKept()));
      Instant before = now.minus(retention.kept());
      switch (retention.type()) {
        case MESSAGE_EXPIRE_POLICY ->
            expire(
                app.project(),
                app.id(),
                "retention_policy",
                MessageRemoval.Of.older(app.id(), before),
                before);
        case CONVERSATION_EXPIRE_POLICY -> expireConversations(app, before);
        case PERSIST_RETENTION_POLICY -> {
          // Kept until somebody deletes it.
        }
      }
    }
    leftBehind()
        .forEach(
            (app, project) -> expire(project, app, "app_deleted", MessageRemoval.Of.app(app), now));
  }

  private void expire(
      ProjectId project, AppId app, String policy, MessageRemoval.Of of, Instant before) {
    while (!closed) {
      MessageRemoval.Batch batch = removal.batch(of, MessageRemoval.AT_ONCE);
      if (batch.isEmpty()) {
        return;
      }
      Draft draft = draft(project, app, policy, batch.ids());
      try {
        database.transaction(c -> {
          DispatchData.forget(c, batch.uuids(), before);
          MessageRemoval.delete(c, batch);
          return log.append(draft, c);
        });
      } catch (DatabaseException.Conflict again) {
        // a deadlock with the fold: both lock people, and it was chosen to go on
      }
    }
  }

  /** Ids alone: nothing that names a person. */
  private Draft draft(ProjectId project, AppId app, String policy, List<Ulid> messages) {
    ObjectNode record = Json.object();
    record.put(Changes.CHANGE, Changes.EXPIRED);
    record.put(Changes.APP, app.toString());
    record.put("policy", policy);
    ArrayNode ids = record.putArray("messages");
    messages.forEach(id -> ids.add(id.toString()));
    return drafts
        .draft(Changes.KIND, new Subject.Project(project.value()))
        .part(new Owner.Project(project), Json.bytes(record))
        .build();
  }

  private void expireConversations(App app, Instant before) {
    Ulid after = ContactStore.OLDEST;
    while (!closed) {
      List<ConversationId> silent = silent(app.id(), after, before);
      if (silent.isEmpty()) {
        return;
      }
      silent.forEach(id -> conversations.expire(app.project(), id, before));
      after = silent.getLast().value();
    }
  }

  private List<ConversationId> silent(AppId app, Ulid after, Instant before) {
    return database.read(c -> {
      List<ConversationId> found = new ArrayList<>();
      try (PreparedStatement statement = c.prepareStatement(SILENT)) {
        statement.setObject(1, app.value().toUuid());
        statement.setObject(2, after.toUuid());
        statement.setObject(3, before.atOffset(ZoneOffset.UTC));
        statement.setObject(4, before.atOffset(ZoneOffset.UTC));
        statement.setInt(5, MessageRemoval.AT_ONCE);
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            found.add(new ConversationId(Ulids.of(row.getObject(1, UUID.class))));
          }
        }
      }
      return found;
    });
  }

  private Map<AppId, ProjectId> leftBehind() {
    return database.read(c -> {
      Map<AppId, ProjectId> found = new LinkedHashMap<>();
      try (PreparedStatement statement = c.prepareStatement(LEFT_BEHIND);
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.put(
              new AppId(Ulids.of(row.getObject(1, UUID.class))), new ProjectId(row.getString(2)));
        }
      }
      return found;
    });
  }
}
