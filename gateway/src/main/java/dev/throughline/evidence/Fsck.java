package dev.throughline.evidence;

import dev.throughline.evidence.EvidenceStore.Shard;
import dev.throughline.evidence.FsckStore.BatchRow;
import dev.throughline.store.Database;
import dev.throughline.vault.Vault;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Checks everything that is kept against everything that is published, from nothing but the
 * entries: the chain of batches, every checkpoint and tile, the commitments of what is still there,
 * and that the positions of readers are what they say (L1, L2 and L3 of the architecture's
 * invariants). Reads only, so that the server may run meanwhile; entries that come in while it runs
 * are left to the next run. Holds a few thousand entries in memory, however long the log.
 */
public final class Fsck {
  /** Batches, and entries, that are read at a time. */
  private static final int PIECE = 2_000;

  private static final int PROGRESS_EVERY = 100_000;

  /** More than any batch has: what says so, was changed. */
  private static final int MAX_BATCH_ENTRIES = 100_000;

  private final Database database;
  private final Vault vault;
  private final LedgerFiles files;
  private final RandomGenerator random;

  /**
   * @param data the data directory: verifier keys, published files, the signer's memory
   * @param random draws the pairs of checkpoints that are proved beside all neighbours
   */
  public Fsck(Database database, Vault vault, Path data, RandomGenerator random) {
    this.database = database;
    this.vault = vault;
    this.files = new LedgerFiles(data);
    this.random = random;
  }

  /** Where something is wrong. */
  public sealed interface Place {
    /** An entry, by the log's index. */
    record Entry(long index) implements Place {
      @Override
      public String toString() {
        return "entry " + index;
      }
    }

    /** A batch, by the index of its first entry. */
    record Batch(long first, long next) implements Place {
      @Override
      public String toString() {
        return "batch of entries %d to %d".formatted(first, next - 1);
      }
    }

    /** A published checkpoint. */
    record Checkpoint(String origin, long size) implements Place {
      @Override
      public String toString() {
        return "checkpoint of %s at size %d".formatted(origin, size);
      }
    }

    /** A file of the published tiles. */
    record Tile(String path) implements Place {
      @Override
      public String toString() {
        return path;
      }
    }

    /** The position of a reader of the log. */
    record Reader(String name) implements Place {
      @Override
      public String toString() {
        return "reader " + name;
      }
    }

    /** The ledger of a shard as a whole. */
    record Ledger(String origin) implements Place {
      @Override
      public String toString() {
        return "ledger " + origin;
      }
    }
  }

  /** One thing that is not as it should be. */
  public record Problem(Place place, String sentence) {
    @Override
    public String toString() {
      return place + ": " + sentence;
    }
  }

  /**
   * What was checked, and what was found.
   *
   * @param openParts parts whose bytes are there and are what was committed to
   * @param deletedParts parts that were taken out by themselves
   * @param erasedParts parts whose key is destroyed, or whose payload is gone as a whole
   * @param problems the first {@value Findings#MAX_KEPT}
   * @param found how many there were
   */
  public record Report(
      long entries,
      long batches,
      long checkpoints,
      long tiles,
      long openParts,
      long deletedParts,
      long erasedParts,
      List<Problem> problems,
      long found) {
    public boolean clean() {
      return found == 0;
    }

    /** Two sentences. */
    public String summary() {
      return ("Checked %d entries in %d batches, %d checkpoints, %d tiles; of the parts %d are there,"
              + " %d deleted, %d erased. %s")
          .formatted(
              entries,
              batches,
              checkpoints,
              tiles,
              openParts,
              deletedParts,
              erasedParts,
              clean() ? "Everything holds." : found + " problems were found.");
    }
  }

  /**
   * Checks all entries below the head as it stands now.
   *
   * @param lines told how far it is, each part that is not there any more, and each problem
   */
  public Report run(Consumer<String> lines) {
    try (FsckStore store = new FsckStore(database)) {
      return new Run(store, new Findings(lines), lines).report();
    }
  }

  /** What has been checked so far. */
  static final class Counts {
    long entries;
    long batches;
    long checkpoints;
    long tiles;
    long openParts;
    long deletedParts;
    long erasedParts;

    Report report(Findings findings) {
      return new Report(
          entries,
          batches,
          checkpoints,
          tiles,
          openParts,
          deletedParts,
          erasedParts,
          findings.problems(),
          findings.found());
    }
  }

  /** One audit. */
  private final class Run {
    private final FsckStore store;
    private final Findings findings;
    private final Consumer<String> lines;
    private final Counts counts = new Counts();
    private final long head;
    private final EntryWindow entries;
    private final List<Shard> shards;
    private long epoch;
    private long erasures;
    private long told;

