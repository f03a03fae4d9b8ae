package dev.throughline.ledger;

import java.util.List;

/**
 * The head of a log, C2SP tlog-checkpoint v1.0.0: who, how many leaves, which root. Extension lines
 * are refused, because no monitor can audit what they say.
 */
public record Checkpoint(String origin, long size, Hash root) {
  public Checkpoint {
    Note.requireName(origin);
    if (size < 0) {
      throw new RefusedException("A checkpoint's size is never negative, as " + size + " is.");
    }
    if (size == 0 && !root.equals(TreeHash.EMPTY)) {
      throw new RefusedException("A checkpoint of size 0 has the empty root.");
    }
  }

  /** The three lines that are signed. */
  public String text() {
    return origin + "\n" + size + "\n" + root.base64() + "\n";
  }

  public static Checkpoint parse(String text) {
    List<String> lines = Wire.lines("The checkpoint", text);
    if (lines.size() != 3) {
      throw new RefusedException(
          "A checkpoint has three lines (origin, size, root), not " + lines.size() + ".");
    }
    return new Checkpoint(
        lines.get(0),
        Wire.decimal("The size in the checkpoint", lines.get(1)),
        Hash.fromBase64(lines.get(2)));
  }

  /** The published form. The key's name must be the origin. */
  public Note sign(NoteSigner log) {
    if (!log.name().equals(origin)) {
      throw new IllegalArgumentException(
          "the key of %s cannot sign for %s".formatted(log.name(), origin));
    }
    return Note.sign(text(), log);
  }

  /** The checkpoint in a note that this log key signed; anything else is refused. */
  public static Checkpoint open(Note note, NoteVerifier log) {
    return open(note, List.of(log));
  }

  /** The same with several trusted logs: the one whose name is the origin must have signed. */
  public static Checkpoint open(Note note, List<NoteVerifier> logs) {
    Checkpoint checkpoint = parse(note.text());
    List<NoteVerifier> keys =
        logs.stream()
            .filter(log -> log.type() == NoteVerifier.Type.ED25519)
            .filter(log -> log.name().equals(checkpoint.origin))
            .toList();
    if (keys.isEmpty()) {
      throw new RefusedException("No trusted key has the name " + checkpoint.origin + ".");
    }
    note.verify(keys);
    return checkpoint;
  }
}
