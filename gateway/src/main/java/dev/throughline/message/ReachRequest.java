package dev.throughline.message;

import dev.throughline.message.Ids.AppId;
import dev.throughline.message.SendRequest.Recipient;

/**
 * Somebody asks whether a recipient can be sent to (the contract's capability query).
 *
 * @param requestId by which the answer is known
 */
public record ReachRequest(AppId app, Recipient recipient, String requestId) implements AppRequest {
  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "ReachRequest[" + app + "]";
  }
}
