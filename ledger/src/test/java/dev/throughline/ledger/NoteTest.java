package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Notes are those of C2SP signed-note: published ones open, ours have the same bytes as those of
 * the reference implementation, and nothing that differs by a bit opens.
 */
class NoteTest {
  // The worked example of golang.org/x/mod/sumdb/note.
  private static final String SKEY =
      "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
  private static final String VKEY =
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  private static final String TEXT =
      """
      If you think cryptography is the answer to your problem,
      then you don't know what your problem is.
      """;
  private static final String SIGNED =
      TEXT
          + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

  private static final NoteVerifier PETER = NoteVerifier.parse(VKEY);

  @Test
  void theReferenceExampleOpensAndSignsToTheSameBytes() {
    Note note = Note.parse(SIGNED);
    assertThat(note.text()).isEqualTo(TEXT);
    assertThat(note.verify(List.of(PETER))).hasSize(1);
    NoteSigner signer = NoteSigner.parse(SKEY);
    assertThat(Note.sign(TEXT, signer).encode()).isEqualTo(SIGNED);
    assertThat(signer.skey()).isEqualTo(SKEY);
    assertThat(signer.verifier().vkey()).isEqualTo(VKEY);
    assertThat(signer.toString()).doesNotContain("PRIVATE");
  }

  @Test
  void aWitnessKeyOfAnotherImplementationParses() {
    NoteVerifier witness =
        NoteVerifier.parse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2");
    assertThat(witness.type()).isEqualTo(NoteVerifier.Type.COSIGNATURE);
  }

  @Test
  void generatedKeysGoThroughTheirTextForms() {
    NoteSigner signer = NoteSigner.generate("log.example/1", new SecureRandom());
    NoteSigner again = NoteSigner.parse(signer.skey());
    Note note = Note.sign("text\n", again);
    assertThat(note.verify(List.of(NoteVerifier.parse(signer.verifier().vkey())))).hasSize(1);
  }

