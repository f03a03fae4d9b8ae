package dev.throughline.ledger;

/**
 * What was presented is malformed or does not verify. The message is one sentence that names what
 * was wrong and never repeats the content of a message. Whoever reads foreign bytes catches it at
 * its edge; nothing in this package returns half-checked data instead.
 */
public final class RefusedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  RefusedException(String sentence) {
    super(sentence);
  }
}
