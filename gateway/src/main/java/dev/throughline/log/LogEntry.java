package dev.throughline.log;

import dev.throughline.ledger.Entry;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.vault.Vault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An entry as readers see it.
 *
 * @param key the one that the first part is sealed with, so that what follows from it can be sealed
 *     with the same
 * @param parts the parts in clear, in order; empty ones were deleted or erased. Asking for those of
 *     a damaged entry throws {@link IllegalStateException}, so that whoever handles it sets it
 *     aside instead of taking it for erased
 * @param isDamaged what lies in the tables is not what was written
 */
public record LogEntry(
    long index,
    Ulid id,
    Kind kind,
    Optional<Ulid> cause,
    Subject subject,
    Instant at,
    List<Optional<Bytes>> parts,
    Optional<UUID> key,
    boolean isDamaged) {
  @Override
  public List<Optional<Bytes>> parts() {
    if (isDamaged) {
      throw new IllegalStateException("the entry is damaged: 'throughline fsck' says how");
    }
    return parts;
  }

  /** The parts joined: the body as received, if none of them is gone. */
  public Optional<Bytes> body() {
    if (parts().size() == 1) {
      return parts.getFirst();
    }
    int length = 0;
    for (Optional<Bytes> part : parts) {
      if (part.isEmpty()) {
        return Optional.empty();
      }
      length += part.get().length();
    }
    byte[] body = new byte[length];
    int at = 0;
    for (Optional<Bytes> part : parts) {
      byte[] bytes = part.orElseThrow().array();
      System.arraycopy(bytes, 0, body, at, bytes.length);
      at += bytes.length;
    }
    return Optional.of(Bytes.wrap(body));
  }

  /** Without its parts. */
  static LogEntry of(long index, Instant at, Draft draft) {
    return new LogEntry(
        index,
        draft.id(),
        draft.kind(),
        draft.cause(),
        draft.subject(),
        at,
        List.of(),
        draft.key(),
        false);
  }

  LogEntry with(List<Optional<Bytes>> clear) {
    return new LogEntry(index, id, kind, cause, subject, at, clear, key, isDamaged);
  }

  static LogEntry of(LogStore.Stored stored, Vault vault) {
    try {
      return opened(stored, vault);
    } catch (RefusedException | IllegalStateException | Vault.TamperedException damaged) {
      return new LogEntry(
          stored.index(),
          stored.id(),
          stored.kind(),
          Optional.empty(),
          new Subject.Installation(),
          stored.at(),
          List.of(),
          Optional.empty(),
          true);
    }
  }

  private static LogEntry opened(LogStore.Stored stored, Vault vault) {
    Entry entry = Entry.decode(stored.entry().array());
    List<Optional<Bytes>> parts = new ArrayList<>();
    Optional<UUID> key = Optional.empty();
    List<Bytes> blobs = stored.payload().parts().blobs();
    for (int i = 0; i < blobs.size(); i++) {
      Optional<SealedParts.OpenPart> part = SealedParts.open(vault, entry.id(), i, blobs.get(i));
      parts.add(part.map(SealedParts.OpenPart::bytes));
      if (i == 0) {
        key = part.map(SealedParts.OpenPart::key);
      }
    }
    return new LogEntry(
        stored.index(),
        entry.id(),
        entry.kind(),
        Optional.ofNullable(entry.cause()),
        entry.subject(),
        entry.at(),
        parts,
        key,
        false);
  }
}
