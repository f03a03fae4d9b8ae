package dev.throughline;

import dev.throughline.api.Receipts;
import dev.throughline.message.Bytes;
import java.util.Optional;

final class NoReceipts implements Receipts {
  @Override
  public Optional<Bytes> receipt(long index, int firstPart, int endPart) {
    return Optional.empty();
  }

  @Override
  public Optional<String> checkpoint() {
    return Optional.empty();
  }
}
