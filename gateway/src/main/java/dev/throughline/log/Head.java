package dev.throughline.log;

import dev.throughline.ledger.CompactRange;
import dev.throughline.message.Bytes;

/**
 * The newest batch: what the next one builds on.
 *
 * @param next the index of the next entry
 * @param shard the ledger that is open: its origin, and the index of its first entry
 * @param tree the shard's tree, of {@code next − shard.first} leaves
 * @param epoch rises by one whenever a node takes the lead
 * @param erasures rises by one with each erasure
 */
record Head(long next, Shard shard, CompactRange tree, long epoch, long erasures) {
  static Head empty(Shard shard) {
    return new Head(0, shard, CompactRange.EMPTY, 0, 0);
  }

  Bytes root() {
    return Bytes.wrap(tree.root().bytes());
  }

  Bytes peaks() {
    return Bytes.wrap(tree.peaks());
  }

  /** A half-year's ledger. */
  record Shard(String origin, long first) {}
}
