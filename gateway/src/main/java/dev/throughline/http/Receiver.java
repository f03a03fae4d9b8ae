package dev.throughline.http;

/**
 * Takes the body of an answer as it comes, so that it may be larger than memory. Called on the
 * caller's own thread; what it throws ends the exchange and goes to the caller.
 */
public interface Receiver {
  /** The head is read; false if nothing of the body is wanted. */
  boolean begins(int status, Headers headers);

  /**
   * The next bytes, which are only lent.
   *
   * @return false if nothing more is wanted
   */
  boolean takes(byte[] bytes, int from, int count);

  /** One that takes the body of a 200, and of no other answer. */
  default Receiver onSuccess() {
    return new Successes(this);
  }
}
