package dev.throughline.message;

import dev.throughline.message.Ids.AppId;
import dev.throughline.message.SendRequest.Recipient;
import java.util.List;

/**
 * Somebody's addresses go on a list of those who want no messages, or come off it.
 *
 * @param channels which of the recipient's addresses are meant; empty: all that are named
 * @param out on the list, and not off it
 * @param requestId by which the answer is known; may be empty
 * @param source by what way it came
 */
public record ConsentRequest(
    AppId app,
    Recipient recipient,
    List<ChannelName> channels,
    ConsentList list,
    boolean out,
    String requestId,
    ConsentSource source)
    implements AppRequest {

  public ConsentRequest {
    channels = List.copyOf(channels);
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "ConsentRequest[" + app + ", " + list + "]";
  }
}
