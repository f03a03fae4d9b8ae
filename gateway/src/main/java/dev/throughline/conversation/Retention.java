package dev.throughline.conversation;

import dev.throughline.contract.Json;
import java.time.Duration;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long what an app's people say is kept (contract, 2.1).
 *
 * @param kept from the acceptance of a message, or of the last message of its conversation
 * @param dispatchedDays of dispatched messages; 0 means that they are never shown
 */
record Retention(Type type, Duration kept, int dispatchedDays) {
  /**
   * What is never shown is still kept so long: a delivery may take an hour of tries, its report a
   * day, and whoever takes a message back or chooses from it does so soon.
   */
  private static final Duration UNSHOWN = Duration.ofDays(1);

  /** What the days are counted from. */
  enum Type {
    MESSAGE_EXPIRE_POLICY,
    CONVERSATION_EXPIRE_POLICY,
    PERSIST_RETENTION_POLICY
  }

  static Retention of(App app) {
    ObjectNode json = Json.object(app.json());
    return new Retention(
        Type.valueOf(
            Json.string(json, "retention_policy", "retention_type")
                .orElse(Type.MESSAGE_EXPIRE_POLICY.name())),
        Duration.ofDays(json.path("retention_policy").path("ttl_days").asInt(180)),
        json.path("dispatch_retention_policy").path("ttl_days").asInt(0));
  }

  /** Whether the API shows dispatched messages. */
  boolean showsDispatched() {
    return dispatchedDays > 0;
  }

  Duration dispatchedKept() {
    return showsDispatched() ? Duration.ofDays(dispatchedDays) : UNSHOWN;
  }
}
