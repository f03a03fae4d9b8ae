package dev.throughline.log;

import dev.throughline.ledger.CompactRange;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.PartLeaf;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ulids;
import dev.throughline.store.DatabaseException;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes drafts: commits to each part under a random nonce and seals it with a key of its owner. All
 * of it happens on the caller's thread, so that the sequencer only orders and hashes.
 */
public final class Drafts {
  private final Vault vault;
  private final Ulids ulids;

  public Drafts(Vault vault, Ulids ulids) {
    this.vault = vault;
    this.ulids = ulids;
  }

  public Builder draft(Kind kind, Subject subject) {
    return new Builder(ulids.next(), kind, subject);
  }

  /** A draft whose entry id is given: a task's attempt, known before it is written. */
  public Builder draft(Ulid id, Kind kind, Subject subject) {
    return new Builder(id, kind, subject);
  }

  /**
   * Commits to and seals the last parts of an entry that is yet to be made; {@link Log#keepAhead}
   * keeps them.
   *
   * @param keys those of the owners; who keeps what this answers commits the rows of fresh ones
   *     with it
   * @param first the place of the first of the parts in the entry
   */
  public SealedAhead.Made ahead(
      Ulid entry, int first, List<Owner> owners, List<Bytes> parts, Map<Owner, DataKey> keys) {
    List<PartLeaf> leaves = new ArrayList<>(parts.size());
    List<Bytes> blobs = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      seal(entry, first + i, key(keys, owners.get(i)), parts.get(i), leaves, blobs);
    }
    List<Hash> hashes = leaves.stream().map(PartLeaf::leafHash).toList();
    return new SealedAhead.Made(
        new SealedAhead(entry, first, parts.size(), CompactRange.subtrees(first, hashes)),
        new SealedParts(leaves, blobs).encode());
  }

  private void seal(
      Ulid entry, int part, DataKey key, Bytes bytes, List<PartLeaf> leaves, List<Bytes> blobs) {
    byte[] nonce = vault.random(SealedParts.NONCE_BYTES);
    leaves.add(PartLeaf.of(nonce, bytes.array()));
    blobs.add(SealedParts.seal(vault, key, entry, part, nonce, bytes.array()));
  }

  private static DataKey key(Map<Owner, DataKey> keys, Owner owner) {
    DataKey key = keys.get(owner);
    if (key == null) {
      throw new AssertionError("the vault answers for each owner");
    }
    return key;
  }

  /** Collects the parts of one draft. */
  public final class Builder {
    private final Ulid id;
    private final Kind kind;
    private final Subject subject;
    private final List<Owner> owners = new ArrayList<>();
    private final List<Bytes> parts = new ArrayList<>();
    private @Nullable Ulid cause;
    private OptionalInt verdict = OptionalInt.empty();
    private @Nullable Instant received;
    private @Nullable SealedAhead ahead;
    private List<Bytes> clearAhead = List.of();

    private Builder(Ulid id, Kind kind, Subject subject) {
      this.id = id;
      this.kind = kind;
      this.subject = subject;
    }

    public Builder cause(Ulid id) {
      this.cause = id;
      return this;
    }

    public Builder verdict(int secretVersion) {
      this.verdict = OptionalInt.of(secretVersion);
      return this;
    }

    public Builder received(Instant at) {
      this.received = at;
      return this;
    }

    public Builder part(Owner owner, Bytes bytes) {
      owners.add(owner);
      parts.add(bytes);
      return this;
    }

    /**
     * The last parts, sealed for this entry and kept before.
     *
     * @param clear the same parts in clear
     */
    public Builder ahead(SealedAhead sealed, List<Bytes> clear) {
      this.ahead = sealed;
      this.clearAhead = clear;
      return this;
    }

    /**
     * Commits and seals. May read keys from the database: throws {@link LogUnavailableException}
     * when it is away.
     */
    public Draft build() {
      return build(keys(new LinkedHashSet<>(owners)));
    }

    /** As {@link #build} for who cannot wait; empty if keys would have to be read. */
    public Optional<Draft> buildAtOnce() {
      return vault.keysAtHand(new LinkedHashSet<>(owners)).map(this::build);
    }

    private Draft build(Map<Owner, DataKey> keys) {
      Optional<UUID> first = Optional.empty();
      List<Bytes> blobs = new ArrayList<>(parts.size());
      List<PartLeaf> leaves = new ArrayList<>(parts.size());
      for (int i = 0; i < parts.size(); i++) {
        DataKey key = key(keys, owners.get(i));
        if (i == 0) {
          first = Optional.of(key.id());
        }
        seal(id, i, key, parts.get(i), leaves, blobs);
      }
      List<Bytes> clear = List.copyOf(parts);
      CompactRange tree =
          CompactRange.EMPTY.appendAll(leaves.stream().map(PartLeaf::leafHash).toList());
      if (ahead != null) {
        ahead.requirePlace(id, parts.size(), clearAhead.size());
        tree = tree.appendSubtrees(ahead.count(), ahead.subtrees());
        clear = Stream.concat(clear.stream(), clearAhead.stream()).toList();
      }
      return new Draft(
          id,
          kind,
          subject,
          Optional.ofNullable(cause),
          verdict,
          Optional.ofNullable(received),
          clear,
          first,
          tree.root(),
          clear.isEmpty() ? Bytes.EMPTY : new SealedParts(leaves, blobs).encode(),
          ahead != null,
          keys,
          Optional.empty(),
          OptionalLong.empty());
    }

    private Map<Owner, DataKey> keys(Set<Owner> distinct) {
      try {
        return vault.keysFor(distinct);
      } catch (DatabaseException.DatabaseUnavailable away) {
        throw LogUnavailableException.refused("the keys to seal with cannot be read", away);
      }
    }
  }
}
