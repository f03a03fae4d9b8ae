package dev.throughline.evidence;

import dev.throughline.evidence.EvidenceStore.Published;
import dev.throughline.evidence.EvidenceStore.Shard;
import dev.throughline.evidence.EvidenceStore.Wanted;
import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.MerkleTree;
import dev.throughline.ledger.NodeSource;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.PartLeaf;
import dev.throughline.ledger.Proofs;
import dev.throughline.ledger.Receipt;
import dev.throughline.ledger.TileStore;
import dev.throughline.ledger.TlogProof;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Evidence;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.store.Database;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Receipts of single messages, for whoever may see the message: what was committed, what it was,
 * and that it is in the published ledger. Anybody checks them offline.
 */
public final class Receipts {
  /** A checkpoint comes within a second; the rest is for a busy machine. */
  private static final Duration COVERED_PATIENCE = Duration.ofSeconds(2);

  private static final Duration TICK = Duration.ofMillis(25);

  /** A partial tile may be replaced by the full one while it is read. */
  private static final int TILE_TRIES = 5;

  private final Log log;
  private final Database database;
  private final LedgerFiles files;
  private final Map<String, TileStore> tiles = new HashMap<>();

  /**
   * @param data the data directory, where the tiles are published
   */
  public Receipts(Log log, Database database, Path data) {
    this.log = log;
    this.database = database;
    this.files = new LedgerFiles(data);
  }

  /** The newest signed checkpoint, as text; empty before the first. */
  public Optional<String> checkpoint() {
    return database.read(EvidenceStore::newest);
  }

  /**
   * The receipt's zip file: of an inbound message its webhook with the parts of that event alone,
   * of an outbound one its request, attempts and outcomes. Parts that were deleted or erased are
   * left out; the others are proved all the same. Empty for a message that there is not.
   *
   * @throws NotCoveredException if no checkpoint covers the message yet: ask again
   */
  public Optional<Bytes> receipt(MessageId id) {
    return receipt(wanted(id));
  }

  /**
   * The same of these parts {@code [from, to)} of entries. Empty if one of them is not there.
   *
   * @throws NotCoveredException if no checkpoint covers them yet: ask again
   */
  public Optional<Bytes> ofParts(List<Part> parts) {
    List<Wanted> wanted = new ArrayList<>();
    for (Part part : parts) {
      Optional<Long> index = log.indexOf(part.entry());
      if (index.isEmpty()) {
        return Optional.empty();
      }
      wanted.add(new Wanted(index.get(), part.from(), part.to()));
    }
    return receipt(wanted);
  }

  /** Parts {@code [from, to)} of an entry. */
  public record Part(Ulid entry, int from, int to) {}

  private Optional<Bytes> receipt(List<Wanted> wanted) {
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    List<Evidence> entries = new ArrayList<>();
    for (Long index : wanted.stream().map(Wanted::index).distinct().toList()) {
      log.evidence(index).ifPresent(entries::add);
    }
    for (int tries = 1; ; tries++) {
      try {
        return Optional.of(zip(proven(entries, wanted)));
      } catch (UncheckedIOException e) {
        if (tries == TILE_TRIES || !(e.getCause() instanceof NoSuchFileException)) {
          throw e;
        }
      }
    }
  }

