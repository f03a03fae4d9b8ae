package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Go's {@code golang.org/x/mod/sumdb}, which shares no code with us, accepts what we make and gives
 * our verdict on everything that differs from it by a bit.
 */
class JudgeTest {
  private static final Path SOURCE =
      Path.of(System.getProperty("throughline.root", ".."), "ledger/src/test/go/judge");
  private static final Path PACKAGES = Path.of("/usr/share/gocode");
  private static final long DEADLINE_SECONDS = 120;
  private static final NoteVerifier KEY = Samples.LOG.verifier();

  @TempDir static Path directory;

  private final List<String> cases = new ArrayList<>();
  private final List<Boolean> ours = new ArrayList<>();

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    assumeTrue(present("go"), "needs Go (Debian package golang-go)");
    assumeTrue(
        Files.isDirectory(PACKAGES.resolve("src/golang.org/x/mod/sumdb/tlog")),
        "needs golang.org/x/mod/sumdb (Debian package golang-golang-x-mod-dev)");
    ProcessBuilder go =
        new ProcessBuilder("go", "build", "-o", directory.resolve("judge").toString(), "main.go");
    go.directory(SOURCE.toFile());
    go.environment().put("GO111MODULE", "off");
    go.environment().put("GOPATH", PACKAGES.toString());
    go.environment().put("GOCACHE", directory.resolve("cache").toString());
    go.environment().put("GOFLAGS", "");
    assertThat(output(go, directory.resolve("none"))).isEmpty();
  }

  @Test
  void theJudgeAgreesOnEveryProof() throws IOException, InterruptedException {
    MerkleTree tree = MerkleTree.of(Samples.leaves(70));
    for (int size = 1; size <= 70; size++) {
      Hash root = Proofs.root(size, tree);
      for (int index = 0; index < size; index++) {
        inclusion(index, size, Samples.leaf(index), Proofs.inclusionProof(index, size, tree), root);
      }
      for (int size1 = 1; size1 <= size; size1++) {
        List<Hash> proof = Proofs.consistencyProof(size1, size, tree);
        consistency(size1, Proofs.root(size1, tree), size, root, proof);
      }
    }
    assertThat(ours).doesNotContain(false);
    assertJudgeAgrees();
  }

  @Test
  void theJudgeAgreesOnProofsThatDifferByABit() throws IOException, InterruptedException {
    Random random = new Random(11);
    MerkleTree tree = MerkleTree.of(Samples.leaves(70));
    for (int i = 0; i < 20_000; i++) {
      int size = 1 + random.nextInt(70);
      Hash root = Proofs.root(size, tree);
      int first = random.nextInt(size);
      if (random.nextBoolean()) {
        List<Hash> proof = new ArrayList<>(Proofs.inclusionProof(first, size, tree));
        switch (random.nextInt(5)) {
          case 0 -> inclusion(first, size, flip(Samples.leaf(first), random), proof, root);
          case 1 -> inclusion(first, size, Samples.leaf(first), proof, flip(root, random));
          case 2 -> inclusion(first ^ 1, size, Samples.leaf(first), proof, root);
          case 3 -> inclusion(first, size ^ 1, Samples.leaf(first), proof, root);
          default -> inclusion(first, size, Samples.leaf(first), changed(proof, random), root);
        }
      } else {
        int size1 = first + 1;
        Hash root1 = Proofs.root(size1, tree);
        List<Hash> proof = new ArrayList<>(Proofs.consistencyProof(size1, size, tree));
        switch (random.nextInt(5)) {
          case 0 -> consistency(size1, flip(root1, random), size, root, proof);
          case 1 -> consistency(size1, root1, size, flip(root, random), proof);
          case 2 -> consistency(size1 ^ 1, root1, size, root, proof);
          case 3 -> consistency(size1, root1, size ^ 1, root, proof);
          default -> consistency(size1, root1, size, root, changed(proof, random));
        }
      }
    }
    assertThat(ours).contains(true).contains(false); // a size off by one may leave a proof good
    assertJudgeAgrees();
  }

  @Test
  void theJudgeOpensOurNotesAndProofsAndNoneThatDifferByABit()
      throws IOException, InterruptedException {
    Entry entry = Samples.webhook(EntryTest.PARTS);
    TlogProof proof = Samples.proof(entry);
    NoteSigner witness = Samples.signer("witness.example/1", 3);
    String text = proof.checkpoint().text();
    Note.Signature cosignature = Samples.cosign(witness, text, 1_800_000_000);

    note(Wire.utf8(proof.checkpoint().encode()));
    proof(Wire.utf8(proof.encode()), entry.encode());
    cosigned(witness, new Note(text, List.of(cosignature)));
    assertThat(ours).containsOnly(true);
    int good = cases.size();

    for (int bit = 0; bit < text.length() * 8; bit++) {
      note(Samples.flipped(Wire.utf8(proof.checkpoint().encode()), bit));
    }
    Note.Signature signature = proof.checkpoint().signatures().getFirst();
    for (int bit = 0; bit < 64 * 8; bit++) {
      Note.Signature flipped =
          Note.Signature.of(
              signature.name(), signature.keyId(), Samples.flipped(signature.bytes(), bit));
      note(Wire.utf8(new Note(text, List.of(flipped)).encode()));
    }
    for (int bit = 0; bit < 72 * 8; bit++) {
      Note.Signature flipped =
          Note.Signature.of(
              cosignature.name(), cosignature.keyId(), Samples.flipped(cosignature.bytes(), bit));
      cosigned(witness, new Note(text, List.of(flipped)));
    }
    byte[] leaf = entry.encode();
    for (int bit = 0; bit < leaf.length * 8; bit += 5) {
      proof(Wire.utf8(proof.encode()), Samples.flipped(leaf, bit));
    }
    for (int i = 0; i < proof.hashes().size(); i++) {
      for (int bit = 0; bit < 256; bit += 3) {
        List<Hash> hashes = new ArrayList<>(proof.hashes());
        hashes.set(i, Samples.flipped(hashes.get(i), bit));
        proof(Wire.utf8(new TlogProof(proof.index(), hashes, proof.checkpoint()).encode()), leaf);
      }
    }
    assertThat(ours.subList(good, ours.size())).containsOnly(false);
    assertJudgeAgrees();
  }

  // ---- cases with our own verdict

  private void inclusion(int index, int size, Hash leaf, List<Hash> proof, Hash root) {
    cases.add("inclusion %d %s %d %s %s".formatted(size, root, index, leaf, list(proof)));
    ours.add(Proofs.verifyInclusion(index, size, leaf, proof, root));
  }

  private void consistency(int size1, Hash root1, int size2, Hash root2, List<Hash> proof) {
    if (size1 == 0) {
      return; // Go leaves size 0 to its caller
    }
    cases.add("consistency %d %s %d %s %s".formatted(size1, root1, size2, root2, list(proof)));
    ours.add(Proofs.verifyConsistency(size1, root1, size2, root2, proof));
  }

  private void note(byte[] note) {
    cases.add("note %s %s".formatted(KEY.vkey(), base64(note)));
    ours.add(holds(() -> Note.parse(note).verify(List.of(KEY))));
  }

  private void cosigned(NoteSigner witness, Note note) {
    NoteVerifier verifier = Samples.witness(witness);
    cases.add("cosigned %s %s".formatted(verifier.vkey(), base64(Wire.utf8(note.encode()))));
    ours.add(holds(() -> Cosignature.of(note, verifier)));
  }

  private void proof(byte[] proof, byte[] entry) {
    cases.add("proof %s %s %s".formatted(KEY.vkey(), base64(proof), base64(entry)));
    ours.add(holds(() -> TlogProof.decode(proof).verify(List.of(KEY), entry)));
  }

  private static boolean holds(Supplier<?> check) {
    try {
      return !check.get().equals(Optional.empty());
    } catch (RefusedException refused) {
      return false;
    }
  }

  private static Hash flip(Hash hash, Random random) {
    return Samples.flipped(hash, random.nextInt(256));
  }

  private static List<Hash> changed(List<Hash> proof, Random random) {
    int place = proof.isEmpty() ? -1 : random.nextInt(proof.size());
    switch (random.nextInt(3)) {
      case 0 -> proof.add(Samples.leaf(random.nextInt(70)));
      case 1 -> {
        if (place >= 0) {
          proof.remove(place);
        }
      }
      default -> {
        if (place >= 0) {
          proof.set(place, flip(proof.get(place), random));
        }
      }
    }
    return proof;
  }

  private static String list(List<Hash> proof) {
    return proof.isEmpty()
        ? "-"
        : proof.stream().map(Hash::base64).collect(Collectors.joining(","));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  // ---- the judge

  private void assertJudgeAgrees() throws IOException, InterruptedException {
    Path input = Files.write(directory.resolve("cases"), cases);
    ProcessBuilder judge = new ProcessBuilder(directory.resolve("judge").toString());
    List<String> verdicts = output(judge, input).lines().toList();
    assertThat(verdicts).hasSize(cases.size());
    for (int i = 0; i < verdicts.size(); i++) {
      assertThat(verdicts.get(i).startsWith("ok"))
          .as("%s: the judge says %s", cases.get(i), verdicts.get(i))
          .isEqualTo(ours.get(i));
    }
  }

  private static boolean present(String program) {
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static String output(ProcessBuilder command, Path input)
      throws IOException, InterruptedException {
    Path out = directory.resolve("out");
    if (Files.exists(input)) {
      command.redirectInput(input.toFile());
    }
    Process process = command.redirectErrorStream(true).redirectOutput(out.toFile()).start();
    if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String text = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(process.isAlive() ? -1 : process.exitValue()).as(text).isZero();
    return text;
  }
}
