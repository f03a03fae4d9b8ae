package dev.throughline.account;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.DecidedChanges;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
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

  private final DecidedChanges decided;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final JobStore store;

  Jobs(
      DecidedChanges decided,
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      JobStore store) {
    this.decided = decided;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.store = store;
  }

  /** Durable when it answers; the first step follows at once. */
  public DecidedChanges.Made start(
      Account account, Job.Kind kind, ObjectNode input, Optional<Draft.Once> once) {
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
    return decided.make(id, account.project(), record, once, (c, key) -> store.insert(c, job, key));
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
    return decided.change(account.project(), record, c -> store.stop(c, job.id(), clock.instant()));
  }

  /** Goes on where it was; false if it runs, or is done. */
  public boolean resume(Account account, Job job) {
    ObjectNode record = Json.object();
    record.put("decision", AccountWork.START_JOB);
    record.put(JobHandler.JOB, job.id().toString());
    record.put("app", account.app().toString());
    return decided.change(
        account.project(), record, c -> store.resume(c, job.id(), clock.instant()));
  }

  /** Has the account set up again; {@code take} also its webhook, if another host has it. */
  public void setUp(Account account, boolean take) {
    ObjectNode record = Json.object();
    record.put("decision", AccountWork.SET_UP);
    record.put("app", account.app().toString());
    record.put(SetUpHandler.ACCOUNT, account.id().toString());
    record.put(SetUpHandler.TAKE, take);
    decided.decide(account.project(), record);
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
}
