package dev.throughline.ledger;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The offline check as a program: {@code java -jar throughline-ledger.jar receipt.zip --key VKEY}.
 * Needs no server, no network and nothing but this package. Says what it checked, one line each.
 */
public final class Verify {
  /** All that was presented holds. */
  public static final int HOLDS = 0;

  /** Something presented is malformed or untrue. */
  public static final int REFUSED = 1;

  /** Nothing was checked: the command was not understood or a file could not be read. */
  public static final int NOT_CHECKED = 2;

  public static final String USAGE =
      """
      Usage:
        verify RECEIPT --key KEY... [--witness KEY]...
            RECEIPT is a receipt's zip file or the folder it was unpacked to.
        verify PROOF.tlog-proof --entry FILE --key KEY... [--witness KEY]...
            Checks that FILE holds an entry of the log, to the byte.
        verify --checkpoint OLD --checkpoint NEW --consistency PROOF --key KEY...
            Checks that NEW only adds to OLD. PROOF has one base64 hash a line.
        verify --checkpoint FILE --key KEY... [--witness KEY]...

      KEY is a verifier key (name+hash+base64) or a file of them, one a line. Get it from the
      operator once, by a way you trust, and keep it. Each --witness must have cosigned.
      Exit code: 0 all holds, 1 refused, 2 nothing checked.
      """;

  private static final int MAX_KEY_FILE_BYTES = 1 << 20;

  private final List<NoteVerifier> logs = new ArrayList<>();
  private final List<NoteVerifier> witnesses = new ArrayList<>();
  private final List<Path> checkpoints = new ArrayList<>();
  private @Nullable Path subject;
  private @Nullable Path entry;
  private @Nullable Path consistency;
  private final PrintStream out;

  private Verify(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(run(List.of(args), out));
  }

  /** Prints what holds and what does not, and returns the exit code. Never throws. */
  public static int run(List<String> args, PrintStream out) {
    if (args.isEmpty() || args.contains("--help") || args.contains("-h")) {
      out.print(USAGE);
      return args.isEmpty() ? NOT_CHECKED : HOLDS;
    }
    Verify verify = new Verify(out);
    try {
      verify.read(args.iterator());
      return verify.check();
    } catch (NotUnderstoodException notUnderstood) {
      out.println(notUnderstood.getMessage());
      out.println("'verify --help' shows how to call it.");
      return NOT_CHECKED;
    } catch (NoSuchFileException missing) {
      out.println("There is no file " + missing.getFile() + ".");
      return NOT_CHECKED;
    } catch (IOException | InvalidPathException unreadable) {
      out.println("A file cannot be read: " + unreadable.getMessage());
      return NOT_CHECKED;
    }
  }

  // ---- arguments

  private static final class NotUnderstoodException extends Exception {
    private static final long serialVersionUID = 1;

    NotUnderstoodException(String sentence) {
      super(sentence);
    }
  }

  private void read(Iterator<String> args) throws NotUnderstoodException, IOException {
    while (args.hasNext()) {
      String arg = args.next();
      switch (arg) {
        case "--key" -> addKeys(value(arg, args), NoteVerifier.Type.ED25519, logs);
        case "--witness" -> addKeys(value(arg, args), NoteVerifier.Type.COSIGNATURE, witnesses);
        case "--checkpoint" -> checkpoints.add(Path.of(value(arg, args)));
        case "--consistency" -> consistency = Path.of(value(arg, args));
        case "--entry" -> entry = Path.of(value(arg, args));
        default -> {
          if (arg.startsWith("--") || subject != null) {
            throw new NotUnderstoodException("'" + arg + "' is not understood here.");
          }
          subject = Path.of(arg);
        }
      }
    }
    if (logs.isEmpty()) {
      throw new NotUnderstoodException("Without --key there is nobody whose signature to trust.");
    }
  }

  private static String value(String option, Iterator<String> args) throws NotUnderstoodException {
    if (!args.hasNext()) {
      throw new NotUnderstoodException(option + " wants a value.");
    }
    return args.next();
  }

  private static void addKeys(String value, NoteVerifier.Type type, List<NoteVerifier> keys)
      throws NotUnderstoodException, IOException {
    for (String line : keyLines(value)) {
      NoteVerifier key;
      try {
        key = NoteVerifier.parse(line);
      } catch (RefusedException refused) {
        throw new NotUnderstoodException("The key is not usable: " + refused.getMessage());
      }
      if (key.type() != type) {
        throw new NotUnderstoodException(
            key.name()
                + " is the key of a "
                + (key.type() == NoteVerifier.Type.ED25519
                    ? "log: give it as --key."
                    : "witness: give it as --witness."));
      }
      keys.add(key);
    }
  }

