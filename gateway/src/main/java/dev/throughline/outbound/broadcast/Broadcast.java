package dev.throughline.outbound.broadcast;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import java.time.Instant;
import java.util.Optional;

/** One message to many: what was asked for, and how far it is. */
public record Broadcast(Standing standing, Order order) {
  /**
   * @param chunks of its audience
   * @param done how many of them are through
   * @param stage of the rollout, from 0
   * @param stageEnd the chunk before which the stage ends
   * @param stopped since when it is paused or stopped
   * @param quiet when the last call that was under way then had its answer
   */
  public record Standing(
      Ulid id,
      ProjectId project,
      AppId app,
      State state,
      Instant created,
      Instant updated,
      int chunks,
      int done,
      int stage,
      int stageEnd,
      Optional<Instant> stopped,
      Optional<Instant> quiet) {}

  /** Where it stands. */
  public enum State {
    /** Its audience is still to come. */
    DRAFT,
    /** All is known, and nothing is sent. */
    READY,
    RUNNING,
    /** A stage is over; the next one waits to be asked for. */
    STAGED,
    PAUSED,
    STOPPED,
    COMPLETED;

    public boolean isOver() {
      return this == STOPPED || this == COMPLETED;
    }
  }

  public Ulid id() {
    return standing.id();
  }

  public State state() {
    return standing.state();
  }
}
