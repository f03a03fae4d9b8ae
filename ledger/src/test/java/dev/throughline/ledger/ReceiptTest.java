package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.ledger.ReceiptVerifier.Finding;
import dev.throughline.ledger.ReceiptVerifier.Result;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A receipt proves what it shows to somebody who has nothing else but a key, and a receipt in which
 * anything was changed, added, left out or packed differently proves nothing and says why.
 */
class ReceiptTest {
  private static final List<NoteVerifier> LOGS = List.of(Samples.LOG.verifier());

  @TempDir Path directory;

  /** A webhook of three parts of which two are shown, an attempt that it caused, its outcome. */
  static Receipt receipt() {
    List<byte[]> bodies =
        List.of(Wire.ascii("{\"events\":[{\"text\":\""), Wire.ascii("Hello"), Wire.ascii("\"}]}"));
    List<PartLeaf> leaves = new ArrayList<>();
    for (int i = 0; i < bodies.size(); i++) {
      leaves.add(PartLeaf.of(Samples.r(i), bodies.get(i)));
    }
    MerkleTree parts = PartLeaf.tree(leaves);
    Entry webhook = Samples.webhook(leaves);
    Entry attempt = following(webhook, Kind.ATTEMPT, "01KAJ3NE7V0000000000000002");
    Entry outcome = following(attempt, Kind.OUTCOME, "01KAJ3NE7V0000000000000003");
    List<Receipt.Part> shown =
        IntStream.of(0, 1)
            .mapToObj(i ->
                new Receipt.Part(
                    i,
                    Bytes.copyOf(bodies.get(i)),
                    Bytes.copyOf(Samples.r(i)),
                    parts.inclusionProof(i)))
            .toList();
    return new Receipt(
        List.of(
            new Receipt.Item(webhook, Samples.proof(webhook, 5, 11), shown),
            new Receipt.Item(attempt, Samples.proof(attempt, 6, 12), List.of()),
            new Receipt.Item(outcome, Samples.proof(outcome, 9, 13), List.of())));
  }

  private static Entry following(Entry cause, Kind kind, String id) {
    return new Entry(
        cause.origin(),
        kind,
        Ulid.parse(id),
        cause.id(),
        cause.at(),
        null,
        cause.subject(),
        null,
        Entry.Parts.NONE);
  }

  private static Receipt only(Receipt receipt, int item) {
    return new Receipt(List.of(receipt.items().get(item)));
  }

