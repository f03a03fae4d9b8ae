package dev.throughline.evidence;

import dev.throughline.evidence.EvidenceStore.Published;
import dev.throughline.evidence.EvidenceStore.Shard;
import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.NodeSource;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.NoteVerifier;
import dev.throughline.ledger.Proofs;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.TileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Checks every checkpoint that a shard ever published: its signature, its root against the entries,
 * and, by the published tiles as an auditor would, that each only adds to the one before and to
 * others drawn at random. Also what the signer remembers, and the file that is served.
 */
final class CheckpointCheck {
  private static final int PIECE = 500;
  private static final int DRAWN = 64;

  private final Shard shard;
  private final FsckStore store;
  private final LedgerFiles files;
  private final Findings findings;
  private final RandomGenerator random;
  private final Optional<NoteVerifier> key;
  private final Optional<Checkpoint> newest;
  private final Deque<Checkpoint> next = new ArrayDeque<>();
  private long readTo = -1;
  private boolean readAll;
  private long checked;

  /**
   * @param size of the shard's tree, as far as it is audited
   */
  CheckpointCheck(
      Shard shard,
      long size,
      FsckStore store,
      LedgerFiles files,
      Findings findings,
      RandomGenerator random) {
    this.shard = shard;
    this.store = store;
    this.files = files;
    this.findings = findings;
    this.random = random;
    this.key = readKey();
    this.newest = newest(size);
  }

  /** The size up to which tiles must be there. */
  long published() {
    return newest.map(Checkpoint::size).orElse(0L);
  }

  /** The next checkpoint, if its size is at most this. */
  Optional<Checkpoint> nextUpTo(long size) {
    if (next.isEmpty() && !readAll) {
      read();
    }
    Checkpoint first = next.peek();
    return first == null || first.size() > size ? Optional.empty() : Optional.of(next.remove());
  }

  void compare(Checkpoint checkpoint, Hash root) {
    if (!checkpoint.root().equals(root)) {
      findings.problem(
          place(checkpoint.size()), "Its root is not the one that the entries lead to.");
    }
  }

  /** After all entries; answers how many checkpoints there were. */
  long finish() {
    long size = store.head() - shard.first();
    // Those of the last batches, if they came while this ran.
    for (Optional<Checkpoint> rest = nextUpTo(Long.MAX_VALUE);
        rest.isPresent();
        rest = nextUpTo(Long.MAX_VALUE)) {
      if (rest.get().size() > size) {
        findings.problem(
            place(rest.get().size()),
            "The log has only %d entries: it is older than what was published.".formatted(size));
      }
    }
    memory(size);
    served();
    if (newest.isPresent()) {
      consistency(newest.get());
    }
    return checked;
  }

  private Fsck.Place place(long size) {
    return new Fsck.Place.Checkpoint(shard.origin(), size);
  }

  private Optional<NoteVerifier> readKey() {
    Path file = files.vkey(shard.origin());
    try {
      return Optional.of(NoteVerifier.parse(Files.readString(file).strip()));
    } catch (IOException | RefusedException e) {
      if (store.newest(shard.origin()).isPresent()) {
        findings.problem(
            new Fsck.Place.Ledger(shard.origin()),
            "Its verifier key cannot be read from %s: no signature was checked.".formatted(file));
      }
      return Optional.empty();
    }
  }

  /** The newest good one within the size; bad ones are named when their turn comes. */
  private Optional<Checkpoint> newest(long size) {
    return store.newestUpTo(shard.origin(), size, PIECE).stream()
        .flatMap(row -> {
          try {
            return Optional.of(open(row)).filter(c -> isOf(row, c)).stream();
          } catch (RefusedException bad) {
            return Stream.empty();
          }
        })
        .findFirst();
  }

  private void read() {
    while (next.isEmpty() && !readAll) {
      List<Published> rows = store.checkpoints(shard.origin(), readTo, PIECE);
      readAll = rows.isEmpty();
      for (Published row : rows) {
        readTo = row.size();
        checked++;
        try {
          Checkpoint checkpoint = open(row);
          if (isOf(row, checkpoint)) {
            next.add(checkpoint);
          } else {
            findings.problem(place(row.size()), "Its text is of another size or another ledger.");
          }
        } catch (RefusedException bad) {
          findings.problem(place(row.size()), String.valueOf(bad.getMessage()));
        }
      }
    }
  }

  private Checkpoint open(Published row) {
    return open(Note.parse(row.note()));
  }

