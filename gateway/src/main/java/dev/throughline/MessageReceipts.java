package dev.throughline;

import dev.throughline.api.Receipts;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import java.util.Optional;

/** Receipts as the API asks for them. */
record MessageReceipts(dev.throughline.evidence.Receipts receipts) implements Receipts {
  @Override
  public Optional<Bytes> receipt(MessageId message) {
    try {
      return receipts.receipt(message);
    } catch (dev.throughline.evidence.Receipts.NotCoveredException notYet) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> checkpoint() {
    return receipts.checkpoint();
  }
}
