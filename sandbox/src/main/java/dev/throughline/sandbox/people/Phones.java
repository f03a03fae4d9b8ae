package dev.throughline.sandbox.people;

/**
 * The phones and inboxes of all people, for the networks that deliver to them. Safe for many
 * threads; no call blocks for longer than a lock is held, and none calls back while it holds one.
 */
public interface Phones {

  /** How the channel of whoever has this address is now; {@link Condition#NOBODY} if none has. */
  Condition condition(PhoneChannel channel, String address);

  /**
   * Hands something over and tells how the channel was at that moment. If that {@link
   * Condition#shows()} it is on the screen when this returns. If it was {@link Condition#AIRPLANE}
   * it waits; {@code shown} runs once, on a thread of the phones, when it comes on the screen, and
   * never if it expires first. In every other condition nobody sees it, and {@code shown} never
   * runs.
   */
  Condition deliver(Delivery delivery, Runnable shown);

  /**
   * The person wrote something by another way than the phones' own, such as a tap on a button.
   *
   * @param address the person's, on that channel
   * @param id the network's
   */
  default void said(PhoneChannel channel, String address, String id, String text) {}
}
