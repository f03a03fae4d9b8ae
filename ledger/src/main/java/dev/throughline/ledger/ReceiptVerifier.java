package dev.throughline.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says whether a receipt is true, from nothing but the receipt and the keys that its reader trusts,
 * with a sentence for each thing that holds, does not, or is merely worth knowing.
 */
public final class ReceiptVerifier {
  private final Receipt receipt;
  private final List<NoteVerifier> logs;
  private final List<NoteVerifier> witnesses;
  private final List<Finding> findings = new ArrayList<>();
  private final Map<String, Checkpoint> heads = new HashMap<>();
  private final Map<String, Set<Long>> indexes = new HashMap<>();
  private final Set<Ulid> ids = new HashSet<>();

  private ReceiptVerifier(Receipt receipt, List<NoteVerifier> logs, List<NoteVerifier> witnesses) {
    this.receipt = receipt;
    this.logs = List.copyOf(logs);
    this.witnesses = List.copyOf(witnesses);
  }

  /** A sentence about one file of the receipt. */
  public sealed interface Finding {
    String file();

    String sentence();

    /** Checked and true. */
    record Holds(String file, String sentence) implements Finding {}

    /** Checked and false: the receipt proves nothing. */
    record Refused(String file, String sentence) implements Finding {}

    /** Neither: something that the receipt does not say. */
    record Notice(String file, String sentence) implements Finding {}
  }

  /** The receipt as a whole: proven if nothing in it was refused. */
  public sealed interface Result {
    List<Finding> findings();

    record Proven(List<Finding> findings) implements Result {
      public Proven {
        findings = List.copyOf(findings);
      }
    }

    record Disproved(List<Finding> findings) implements Result {
      public Disproved {
        findings = List.copyOf(findings);
      }
    }
  }

  public static Result verify(Receipt receipt, NoteVerifier log) {
    return verify(receipt, List.of(log), List.of());
  }

  /**
   * @param logs the keys of the logs that are trusted, one for each origin
   * @param witnesses each of these must have cosigned every checkpoint of the receipt
   */
  public static Result verify(
      Receipt receipt, List<NoteVerifier> logs, List<NoteVerifier> witnesses) {
    return new ReceiptVerifier(receipt, logs, witnesses).result();
  }

  private Result result() {
    for (int i = 0; i < receipt.items().size(); i++) {
      Receipt.Item item = receipt.items().get(i);
      entry(i, item);
      for (Receipt.Part part : item.parts()) {
        part(i, item, part);
      }
      disclosure(i, item);
    }
    connections();
    boolean refused = findings.stream().anyMatch(Finding.Refused.class::isInstance);
    return refused ? new Result.Disproved(findings) : new Result.Proven(findings);
  }

  private void entry(int number, Receipt.Item item) {
    String file = Receipt.proofFile(number);
    Entry entry = item.entry();
    Checkpoint head;
    try {
      head = item.proof().verify(logs, entry.encode());
    } catch (RefusedException refused) {
      refused(file, String.valueOf(refused.getMessage()));
      return;
    }
    if (!head.origin().equals(entry.origin())) {
      refused(
          file,
          "The entry is of %s, but the checkpoint is of %s."
              .formatted(entry.origin(), head.origin()));
      return;
    }
    holds(
        file,
        "The %s %s of %s, sequenced at %s, is entry %d of %s, as its log signed at size %d."
            .formatted(
                entry.kind(),
                entry.id(),
                entry.subject().line(),
                entry.at(),
                item.proof().index(),
                head.origin(),
                head.size()));
    witnesses(file, item.proof().checkpoint());
    oneHistory(file, head);
    if (!ids.add(entry.id())) {
      refused(Receipt.entryFile(number), "The id of this entry is in the receipt twice.");
    }
    if (!indexes
        .computeIfAbsent(head.origin(), origin -> new HashSet<>())
        .add(item.proof().index())) {
      refused(file, "The index of this entry is in the receipt twice.");
    }
  }

  private void witnesses(String file, Note checkpoint) {
    for (NoteVerifier witness : witnesses) {
      try {
        Optional<Cosignature> cosignature = Cosignature.of(checkpoint, witness);
        if (cosignature.isPresent()) {
          holds(
              file,
              "The witness %s saw this checkpoint at %s."
                  .formatted(witness.name(), cosignature.get().time()));
        } else {
          refused(file, "The witness " + witness.name() + " did not cosign this checkpoint.");
        }
      } catch (RefusedException refused) {
        refused(file, String.valueOf(refused.getMessage()));
      }
    }
  }

  /** Two roots of one log at one size are a fork of its history, whoever signed them. */
  private void oneHistory(String file, Checkpoint head) {
    Checkpoint earlier = heads.putIfAbsent(head.origin() + "\n" + head.size(), head);
    if (earlier != null && !earlier.equals(head)) {
      refused(
          file,
          "%s signed two different histories of size %d: this receipt is evidence against it."
              .formatted(head.origin(), head.size()));
    }
  }

  private void part(int number, Receipt.Item item, Receipt.Part part) {
    String file = Receipt.partFile(number, part);
    Entry.Parts parts = item.entry().parts();
    PartLeaf leaf = PartLeaf.of(part.r().shared(), part.bytes().shared());
    if (Proofs.verifyInclusion(
        part.index(), parts.count(), leaf.leafHash(), part.hashes(), parts.root())) {
      holds(
          file,
          "These %d bytes are part %d of the %d that entry %s committed to."
              .formatted(part.bytes().length(), part.index(), parts.count(), item.entry().id()));
    } else {
      refused(
          file,
          "These bytes are not part %d of the %d that entry %s committed to."
              .formatted(part.index(), parts.count(), item.entry().id()));
    }
  }

  private void disclosure(int number, Receipt.Item item) {
    int disclosed = item.parts().size();
    int count = item.entry().parts().count();
    if (disclosed < count) {
      notice(
          Receipt.entryFile(number),
          "%d of %d parts are not disclosed here (of other people, or erased)."
              .formatted(count - disclosed, count));
    }
  }

  /** What follows from what, and an attempt whose outcome nobody shows. */
  private void connections() {
    Set<Ulid> answered = new HashSet<>();
    for (Receipt.Item item : receipt.items()) {
      if (item.entry().kind().equals(Kind.OUTCOME) && item.entry().cause() != null) {
        answered.add(item.entry().cause());
      }
    }
    for (int i = 0; i < receipt.items().size(); i++) {
      Entry entry = receipt.items().get(i).entry();
      Ulid cause = entry.cause();
      if (cause != null && !ids.contains(cause)) {
        notice(
            Receipt.entryFile(i), "Its cause, entry " + cause + ", is not proven in this receipt.");
      }
      if (entry.kind().equals(Kind.ATTEMPT) && !answered.contains(entry.id())) {
        notice(
            Receipt.entryFile(i),
            "No outcome of this attempt is in this receipt: whether it arrived is not known here.");
      }
    }
  }

  private void holds(String file, String sentence) {
    findings.add(new Finding.Holds(file, sentence));
  }

  private void refused(String file, String sentence) {
    findings.add(new Finding.Refused(file, sentence));
  }

  private void notice(String file, String sentence) {
    findings.add(new Finding.Notice(file, sentence));
  }
}