  /** No checkpoint covers the message yet, since publishing is behind or has stopped. */
  public static final class NotCoveredException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotCoveredException(long index) {
      super("no signed checkpoint covers entry " + index + " yet");
    }
  }

  private List<Wanted> wanted(MessageId id) {
    List<Wanted> known = database.read(c -> EvidenceStore.ofMessage(c, id));
    if (!known.isEmpty()) {
      return known;
    }
    // Accepted, but not folded yet: a send's id is that of its request.
    return log.indexOf(id.value()).stream()
        .filter(
            index -> log.read(List.of(index)).stream().anyMatch(e -> e.kind().equals(Kind.REQUEST)))
        .map(index -> new Wanted(index, 0, Integer.MAX_VALUE))
        .toList();
  }

  private Receipt proven(List<Evidence> entries, List<Wanted> wanted) {
    Map<String, Covering> covering = new HashMap<>();
    List<Receipt.Item> items = new ArrayList<>();
    for (Evidence evidence : entries) {
      String origin = evidence.entry().origin();
      Covering cover = covering.get(origin);
      if (cover == null) {
        cover = covering(origin, entries);
        covering.put(origin, cover);
      }
      long leaf = evidence.index() - cover.first();
      items.add(
          new Receipt.Item(
              evidence.entry(),
              new TlogProof(
                  leaf, Proofs.inclusionProof(leaf, cover.size(), cover.nodes()), cover.note()),
              parts(evidence, wanted)));
    }
    return new Receipt(items);
  }

  private static List<Receipt.Part> parts(Evidence evidence, List<Wanted> wanted) {
    if (evidence.parts().isEmpty()) {
      return List.of();
    }
    if (!evidence.hasCommittedLeaves()) {
      throw corrupt(evidence);
    }
    MerkleTree tree = PartLeaf.tree(evidence.leaves());
    List<Receipt.Part> parts = new ArrayList<>();
    for (int i = 0; i < evidence.parts().size(); i++) {
      int part = i;
      boolean disclosed =
          wanted.stream().anyMatch(w -> w.index() == evidence.index() && w.discloses(part));
      if (disclosed) {
        switch (evidence.parts().get(part)) {
          case Evidence.Part.Open open -> {
            if (!open.leaf().equals(evidence.leaves().get(part))) {
              throw corrupt(evidence);
            }
            parts.add(
                new Receipt.Part(
                    part,
                    dev.throughline.ledger.Bytes.copyOf(open.bytes().array()),
                    dev.throughline.ledger.Bytes.copyOf(open.nonce().array()),
                    tree.inclusionProof(part)));
          }
          case Evidence.Part.Deleted _, Evidence.Part.Erased _ -> {
            // The verifier says that it is not disclosed.
          }
          case Evidence.Part.Corrupt _ -> throw corrupt(evidence);
        }
      }
    }
    return parts;
  }

  private static IllegalStateException corrupt(Evidence evidence) {
    return new IllegalStateException(
        "the payload of entry %d is not what the entry committed to: run 'throughline fsck'"
            .formatted(evidence.index()));
  }

  /** The newest checkpoint of a shard, once it covers all of the entries that are of it. */
  private Covering covering(String origin, List<Evidence> entries) {
    long first =
        database.read(EvidenceStore::shards).stream()
            .filter(shard -> shard.origin().equals(origin))
            .mapToLong(Shard::first)
            .findFirst()
            .orElseThrow();
    long last =
        entries.stream()
            .filter(evidence -> evidence.entry().origin().equals(origin))
            .mapToLong(Evidence::index)
            .max()
            .orElseThrow();
    Published published = await(origin, last - first, last);
    Note note = Note.parse(published.note());
    Checkpoint head = Checkpoint.parse(note.text());
    return new Covering(first, head.size(), note, tiles(origin).at(head.size(), head.root()));
  }

  private Published await(String origin, long leaf, long index) {
    long end = System.nanoTime() + COVERED_PATIENCE.toNanos();
    while (true) {
      Optional<Published> newest = database.read(c -> EvidenceStore.newest(c, origin));
      if (newest.isPresent() && newest.get().size() > leaf) {
        return newest.get();
      }
      if (System.nanoTime() > end) {
        throw new NotCoveredException(index);
      }
      try {
        Thread.sleep(TICK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NotCoveredException(index);
      }
    }
  }

  private TileStore tiles(String origin) {
    synchronized (tiles) {
      return tiles.computeIfAbsent(origin, o -> new TileStore(files.published(o)));
    }
  }

  private static Bytes zip(Receipt receipt) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      receipt.write(out);
      return Bytes.wrap(out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A checkpoint of a shard, and the tree it speaks of. */
  private record Covering(long first, long size, Note note, NodeSource nodes) {}
}
