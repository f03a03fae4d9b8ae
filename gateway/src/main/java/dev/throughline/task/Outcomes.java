package dev.throughline.task;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.vault.Owner;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Writes the {@code outcome} by which the fold learns how the run of a task ended. */
public final class Outcomes {
  private final Log log;
  private final Drafts drafts;

  public Outcomes(Log log, Drafts drafts) {
    this.log = log;
    this.drafts = drafts;
  }

  /** What every outcome begins with. */
  public static ObjectNode record(Task task, String kind) {
    return Json.object().put("task", task.id().toString()).put("kind", kind);
  }

  /** Of a task that is nobody's, or whose body is erased: the fold finds that and ends it. */
  public void append(ObjectNode record) throws InterruptedException {
    append(Optional.empty(), record);
  }

  /**
   * @param account whose task it was, if it is still there
   */
  public void append(Optional<AccountId> account, ObjectNode record) throws InterruptedException {
    log.appendSurely(
        drafts
            .draft(
                Kind.OUTCOME,
                account.<Subject>map(Outcomes::subject).orElseGet(Subject.Installation::new))
            .part(
                account.<Owner>map(Owner.Account::new).orElseGet(Owner.Installation::new),
                Json.bytes(record))
            .build());
  }

  /**
   * Of a call that somebody sees.
   *
   * @param cause the attempt, or what the task was for if nothing was attempted
   * @param answer what the other side said, or nothing
   */
  public void append(
      AccountId account, Ulid cause, Owner.Person person, ObjectNode record, Bytes answer)
      throws InterruptedException {
    Drafts.Builder draft =
        drafts.draft(Kind.OUTCOME, subject(account)).cause(cause).part(person, Json.bytes(record));
    if (answer.length() > 0) {
      draft.part(person, answer);
    }
    log.appendSurely(draft.build());
  }

  private static Subject subject(AccountId account) {
    return new Subject.Account(account.toString());
  }
}
