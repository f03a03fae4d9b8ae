package dev.throughline.evidence;

/** Whether the ledger can be signed, and so whether anything may be taken in. */
public sealed interface Standing {
  /** Nothing is known against it: the log continues what was signed. */
  record Good() implements Standing {}

  /**
   * The log does not continue what was signed: a restored backup, a standby that was behind, a
   * changed entry, or a key whose memory is lost. Nothing is signed and nothing taken in until an
   * operator acts.
   *
   * @param sentence what is wrong and what to do
   */
  record Behind(String sentence) implements Standing {}

  /**
   * Publishing does not work, and is tried again: a full disk, a corrupt tile, a database away. The
   * log itself is not in doubt.
   */
  record Failing(String sentence) implements Standing {}
}
