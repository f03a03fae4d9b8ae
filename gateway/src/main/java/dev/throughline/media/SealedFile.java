package dev.throughline.media;

import dev.throughline.ledger.Ulid;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The encrypted form of a file: a header of 36 bytes ({@code TLM1} and 32 random bytes), then
 * chunks of 64 KiB, each AES-256-GCM with its tag. The key of a file is HMAC-SHA256 of the random
 * bytes and the id under the object's key, so that a file that is written again never uses a nonce
 * twice. A nonce is the chunk's number, and whether it is the last: chunks cannot be exchanged,
 * left out or cut off unseen, and any of them can be read by itself.
 */
final class SealedFile {
  static final int KEY_BYTES = 32;

  private static final byte[] MAGIC = "TLM1".getBytes(StandardCharsets.US_ASCII);
  private static final int SALT_BYTES = 32;
  private static final int HEADER_BYTES = 4 + SALT_BYTES;
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int TAG_BYTES = 16;
  private static final int NONCE_BYTES = 12;

  /** Chunks read at once: a megabyte. */
  private static final int READ_AHEAD = 16;

  private SealedFile() {}

  /** A stored file does not decrypt, or has gone from where it was. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(String message) {
      super(message);
    }
  }

  /** Encrypts a file while it comes. */
  static final class Writer {
    private final Depot.Draft draft;
    private final SecretKeySpec key;
    private final byte[] associated;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int filled;
    private long number;

    Writer(Depot.Draft draft, byte[] objectKey, Ulid id, SecureRandom random) throws IOException {
      byte[] salt = new byte[SALT_BYTES];
      random.nextBytes(salt);
      this.draft = draft;
      this.key = key(objectKey, salt, id);
      this.associated = id.toString().getBytes(StandardCharsets.US_ASCII);
      draft.write(MAGIC, 0, MAGIC.length);
      draft.write(salt, 0, salt.length);
    }

    void write(byte[] bytes, int from, int count) throws IOException {
      int at = from;
      int left = count;
      while (left > 0) {
        if (filled == CHUNK_BYTES) {
          flush(false);
        }
        int piece = Math.min(left, CHUNK_BYTES - filled);
        System.arraycopy(bytes, at, chunk, filled, piece);
        filled += piece;
        at += piece;
        left -= piece;
      }
    }

    /** Writes the last chunk, which may be empty, and makes the file durable. */
    void finish() throws IOException {
      flush(true);
      draft.keep();
    }

    private void flush(boolean last) throws IOException {
      byte[] sealed = crypt(Cipher.ENCRYPT_MODE, key, number, last, associated, chunk, 0, filled);
      draft.write(sealed, 0, sealed.length);
      number++;
      filled = 0;
    }
  }

  /**
   * Writes the bytes {@code [from, to)} of a file of {@code length} bytes.
   *
   * @throws DamagedException if the stored bytes are not what was written
   */
  static void read(
      Depot depot, Ulid id, byte[] objectKey, long length, long from, long to, OutputStream out)
      throws IOException {
    String name = id.toString();
    byte[] header = stored(depot.read(name, 0, HEADER_BYTES));
    if (header.length < HEADER_BYTES || !Arrays.equals(header, 0, 4, MAGIC, 0, 4)) {
      throw new DamagedException("not a sealed file of version 1");
    }
    SecretKeySpec key = key(objectKey, Arrays.copyOfRange(header, 4, HEADER_BYTES), id);
    byte[] associated = name.getBytes(StandardCharsets.US_ASCII);
    long lastChunk = length == 0 ? 0 : (length - 1) / CHUNK_BYTES;
    int sealedChunk = CHUNK_BYTES + TAG_BYTES;
    long chunk = from / CHUNK_BYTES;
    while (chunk * CHUNK_BYTES < to) {
      long wanted = Math.min(READ_AHEAD, (to - 1) / CHUNK_BYTES - chunk + 1);
      byte[] group =
          stored(
              depot.read(name, HEADER_BYTES + chunk * sealedChunk, (int) (wanted * sealedChunk)));
      for (int at = 0; at < group.length; at += sealedChunk) {
        int count = Math.min(sealedChunk, group.length - at);
        byte[] plain =
            crypt(
                Cipher.DECRYPT_MODE, key, chunk, chunk == lastChunk, associated, group, at, count);
        long start = chunk * CHUNK_BYTES;
        int first = (int) Math.max(0, from - start);
        int end = (int) Math.min(plain.length, to - start);
        out.write(plain, first, end - first);
        chunk++;
      }
      if (group.length < sealedChunk && chunk <= (to - 1) / CHUNK_BYTES) {
        throw new DamagedException("the file ends early");
      }
    }
  }

  private static byte[] stored(Optional<byte[]> read) throws DamagedException {
    return read.orElseThrow(() -> new DamagedException("the file is not where it was put"));
  }

  private static SecretKeySpec key(byte[] objectKey, byte[] salt, Ulid id) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(objectKey, "HmacSHA256"));
      mac.update(salt);
      return new SecretKeySpec(
          mac.doFinal(id.toString().getBytes(StandardCharsets.US_ASCII)), "AES");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 must work in every JDK", e);
    }
  }

  private static byte[] crypt(
      int mode,
      SecretKeySpec key,
      long number,
      boolean last,
      byte[] associated,
      byte[] bytes,
      int from,
      int count)
      throws DamagedException {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(last ? 1 : 0).putLong(number).array();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
      cipher.updateAAD(associated);
      return cipher.doFinal(bytes, from, count);
    } catch (javax.crypto.AEADBadTagException e) {
      throw new DamagedException("a stored chunk was changed");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM must work in every JDK", e);
    }
  }
}
