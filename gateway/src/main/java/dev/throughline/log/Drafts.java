package dev.throughline.log;

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
     * Commits and seals. May read keys from the database: throws {@link LogUnavailableException}
     * when it is away.
     */
    public Draft build() {
      Map<Owner, DataKey> keys = keys(new LinkedHashSet<>(owners));
      List<UUID> partKeys = new ArrayList<>(parts.size());
      List<Bytes> blobs = new ArrayList<>(parts.size());
      List<PartLeaf> leaves = new ArrayList<>(parts.size());
      for (int i = 0; i < parts.size(); i++) {
        byte[] bytes = parts.get(i).array();
        byte[] nonce = vault.random(SealedParts.NONCE_BYTES);
        leaves.add(PartLeaf.of(nonce, bytes));
        DataKey key = keys.get(owners.get(i));
        if (key == null) {
          throw new AssertionError("the vault answers for each owner");
        }
        partKeys.add(key.id());
        blobs.add(SealedParts.seal(vault, key, id, i, nonce, bytes));
      }
      return new Draft(
          id,
          kind,
          subject,
          Optional.ofNullable(cause),
          verdict,
          Optional.ofNullable(received),
          List.copyOf(parts),
          partKeys,
          PartLeaf.root(leaves),
          parts.isEmpty() ? Bytes.EMPTY : new SealedParts(leaves, blobs).encode(),
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
