package dev.throughline.channel;

import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import java.time.Duration;
import java.util.List;

/** How a channel sends the same to many in one request, which a key makes safe to repeat. */
public interface Multicast {
  /** Recipients of one request at most. */
  int recipients();

  /** What a request takes of which of {@link Channel#rates}. */
  Channel.Allowance allowance();

  /** Whether such an address may be among the recipients of a request. */
  boolean takes(Identity recipient);

  /**
   * What a request's body begins with, which is everybody's.
   *
   * @param rendered the bytes of {@link Channel.Rendered.Ready}
   */
  Bytes opening(Bytes rendered);

  /**
   * What its body goes on with: a run a recipient, in order; the same ones whatever is said.
   *
   * @param recipients 1 to {@link #recipients()}
   */
  List<Bytes> runs(List<Identity> recipients);

  /**
   * Sends once, and says exactly what is known of it; never throws for an answer of the provider.
   * All recipients or none.
   *
   * @param request {@link #opening} and {@link #runs}, joined
   */
  SendResult send(
      Bytes request, String retryKey, Channel.Credentials credentials, Duration deadline);
}
