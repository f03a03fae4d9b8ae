package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command says in lines a person can read what holds and what does not, and in its exit code
 * whether all of it holds, none of it was checked, or something was refused.
 */
class VerifyTest {
  private static final String KEY = Samples.LOG.verifier().vkey();

  @TempDir Path directory;
  private Path receipt;
  private String printed = "";

  @BeforeEach
  void writeReceipt() throws IOException {
    receipt = file("receipt.zip", ReceiptTest.zip(ReceiptTest.receipt()));
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  private Path file(String name, String content) throws IOException {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private int run(Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> words = Arrays.stream(args).map(String::valueOf).toList();
    int code = Verify.run(words, new PrintStream(out, true, StandardCharsets.UTF_8));
    printed = out.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void aTrueReceiptHolds() throws IOException {
    assertThat(run(receipt, "--key", KEY)).isEqualTo(Verify.HOLDS);
    assertThat(printed)
        .contains("holds    0001/entry.tlog-proof: The webhook 01KAJ3NE7V0000000000000001 of ")
        .contains("holds    0001/part-1.bytes: These 5 bytes are part 1 of the 3 that entry ")
        .endsWith("The receipt holds.\n");
    Path keys =
        file("keys", "\n" + Samples.signer("other.example", 3).verifier() + "\n" + KEY + "\n");
    assertThat(run("--key", keys, receipt)).isEqualTo(Verify.HOLDS);
  }

  @Test
  void aFalseReceiptIsRefused() throws IOException {
    String other = Samples.signer(Samples.ORIGIN, 99).verifier().vkey();
    assertThat(run(receipt, "--key", other)).isEqualTo(Verify.REFUSED);
    assertThat(printed).contains("REFUSED  0001/entry.tlog-proof: ").contains("is REFUSED");
    Path broken = file("broken.zip", Samples.flipped(Files.readAllBytes(receipt), 999));
    assertThat(run(broken, "--key", KEY)).isEqualTo(Verify.REFUSED);
    assertThat(printed).startsWith("REFUSED  " + broken);
  }

  @Test
  void aProofAloneIsCheckedAgainstItsEntry() throws IOException {
    Entry entry = Samples.webhook(List.of());
    Path proof = file("e.tlog-proof", Samples.proof(entry).encode());
    Path bytes = file("e.txt", entry.encode());
    assertThat(run(proof, "--entry", bytes, "--key", KEY)).isEqualTo(Verify.HOLDS);
    Path flipped = file("f.txt", Samples.flipped(entry.encode(), 40));
    assertThat(run(proof, "--entry", flipped, "--key", KEY)).isEqualTo(Verify.REFUSED);
    assertThat(printed).contains("do not lead from this entry");
  }

  @Test
  void aNewCheckpointOnlyAddsToAnOldOne() throws IOException {
    MerkleTree tree = MerkleTree.of(Samples.leaves(20));
    Path old = checkpoint("old", 13, tree);
    Path now = checkpoint("new", 20, tree);
    Path proof =
        file(
            "consistency",
            Proofs.consistencyProof(13, 20, tree).stream()
                .map(hash -> hash.base64() + "\n")
                .collect(Collectors.joining()));
    assertThat(run("--checkpoint", old, "--checkpoint", now, "--consistency", proof, "--key", KEY))
        .isEqualTo(Verify.HOLDS);
    assertThat(printed).contains("size 20 only adds to size 13");
    Path rewritten = checkpoint("rewritten", 20, MerkleTree.of(Samples.leaves(21).subList(1, 21)));
    assertThat(
            run(
                "--checkpoint",
                old,
                "--checkpoint",
                rewritten,
                "--consistency",
                proof,
                "--key",
                KEY))
        .isEqualTo(Verify.REFUSED);
    assertThat(printed).contains("REFUSED").contains("rewrote its history");
    Path empty = file("empty", "");
    assertThat(run("--checkpoint", now, "--checkpoint", now, "--consistency", empty, "--key", KEY))
        .isEqualTo(Verify.HOLDS);
    assertThat(run("--checkpoint", now, "--key", KEY)).isEqualTo(Verify.HOLDS);
  }

  private Path checkpoint(String name, int size, MerkleTree tree) throws IOException {
    Checkpoint head = new Checkpoint(Samples.ORIGIN, size, Proofs.root(size, tree));
    return file(name, head.sign(Samples.LOG).encode());
  }

  @Test
  void aWitnessThatIsAskedForMustHaveCosigned() throws IOException {
    NoteSigner key = Samples.signer("witness.example/1", 4);
    String vkey = Samples.witness(key).vkey();
    Checkpoint head = new Checkpoint(Samples.ORIGIN, 1, Samples.leaf(0));
    Note note = head.sign(Samples.LOG);
    Path bare = file("bare", note.encode());
    Path cosigned = file("cosigned", note.with(Samples.cosign(key, note.text(), 60)).encode());
    assertThat(run("--checkpoint", bare, "--key", KEY, "--witness", vkey))
        .isEqualTo(Verify.REFUSED);
    assertThat(run("--checkpoint", cosigned, "--key", KEY, "--witness", vkey))
        .isEqualTo(Verify.HOLDS);
    assertThat(printed).contains("witness.example/1 saw this checkpoint at 1970-01-01T00:01:00Z");
    assertThat(run("--checkpoint", cosigned, "--key", vkey)).isEqualTo(Verify.NOT_CHECKED);
  }

  @Test
  void whatIsNotUnderstoodIsSaidAndNothingIsChecked() throws IOException {
    assertThat(run()).isEqualTo(Verify.NOT_CHECKED);
    assertThat(printed).startsWith("Usage:");
    assertThat(run("--help")).isEqualTo(Verify.HOLDS);
    assertThat(run(receipt)).isEqualTo(Verify.NOT_CHECKED);
    assertThat(printed).contains("--key");
    assertThat(run(receipt, "--key")).isEqualTo(Verify.NOT_CHECKED);
    assertThat(run(receipt, "--key", "a+b+c")).isEqualTo(Verify.NOT_CHECKED);
    assertThat(run(receipt, "--key", directory.resolve("nowhere"))).isEqualTo(Verify.NOT_CHECKED);
    assertThat(run(directory.resolve("nowhere"), "--key", KEY)).isEqualTo(Verify.NOT_CHECKED);
    assertThat(printed).contains("There is no file");
    assertThat(run(receipt, receipt, "--key", KEY)).isEqualTo(Verify.NOT_CHECKED);
    assertThat(run(receipt, "--sudo", "--key", KEY)).isEqualTo(Verify.NOT_CHECKED);
    assertThat(run("--checkpoint", receipt, "--checkpoint", receipt, "--key", KEY))
        .isEqualTo(Verify.NOT_CHECKED);
    assertThat(run("\u0000", "--key", KEY)).isEqualTo(Verify.NOT_CHECKED);
    assertThat(run(file("empty.zip", ""), "--key", KEY)).isEqualTo(Verify.REFUSED);
    assertThat(run(directory, "--key", KEY)).isEqualTo(Verify.REFUSED);
  }

  /** With the classes of this module and nothing else on the class path. */
  @Test
  void thisModuleAloneIsAProgram() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path classes =
        Path.of(Verify.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path out = directory.resolve("out");
    Process process =
        new ProcessBuilder(
                List.of(
                    java.toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classes.toString(),
                    Verify.class.getName(),
                    receipt.toString(),
                    "--key",
                    KEY))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(Files.readString(out)).endsWith("The receipt holds.\n");
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void opensslVerifiesTheSignatureOfACheckpoint() throws Exception {
    assumeTrue(
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "openssl"))),
        "needs openssl");
    Note note = new Checkpoint(Samples.ORIGIN, 1, Samples.leaf(0)).sign(Samples.LOG);
    byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100");
    byte[] der = Arrays.copyOf(prefix, prefix.length + 32);
    System.arraycopy(Samples.LOG.verifier().rawKey(), 0, der, prefix.length, 32);
    Path pem =
        file(
            "key.pem",
            "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getEncoder().encodeToString(der)
                + "\n-----END PUBLIC KEY-----\n");
    Path text = file("text", note.text());
    byte[] signature = note.signatures().getFirst().bytes();
    assertThat(openssl(pem, text, file("sig", signature))).isZero();
    assertThat(openssl(pem, text, file("bad", Samples.flipped(signature, 77)))).isNotZero();
  }

  private int openssl(Path pem, Path text, Path signature)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    "openssl",
                    "pkeyutl",
                    "-verify",
                    "-rawin",
                    "-pubin",
                    "-inkey",
                    pem.toString(),
                    "-in",
                    text.toString(),
                    "-sigfile",
                    signature.toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("openssl").toFile())
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }
}
