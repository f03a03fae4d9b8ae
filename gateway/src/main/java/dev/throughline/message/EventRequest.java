package dev.throughline.message;

import dev.throughline.message.Ids.AppId;
import java.util.Optional;

/**
 * An app event as a client asked for it, valid in form.
 *
 * @param channel the only channel to try, if the client named one
 * @param metadata given back in delivery reports; empty if none
 * @param callbackUrl where this event's delivery reports go instead of to the app's webhooks
 */
public record EventRequest(
    AppId app,
    SendRequest.Recipient recipient,
    AppEvent event,
    Optional<ChannelName> channel,
    String metadata,
    Optional<String> callbackUrl,
    boolean highPriority)
    implements AppRequest {

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "EventRequest[" + app + ", " + event + "]";
  }
}
