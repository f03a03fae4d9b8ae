package dev.throughline.media;

import dev.throughline.http.Headers;
import dev.throughline.http.Receiver;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A file on its way into the depot: bounded, hashed, encrypted, never whole in memory. */
final class Download implements Receiver, Closeable {
  private final Depot depot;
  private final Ulid id;
  private final Bytes objectKey;
  private final long maxBytes;
  private final SecureRandom random;
  private final MessageDigest digest;
  private final byte[] head = new byte[MediaType.HEAD_BYTES];
  private Depot.@Nullable Draft draft;
  private SealedFile.@Nullable Writer writer;
  private long length;

  Download(Depot depot, Ulid id, Bytes objectKey, long maxBytes, SecureRandom random) {
    this.depot = depot;
    this.id = id;
    this.objectKey = objectKey;
    this.maxBytes = maxBytes;
    this.random = random;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }

  @Override
  public boolean begins(int status, Headers headers) {
    try {
      begin();
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file that came with its message; false if it is larger than is kept. */
  boolean takesWhole(Bytes file) {
    try {
      begin();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return takes(file.array(), 0, file.length());
  }

  @Override
  public boolean takes(byte[] bytes, int from, int count) {
    if (length + count > maxBytes) {
      length = maxBytes + 1;
      return false;
    }
    try {
      write(bytes, from, count);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void begin() throws IOException {
    Depot.Draft opened = depot.create(id.toString());
    draft = opened;
    writer = new SealedFile.Writer(opened, objectKey.array(), id, random);
  }

  void write(byte[] bytes, int from, int count) throws IOException {
    if (length < head.length) {
      System.arraycopy(
          bytes, from, head, (int) length, (int) Math.min(count, head.length - length));
    }
    digest.update(bytes, from, count);
    length += count;
    opened().write(bytes, from, count);
  }

  boolean isTooLarge() {
    return length > maxBytes;
  }

  /** All of it came: makes it durable. */
  FetchOutcome finish() throws IOException {
    opened().finish();
    return FetchOutcome.fetched(
        MediaType.of(head, (int) Math.min(length, head.length)).header(),
        length,
        HexFormat.of().formatHex(digest.digest()));
  }

  private SealedFile.Writer opened() {
    if (writer == null) {
      throw new IllegalStateException("nothing has begun to come");
    }
    return writer;
  }

  @Override
  public void close() throws IOException {
    if (draft != null) {
      draft.close();
    }
  }
}