  private static List<String> keyLines(String value) throws IOException, NotUnderstoodException {
    if (value.contains("+") && !Files.exists(Path.of(value))) {
      return List.of(value);
    }
    Path file = Path.of(value);
    if (Files.size(file) > MAX_KEY_FILE_BYTES) {
      throw new NotUnderstoodException(file + " is too long for a file of keys.");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  // ---- checks

  private int check() throws NotUnderstoodException, IOException {
    if (subject != null && checkpoints.isEmpty() && consistency == null) {
      return entry == null ? receipt(subject) : proof(subject, entry);
    }
    if (subject == null && entry == null) {
      if (checkpoints.size() == 2 && consistency != null) {
        return consistency(checkpoints.getFirst(), checkpoints.getLast(), consistency);
      }
      if (checkpoints.size() == 1 && consistency == null) {
        return checkpoint(checkpoints.getFirst());
      }
    }
    throw new NotUnderstoodException(
        "Give a receipt, or a proof with --entry, or one --checkpoint, or two with --consistency.");
  }

  private int receipt(Path file) throws IOException {
    ReceiptVerifier.Result result;
    try {
      result = ReceiptVerifier.verify(Receipt.read(file), logs, witnesses);
    } catch (RefusedException malformed) {
      return refused(file, malformed);
    }
    for (ReceiptVerifier.Finding finding : result.findings()) {
      String word =
          switch (finding) {
            case ReceiptVerifier.Finding.Holds holds -> "holds    ";
            case ReceiptVerifier.Finding.Refused refused -> "REFUSED  ";
            case ReceiptVerifier.Finding.Notice notice -> "note     ";
          };
      out.println(word + finding.file() + ": " + finding.sentence());
    }
    return switch (result) {
      case ReceiptVerifier.Result.Proven proven -> {
        out.println("The receipt holds.");
        yield HOLDS;
      }
      case ReceiptVerifier.Result.Disproved disproved -> {
        out.println("The receipt is REFUSED: it proves nothing but what holds above.");
        yield REFUSED;
      }
    };
  }

  private int proof(Path file, Path entryFile) throws IOException {
    try {
      TlogProof proof = TlogProof.decode(bounded(file));
      Checkpoint head = proof.verify(logs, bounded(entryFile));
      requireWitnesses(file, proof.checkpoint());
      out.printf(
          "holds    %s: The bytes of %s are entry %d of %s, as its log signed at size %d.%n",
          file, entryFile, proof.index(), head.origin(), head.size());
      return HOLDS;
    } catch (RefusedException refused) {
      return refused(file, refused);
    }
  }

  private int checkpoint(Path file) throws IOException {
    try {
      Note note = Note.parse(bounded(file));
      Checkpoint head = Checkpoint.open(note, logs);
      requireWitnesses(file, note);
      out.printf("holds    %s: %s signed the root of size %d.%n", file, head.origin(), head.size());
      return HOLDS;
    } catch (RefusedException refused) {
      return refused(file, refused);
    }
  }

  private int consistency(Path oldFile, Path newFile, Path proofFile) throws IOException {
    int opened = Math.max(checkpoint(oldFile), checkpoint(newFile));
    if (opened != HOLDS) {
      return opened;
    }
    try {
      Checkpoint before = Checkpoint.parse(Note.parse(bounded(oldFile)).text());
      Checkpoint after = Checkpoint.parse(Note.parse(bounded(newFile)).text());
      if (!before.origin().equals(after.origin())) {
        throw new RefusedException("The two checkpoints are of different logs.");
      }
      String text = Wire.text("The proof", bounded(proofFile));
      List<Hash> proof =
          text.isEmpty() ? List.of() : Wire.hashes("The proof", Wire.lines("The proof", text));
      if (!Proofs.verifyConsistency(
          before.size(), before.root(), after.size(), after.root(), proof)) {
        throw new RefusedException(
            "The hashes do not show that size %d only adds to size %d: either the proof is wrong or the log rewrote its history."
                .formatted(after.size(), before.size()));
      }
      out.printf(
          "holds    %s: size %d only adds to size %d.%n", proofFile, after.size(), before.size());
      return HOLDS;
    } catch (RefusedException refused) {
      return refused(proofFile, refused);
    }
  }

  private void requireWitnesses(Path file, Note checkpoint) {
    for (NoteVerifier witness : witnesses) {
      Cosignature cosignature =
          Cosignature.of(checkpoint, witness)
              .orElseThrow(() ->
                  new RefusedException(
                      "The witness " + witness.name() + " did not cosign this checkpoint."));
      out.printf(
          "holds    %s: The witness %s saw this checkpoint at %s.%n",
          file, cosignature.witness(), cosignature.time());
    }
  }

  private int refused(Path file, RefusedException refused) {
    out.println("REFUSED  " + file + ": " + refused.getMessage());
    return REFUSED;
  }

  private static byte[] bounded(Path file) throws IOException {
    if (Files.size(file) > Note.MAX_BYTES) {
      throw new RefusedException(file + " is longer than " + Note.MAX_BYTES + " bytes.");
    }
    return Files.readAllBytes(file);
  }
}
