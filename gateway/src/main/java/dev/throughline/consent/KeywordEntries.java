package dev.throughline.consent;

import dev.throughline.contract.Json;
import dev.throughline.conversation.AskedEntries;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Owners;
import dev.throughline.conversation.Reaction;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Vault;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts what a stop or start word changed into the ledger by an entry of its own, of the kind {@code
 * consent}: when it was said, in what words, and, as its cause, the webhook that brought it. It
 * counts from the fold of that webhook on; the entry tells of it, once.
 */
public final class KeywordEntries implements Reaction, TaskHandler {
  private static final String KIND = "consent";
  private static final String ENTRY = "entry";
  private static final String CAUSE = "cause";
  private static final String PROJECT = "project";
  private static final int CONCURRENCY = 4;

  private final Log log;
  private final Drafts drafts;
  private final Vault vault;
  private final Outcomes outcomes;

  public KeywordEntries(Log log, Drafts drafts, Vault vault) {
    this.log = log;
    this.drafts = drafts;
    this.vault = vault;
    this.outcomes = new Outcomes(log, drafts);
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.ConsentChanged changed && changed.evidence().isPresent()) {
      record(changed, changed.evidence().get(), effects);
    } else if (fact instanceof Fact.OutcomeKnown outcome && outcome.task().kind().equals(KIND)) {
      effects.change(new Task.Change.Done(outcome.task().id()));
    }
  }

  private static void record(
      Fact.ConsentChanged changed, Fact.ConsentChanged.Evidence evidence, Effects effects) {
    var party = changed.party();
    ObjectNode entry =
        ConsentBody.of(
            party.app().id(),
            party.identity(),
            changed.list(),
            changed.out(),
            changed.source(),
            changed.requestId());
    entry.put("occurred_at", changed.occurred().toString());
    entry.put("said", evidence.words());
    ObjectNode body = Json.object();
    body.put(PROJECT, party.app().project().value());
    body.put(CAUSE, evidence.entry().toString());
    body.set(ENTRY, entry);
    Ulid _ =
        effects.add(
            new Effects.NewTask(
                KIND,
                KIND + ":" + party.contact(),
                Task.Priority.SINGLE,
                effects.at(),
                Optional.of(party.app().id()),
                party.contact(),
                Optional.empty(),
                party.key(),
                Json.bytes(body)));
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
    ObjectNode json = Json.object(body);
    JsonNode entry = json.path(ENTRY);
    ProjectId project = new ProjectId(json.path(PROJECT).asString(""));
    JsonNode address = entry.at("/recipient/identified_by/channel_identities/0");
    Identity identity =
        new Identity(
            new ChannelName(address.path("channel").asString("")),
            address.path("identity").asString(""));
    Bytes said = Json.bytes(entry);
    Draft draft =
        drafts
            .draft(AskedEntries.CONSENT, new Subject.Project(project.value()))
            .cause(id(json, CAUSE))
            .part(Owners.person(project, new AppId(id(entry, "app_id")), identity), said)
            .build();
    // A task may run again after a crash between the two.
    log.appendSurely(
        draft.once(
            new Draft.Once(
                vault.hash("consent entry", entry.path("request_id").asString("")),
                vault.hash("consent entry", said.asUtf8()))));
    outcomes.append(Outcomes.record(task, KIND));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, KIND));
  }

  private static Ulid id(JsonNode json, String name) {
    return Json.string(json, name)
        .flatMap(Ulids::parse)
        .orElseThrow(() -> new IllegalStateException("a consent task without " + name));
  }
}
