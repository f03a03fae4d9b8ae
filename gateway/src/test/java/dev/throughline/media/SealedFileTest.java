package dev.throughline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.ledger.Ulid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is read is what was written, from any place to any other; whatever is changed, exchanged,
 * cut off or opened with another key or id is noticed and not given out.
 */
final class SealedFileTest {
  private static final int CHUNK = 64 << 10;
  private static final int SEALED = CHUNK + 16;
  private static final Ulid ID = new Ulid(1, 2);

  @TempDir private Path folder;
  private final byte[] key = bytes(32);
  private DirectoryDepot depot;

  @BeforeEach
  void open() {
    depot = new DirectoryDepot(folder);
  }

  @Test
  void readsAnyPartOfAnyLength() throws IOException {
    Random random = new Random(11);
    for (int length : new int[] {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 17 * CHUNK, 40 * CHUNK + 5}) {
      byte[] plain = bytes(length);
      write(plain);
      assertThat(read(length, 0, length)).isEqualTo(plain);
      for (int i = 0; i < 5 && length > 0; i++) {
        int from = random.nextInt(length);
        int to = from + 1 + random.nextInt(length - from);
        assertThat(read(length, from, to)).isEqualTo(Arrays.copyOfRange(plain, from, to));
      }
    }
  }

  @Test
  void writingAgainUsesAnotherKey() throws IOException {
    byte[] plain = bytes(100);
    write(plain);
    byte[] first = Files.readAllBytes(file());
    write(plain);
    assertThat(Arrays.copyOfRange(Files.readAllBytes(file()), 36, 60))
        .isNotEqualTo(Arrays.copyOfRange(first, 36, 60));
  }

  @Test
  void noticesWhateverIsNotAsItWasWritten() throws IOException {
    int length = 2 * CHUNK + 100;
    byte[] plain = bytes(length);
    write(plain);
    byte[] whole = Files.readAllBytes(file());

    byte[] flipped = whole.clone();
    flipped[whole.length - 20] ^= 1;
    refused(flipped, length);
    byte[] exchanged = whole.clone();
    System.arraycopy(whole, 36, exchanged, 36 + SEALED, SEALED);
    System.arraycopy(whole, 36 + SEALED, exchanged, 36, SEALED);
    refused(exchanged, length);
    refused(Arrays.copyOf(whole, 36 + 2 * SEALED), length);
    refused(Arrays.copyOf(whole, 36 + 2 * SEALED), 2 * CHUNK);
    refused(Arrays.copyOf(whole, 10), length);

    Files.write(file(), whole);
    key[0] ^= 1;
    assertThatThrownBy(() -> read(length, 0, length)).isInstanceOf(IOException.class);
    key[0] ^= 1;
    Ulid other = new Ulid(1, 34);
    Files.createDirectories(folder.resolve(name(other)).getParent());
    Files.copy(file(), folder.resolve(name(other)));
    assertThatThrownBy(() ->
            SealedFile.read(depot, other, key, length, 0, length, new ByteArrayOutputStream()))
        .isInstanceOf(SealedFile.DamagedException.class);
  }

  @Test
  void whatIsNotKeptLeavesNothing() throws IOException {
    try (Depot.Draft draft = depot.create(ID.toString())) {
      new SealedFile.Writer(draft, key, ID, new SecureRandom())
          .write(new byte[CHUNK * 2], 0, CHUNK);
    }
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
    assertThat(depot.read(ID.toString(), 0, 1)).isEmpty();
    depot.delete(ID.toString());
  }

  private void refused(byte[] stored, int length) throws IOException {
    Files.write(file(), stored);
    assertThatThrownBy(() -> read(length, 0, length))
        .isInstanceOf(SealedFile.DamagedException.class);
  }

  private void write(byte[] plain) throws IOException {
    try (Depot.Draft draft = depot.create(ID.toString())) {
      SealedFile.Writer writer = new SealedFile.Writer(draft, key, ID, new SecureRandom());
      int half = plain.length / 3;
      writer.write(plain, 0, half);
      writer.write(plain, half, plain.length - half);
      writer.finish();
    }
  }

  private byte[] read(long length, long from, long to) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SealedFile.read(depot, ID, key, length, from, to, out);
    return out.toByteArray();
  }

  private Path file() {
    return folder.resolve(name(ID));
  }

  private static String name(Ulid id) {
    return id.toString().substring(24) + "/" + id;
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
