package dev.throughline.log;

import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Entry;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.TreeHash;
import dev.throughline.ledger.Ulid;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Drafts given their places: a pure function of the head they build on, their order and the time.
 *
 * @param id by which an ambiguous commit is recognised
 * @param leaves the leaf hashes, one an entry
 * @param entries the entries' bytes
 * @param after the head that this batch makes
 */
record Batch(
    Ulid id,
    Head before,
    Head after,
    Instant at,
    List<Draft> drafts,
    List<Hash> leaves,
    List<byte[]> entries) {

  static Batch build(Ulid id, Head head, Instant now, List<Draft> drafts) {
    Instant at = now.truncatedTo(ChronoUnit.MILLIS);
    List<Hash> leaves = new ArrayList<>(drafts.size());
    List<byte[]> entries = new ArrayList<>(drafts.size());
    long epoch = head.epoch();
    for (Draft draft : drafts) {
      byte[] bytes = entry(head.shard().origin(), at, draft).encode();
      entries.add(bytes);
      leaves.add(TreeHash.leaf(bytes));
      if (draft.kind().equals(Kind.LEAD)) {
        epoch++;
      }
    }
    CompactRange tree = head.tree().appendAll(leaves);
    Head after = new Head(head.next() + drafts.size(), head.shard(), tree, epoch, head.erasures());
    return new Batch(id, head, after, at, drafts, leaves, entries);
  }

  /** Whether it is the first of a shard that follows another: the shard comes with it. */
  boolean opensShard() {
    return before.next() > 0 && before.next() == before.shard().first();
  }

  private static Entry entry(String origin, Instant at, Draft draft) {
    return new Entry(
        origin,
        draft.kind(),
        draft.id(),
        draft.cause().orElse(null),
        at,
        draft.received().orElse(null),
        draft.subject(),
        draft.verdict().isPresent()
            ? new Entry.Verdict(Integer.toString(draft.verdict().getAsInt()))
            : null,
        new Entry.Parts(draft.parts().size(), draft.partsRoot()));
  }
}
