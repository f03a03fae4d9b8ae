package dev.throughline.api;

import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import java.util.Optional;

/** What proves to others that an entry stands in the ledger. */
public interface Receipts {
  /**
   * A zip of the message's entries, what they commit to, and the proofs of their places.
   *
   * @return empty until a checkpoint covers the message
   */
  Optional<Bytes> receipt(MessageId message);

  /** The newest signed checkpoint; empty before the first. */
  Optional<String> checkpoint();
}
