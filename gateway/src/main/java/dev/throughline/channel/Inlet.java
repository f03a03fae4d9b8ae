package dev.throughline.channel;

import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.message.Bytes;

/**
 * Where what a provider tells comes in without a webhook: a queue that is polled, a session that is
 * held. The leading node alone receives so.
 */
public interface Inlet {
  /** Whether accounts with such credentials receive this way. */
  boolean serves(Channel.Credentials credentials);

  /**
   * Receives until it is interrupted, or until it cannot go on by itself: then it is begun again
   * after a pause. What was not kept is not acknowledged, so that the provider gives it again.
   */
  void receive(Channel.Credentials credentials, Keep keep) throws InterruptedException;

  /** Takes what came in. */
  interface Keep {
    /**
     * Whether the body is durable; it is to be acknowledged then, and only then.
     *
     * @param secretVersion by which of our secrets it was found authentic
     */
    boolean keep(Bytes body, int secretVersion);

    /** Something came in that is not the provider's; it is counted. */
    void refused(Cause cause);
  }
}
