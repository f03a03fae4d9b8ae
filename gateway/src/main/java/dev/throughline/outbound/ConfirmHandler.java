package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;

/**
 * Due when a channel that tells of deliveries would have told of one: from then on it was none.
 * Calls nobody; what is said in the log is that the time is over.
 */
public final class ConfirmHandler implements TaskHandler {
  public static final String KIND = "confirm";

  private static final int CONCURRENCY = 8;

  private final Outcomes outcomes;

  public ConfirmHandler(Log log, Drafts drafts) {
    this.outcomes = new Outcomes(log, drafts);
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
    outcomes.append(Outcomes.record(task, KIND).put("message", message(body).toString()));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, KIND));
  }
}
