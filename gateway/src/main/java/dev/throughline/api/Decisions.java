package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Appended;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Owner;
import tools.jackson.databind.node.ObjectNode;

/** What somebody decided through the API: an entry that the fold acts on. */
final class Decisions {
  private final Log log;
  private final Drafts drafts;

  Decisions(Log log, Drafts drafts) {
    this.log = log;
    this.drafts = drafts;
  }

  /**
   * @param facts ids alone: nothing that names a person
   */
  void append(ProjectId project, String decision, ObjectNode facts) {
    long _ = place(project, decision, facts);
  }

  /** The same; answers the entry's place in the log. */
  long place(ProjectId project, String decision, ObjectNode facts) {
    ObjectNode record = Json.object();
    record.put(Changes.DECISION, decision);
    record.setAll(facts);
    Appended appended =
        log.append(
            drafts
                .draft(Kind.DECISION, new Subject.Project(project.value()))
                .part(new Owner.Project(project), Json.bytes(record))
                .build());
    return switch (appended) {
      case Appended.At(long index, var _) -> index;
      case Appended.Earlier _, Appended.Stale _ ->
          throw new IllegalStateException("a decision has neither key nor epoch");
    };
  }
}
