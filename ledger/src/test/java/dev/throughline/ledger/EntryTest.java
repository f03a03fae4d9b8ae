package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An entry has one spelling, which is kept in golden files for ever: what was written is read, what
 * is read is written to the same bytes, and the documentation shows those bytes.
 */
class EntryTest {
  private static final Path ROOT = Path.of(System.getProperty("throughline.root", ".."));
  private static final Path GOLDEN = ROOT.resolve("ledger/src/test/resources/golden");

  private static final byte[] ONES = HexFormat.of().parseHex("01".repeat(Commitment.R_BYTES));

  /** Two parts: "Hello" of one person and an empty one. */
  static final List<PartLeaf> PARTS =
      List.of(PartLeaf.of(new byte[32], Wire.ascii("Hello")), PartLeaf.of(ONES, new byte[0]));

  private static final Entry FULL =
      new Entry(
          Samples.ORIGIN,
          Kind.OUTCOME,
          Ulid.parse("01KAJ3NE7V0000000000000002"),
          Ulid.parse("01KAJ3NE7V0000000000000001"),
          Instant.parse("2026-11-20T23:39:01.000Z"),
          Instant.parse("2026-11-20T23:38:59.999Z"),
          new Subject.Project("5f0c2c1e-9a7e-4d4f-8d57-0d5b3f6c1a77"),
          new Entry.Verdict("2026-11"),
          Entry.Parts.of(PARTS));

  private static final Entry BARE =
      new Entry(
          Samples.ORIGIN,
          new Kind("not-yet-invented.2"),
          Ulid.parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
          null,
          Instant.parse("0001-02-03T04:05:06.007Z"),
          null,
          new Subject.Installation(),
          null,
          Entry.Parts.NONE);

  static Stream<Map.Entry<String, Entry>> golden() {
    return Stream.of(
        Map.entry("entry-v1-webhook.txt", Samples.webhook(PARTS)),
        Map.entry("entry-v1-full.txt", FULL),
        Map.entry("entry-v1-bare.txt", BARE));
  }

  @ParameterizedTest
  @MethodSource("golden")
  void everyGoldenEntryIsReadAndWrittenToItsBytes(Map.Entry<String, Entry> golden)
      throws IOException {
    byte[] bytes = Files.readAllBytes(GOLDEN.resolve(golden.getKey()));
    assertThat(text(golden.getValue().encode())).isEqualTo(text(bytes));
    assertThat(Entry.decode(bytes)).isEqualTo(golden.getValue());
    assertThat(golden.getValue().leafHash()).isEqualTo(TreeHash.leaf(bytes));
  }

  @Test
  void theGoldenProofIsReadWrittenAndHolds() throws IOException {
    TlogProof proof = Samples.proof(Samples.webhook(PARTS));
    byte[] golden = Files.readAllBytes(GOLDEN.resolve("webhook.tlog-proof"));
    assertThat(text(golden)).isEqualTo(proof.encode());
    List<NoteVerifier> logs = List.of(Samples.LOG.verifier());
    assertThat(TlogProof.decode(golden).verify(logs, Samples.webhook(PARTS).encode()).size())
        .isEqualTo(11);
  }