  static byte[] zip(Receipt receipt) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    receipt.write(out);
    return out.toByteArray();
  }

  private static Receipt read(byte[] zip) throws IOException {
    return Receipt.read(new ByteArrayInputStream(zip));
  }

  @Test
  void aReceiptGoesThroughItsFileAndProvesItsMessage() throws IOException {
    Receipt read = read(zip(receipt()));
    assertThat(read).isEqualTo(receipt());
    Result result = ReceiptVerifier.verify(read, Samples.LOG.verifier());
    assertThat(result).isInstanceOf(Result.Proven.class);
    assertThat(result.findings())
        .filteredOn(Finding.Holds.class::isInstance)
        .extracting(Finding::file)
        .containsExactly(
            "0001/entry.tlog-proof",
            "0001/part-0.bytes",
            "0001/part-1.bytes",
            "0002/entry.tlog-proof",
            "0003/entry.tlog-proof");
    assertThat(result.findings())
        .filteredOn(Finding.Notice.class::isInstance)
        .extracting(Finding::sentence)
        .containsExactly("1 of 3 parts are not disclosed here (of other people, or erased).");
  }

  @Test
  void theGoldenReceiptIsReadAndWrittenToItsBytes() throws IOException {
    Path root = Path.of(System.getProperty("throughline.root", ".."));
    byte[] golden =
        Files.readAllBytes(root.resolve("ledger/src/test/resources/golden/receipt-v1.zip"));
    assertThat(zip(receipt())).isEqualTo(golden);
    assertThat(proves(golden)).isTrue();
  }

  @Test
  void anAttemptWithoutOutcomeIsShownAsSuch() {
    Result result = ReceiptVerifier.verify(only(receipt(), 1), Samples.LOG.verifier());
    assertThat(result).isInstanceOf(Result.Proven.class);
    assertThat(result.findings())
        .extracting(Finding::sentence)
        .anyMatch(sentence -> sentence.contains("whether it arrived is not known"))
        .anyMatch(sentence -> sentence.contains("is not proven in this receipt"));
  }

  @Test
  void othersReadTheZipToo() throws IOException {
    Path file = directory.resolve("receipt.zip");
    Files.write(file, zip(receipt()));
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName))
          .containsExactly(
              "receipt.txt",
              "0001/entry.txt",
              "0001/entry.tlog-proof",
              "0001/part-0.bytes",
              "0001/part-0.proof",
              "0001/part-1.bytes",
              "0001/part-1.proof",
              "0002/entry.txt",
              "0002/entry.tlog-proof",
              "0003/entry.txt",
              "0003/entry.tlog-proof");
      byte[] part = zip.getInputStream(zip.getEntry("0001/part-1.bytes")).readAllBytes();
      assertThat(part).isEqualTo(Wire.ascii("Hello"));
    }
  }

  @Test
  void oneFlippedBitAnywhereInTheFileIsRefused() throws IOException {
    byte[] zip = zip(receipt());
    for (int bit = 0; bit < zip.length * 8; bit++) {
      byte[] flipped = Samples.flipped(zip, bit);
      assertThat(proves(flipped)).as("bit %d", bit).isFalse();
    }
    assertThat(proves(zip)).isTrue();
  }

  private static boolean proves(byte[] zip) throws IOException {
    try {
      return ReceiptVerifier.verify(read(zip), Samples.LOG.verifier()) instanceof Result.Proven;
    } catch (RefusedException malformed) {
      return false;
    }
  }

  @Test
  void oneFlippedBitInAnUnpackedFileIsRefused() throws IOException {
    Receipt one = only(receipt(), 0);
    unpack(zip(one));
    assertThat(Receipt.read(directory)).isEqualTo(one);
    for (Path file : files()) {
      byte[] good = Files.readAllBytes(file);
      for (int bit = 0; bit < good.length * 8; bit += 5) {
        Files.write(file, Samples.flipped(good, bit));
        assertThat(folderProves()).as("%s bit %d", file, bit).isFalse();
      }
      Files.write(file, good);
    }
    assertThat(folderProves()).isTrue();
  }

  private boolean folderProves() throws IOException {
    try {
      return ReceiptVerifier.verify(Receipt.read(directory), Samples.LOG.verifier())
          instanceof Result.Proven;
    } catch (RefusedException malformed) {
      return false;
    }
  }

  private void unpack(byte[] zip) throws IOException {
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path file = directory.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, in.readAllBytes());
      }
    }
  }

  private List<Path> files() throws IOException {
    try (var walk = Files.walk(directory)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void moreThanNinePartsOfAFolderAreReadInTheirOrder() throws IOException {
    List<PartLeaf> leaves = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      leaves.add(PartLeaf.of(Samples.r(i), Wire.ascii("part " + i)));
    }
    List<Receipt.Part> parts = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      parts.add(
          new Receipt.Part(
              i,
              Bytes.copyOf(Wire.ascii("part " + i)),
              Bytes.copyOf(Samples.r(i)),
              PartLeaf.tree(leaves).inclusionProof(i)));
    }
    Entry entry = Samples.webhook(leaves);
    Receipt receipt = new Receipt(List.of(new Receipt.Item(entry, Samples.proof(entry), parts)));
    unpack(zip(receipt));
    assertThat(Receipt.read(directory)).isEqualTo(receipt);
    assertThat(folderProves()).isTrue();
  }

  @Test
  void everyFileThatIsMissingOrTooManyIsNamed() throws IOException {
    unpack(zip(receipt()));
    for (String name :
        List.of("receipt.txt", "0001/entry.tlog-proof", "0001/part-0.proof", "0001/part-1.bytes")) {
      byte[] good = Files.readAllBytes(directory.resolve(name));
      Files.delete(directory.resolve(name));
      assertThatThrownBy(() -> Receipt.read(directory))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(name.replace("1.bytes", "1.proof"));
      Files.write(directory.resolve(name), good);
    }
    for (String name :
        List.of("extra.txt", "0001/part-00.bytes", "0001/part-2.proof", "0009/entry.txt")) {
      Files.createDirectories(directory.resolve(name).getParent());
      Files.write(directory.resolve(name), new byte[0]);
      assertThatThrownBy(() -> Receipt.read(directory))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining(name);
      Files.delete(directory.resolve(name));
    }
    assertThat(Receipt.read(directory)).isEqualTo(receipt());
  }

  @Test
  void whatIsNotTheEntrysOwnIsRefusedNamingTheFile() {
    Receipt.Item webhook = receipt().items().getFirst();
    Receipt.Item attempt = receipt().items().get(1);
    Receipt.Part part = webhook.parts().getFirst();
    Receipt.Part otherBytes =
        new Receipt.Part(0, Bytes.copyOf(Wire.ascii("{")), part.r(), part.hashes());
    Receipt.Part otherPlace = new Receipt.Part(1, part.bytes(), part.r(), part.hashes());
    assertRefused(
        "0001/part-0.bytes",
        new Receipt.Item(webhook.entry(), webhook.proof(), List.of(otherBytes)));
    assertRefused(
        "0001/part-1.bytes",
        new Receipt.Item(webhook.entry(), webhook.proof(), List.of(otherPlace)));
    assertRefused(
        "0001/part-0.bytes", new Receipt.Item(attempt.entry(), attempt.proof(), List.of(part)));
    assertRefused(
        "0001/entry.tlog-proof", new Receipt.Item(webhook.entry(), attempt.proof(), List.of()));
    assertRefused("0002/entry.tlog-proof", webhook, webhook);
  }

  private static void assertRefused(String file, Receipt.Item... items) {
    Result result = ReceiptVerifier.verify(new Receipt(List.of(items)), Samples.LOG.verifier());
    assertThat(result).isInstanceOf(Result.Disproved.class);
    assertThat(result.findings())
        .filteredOn(Finding.Refused.class::isInstance)
        .extracting(Finding::file)
        .contains(file);
  }

  @Test
  void anEntryOfAnotherLedgerIsRefused() {
    Entry webhook = Samples.webhook(List.of());
    Entry elsewhere =
        new Entry(
            "other.example/2026h2",
            webhook.kind(),
            webhook.id(),
            null,
            webhook.at(),
            null,
            webhook.subject(),
            null,
            webhook.parts());
    assertRefused(
        "0001/entry.tlog-proof", new Receipt.Item(elsewhere, Samples.proof(elsewhere), List.of()));
  }

  @Test
  void twoHistoriesOfOneSizeAreEvidenceAgainstTheLog() {
    Receipt.Item one = receipt().items().getFirst();
    Entry attempt = receipt().items().get(1).entry();
    Receipt.Item two = new Receipt.Item(attempt, Samples.proof(attempt, 6, 11), List.of());
    Result result = ReceiptVerifier.verify(new Receipt(List.of(one, two)), Samples.LOG.verifier());
    assertThat(result).isInstanceOf(Result.Disproved.class);
    assertThat(result.findings())
        .extracting(Finding::sentence)
        .anyMatch(sentence -> sentence.contains("two different histories of size 11"));
  }

  @Test
  void everyWitnessThatIsAskedForMustHaveCosigned() {
    NoteSigner key = Samples.signer("witness.example/1", 4);
    NoteVerifier witness = Samples.witness(key);
    Receipt.Item item = receipt().items().getLast();
    Result without = ReceiptVerifier.verify(new Receipt(List.of(item)), LOGS, List.of(witness));
    assertThat(without).isInstanceOf(Result.Disproved.class);
    Note cosigned =
        item.proof()
            .checkpoint()
            .with(Samples.cosign(key, item.proof().checkpoint().text(), 1_800_000_000));
    TlogProof proof = new TlogProof(item.proof().index(), item.proof().hashes(), cosigned);
    Receipt with = new Receipt(List.of(new Receipt.Item(item.entry(), proof, List.of())));
    assertThat(ReceiptVerifier.verify(with, LOGS, List.of(witness)))
        .isInstanceOf(Result.Proven.class);
  }

  @Test
  void anotherContainerOfTheSameFilesIsRefused() throws IOException {
    byte[] zip = zip(receipt());
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip));
        ZipOutputStream out = new ZipOutputStream(deflated)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        out.putNextEntry(new ZipEntry(entry.getName()));
        in.transferTo(out);
        out.closeEntry();
      }
    }
    assertThatThrownBy(() -> read(deflated.toByteArray())).isInstanceOf(RefusedException.class);
    byte[] longer = Arrays.copyOf(zip, zip.length + 1);
    assertThatThrownBy(() -> read(longer)).isInstanceOf(RefusedException.class);
    for (int length = 0; length < zip.length; length += 13) {
      byte[] shorter = Arrays.copyOf(zip, length);
      assertThatThrownBy(() -> read(shorter)).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void theSameFilesInAnotherOrderAreRefused() throws IOException {
    SequencedMap<String, Bytes> files = StoredZip.read(zip(receipt()));
    Bytes title = files.remove("receipt.txt");
    files.putLast("receipt.txt", title);
    assertThatThrownBy(() -> read(StoredZip.write(files)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("order");
  }

  @Test
  void aBombIsRefusedBeforeAnythingInflates() throws IOException {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bomb)) {
      out.putNextEntry(new ZipEntry("receipt.txt"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 70; i++) {
        out.write(zeros);
      }
    }
    assertThatThrownBy(() -> read(bomb.toByteArray()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("compressed");
    byte[] lying = zip(receipt());
    lying[22] = (byte) 0xff; // the first file's length, without its bytes
    lying[23] = (byte) 0xff;
    lying[24] = (byte) 0xff;
    assertThatThrownBy(() -> read(lying)).isInstanceOf(RefusedException.class);
    Path huge = directory.resolve("huge.zip");
    try (var file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(Receipt.MAX_BYTES + 1L); // sparse
    }
    assertThatThrownBy(() -> Receipt.read(huge)).isInstanceOf(RefusedException.class);
  }

  @Test
  void thereAreLimits() {
    Receipt.Item item = receipt().items().getLast();
    assertThatThrownBy(() -> new Receipt(List.of())).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> new Receipt(Collections.nCopies(Receipt.MAX_ENTRIES + 1, item)))
        .isInstanceOf(RefusedException.class);
    Receipt.Part part = receipt().items().getFirst().parts().getFirst();
    assertThatThrownBy(() -> new Receipt.Item(item.entry(), item.proof(), List.of(part, part)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(
            () -> new Receipt.Part(0, Bytes.EMPTY, Bytes.copyOf(new byte[31]), List.of()))
        .isInstanceOf(RefusedException.class);
  }
}
