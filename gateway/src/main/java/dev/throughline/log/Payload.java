package dev.throughline.log;

import dev.throughline.message.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What the tables keep of an entry's parts, as it lies there; whether it is what was written shows
 * when it is read.
 *
 * @param sealed from table {@code payload}; empty where it has no row
 * @param ahead the last parts, from table {@code sealed_ahead}; empty bytes where its row is gone
 */
public record Payload(Bytes sealed, Optional<Bytes> ahead) {
  static final Payload NONE = new Payload(Bytes.EMPTY, Optional.empty());

  boolean isEmpty() {
    return sealed.length() == 0;
  }

  /** Throws {@link IllegalStateException} if it is not what {@link SealedParts#encode} made. */
  SealedParts parts() {
    if (isEmpty()) {
      return new SealedParts(List.of(), List.of());
    }
    SealedParts own = SealedParts.decode(sealed);
    return ahead.isPresent() ? own.followedBy(SealedParts.decode(ahead.get())) : own;
  }
}