  @Test
  void unknownSignersAreIgnoredAndAKnownBadOneRefusesTheNote() {
    NoteSigner known = Samples.signer("known", 1);
    NoteSigner unknown = Samples.signer("unknown", 2);
    NoteSigner sameName = Samples.signer("known", 3);
    Note note = Note.sign("text\n", unknown, sameName, known);
    assertThat(note.verify(List.of(known.verifier()))).hasSize(1);
    assertThat(note.verify(List.of(known.verifier(), unknown.verifier()))).hasSize(2);

    Note.Signature wrong = known.sign("other text\n");
    assertThatThrownBy(() -> note.with(wrong).verify(List.of(known.verifier())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("known");
    Note strangers = Note.sign("text\n", unknown);
    assertThatThrownBy(() -> strangers.verify(List.of(known.verifier())))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> strangers.verify(List.of())).isInstanceOf(RefusedException.class);
  }

  @Test
  void theLastEmptyLineEndsTheText() {
    NoteSigner signer = Samples.signer("s", 1);
    Note note = Note.sign("one\n\ntwo\n\n\n", signer);
    assertThat(Note.parse(note.encode())).isEqualTo(note);
  }

  @Test
  void oneFlippedBitAnywhereIsRefused() {
    byte[] note = SIGNED.getBytes(StandardCharsets.UTF_8);
    for (int bit = 0; bit < note.length * 8; bit++) {
      byte[] flipped = Samples.flipped(note, bit);
      assertThatThrownBy(() -> Note.parse(flipped).verify(List.of(PETER)))
          .as("bit %d", bit)
          .isInstanceOf(RefusedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n— PeterNeumann x08go/ZJkuBS\n",
        "text\n\n— PeterNeumann x08go/ZJkuBS",
        "text\n\n- PeterNeumann x08go/ZJkuBS\n",
        "text\n\n— PeterNeumann  x08go/ZJkuBS\n",
        "text\n\n—  x08go/ZJkuBS\n",
        "text\n\n— x08go/ZJkuBS\n",
        "text\n\n— Peter+Neumann x08go/ZJkuBS\n",
        "text\n\n— Peter\u3000Neumann x08go/ZJkuBS\n",
        "text\n\n— Peter\u0085Neumann x08go/ZJkuBS\n",
        "text\n\n— PeterNeumann x08go/ZJkuBS \n",
        "text\n\n— PeterNeumann x08go/ZJkuBS\r\n",
        "text\r\n\n— PeterNeumann x08go/ZJkuBS\n",
        "te\u0000xt\n\n— PeterNeumann x08go/ZJkuBS\n",
        "text\n\n— PeterNeumann x08goA==\n",
        "text\n\n— PeterNeumann x08go/Z\n",
        "text\n\n— PeterNeumann \n",
        "text\n\n— PeterNeumann x08go/ZJkuBS\n\n",
      })
  void whatIsNotExactlyANoteIsRefused(String malformed) {
    assertThatThrownBy(() -> Note.parse(malformed)).isInstanceOf(RefusedException.class);
  }

  @Test
  void anAmbiguousSpellingOfASignatureIsRefused() {
    // Base64 with a spare bit set decodes to the same bytes in lenient readers.
    assertThatThrownBy(() -> Note.parse(SIGNED.replace("wJnAM=", "wJnAN=")))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> Note.parse(SIGNED.replace("wJnAM=", "wJnAM")))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void notUtf8IsRefused() {
    byte[] note = SIGNED.getBytes(StandardCharsets.UTF_8);
    note[3] = (byte) 0xff;
    assertThatThrownBy(() -> Note.parse(note)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> Note.parse(new byte[Note.MAX_BYTES + 1]))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void aHundredSignaturesAreReadAndOneMoreIsNot() {
    String line = SIGNED.substring(TEXT.length() + 1);
    Note note = Note.parse(TEXT + "\n" + line.repeat(Note.MAX_SIGNATURES));
    assertThat(note.signatures()).hasSize(Note.MAX_SIGNATURES);
    assertThatThrownBy(() -> Note.parse(TEXT + "\n" + line.repeat(Note.MAX_SIGNATURES + 1)))
        .isInstanceOf(RefusedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
      })
  void aKeyThatDoesNotMatchItsIdIsRefused(String vkey) {
    assertThatThrownBy(() -> NoteVerifier.parse(vkey)).isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> NoteSigner.parse("PRIVATE+KEY+" + vkey))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void malformedPointsAndScalarsCountAsWrongAndNeverThrow() {
    List<String> points =
        List.of(
            "00".repeat(32), // of order 4
            "01" + "00".repeat(31), // the neutral element
            "ff".repeat(32), // no reduced coordinate
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // of order 8
            "02" + "00".repeat(31)); // not on the curve
    String order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    for (String point : points) {
      for (String scalar : List.of("00".repeat(32), order, "ff".repeat(32))) {
        byte[] signature = HexFormat.of().parseHex(point + scalar);
        assertThat(PETER.verifyRaw(Wire.utf8(TEXT), signature)).isFalse();
      }
    }
    assertThat(PETER.verifyRaw(Wire.utf8(TEXT), new byte[63])).isFalse();
    assertThat(PETER.verifyRaw(Wire.utf8(TEXT), new byte[0])).isFalse();
  }

  @Test
  void aTextThatCannotBeANoteIsNotSigned() {
    NoteSigner signer = Samples.signer("s", 1);
    for (String text : List.of("", "no line feed", "tab\t\n")) {
      assertThatThrownBy(() -> Note.sign(text, signer)).isInstanceOf(RefusedException.class);
    }
    assertThatThrownBy(() -> new Note("text\n", Collections.emptyList()))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> Samples.signer("with space", 1)).isInstanceOf(RefusedException.class);
  }
}
