package dev.throughline.log;

import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * An entry that waits for its place in the log: sealed and committed to, but without index and
 * time. Made by {@link Drafts}.
 *
 * @param verdict the version of the secret that a webhook was signed with
 * @param parts what the payload holds, in clear: handed to the fold in memory, never written
 * @param key the one that the first part is sealed with
 * @param partsRoot RFC 6962 tree hash over the part leaves
 * @param payload the sealed parts, as table {@code payload} keeps them; empty without parts
 * @param ahead whether the last parts were sealed and kept before, in table {@code sealed_ahead}
 * @param keys the keys that seal the parts; rows of fresh ones are committed with the entry
 * @param once at most one entry is made for this idempotency key
 * @param underEpoch append only while this epoch leads; else {@link Appended.Stale}
 */
public record Draft(
    Ulid id,
    Kind kind,
    Subject subject,
    Optional<Ulid> cause,
    OptionalInt verdict,
    Optional<Instant> received,
    List<Bytes> parts,
    Optional<UUID> key,
    Hash partsRoot,
    Bytes payload,
    boolean ahead,
    Map<Owner, DataKey> keys,
    Optional<Once> once,
    OptionalLong underEpoch) {

  /** About what an entry costs beside its payload: its own bytes and its rows' overhead. */
  private static final int ENTRY_BYTES = 512;

  /** What this draft weighs against the limits of the queue and of a batch. */
  int weight() {
    return ENTRY_BYTES + payload.length();
  }

  public Draft once(Once only) {
    return new Draft(
        id,
        kind,
        subject,
        cause,
        verdict,
        received,
        parts,
        key,
        partsRoot,
        payload,
        ahead,
        keys,
        Optional.of(only),
        underEpoch);
  }

  public Draft underEpoch(long epoch) {
    return new Draft(
        id,
        kind,
        subject,
        cause,
        verdict,
        received,
        parts,
        key,
        partsRoot,
        payload,
        ahead,
        keys,
        once,
        OptionalLong.of(epoch));
  }

  /**
   * An idempotency key and the request it stands for, both as HMACs: what a client puts into them
   * is nobody's business.
   */
  public record Once(Bytes key, Bytes request) {}
}
