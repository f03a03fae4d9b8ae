package dev.throughline.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints, cosignatures and tlog-proofs say what C2SP lets them say in exactly one spelling,
 * and open only under the key of their own origin.
 */
class CheckpointTest {
  private static final Checkpoint HEAD = new Checkpoint(Samples.ORIGIN, 7, Samples.leaf(0));
  private static final Entry ENTRY = Samples.webhook(List.of());
  private static final List<NoteVerifier> LOGS = List.of(Samples.LOG.verifier());

  @Test
  void aSignedCheckpointOpens() {
    Note note = HEAD.sign(Samples.LOG);
    assertThat(Checkpoint.open(Note.parse(note.encode()), Samples.LOG.verifier())).isEqualTo(HEAD);
    assertThat(HEAD.text()).isEqualTo(Samples.ORIGIN + "\n7\n" + Samples.leaf(0).base64() + "\n");
  }

  @Test
  void onlyTheLogItselfSignsForItsOrigin() {
    NoteSigner other = Samples.signer("other.example", 1);
    assertThatThrownBy(() -> HEAD.sign(other)).isInstanceOf(IllegalArgumentException.class);
    Note byOther = Note.sign(HEAD.text(), other);
    assertThatThrownBy(() -> Checkpoint.open(byOther, other.verifier()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(Samples.ORIGIN);
    NoteSigner impostor = Samples.signer(Samples.ORIGIN, 2);
    Note byImpostor = Note.sign(HEAD.text(), impostor);
    assertThatThrownBy(() -> Checkpoint.open(byImpostor, LOGS))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> Checkpoint.open(HEAD.sign(Samples.LOG), Samples.witness(Samples.LOG)))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void oneFlippedBitAnywhereIsRefused() {
    byte[] note = HEAD.sign(Samples.LOG).encode().getBytes(StandardCharsets.UTF_8);
    for (int bit = 0; bit < note.length * 8; bit++) {
      byte[] flipped = Samples.flipped(note, bit);
      assertThatThrownBy(() -> Checkpoint.open(Note.parse(flipped), LOGS))
          .as("bit %d", bit)
          .isInstanceOf(RefusedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "o\n7\n",
        "o\n7\nROOT",
        "\n7\nROOT\n",
        "o\n07\nROOT\n",
        "o\n+7\nROOT\n",
        "o\n-7\nROOT\n",
        "o\n7 \nROOT\n",
        "o\n\u0667\nROOT\n",
        "o\n9223372036854775808\nROOT\n",
        "o\n18446744073709551615\nROOT\n",
        "o\n0\nROOT\n",
        "o\n7\nROOT\nextension\n",
        "o\n7\nROOT\n\n",
        "o p\n7\nROOT\n",
        "o\n7\nAAAA\n",
        "o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "o\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
        "o\n7\n47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\n",
      })
  void whatIsNotExactlyACheckpointIsRefused(String malformed) {
    String text = malformed.replace("ROOT", Samples.leaf(0).base64());
    assertThatThrownBy(() -> Checkpoint.parse(text)).isInstanceOf(RefusedException.class);
  }

  @Test
  void theEmptyLogHasTheEmptyRoot() {
    Checkpoint empty = new Checkpoint("o", 0, TreeHash.EMPTY);
    assertThat(Checkpoint.parse(empty.text())).isEqualTo(empty);
  }

  @Test
  void aWitnessSaysWhenItSawTheCheckpoint() {
    NoteSigner key = Samples.signer("witness.example/1", 9);
    NoteVerifier witness = NoteVerifier.parse(Samples.witness(key).vkey());
    Note bare = HEAD.sign(Samples.LOG);
    assertThat(Cosignature.of(bare, witness)).isEmpty();
    Note cosigned = bare.with(Samples.cosign(key, HEAD.text(), 1_679_315_147));
    assertThat(Cosignature.of(Note.parse(cosigned.encode()), witness))
        .contains(new Cosignature("witness.example/1", Instant.ofEpochSecond(1_679_315_147)));
    assertThat(Checkpoint.open(cosigned, LOGS)).isEqualTo(HEAD);

    Note wrong = bare.with(Samples.cosign(key, "other\n7\n", 1_679_315_147));
    assertThatThrownBy(() -> Cosignature.of(wrong, witness)).isInstanceOf(RefusedException.class);
    Note beforeTime = bare.with(Samples.cosign(key, HEAD.text(), -1));
    assertThatThrownBy(() -> Cosignature.of(beforeTime, witness))
        .isInstanceOf(RefusedException.class);
    Note afterTime = bare.with(Samples.cosign(key, HEAD.text(), Long.MAX_VALUE));
    assertThatThrownBy(() -> Cosignature.of(afterTime, witness))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> Cosignature.of(bare, key.verifier()))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void oneFlippedBitOfACosignatureIsRefusedOrMakesItNobodys() {
    NoteSigner key = Samples.signer("witness.example/1", 9);
    NoteVerifier witness = Samples.witness(key);
    Note.Signature good = Samples.cosign(key, HEAD.text(), 1_679_315_147);
    byte[] bytes = good.bytes();
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      Note.Signature flipped =
          Note.Signature.of(good.name(), good.keyId(), Samples.flipped(bytes, bit));
      assertThat(witness.verify(HEAD.text(), flipped)).as("bit %d", bit).isFalse();
    }
    assertThat(witness.verify(HEAD.text(), good)).isTrue();
  }

  @Test
  void aTlogProofGoesThroughItsTextAndProvesItsEntry() {
    TlogProof proof = Samples.proof(ENTRY);
    TlogProof read = TlogProof.decode(Wire.utf8(proof.encode()));
    assertThat(read).isEqualTo(proof);
    assertThat(read.verify(LOGS, ENTRY.encode()).size()).isEqualTo(11);
    TlogProof extra = new TlogProof("YWdl", 5, proof.hashes(), proof.checkpoint());
    assertThat(TlogProof.decode(extra.encode())).isEqualTo(extra);
    assertThat(extra.encode()).startsWith("c2sp.org/tlog-proof@v1\nextra YWdl\nindex 5\n");
  }

  @Test
  void oneFlippedBitOfATlogProofOrItsEntryIsRefused() {
    TlogProof proof = Samples.proof(ENTRY);
    byte[] entry = ENTRY.encode();
    byte[] text = Wire.utf8(proof.encode());
    for (int bit = 0; bit < text.length * 8; bit++) {
      byte[] flipped = Samples.flipped(text, bit);
      assertThatThrownBy(() -> TlogProof.decode(flipped).verify(LOGS, entry))
          .as("bit %d of the proof", bit)
          .isInstanceOf(RefusedException.class);
    }
    for (int bit = 0; bit < entry.length * 8; bit += 7) {
      byte[] flipped = Samples.flipped(entry, bit);
      assertThatThrownBy(() -> proof.verify(LOGS, flipped))
          .as("bit %d of the entry", bit)
          .isInstanceOf(RefusedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c2sp.org/tlog-proof@v2\nindex 5\nHASH\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nHASH\n\nNOTE",
        "c2sp.org/tlog-proof@v1\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 05\nHASH\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex -5\nHASH\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 5\nextra YWdl\nHASH\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nextra YWd\nindex 5\nHASH\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 5\nAAAA\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 5\nHASH\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 5\nHASH\n\n",
        "c2sp.org/tlog-proof@v1\r\nindex 5\nHASH\n\nNOTE",
      })
  void whatIsNotExactlyATlogProofIsRefused(String malformed) {
    String text =
        malformed
            .replace("HASH", Samples.leaf(0).base64())
            .replace("NOTE", HEAD.sign(Samples.LOG).encode());
    assertThatThrownBy(() -> TlogProof.decode(text)).isInstanceOf(RefusedException.class);
  }

  @Test
  void aProofOfMoreThan63HashesIsRefused() {
    assertThatThrownBy(() -> new TlogProof(0, Samples.leaves(64), HEAD.sign(Samples.LOG)))
        .isInstanceOf(RefusedException.class);
  }
}
