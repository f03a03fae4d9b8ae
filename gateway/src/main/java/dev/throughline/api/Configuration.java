package dev.throughline.api;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** Changes of what is configured: one at a time, each with its entry, none of them secret. */
final class Configuration {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Drafts drafts;
  private final ReentrantLock lock = new ReentrantLock(true);

  Configuration(Drafts drafts) {
    this.drafts = drafts;
  }

  /**
   * Runs a change that reads and then writes: two that overlapped would undo each other. Not to be
   * held while anybody else is asked.
   */
  <T> T alone(Supplier<T> change) throws InterruptedException {
    if (!lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw Refusal.unavailable("Another change is being made; try again shortly.");
    }
    try {
      return change.get();
    } finally {
      lock.unlock();
    }
  }

  Draft draft(ProjectId project, String change, ObjectNode facts) {
    ObjectNode record = Json.object();
    record.put("change", change);
    record.setAll(facts);
    return drafts
        .draft(Kind.CONFIGURATION, new Subject.Project(project.value()))
        .part(new Owner.Project(project), Json.bytes(record))
        .build();
  }
}