    Run(FsckStore store, Findings findings, Consumer<String> lines) {
      this.store = store;
      this.findings = findings;
      this.lines = lines;
      this.head = store.head();
      this.shards = store.shards();
      this.entries = new EntryWindow(store, vault, head, findings, counts);
    }

    Report report() {
      beyondHead();
      chain();
      positions();
      Report report = counts.report(findings);
      lines.accept(report.summary());
      return report;
    }

    private void chain() {
      ShardCheck open = null;
      long expected = 0;
      long after = -1;
      List<BatchRow> batches = store.batches(after, PIECE);
      while (!batches.isEmpty()) {
        for (BatchRow row : batches) {
          after = row.first();
          if (row.first() >= head) {
            continue; // came in while this ran
          }
          BatchRow batch = bounded(row);
          Place place = new Place.Batch(batch.first(), batch.next());
          if (batch.first() != expected) {
            findings.problem(
                place, "The batch before it ends at %d: the chain is broken.".formatted(expected));
          }
          if (open == null || open.shard().first() != batch.shardFirst()) {
            if (open != null) {
              open.finish();
            }
            open = shard(batch, place);
          }
          counters(batch, place, open.check(batch));
          expected = batch.next();
          counts.batches++;
          progress();
        }
        batches = store.batches(after, PIECE);
      }
      if (open != null) {
        open.finish();
      }
    }

    /** A batch whose end is beyond all reason ends where the next one begins. */
    private BatchRow bounded(BatchRow batch) {
      long length = batch.next() - batch.first();
      if (length > 0 && length <= MAX_BATCH_ENTRIES) {
        return batch;
      }
      findings.problem(
          new Place.Batch(batch.first(), batch.next()), "No batch has that many entries.");
      return batch.until(Math.max(batch.first(), store.endOfBatch(batch.first())));
    }

    private void counters(BatchRow batch, Place place, long leads) {
      if (batch.epoch() != epoch + leads) {
        findings.problem(
            place,
            "Its epoch is %d, but %d leads after epoch %d make %d."
                .formatted(batch.epoch(), leads, epoch, epoch + leads));
      }
      if (batch.erasures() < erasures) {
        findings.problem(place, "Its count of erasures is lower than the one before.");
      }
      epoch = batch.epoch();
      erasures = batch.erasures();
    }

    private void progress() {
      if (counts.entries - told >= PROGRESS_EVERY) {
        told = counts.entries;
        lines.accept("checked  %d of %d entries".formatted(counts.entries, head));
      }
    }

    private ShardCheck shard(BatchRow batch, Place place) {
      if (batch.shardFirst() != batch.first()) {
        findings.problem(
            place, "Its shard begins at %d, not with this batch.".formatted(batch.shardFirst()));
      }
      long end = head;
      Shard shard = null;
      for (Shard each : shards) {
        if (each.first() == batch.shardFirst()) {
          shard = each;
        } else if (each.first() > batch.shardFirst()) {
          end = Math.min(end, each.first());
        }
      }
      if (shard == null) {
        findings.problem(
            place, "There is no shard that begins at %d.".formatted(batch.shardFirst()));
        shard = new Shard("", batch.shardFirst());
      }
      CheckpointCheck checkpoints =
          new CheckpointCheck(shard, end - shard.first(), store, files, findings, random);
      TileCheck tiles =
          new TileCheck(
              files.published(shard.origin()), shard.first(), checkpoints.published(), findings);
      return new ShardCheck(shard, entries, tiles, checkpoints, findings, counts);
    }

    /** L1: what is visible is covered by the chain. */
    private void beyondHead() {
      store
          .beyondHead()
          .ifPresent(
              index -> findings.problem(index, "No batch covers this entry: it was not appended."));
    }

    /** L2 and L3 for readers: their chains, and nothing done beyond their positions. */
    private void positions() {
      FsckStore.StepRow before = null;
      for (FsckStore.StepRow step : store.steps()) {
        if (before != null
            && before.reader().equals(step.reader())
            && before.next() != step.first()) {
          findings.problem(
              new Place.Reader(step.reader()),
              "A step from %d follows one that ends at %d.".formatted(step.first(), before.next()));
        }
        before = step;
      }
      for (FsckStore.EffectsRow effects : store.effects()) {
        Place place = new Place.Reader(effects.reader());
        if (effects.position() > effects.head()) {
          findings.problem(
              place,
              "It stands at %d, beyond the head %d.".formatted(effects.position(), effects.head()));
        }
        effects.applied().ifPresent(index -> beyond(index, effects, "A message follows from it"));
        effects.parked().ifPresent(index -> beyond(index, effects, "It is parked"));
      }
    }

    private void beyond(long index, FsckStore.EffectsRow effects, String what) {
      if (index >= effects.position()) {
        findings.problem(
            index,
            "%s, though %s stands at %d only."
                .formatted(what, effects.reader(), effects.position()));
      }
    }
  }
}
