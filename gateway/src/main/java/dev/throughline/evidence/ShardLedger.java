package dev.throughline.evidence;

import dev.throughline.evidence.EvidenceStore.Shard;
import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.TileStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard's published ledger: its tiles, its signer, its checkpoints. The steps of publishing
 * stand in the order in which a crash between any two of them loses nothing and contradicts
 * nothing: tiles, the signer's memory, the table, the file.
 */
final class ShardLedger {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLedger.class);

  private final Shard shard;
  private final LedgerFiles files;
  private final Steps steps;
  private final TileStore tiles;
  private final Signer signer;

  /** The tree as far as its tiles are durable. */
  private CompactRange tree;

  /** The size of the checkpoint that is published. */
  private long published;

  /** What publishing asks of its surroundings; a test may end any of it. */
  interface Steps {
    List<Hash> leaves(long from, long to);

    void store(String origin, long size, String note);

    /** Called before each step that leaves something behind. */
    void before(String step);
  }

  private ShardLedger(Shard shard, LedgerFiles files, Steps steps, Signer signer) {
    this.shard = shard;
    this.files = files;
    this.steps = steps;
    this.signer = signer;
    this.tiles = new TileStore(files.published(shard.origin()));
    this.tree = CompactRange.EMPTY;
  }

  /**
   * @param stored the newest checkpoint in the database, which may know more than the files
   */
  static ShardLedger open(
      Shard shard, LedgerFiles files, Steps steps, Optional<String> stored, SecureRandom random) {
    Signer signer = Signer.open(files, shard.origin(), random);
    ShardLedger ledger = new ShardLedger(shard, files, steps, signer);
    if (signer.verifier().isPresent()) {
      stored.ifPresent(note -> signer.learn(Note.parse(note)));
      ledger.readPublished();
    }
    return ledger;
  }

  Signer signer() {
    return signer;
  }

  Standing standing() {
    return signer.standing();
  }

  long published() {
    return published;
  }

  /**
   * Signs and publishes the tree of this size, which must have this root.
   *
   * @param most leaf hashes at a time
   * @return whether it is published; if not, {@link #standing} says why
   */
  boolean publish(long size, Hash root, int most) {
    if (!(signer.examine(size) instanceof Standing.Good)) {
      return false;
    }
    while (tree.size() < size) {
      long from = shard.first() + tree.size();
      long to = Math.min(from + most, shard.first() + size);
      List<Hash> leaves = steps.leaves(from, to);
      if (leaves.size() != to - from) {
        signer.refuse(
            "Of the entries %d to %d only %d are there. 'throughline fsck' names what is missing."
                .formatted(from, to - 1, leaves.size()));
        return false;
      }
      steps.before("tiles");
      tree = tiles.append(tree, leaves);
    }
    if (!tree.root().equals(root)) {
      signer.refuse(
          "The entries of %s up to size %d do not have the root that the log says: entries were"
                  .formatted(shard.origin(), size)
              + " changed, or this is another database than the one that was published. Nothing is"
              + " signed or taken in. 'throughline fsck' names what differs.");
      return false;
    }
    steps.before("memory");
    Optional<Note> note =
        signer.sign(new Checkpoint(shard.origin(), size, root), tiles.at(size, root));
    if (note.isEmpty()) {
      return false;
    }
    String text = note.get().encode();
    steps.before("store");
    steps.store(shard.origin(), size, text);
    steps.before("publish");
    write(text);
    published = size;
    return true;
  }

  /** Starts anew from the log's entries; tiles that are there are compared, not trusted. */
  void rebuild() {
    tree = CompactRange.EMPTY;
  }

  private void write(String note) {
    try {
      LedgerFiles.publish(files.checkpoint(shard.origin()), note);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot publish a checkpoint", e);
    }
  }

  /** Goes on from the published checkpoint, if its tiles are there; else from the beginning. */
  private void readPublished() {
    Path file = files.checkpoint(shard.origin());
    if (!Files.exists(file)) {
      return;
    }
    try {
      Note note = Note.parse(Files.readAllBytes(file));
      Checkpoint found = Checkpoint.open(note, signer.verifier().orElseThrow());
      signer.learn(note);
      published = found.size();
      CompactRange kept = tiles.range(found.size());
      if (kept.root().equals(found.root())) {
        tree = kept;
      } else {
        LOG.warn("{}: the tiles are not those of the checkpoint; comparing all", shard.origin());
      }
    } catch (RefusedException | IOException | UncheckedIOException unreadable) {
      LOG.warn(
          "{}: going through the published files from the beginning: {}",
          shard.origin(),
          unreadable.getMessage());
    }
  }
}
