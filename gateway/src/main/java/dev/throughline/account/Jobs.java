package dev.throughline.account;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Jobs as the API starts and shows them. */
public final class Jobs {
  /** People that one entry names at most. */
  private static final int MAX_PEOPLE = 500;

  private final Database database;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final JobStore store;

  Jobs(
      Database database, Log log, Drafts drafts, Ulids ulids, InstantSource clock, JobStore store) {
    this.database = database;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.store = store;
  }

  /** What became of a wish to start a job. */
  public sealed interface Start {
    /** It is there: new, or from an earlier request under the same idempotency key. */
    record Started(Ulid job) implements Start {}

    /** The idempotency key stands for another request. */
    record KeyReused() implements Start {}
  }

  /** Durable when it answers; the first step follows at once. */
  public Start start(Account account, Job.Kind kind, ObjectNode input, Optional<Draft.Once> once) {
    Ulid id = ulids.next();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    ObjectNode document = Json.object();
    document.set("input", input);
    Job job =
        new Job(
            id,
            account.project(),
            account.app(),
            account.id(),
            kind,
            Job.State.RUNNING,
            now,
            now,
            document);
    ObjectNode record = Json.object();
    record.put("decision", AccountWork.START_JOB);
    record.put(JobHandler.JOB, id.toString());
    record.put("app", account.app().toString());
    record.put("kind", JobStore.word(kind));
    Draft plain = decision(id, account, record);
    Draft draft = once.map(plain::once).orElse(plain);
    try {
      database.transaction(c -> {
        store.insert(c, job, key(draft, account));
        return requireNew(log.append(draft, c));
      });
      return new Start.Started(id);
    } catch (EarlierException earlier) {
      return earlier.same ? new Start.Started(earlier.id) : new Start.KeyReused();
    }
  }

  public Optional<Job> find(AppId app, Ulid id) {
    return store.find(id).filter(job -> job.app().equals(app));
  }

  /** The newest first. */
  public List<Job> page(AppId app, Optional<Ulid> after, int size) {
    return store.page(app, after, size);
  }

  /** What it did, the oldest first; at most a thousand. */
  public List<ObjectNode> notes(Job job) {
    return store.notes(job.id());
  }

  /** False if it is over. */
  public boolean stop(Account account, Job job) {
    ObjectNode record = Json.object();
    record.put("decision", "line_job_stop");
    record.put(JobHandler.JOB, job.id().toString());
    return changed(account, record, c -> store.stop(c, job.id(), clock.instant()));
  }

  /** Goes on where it was; false if it runs, or is done. */
  public boolean resume(Account account, Job job) {
    ObjectNode record = Json.object();
    record.put("decision", AccountWork.START_JOB);
    record.put(JobHandler.JOB, job.id().toString());
    record.put("app", account.app().toString());
    return changed(account, record, c -> store.resume(c, job.id(), clock.instant()));
  }

  /** Has the account set up again; {@code take} also its webhook, if another host has it. */
  public void setUp(Account account, boolean take) {
    ObjectNode record = Json.object();
    record.put("decision", AccountWork.SET_UP);
    record.put("app", account.app().toString());
    record.put(SetUpHandler.ACCOUNT, account.id().toString());
    record.put(SetUpHandler.TAKE, take);
    log.append(decision(ulids.next(), account, record));
  }

  /**
   * Makes contacts of people whom somebody knows to be friends of the account; to name them again
   * changes nothing.
   *
   * @param users LINE user ids
   */
  public void friends(Account account, List<String> users) {
    String seen = clock.instant().toString();
    for (int from = 0; from < users.size(); from += MAX_PEOPLE) {
      ObjectNode record = Json.object();
      record.put("decision", "line_friends");
      ObjectNode people = record.putObject("people");
      people.put("app", account.app().toString());
      people.put("channel", account.channel().value());
      people.put("friends", true);
      people.put("seen", seen);
      Drafts.Builder draft =
          drafts
              .draft(Kind.DECISION, new Subject.Project(account.project().value()))
              .part(new Owner.Project(account.project()), Json.bytes(record));
      for (String user : users.subList(from, Math.min(users.size(), from + MAX_PEOPLE))) {
        draft.part(
            Owners.person(account.project(), account.app(), new Identity(account.channel(), user)),
            Json.bytes(StringNode.valueOf(user)));
      }
      log.append(draft.build());
    }
  }

  private boolean changed(
      Account account, ObjectNode record, dev.throughline.store.SqlWork<Boolean> change) {
    Draft draft = decision(ulids.next(), account, record);
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

  private Draft decision(Ulid id, Account account, ObjectNode record) {
    return drafts
        .draft(id, Kind.DECISION, new Subject.Project(account.project().value()))
        .part(new Owner.Project(account.project()), Json.bytes(record))
        .build();
  }

  /** The key that the entry is sealed with; its row travels in the draft if it is fresh. */
  private static DataKey key(Draft draft, Account account) {
    DataKey key = draft.keys().get(new Owner.Project(account.project()));
    if (key == null) {
      throw new AssertionError("a draft holds the keys of its owners");
    }
    return key;
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
