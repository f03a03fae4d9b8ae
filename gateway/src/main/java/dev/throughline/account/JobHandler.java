package dev.throughline.account;

import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes jobs on, a step a run; what came of the step is an outcome, and the fold writes it down.
 */
public final class JobHandler implements TaskHandler {
  static final String KIND = "line_job";
  static final String JOB = "job";
  static final String STATE = "state";
  static final String DOCUMENT = "document";
  static final String PAUSE_MILLIS = "pause_ms";
  static final String NOTES = "notes";

  private static final int CONCURRENCY = 16;

  private final Log log;
  private final Drafts drafts;
  private final InstantSource clock;
  private final Directory directory;
  private final AccountCalls calls;
  private final JobStore store;
  private final Map<Job.Kind, JobWork> work;

  JobHandler(
      Log log,
      Drafts drafts,
      InstantSource clock,
      Directory directory,
      AccountCalls calls,
      JobStore store,
      Map<Job.Kind, JobWork> work) {
    this.log = log;
    this.drafts = drafts;
    this.clock = clock;
    this.directory = directory;
    this.calls = calls;
    this.store = store;
    this.work = Map.copyOf(work);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes body) throws InterruptedException {
    Optional<Job> job =
        Json.string(Json.object(body), JOB)
            .flatMap(Ulids::parse)
            .flatMap(store::find)
            .filter(found -> !found.state().isOver());
    if (job.isEmpty()) {
      gone(task);
      return;
    }
    Optional<Account> account = directory.account(job.get().account());
    Optional<LineAccount> known = account.flatMap(calls::of);
    Step step;
    if (job.get().state() == Job.State.STOPPING) {
      step = Step.stopped(job.get());
    } else if (known.isEmpty()) {
      step = Step.failed(job.get(), "The account has no credentials that can be used any more.");
    } else {
      step = of(job.get()).step(new JobWork.Doing(job.get(), account.get(), known.get(), task));
    }
    conclude(task, job.get(), step);
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    gone(task);
  }

  private JobWork of(Job job) {
    JobWork found = work.get(job.kind());
    if (found == null) {
      throw new IllegalStateException("nobody does jobs of kind " + job.kind());
    }
    return found;
  }

  private void conclude(Task task, Job job, Step step) throws InterruptedException {
    ObjectNode record = Outcomes.record(task, KIND);
    record.put(JOB, job.id().toString());
    record.put(STATE, step.state().name());
    record.set(DOCUMENT, step.document());
    record.put(PAUSE_MILLIS, step.pause().toMillis());
    step.notes().forEach(record.withArray(NOTES)::add);
    Step.People people = step.people();
    if (!people.said().isEmpty()) {
      ObjectNode told = record.putObject("people");
      told.put("app", job.app().toString());
      told.put("channel", "LINE");
      told.put("friends", people.friends());
      told.put("seen", clock.instant().toString());
    }
    Drafts.Builder draft =
        drafts
            .draft(Kind.OUTCOME, new Subject.Account(job.account().toString()))
            .cause(job.id())
            .part(new Owner.Project(job.project()), Json.bytes(record));
    for (int i = 0; i < people.said().size(); i++) {
      draft.part(
          Owners.person(
              job.project(),
              job.app(),
              new Identity(dev.throughline.message.ChannelName.LINE, people.users().get(i))),
          people.said().get(i));
    }
    log.appendSurely(draft.build());
  }

  /** There is nothing to do any more: the task ends. */
  private void gone(Task task) throws InterruptedException {
    new Outcomes(log, drafts).append(Outcomes.record(task, KIND));
  }
}
