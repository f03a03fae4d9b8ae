package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.vault.Owner;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/** Writes the {@code attempt} that must be durable before the socket of a send is written (T2). */
final class Attempts {
  private final Log log;
  private final Drafts drafts;
  private final LongSupplier epoch;

  /**
   * @param epoch the epoch under which this node leads
   */
  Attempts(Log log, Drafts drafts, LongSupplier epoch) {
    this.log = log;
    this.drafts = drafts;
    this.epoch = epoch;
  }

  /**
   * Returns once the attempt is durable.
   *
   * @param rendered what the channel will be given
   * @throws IllegalStateException if another node leads: nothing may be sent
   */
  void append(
      Ulid id, AccountId account, Ulid cause, Owner.Person person, ObjectNode about, Bytes rendered)
      throws InterruptedException {
    Appended appended =
        log.appendSurely(
            drafts
                .draft(id, Kind.ATTEMPT, new Subject.Account(account.toString()))
                .cause(cause)
                .part(person, Json.bytes(about))
                .part(person, rendered)
                .build()
                .underEpoch(epoch.getAsLong()));
    if (!(appended instanceof Appended.At)) {
      throw new IllegalStateException("another node leads: nothing was sent");
    }
  }
}
