package dev.throughline.conversation;

import dev.throughline.conversation.Rows.MessageRow;
import dev.throughline.conversation.Rows.ReplyRow;
import dev.throughline.ledger.Ulid;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who may hold a reply token, as this fold has seen tokens come in. Every send asks, and hardly
 * anybody has one: the tables would be asked in vain, the longer the more was sent to somebody.
 * Says too much, never too little.
 */
final class FreshTokens {
  /** Of the newest; what came before is not known any more. */
  private static final int KEPT = 50_000;

  /** Contacts and conversations, the one that got a token last at the end. */
  private final LinkedHashMap<Ulid, Instant> holders = new LinkedHashMap<>();

  /** The entry that is folded next. */
  private long next = -1;

  /** Every token that came in after this is known. */
  private Instant since = Instant.MAX;

  /** The entry at {@code index} is folded now: what is known goes on, or begins anew. */
  void folding(long index, Instant at) {
    if (index != next) {
      holders.clear();
      next = index;
      since = at;
    }
  }

  /** All up to {@code index}, and what they brought, is committed. */
  void folded(long index, Collection<MessageRow> messages, Collection<ReplyRow> replies) {
    next = index + 1;
    for (MessageRow row : messages) {
      if (row.hasReply()) {
        came(row.contact().value(), row.acceptTime());
        came(row.conversation().value(), row.acceptTime());
      }
    }
    replies.forEach(row -> came(row.contact().value(), row.received()));
  }

  /** What is known may be another's by now: begins anew. */
  void forget() {
    next = -1;
  }

  /** Whether one of them may have got a token after {@code after}. */
  boolean mayHave(Ulid contact, Optional<Ulid> conversation, Instant after) {
    return after.isBefore(since)
        || isAfter(contact, after)
        || conversation.filter(id -> isAfter(id, after)).isPresent();
  }

  private boolean isAfter(Ulid holder, Instant after) {
    Instant at = holders.get(holder);
    return at != null && at.isAfter(after);
  }

  private void came(Ulid holder, Instant at) {
    Instant before = holders.remove(holder);
    holders.put(holder, before == null || at.isAfter(before) ? at : before);
    if (holders.size() > KEPT) {
      Iterator<Map.Entry<Ulid, Instant>> oldest = holders.entrySet().iterator();
      Instant forgotten = oldest.next().getValue();
      oldest.remove();
      since = forgotten.isAfter(since) ? forgotten : since;
    }
  }
}
