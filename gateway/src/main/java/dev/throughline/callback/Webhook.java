package dev.throughline.callback;

import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ids.WebhookId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A callback target of an app.
 *
 * @param calls whether it is called at all ({@code target_type} HTTP, not DISMISS)
 * @param secret what callbacks are signed with; none: they are not signed
 * @param client under whose access token it is called; none: without one
 * @param stateAt since when the state holds
 * @param json the webhook as the API shows it
 */
public record Webhook(
    WebhookId id,
    AppId app,
    ProjectId project,
    String target,
    boolean calls,
    Optional<String> secret,
    Optional<ClientCredentials> client,
    Set<String> triggers,
    State state,
    Optional<Instant> stateAt,
    Bytes json) {

  public Webhook {
    triggers = Set.copyOf(triggers);
  }

  public boolean wants(String trigger) {
    return calls && triggers.contains(trigger);
  }

  /** Its callbacks wait, and it is probed. */
  public boolean isPaused() {
    return state == State.PAUSED;
  }

  /** Whether a target is called. */
  public enum State {
    ACTIVE("active"),
    /** It failed for several contacts in a row. */
    PAUSED("paused"),
    /** It answered 410, and is called again only when its owner changes it. */
    GONE("gone");

    private final String column;

    State(String column) {
      this.column = column;
    }

    public String column() {
      return column;
    }

    static State of(String column) {
      for (State state : values()) {
        if (state.column.equals(column)) {
          return state;
        }
      }
      throw new IllegalStateException("no webhook state " + column);
    }
  }

  /** Shows neither address nor secret. */
  @Override
  public String toString() {
    return "Webhook[" + id + ", " + state + "]";
  }
}
