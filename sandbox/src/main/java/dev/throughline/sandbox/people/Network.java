package dev.throughline.sandbox.people;

/** Brings what people write to the company, as that network does. */
public interface Network {

  /** Whether people write to the company over this network on this channel. */
  boolean carries(PhoneChannel channel);

  /**
   * Takes what a person wrote and returns the network's id of it; it reaches the company a little
   * later.
   *
   * @throws IllegalArgumentException if the network does not carry that channel, or has no such
   *     address of the company
   */
  String bring(Written written);

  /**
   * The person looks at what is on the screen. Networks with read receipts tell the company.
   *
   * @param address the person's, on that channel
   */
  default void opened(PhoneChannel channel, String address) {}
}
