package dev.throughline;

import dev.throughline.api.EntryReceipts;
import dev.throughline.api.Receipts;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import java.util.List;
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

  /** Of parts of entries. */
  Optional<Bytes> of(List<EntryReceipts.Disclosed> parts) {
    try {
      return receipts.ofParts(
          parts.stream()
              .map(part ->
                  new dev.throughline.evidence.Receipts.Part(part.entry(), part.from(), part.to()))
              .toList());
    } catch (dev.throughline.evidence.Receipts.NotCoveredException notYet) {
      return Optional.empty();
    }
  }
}
