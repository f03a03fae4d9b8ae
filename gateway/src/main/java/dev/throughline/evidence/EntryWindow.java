package dev.throughline.evidence;

import dev.throughline.evidence.FsckStore.EntryRow;
import dev.throughline.ledger.Entry;
import dev.throughline.ledger.RefusedException;
import dev.throughline.log.Evidence;
import dev.throughline.log.Payload;
import dev.throughline.message.Bytes;
import dev.throughline.vault.Vault;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Goes over the entries in order, some thousands in memory at a time, and over their payloads, of
 * which it keeps nothing: a payload is compared with its entry as soon as both are read.
 */
final class EntryWindow {
  /** Entries in memory at a time, of 1 KiB at most each. */
  private static final int ENTRIES = 2_000;

  private final FsckStore store;
  private final Vault vault;
  private final long head;
  private final Findings findings;
  private final Fsck.Counts counts;
  private Map<Long, Found> window = Map.of();
  private long end;

  EntryWindow(FsckStore store, Vault vault, long head, Findings findings, Fsck.Counts counts) {
    this.store = store;
    this.vault = vault;
    this.head = head;
    this.findings = findings;
    this.counts = counts;
  }

  /**
   * An entry's row.
   *
   * @param entry empty if the bytes are not an entry, or not the one of its columns
   */
  record Found(EntryRow row, Optional<Entry> entry) {}

  /** The entry of this index, which is asked for in ascending order; empty if it is missing. */
  Optional<Found> at(long index) {
    if (index >= end) {
      end = Math.min(index + ENTRIES, head);
      read(index, end);
    }
    return Optional.ofNullable(window.get(index));
  }

  private void read(long from, long to) {
    Map<Long, Found> found = new HashMap<>();
    Map<Long, Integer> withoutPayload = new HashMap<>();
    store
        .entries(from, to)
        .forEach((index, row) -> {
          Optional<Entry> entry = decode(index, row);
          found.put(index, new Found(row, entry));
          entry
              .map(e -> e.parts().count())
              .filter(parts -> parts > 0)
              .ifPresent(parts -> withoutPayload.put(index, parts));
        });
    store.payloads(
        from,
        to,
        (index, payload) -> {
          withoutPayload.remove(index);
          Found of = found.get(index);
          if (of == null) {
            findings.problem(index, "There is a payload, but no entry.");
          } else if (of.entry().isPresent()) {
            payload(index, of.row().bytes(), payload);
          }
        });
    if (!withoutPayload.isEmpty()) {
      findings.note(
          "entries %d to %d: the payloads of %d are gone as a whole"
              .formatted(from, to - 1, withoutPayload.size()));
      counts.erasedParts += withoutPayload.values().stream().mapToLong(parts -> parts).sum();
    }
    window = found;
  }

  private Optional<Entry> decode(long index, EntryRow row) {
    try {
      Entry entry = Entry.decode(row.bytes().array());
      if (!entry.id().equals(row.id())
          || !entry.kind().token().equals(row.kind())
          || !entry.at().equals(row.at())) {
        findings.problem(index, "Its id, kind or time is not the one in its bytes.");
        return Optional.empty();
      }
      return Optional.of(entry);
    } catch (RefusedException malformed) {
      findings.problem(index, String.valueOf(malformed.getMessage()));
      return Optional.empty();
    }
  }

  private void payload(long index, Bytes entry, Payload payload) {
    Evidence evidence;
    try {
      load(payload);
      evidence = Evidence.of(index, entry, payload, vault);
    } catch (IllegalStateException malformed) {
      findings.problem(index, "Its payload is corrupt: " + malformed.getMessage() + ".");
      return;
    }
    if (!evidence.hasCommittedLeaves()) {
      findings.problem(index, "Its part leaves are not those that it committed to.");
      return;
    }
    List<Evidence.Part> parts = evidence.parts();
    for (int i = 0; i < parts.size(); i++) {
      switch (parts.get(i)) {
        case Evidence.Part.Open open -> {
          if (open.leaf().equals(evidence.leaves().get(i))) {
            counts.openParts++;
          } else {
            findings.problem(index, "Part %d is not what it committed to.".formatted(i));
          }
        }
        case Evidence.Part.Deleted _ -> {
          counts.deletedParts++;
          findings.note("entry %d, part %d: deleted".formatted(index, i));
        }
        case Evidence.Part.Erased _ -> {
          counts.erasedParts++;
          findings.note("entry %d, part %d: erased".formatted(index, i));
        }
        case Evidence.Part.Corrupt _ ->
            findings.problem(index, "Part %d was changed, or its key was.".formatted(i));
      }
    }
  }

  /** All keys of a payload in one query; a key that was changed shows at its part. */
  private void load(Payload payload) {
    try {
      vault.load(Evidence.keys(payload));
    } catch (Vault.TamperedException changed) {
      findings.note("a key of a payload was changed");
    }
  }
}
