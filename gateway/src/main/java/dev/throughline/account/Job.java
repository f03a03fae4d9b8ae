package dev.throughline.account;

import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * Work on an account that takes many calls.
 *
 * @param id also the id of the entry that asked for it
 * @param document what it was asked ({@code input}), where it is ({@code at}), how far it came
 *     ({@code progress}), and what stopped it ({@code error}); names nobody
 */
public record Job(
    Ulid id,
    ProjectId project,
    AppId app,
    AccountId account,
    Kind kind,
    State state,
    Instant created,
    Instant updated,
    ObjectNode document) {

  /** What it does. */
  public enum Kind {
    FRIENDS_IMPORT,
    PROFILES_REFRESH,
    RICH_MENU_CLONE,
    NARROWCAST
  }

  /** How it stands. */
  public enum State {
    RUNNING,
    /** Asked to stop; ends before its next step. */
    STOPPING,
    DONE,
    /** What stopped it stands in the document; it can be resumed where it was. */
    FAILED,
    STOPPED;

    public boolean isOver() {
      return this == DONE || this == FAILED || this == STOPPED;
    }
  }

  ObjectNode input() {
    return part("input");
  }

  /** Where the next step begins; its step changes a copy. */
  ObjectNode at() {
    return part("at");
  }

  public ObjectNode progress() {
    return part("progress");
  }

  private ObjectNode part(String name) {
    return document.path(name) instanceof ObjectNode part
        ? part.deepCopy()
        : dev.throughline.contract.Json.object();
  }
}
