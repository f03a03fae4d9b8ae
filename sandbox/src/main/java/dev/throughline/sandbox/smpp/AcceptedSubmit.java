package dev.throughline.sandbox.smpp;

import java.time.Instant;

/**
 * A submit_sm that was taken: what tests judge by.
 *
 * @param messageId as in the response: hexadecimal
 * @param text of this part
 * @param part from 1
 * @param userReference the TLV user_message_reference; -1 without one
 */
public record AcceptedSubmit(
    Instant at,
    String messageId,
    String from,
    String to,
    String text,
    int part,
    int parts,
    boolean receiptWanted,
    int userReference) {

  private static final long OVERHEAD_BYTES = 200;

  long weight() {
    return OVERHEAD_BYTES + text.length();
  }
}
