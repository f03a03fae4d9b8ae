package dev.throughline.evidence;

import dev.throughline.evidence.EvidenceStore.Shard;
import dev.throughline.evidence.FsckStore.BatchRow;
import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Entry;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.TreeHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Audits one shard, batch after batch. An entry that differs from its published leaf is told apart
 * from a tile that differs from its entry by the roots of the batches; after each batch it goes on
 * from what the batch says, so that one fault is found once.
 */
final class ShardCheck {
  private final Shard shard;
  private final EntryWindow entries;
  private final Findings findings;
  private final Fsck.Counts counts;
  private final TileCheck tiles;
  private final CheckpointCheck checkpoints;
  private CompactRange tree = CompactRange.EMPTY;

  ShardCheck(
      Shard shard,
      EntryWindow entries,
      TileCheck tiles,
      CheckpointCheck checkpoints,
      Findings findings,
      Fsck.Counts counts) {
    this.shard = shard;
    this.entries = entries;
    this.tiles = tiles;
    this.checkpoints = checkpoints;
    this.findings = findings;
    this.counts = counts;
  }

  Shard shard() {
    return shard;
  }

  /** Checks a batch with its entries and payloads; answers how many leads it holds. */
  long check(BatchRow batch) {
    Found found = new Found();
    for (long index = batch.first(); index < batch.next(); index++) {
      read(index, found);
      counts.entries++;
    }
    CompactRange before = tree;
    List<Hash> truth = truth(batch, found);
    compareCheckpoints(before, truth);
    truth.forEach(tiles::add);
    return found.leads;
  }

  /** After the last batch. */
  void finish() {
    counts.tiles += tiles.compared();
    counts.checkpoints += checkpoints.finish();
  }

  /** What the entries of a batch are. */
  private static final class Found {
    final List<Hash> leaves = new ArrayList<>();

    /** The published leaves where there are any, else the same. */
    final List<Hash> published = new ArrayList<>();

    /** Entries that differ from what was published, and nothing else is known against them. */
    final List<Long> unlike = new ArrayList<>();

    /** Something is wrong with one of them, and it was said. */
    boolean named;

    long leads;
  }

  private void read(long index, Found found) {
    Optional<Hash> published = tiles.published(index - shard.first());
    Optional<EntryWindow.Found> row = entries.at(index);
    if (row.isEmpty()) {
      findings.problem(index, "The entry is missing.");
      found.named = true;
      found.leaves.add(TreeHash.EMPTY);
      found.published.add(published.orElse(TreeHash.EMPTY));
      return;
    }
    Hash leaf = TreeHash.leaf(row.get().row().bytes().array());
    found.leaves.add(leaf);
    found.published.add(published.orElse(leaf));
    Optional<Entry> entry = row.get().entry();
    if (entry.isEmpty()) {
      found.named = true;
    } else if (!entry.get().origin().equals(shard.origin())) {
      findings.problem(index, "It is an entry of " + entry.get().origin() + ".");
      found.named = true;
    } else if (!published.orElse(leaf).equals(leaf)) {
      found.unlike.add(index);
    }
    if (entry.filter(e -> e.kind().equals(Kind.LEAD)).isPresent()) {
      found.leads++;
    }
  }

  /** The leaves that lead to what the batch says; what else there is instead, is named. */
  private List<Hash> truth(BatchRow batch, Found found) {
    Optional<CompactRange> said = said(batch);
    CompactRange ours = tree.appendAll(found.leaves);
    if (said.equals(Optional.of(ours))) {
      tree = ours;
      return found.leaves;
    }
    CompactRange published = tree.appendAll(found.published);
    if (said.equals(Optional.of(published))) {
      for (long index : found.unlike) {
        findings.problem(index, "The entry was changed: it is not the one that was published.");
      }
      tree = published;
      return found.published;
    }
    if (said.isPresent() && !found.named) {
      findings.problem(
          new Fsck.Place.Batch(batch.first(), batch.next()),
          "Its entries do not lead to its root: one of them was changed, or the batch was.");
    }
    tree = said.orElse(published);
    return found.published;
  }

  /** The tree that a batch says it makes; empty when it contradicts itself. */
  private Optional<CompactRange> said(BatchRow batch) {
    Fsck.Place place = new Fsck.Place.Batch(batch.first(), batch.next());
    try {
      CompactRange range = CompactRange.of(batch.next() - shard.first(), batch.peaks().array());
      if (Arrays.equals(range.root().bytes(), batch.root().array())) {
        return Optional.of(range);
      }
      findings.problem(place, "Its root is not the one of its peaks.");
    } catch (RefusedException malformed) {
      findings.problem(place, String.valueOf(malformed.getMessage()));
    }
    return Optional.empty();
  }

  private void compareCheckpoints(CompactRange before, List<Hash> leaves) {
    CompactRange range = before;
    int done = 0;
    Optional<Checkpoint> next = checkpoints.nextUpTo(before.size() + leaves.size());
    while (next.isPresent()) {
      int to = Math.max(done, (int) (next.get().size() - before.size()));
      range = range.appendAll(leaves.subList(done, to));
      done = to;
      checkpoints.compare(next.get(), range.root());
      next = checkpoints.nextUpTo(before.size() + leaves.size());
    }
  }
}
