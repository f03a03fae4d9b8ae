package dev.throughline.conversation;

/**
 * What else happens in the transaction of a fold. Pure but for {@link Effects}: no I/O, no clock.
 */
public interface Reaction {
  void react(Fact fact, Effects effects);
}
