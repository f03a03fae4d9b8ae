package dev.throughline.conversation;

import dev.throughline.ledger.Sha256;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.InboundEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;

/**
 * What an event is recognised by when it comes again: the account that it came to and the
 * provider's id of it, or else its place in the log, which nothing shares. In 16 bytes: the
 * milliseconds since 1970 at which it happened, so that new keys lie beside each other, and 80 bits
 * of a hash.
 *
 * @param day on which it happened, after which keys are forgotten
 */
record EventKey(LocalDate day, UUID id) {
  private static final int TIME_BITS = 48;

  /**
   * @param occurred as {@link #day} is to see it
   */
  static EventKey of(
      AccountId account, InboundEvent.Head head, Instant occurred, Ulid entry, int position) {
    String name = head.eventId().map(id -> account + "/" + id).orElse(entry + ":" + position);
    // Of a provider that does not say when: a second delivery must not differ by when we had it.
    long time = head.occurredAt().map(Instant::toEpochMilli).orElse(0L);
    ByteBuffer hash = ByteBuffer.wrap(Sha256.hash(name.getBytes(StandardCharsets.UTF_8)).bytes());
    long high = time << (Long.SIZE - TIME_BITS) | Short.toUnsignedLong(hash.getShort());
    return new EventKey(
        LocalDate.ofInstant(occurred, ZoneOffset.UTC), new UUID(high, hash.getLong()));
  }
}
