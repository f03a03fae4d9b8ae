package dev.throughline.account;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Task;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes tasks of what was asked for accounts, and writes down what came of their steps. */
public final class AccountWork implements Reaction {
  /** In a decision: a job was started or resumed. */
  static final String START_JOB = "line_job";

  /** In a decision: an account shall be set up again. */
  static final String SET_UP = "line_set_up";

  private final JobStore jobs;
  private final Vault vault;

  AccountWork(JobStore jobs, Vault vault) {
    this.jobs = jobs;
    this.vault = vault;
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.Asked asked) {
      asked(asked, effects);
    } else if (fact instanceof Fact.OutcomeKnown known) {
      if (known.task().kind().equals(JobHandler.KIND)) {
        stepped(known, effects);
      } else if (known.task().kind().equals(SetUpHandler.KIND)) {
        wasSetUp(known, effects);
      }
    }
  }

  private static void asked(Fact.Asked asked, Effects effects) {
    ObjectNode record = asked.record();
    String decision = Json.string(record, "decision").orElse("");
    if (decision.equals(START_JOB)) {
      Json.string(record, JobHandler.JOB)
          .ifPresent(job ->
              add(
                  JobHandler.KIND,
                  "line-job:" + job,
                  asked,
                  Json.object().put(JobHandler.JOB, job),
                  effects));
    } else if (decision.equals(SET_UP)) {
      Json.string(record, SetUpHandler.ACCOUNT)
          .ifPresent(account ->
              setUp(account, record.path(SetUpHandler.TAKE).asBoolean(false), asked, effects));
    }
    // Saving an app's credentials.
    for (JsonNode account : record.path("set_up")) {
      setUp(account.asString(""), false, asked, effects);
    }
  }

  private static void setUp(String account, boolean take, Fact.Asked asked, Effects effects) {
    add(
        SetUpHandler.KIND,
        "line-set-up:" + account,
        asked,
        Json.object().put(SetUpHandler.ACCOUNT, account).put(SetUpHandler.TAKE, take),
        effects);
  }

  private static void add(
      String kind, String lane, Fact.Asked asked, ObjectNode body, Effects effects) {
    Optional<AppId> app = Json.string(asked.record(), "app").flatMap(Ulids::parse).map(AppId::new);
    effects.add(
        new Effects.NewWork(
            kind,
            lane,
            Task.Priority.BULK,
            effects.at(),
            app,
            Optional.empty(),
            asked.key(),
            Json.bytes(body)));
  }

  private void stepped(Fact.OutcomeKnown known, Effects effects) {
    ObjectNode result = known.result();
    Task task = known.task();
    Optional<Ulid> job = Json.string(result, JobHandler.JOB).flatMap(Ulids::parse);
    Optional<DataKey> key = vault.key(Vault.keyId(task.sealed()));
    if (job.isEmpty()
        || key.isEmpty()
        || !(result.path(JobHandler.DOCUMENT) instanceof ObjectNode document)) {
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    Job.State state = Job.State.valueOf(Json.string(result, JobHandler.STATE).orElse("FAILED"));
    List<ObjectNode> notes = new ArrayList<>();
    for (JsonNode note : result.path(JobHandler.NOTES)) {
      if (note instanceof ObjectNode object) {
        notes.add(object);
      }
    }
    effects.write(c -> jobs.update(c, key.get(), job.get(), state, document, notes, known.at()));
    if (state == Job.State.RUNNING) {
      Duration pause = Duration.ofMillis(result.path(JobHandler.PAUSE_MILLIS).asLong(0));
      effects.change(new Task.Change.Again(task.id(), effects.at().plus(pause), 0, ""));
    } else {
      effects.change(new Task.Change.Done(task.id()));
    }
  }

  private static void wasSetUp(Fact.OutcomeKnown known, Effects effects) {
    long again = known.result().path(SetUpHandler.AGAIN_MILLIS).asLong(-1);
    Task task = known.task();
    if (again < 0) {
      effects.change(new Task.Change.Done(task.id()));
    } else {
      effects.change(
          new Task.Change.Again(
              task.id(), effects.at().plusMillis(again), task.tries() + 1, "unreachable"));
    }
  }
}