  @Test
  void theDocumentationShowsTheGoldenBytes() throws IOException {
    String documentation = Files.readString(ROOT.resolve("docs/ledger-format.md"));
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path file : files.filter(path -> !path.toString().endsWith(".zip")).toList()) {
        assertThat(documentation).as(file.toString()).contains(Files.readString(file));
      }
    }
    for (PartLeaf part : PARTS) {
      assertThat(documentation).contains(HexFormat.of().formatHex(part.bytes()));
    }
    assertThat(documentation)
        .contains(Samples.webhook(PARTS).leafHash().base64())
        .contains(Samples.LOG.verifier().vkey());
  }

  @Test
  void oneFlippedBitIsRefusedOrIsAnotherLeaf() {
    byte[] bytes = FULL.encode();
    Hash leaf = FULL.leafHash();
    int refused = 0;
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] flipped = Samples.flipped(bytes, bit);
      try {
        Entry other = Entry.decode(flipped);
        assertThat(other.encode()).isEqualTo(flipped);
        assertThat(other.leafHash()).isNotEqualTo(leaf);
      } catch (RefusedException expected) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(bytes.length * 8 / 2);
  }

  @Test
  void everyOtherSpellingIsRefused() {
    String text = text(FULL.encode());
    List<String> others = new ArrayList<>();
    others.add("");
    others.add("\n");
    others.add(text.substring(0, text.length() - 1));
    others.add(text + "\n");
    others.add(text + "more\n");
    others.add(text.replace("\n", "\r\n"));
    others.add(text.replace("/entry/v1", "/entry/v2"));
    others.add(text.replace("kind outcome", "kind  outcome"));
    others.add(text.replace("kind outcome", "kind Outcome"));
    others.add(text.replace("kind outcome\n", "kind \n"));
    others.add(text.replace("kind outcome\n", "kind outcome\n\n"));
    others.add(text.replace("kind outcome\n", "kind outcome\nkind outcome\n"));
    others.add(text.replace("id 01K", "id 01k"));
    others.add(text.replace("id 01K", "id 81K"));
    others.add(text.replace("id 01K", "id 0IK"));
    others.add(text.replace(":01.000Z", ":01Z"));
    others.add(text.replace(":01.000Z", ":01.0000Z"));
    others.add(text.replace(":01.000Z", ":01.000+00:00"));
    others.add(text.replace("T23:39", "t23:39"));
    others.add(text.replace("at 2026-11-20T23:39:01", "at 2026-11-20T24:00:00"));
    others.add(text.replace("2026-11-20T23:39", "2026-11-31T23:39"));
    others.add(text.replace("project 5", "project  5"));
    others.add(text.replace("project 5", "person 5"));
    others.add(text.replaceFirst("project .*\n", "installation \n"));
    others.add(text.replaceFirst("project .*\n", ""));
    others.add(text.replaceFirst("project (.*)\n", "project $1\naccount $1\n"));
    others.add(text.replace("verdict ok", "verdict bad"));
    others.add(text.replace("verdict ok 2026-11\n", "verdict ok \n"));
    others.add(text.replace("parts 2", "parts 02"));
    others.add(text.replace("parts 2", "parts 0"));
    others.add(text.replace("parts 2", "parts -2"));
    others.add(text.replace("parts 2", "parts 2147483648"));
    others.add(text.replaceFirst("parts .*\n", ""));
    others.add(text.replaceFirst("parts 2 .*\n", "parts 2 " + TreeHash.EMPTY + "\n"));
    others.add(text.replaceFirst("=\n$", "\n"));
    others.add(text.replaceFirst("(cause .*\n)(at .*\n)", "$2$1"));
    others.add(text.replace("gateway.example", "gateway example"));
    others.add(text.replace("gateway.example", "gat\u00e9way.example"));
    others.add("x".repeat(Entry.MAX_BYTES) + text);
    for (String other : others) {
      assertThat(other).isNotEqualTo(text);
      assertThatThrownBy(() -> Entry.decode(Wire.utf8(other)))
          .as(other)
          .isInstanceOf(RefusedException.class);
    }
    byte[] notText = FULL.encode();
    notText[0] = (byte) 0xc0;
    assertThatThrownBy(() -> Entry.decode(notText)).isInstanceOf(RefusedException.class);
  }

  @Test
  void theLongestEntryIsShorterThanOneKibibyte() {
    Entry longest =
        new Entry(
            "o".repeat(Entry.MAX_ORIGIN_LENGTH),
            new Kind("k".repeat(Kind.MAX_LENGTH)),
            FULL.id(),
            FULL.id(),
            FULL.at(),
            FULL.at(),
            new Subject.Account("a".repeat(Subject.MAX_ID_LENGTH)),
            new Entry.Verdict("v".repeat(Entry.Verdict.MAX_LENGTH)),
            new Entry.Parts(Integer.MAX_VALUE, Samples.leaf(1)));
    assertThat(longest.encode().length).isLessThanOrEqualTo(Entry.MAX_BYTES);
    assertThat(Entry.decode(longest.encode())).isEqualTo(longest);
    assertThatThrownBy(() -> new Kind("k".repeat(Kind.MAX_LENGTH + 1)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> new Subject.Account("a".repeat(Subject.MAX_ID_LENGTH + 1)))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> new Entry.Verdict("v".repeat(Entry.Verdict.MAX_LENGTH + 1)))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void anyEntryOfAllowedFieldsGoesThroughItsBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      Instant at =
          Instant.ofEpochMilli(random.nextLong(-62_167_219_199_000L, 253_402_300_800_000L));
      Subject subject =
          switch (random.nextInt(3)) {
            case 0 -> new Subject.Account("a-_.~:/" + random.nextInt());
            case 1 -> new Subject.Project("P" + random.nextInt());
            default -> new Subject.Installation();
          };
      Entry entry =
          new Entry(
              "host.example/2027h1",
              random.nextBoolean() ? Kind.WEBHOOK : new Kind("x_" + random.nextInt(9)),
              new Ulid(random.nextLong(), random.nextLong()),
              random.nextBoolean() ? new Ulid(random.nextLong(), random.nextLong()) : null,
              at,
              random.nextBoolean() ? at.minusMillis(1).plusNanos(999_999) : null,
              subject,
              random.nextBoolean() ? new Entry.Verdict("" + random.nextInt(100)) : null,
              random.nextBoolean() ? Entry.Parts.NONE : Entry.Parts.of(PARTS));
      assertThat(Entry.decode(entry.encode())).as("seed %d", seed).isEqualTo(entry);
      assertThat(text(entry.encode())).contains("\nat " + withMillis(entry.at()) + "\n");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String withMillis(Instant time) {
    return DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
        .withZone(ZoneOffset.UTC)
        .format(time);
  }

  @Test
  void anIdSortsByTimeAndGoesThroughItsText() {
    Ulid id = Ulid.of(Samples.AT, new Random(1));
    assertThat(id.time()).isEqualTo(Samples.AT);
    assertThat(Ulid.parse(id.toString())).isEqualTo(id);
    assertThat(Ulid.of(Samples.AT.plusMillis(1), new Random(2))).isGreaterThan(id);
    assertThat(id.toUuid().toString()).hasSize(36);
    assertThat(new Ulid(-1, -1)).hasToString("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    assertThat(new Ulid(0, 31)).hasToString("0000000000000000000000000Z");
    assertThat(Ulid.of(Instant.ofEpochMilli(1_469_918_176_385L), new Random()).toString())
        .startsWith("01ARYZ6S41"); // the example of the ULID specification
  }

  @Test
  void aCommitmentIsHmacSha256OfTheBytesUnderR() throws GeneralSecurityException {
    Random random = new Random(5);
    for (int length : new int[] {0, 1, 31, 55, 56, 63, 64, 65, 1000}) {
      byte[] r = Samples.r(length);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(r, "HmacSHA256"));
      assertThat(Commitment.of(r, bytes).bytes()).isEqualTo(mac.doFinal(bytes));
    }
    for (int length : new int[] {0, 31, 33, 64}) {
      assertThatThrownBy(() -> Commitment.of(new byte[length], new byte[0]))
          .isInstanceOf(RefusedException.class);
    }
    byte[] body = Wire.ascii("xxHelloxx");
    assertThat(PartLeaf.of(new byte[32], body, 2, 5)).isEqualTo(PARTS.getFirst());
  }

  @Test
  void aPartLeafTellsTheLengthToWithinAFactorOfTwo() {
    int[][] lengthAndBucket = {
      {0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {8, 3}, {9, 4}, {1 << 20, 20}
    };
    for (int[] row : lengthAndBucket) {
      assertThat(PartLeaf.bucket(row[0])).as("length %d", row[0]).isEqualTo(row[1]);
    }
    assertThat(PartLeaf.bucket((1L << 40) + 1)).isEqualTo(41);
    PartLeaf leaf = PartLeaf.of(new byte[32], Wire.ascii("Hello"));
    assertThat(leaf.bytes()).hasSize(33).startsWith(3);
    assertThat(PartLeaf.root(List.of(leaf))).isEqualTo(TreeHash.leaf(leaf.bytes()));
    assertThat(PartLeaf.root(List.of())).isEqualTo(TreeHash.EMPTY);
  }
}
