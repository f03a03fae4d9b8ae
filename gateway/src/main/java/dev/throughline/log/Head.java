package dev.throughline.log;

import dev.throughline.ledger.CompactRange;
import dev.throughline.message.Bytes;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

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

  /** Where a shard begins that follows this one: its tree is empty, all else goes on. */
  Head opening(String origin) {
    return new Head(next, new Shard(origin, next), CompactRange.EMPTY, epoch, erasures);
  }

  /**
   * A half-year's ledger.
   *
   * @param origin {@code <host>/<yyyy>h<n>}, with a letter behind it where one was closed early
   * @param first the index of its first entry
   */
  record Shard(String origin, long first) {
    static Shard first(String host, Instant now) {
      return new Shard(host + "/" + period(now), 0);
    }

    /**
     * The origin of the shard that takes in from now on, if this one's half-year is over. A clock
     * that goes back opens nothing.
     */
    Optional<String> successor(Instant now) {
      int slash = origin.lastIndexOf('/');
      String period = period(now);
      return period.compareTo(origin.substring(slash + 1)) > 0
          ? Optional.of(origin.substring(0, slash + 1) + period)
          : Optional.empty();
    }

    private static String period(Instant now) {
      LocalDate date = LocalDate.ofInstant(now, ZoneOffset.UTC);
      return date.getYear() + (date.getMonthValue() <= 6 ? "h1" : "h2");
    }
  }
}
