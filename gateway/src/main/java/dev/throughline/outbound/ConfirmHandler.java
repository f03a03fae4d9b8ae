package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import tools.jackson.databind.node.ObjectNode;

/**
 * Due when a channel that tells of deliveries would have told of one: from then on it was none.
 * Calls nobody; what is said in the log is that the time is over.
 */
public final class ConfirmHandler implements TaskHandler {
  public static final String KIND = "confirm";

  private static final int CONCURRENCY = 8;

  private final Log log;
  private final Drafts drafts;

  public ConfirmHandler(Log log, Drafts drafts) {
    this.log = log;
    this.drafts = drafts;
  }

  static Bytes body(MessageId message) {
    return Json.bytes(Json.object().put("message", message.toString()));
  }

  static MessageId message(Bytes body) {
    return Json.string(Json.object(body), "message")
        .flatMap(Ulids::parse)
        .map(MessageId::new)
        .orElseThrow(() -> new IllegalStateException("a confirm task without a message"));
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
    over(record(task).put("message", message(body).toString()));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    // The fold finds the body erased and ends the task.
    over(record(task));
  }

  private static ObjectNode record(Task task) {
    return Json.object().put("task", task.id().toString()).put("kind", KIND);
  }

  private void over(ObjectNode record) throws InterruptedException {
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, new Subject.Installation())
            .part(new Owner.Installation(), Json.bytes(record))
            .build());
  }
}
