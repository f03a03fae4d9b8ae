package dev.throughline.evidence;

import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Hash;
import dev.throughline.ledger.NodeSource;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.NoteSigner;
import dev.throughline.ledger.NoteVerifier;
import dev.throughline.ledger.Proofs;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.TreeHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The key of one shard's ledger and its memory, which lies beside the key and outside the database:
 * the last checkpoint signed, durable before its signature leaves. It signs only what it can prove
 * to continue all that it knows to have been signed. Used by one thread at a time.
 */
public final class Signer {
  private final String origin;
  private final LedgerFiles files;
  private final Optional<NoteSigner> key;

  /** What was signed, as far as known: usually the last one alone. */
  private List<Checkpoint> signed;

  private Standing standing;

  private Signer(
      String origin,
      LedgerFiles files,
      Optional<NoteSigner> key,
      List<Checkpoint> signed,
      Standing standing) {
    this.origin = origin;
    this.files = files;
    this.key = key;
    this.signed = List.copyOf(signed);
    this.standing = standing;
  }

  /** Reads the key of an origin and its memory; makes both for an origin that never had a key. */
  static Signer open(LedgerFiles files, String origin, SecureRandom random) {
    try {
      if (!Files.exists(files.key(origin))) {
        if (Files.exists(files.vkey(origin)) || Files.exists(files.checkpoint(origin))) {
          return lost(
              origin,
              files,
              Optional.empty(),
              "The signing key of %s is missing (%s), though checkpoints were published: put it"
                      .formatted(origin, files.key(origin))
                  + " back, with the file .signed beside it.");
        }
        create(files, origin, random);
      }
      return read(files, origin);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read or make the signing key of " + origin, e);
    }
  }

  /** The public half; empty when the key is missing. */
  public Optional<NoteVerifier> verifier() {
    return key.map(NoteSigner::verifier);
  }

  Standing standing() {
    return standing;
  }

  /** Another checkpoint that is known to have been signed by this key, found elsewhere. */
  void learn(Note note) {
    Checkpoint known = Checkpoint.open(note, verifier().orElseThrow());
    if (!signed.contains(known)) {
      List<Checkpoint> more = new ArrayList<>(signed);
      more.add(known);
      signed = List.copyOf(more);
    }
  }

  /** Before any tile is read: whether a log of this size can continue what was signed. */
  Standing examine(long size) {
    for (Checkpoint earlier : signed) {
      if (earlier.size() > size) {
        refuse(
            "%s was signed at size %d, but the log has only %d entries of it: this database is older"
                    .formatted(origin, earlier.size(), size)
                + " than what was published (a restored backup, or a standby that was behind)."
                + " Nothing is signed or taken in. Bring the newer database back, or close this"
                + " shard in public.");
      }
    }
    return standing;
  }

  /**
   * The signed checkpoint; empty, with the reason in {@link #standing}, when the tree does not
   * continue what was signed.
   *
   * @param nodes of the tree that is to be signed
   */
  Optional<Note> sign(Checkpoint head, NodeSource nodes) {
    if (!(examine(head.size()) instanceof Standing.Good) || key.isEmpty()) {
      return Optional.empty();
    }
    for (Checkpoint earlier : signed) {
      List<Hash> proof = Proofs.consistencyProof(earlier.size(), head.size(), nodes);
      if (!Proofs.verifyConsistency(
          earlier.size(), earlier.root(), head.size(), head.root(), proof)) {
        refuse(
            "%s at size %d does not continue what was signed at size %d: entries were changed, or"
                    .formatted(origin, head.size(), earlier.size())
                + " this is another database. Nothing is signed or taken in. 'throughline fsck'"
                + " names what differs.");
        return Optional.empty();
      }
    }
    remember(head);
    return Optional.of(head.sign(key.get()));
  }

  /** For doubts that others have about the tree: from now on nothing is signed. */
  Standing refuse(String sentence) {
    if (standing instanceof Standing.Good) {
      standing = new Standing.Behind(sentence);
    }
    return standing;
  }

  private void remember(Checkpoint head) {
    if (signed.equals(List.of(head))) {
      return;
    }
    try {
      LedgerFiles.keep(files.memory(origin), head.text());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep what is about to be signed", e);
    }
    signed = List.of(head);
  }

  private static void create(LedgerFiles files, String origin, SecureRandom random)
      throws IOException {
    NoteSigner key = NoteSigner.generate(origin, random);
    // First, so that a key without a memory always means that the memory was lost.
    LedgerFiles.keep(files.memory(origin), new Checkpoint(origin, 0, TreeHash.EMPTY).text());
    LedgerFiles.keep(files.key(origin), key.skey() + "\n");
  }

  private static Signer read(LedgerFiles files, String origin) throws IOException {
    NoteSigner key = NoteSigner.parse(Files.readString(files.key(origin)).strip());
    if (!key.name().equals(origin)) {
      throw new IOException(files.key(origin) + " holds the key of " + key.name());
    }
    Path memory = files.memory(origin);
    Checkpoint last;
    try {
      last = Checkpoint.parse(Files.readString(memory));
    } catch (IOException | RefusedException unreadable) {
      return lost(
          origin,
          files,
          Optional.of(key),
          "What the key of %s last signed is not known (%s is missing or unreadable). Nothing is"
                  .formatted(origin, memory)
              + " signed or taken in: put the file back, or close this shard in public.");
    }
    Path vkey = files.vkey(origin);
    String line = key.verifier().vkey() + "\n";
    if (!Files.exists(vkey) || !Files.readString(vkey).equals(line)) {
      LedgerFiles.publish(vkey, line);
    }
    return new Signer(origin, files, Optional.of(key), List.of(last), new Standing.Good());
  }

  private static Signer lost(
      String origin, LedgerFiles files, Optional<NoteSigner> key, String sentence) {
    return new Signer(origin, files, key, List.of(), new Standing.Behind(sentence));
  }
}