  private Checkpoint open(Note note) {
    return key.isPresent() ? Checkpoint.open(note, key.get()) : Checkpoint.parse(note.text());
  }

  private boolean isOf(Published row, Checkpoint checkpoint) {
    return checkpoint.size() == row.size() && checkpoint.origin().equals(shard.origin());
  }

  private void memory(long size) {
    Path file = files.memory(shard.origin());
    if (!Files.exists(file)) {
      return;
    }
    try {
      Checkpoint signed = Checkpoint.parse(Files.readString(file));
      if (signed.size() > size) {
        findings.problem(
            place(signed.size()),
            "It was signed, but the log has only %d entries: it is older than that."
                .formatted(size));
      } else if (newest.isPresent() && signed.size() <= published()) {
        Hash root = Proofs.root(signed.size(), tiles(newest.get()));
        if (!root.equals(signed.root())) {
          findings.problem(place(signed.size()), "What was signed is not what was published.");
        }
      }
    } catch (IOException | UncheckedIOException | RefusedException e) {
      findings.problem(
          new Fsck.Place.Ledger(shard.origin()),
          "What was last signed cannot be compared (%s): %s".formatted(file, e.getMessage()));
    }
  }

  private void served() {
    Path file = files.checkpoint(shard.origin());
    if (newest.isEmpty() && !Files.exists(file)) {
      return;
    }
    try {
      Note note = Note.parse(Files.readAllBytes(file));
      Checkpoint served = open(note);
      if (store.checkpoints(shard.origin(), served.size() - 1, 1).stream()
          .noneMatch(row -> row.note().equals(note.encode()))) {
        findings.problem(place(served.size()), "It is served, but was never published.");
      }
    } catch (IOException | RefusedException e) {
      findings.problem(
          new Fsck.Place.Ledger(shard.origin()),
          "The checkpoint that is served is missing or wrong (%s): %s"
              .formatted(file, e.getMessage()));
    }
  }

  /** I6: neighbours, which implies all, and random pairs besides. */
  private void consistency(Checkpoint last) {
    try {
      NodeSource nodes = tiles(last);
      List<Checkpoint> drawn = new ArrayList<>();
      Checkpoint before = null;
      long seen = 0;
      long after = -1;
      List<Published> rows = store.checkpoints(shard.origin(), after, PIECE);
      while (!rows.isEmpty()) {
        for (Published row : rows) {
          after = row.size();
          Optional<Checkpoint> checkpoint = good(row, last.size());
          if (checkpoint.isPresent()) {
            if (before != null) {
              prove(before, checkpoint.get(), nodes);
            }
            before = checkpoint.get();
            draw(drawn, before, seen++);
          }
        }
        rows = store.checkpoints(shard.origin(), after, PIECE);
      }
      for (int i = 1; i < drawn.size(); i++) {
        Checkpoint one = drawn.get(i - 1);
        Checkpoint other = drawn.get(i);
        boolean ordered = one.size() <= other.size();
        prove(ordered ? one : other, ordered ? other : one, nodes);
      }
    } catch (RefusedException | UncheckedIOException e) {
      findings.problem(
          new Fsck.Place.Ledger(shard.origin()),
          "Its tiles cannot prove its checkpoints: " + e.getMessage());
    }
  }

  private Optional<Checkpoint> good(Published row, long size) {
    try {
      return Optional.of(Checkpoint.parse(Note.parse(row.note()).text()))
          .filter(checkpoint -> checkpoint.size() == row.size() && row.size() <= size);
    } catch (RefusedException bad) {
      return Optional.empty(); // named before
    }
  }

  private void draw(List<Checkpoint> drawn, Checkpoint checkpoint, long seen) {
    if (drawn.size() < DRAWN) {
      drawn.add(random.nextInt(drawn.size() + 1), checkpoint);
      return;
    }
    long place = random.nextLong(seen + 1);
    if (place < DRAWN) {
      drawn.set((int) place, checkpoint);
    }
  }

  private void prove(Checkpoint one, Checkpoint other, NodeSource nodes) {
    List<Hash> proof = Proofs.consistencyProof(one.size(), other.size(), nodes);
    if (!Proofs.verifyConsistency(one.size(), one.root(), other.size(), other.root(), proof)) {
      findings.problem(
          place(other.size()),
          "It does not only add to the checkpoint at size %d.".formatted(one.size()));
    }
  }

  private NodeSource tiles(Checkpoint last) {
    return new TileStore(files.published(shard.origin())).at(last.size(), last.root());
  }
}
