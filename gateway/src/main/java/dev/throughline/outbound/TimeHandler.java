package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Due when a message has waited long enough. Calls nobody; what is said in the log is that the time
 * is over.
 */
public final class TimeHandler implements TaskHandler {
  /** When a channel that tells of deliveries would have told of one: from then on it was none. */
  static final String CONFIRM = "confirm";

  /** When a plan looks again at where it stands. */
  static final String PLAN = "plan";

  private static final int CONCURRENCY = 8;

  private final String kind;
  private final Outcomes outcomes;

  private TimeHandler(String kind, Log log, Drafts drafts) {
    this.kind = kind;
    this.outcomes = new Outcomes(log, drafts);
  }

  public static TimeHandler confirm(Log log, Drafts drafts) {
    return new TimeHandler(CONFIRM, log, drafts);
  }

  public static TimeHandler plan(Log log, Drafts drafts) {
    return new TimeHandler(PLAN, log, drafts);
  }

  /**
   * @param step which step of the message's plan waits
   */
  static Bytes body(MessageId message, Optional<Ulid> step) {
    ObjectNode json = Json.object().put(Changes.MESSAGE, message.toString());
    step.ifPresent(id -> json.put(Changes.STEP, id.toString()));
    return Json.bytes(json);
  }

  static MessageId message(Bytes body) {
    return Json.string(Json.object(body), Changes.MESSAGE)
        .flatMap(Ulids::parse)
        .map(MessageId::new)
        .orElseThrow(() -> new IllegalStateException("a time without its message"));
  }

  static Optional<Ulid> step(Bytes body) {
    return Json.string(Json.object(body), Changes.STEP).flatMap(Ulids::parse);
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes body) throws InterruptedException {
    outcomes.append(Outcomes.record(task, kind).put(Changes.MESSAGE, message(body).toString()));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, kind));
  }
}
