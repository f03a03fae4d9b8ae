package dev.throughline.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.http.Http;
import dev.throughline.http.Redacted;
import dev.throughline.ledger.Ulid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files in a bucket are what they were, small or in parts, as a whole or by range; every request is
 * signed as S3 wants it, and what was not kept leaves nothing behind.
 */
final class BucketDepotTest {
  private static final Ulid ID = new Ulid(7, 8);

  private S3Server server;
  private Http http;
  private Depot depot;

  @BeforeEach
  void open() throws IOException {
    server = new S3Server();
    http = new Http(Http.Settings.of("test"));
    depot = depot(S3Server.SECRET_KEY);
  }

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  private Depot depot(String secret) {
    return new Depots(http, InstantSource.system())
        .of(
            new MediaConfig.Storage.Bucket(
                server.uri(),
                S3Server.REGION,
                "a bucket",
                "files/of ours/",
                S3Server.ACCESS_KEY,
                Redacted.of("secret key", secret)));
  }

  @Test
  void keepsSmallAndLargeFiles() throws IOException {
    byte[] key = bytes(32);
    for (int length : new int[] {0, 1_000, 9 << 20}) {
      byte[] plain = bytes(length);
      try (Depot.Draft draft = depot.create(ID.toString())) {
        SealedFile.Writer writer = new SealedFile.Writer(draft, key, ID, new SecureRandom());
        writer.write(plain, 0, length);
        writer.finish();
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      SealedFile.read(depot, ID, key, length, 0, length, out);
      assertThat(out.toByteArray()).isEqualTo(plain);
      if (length > 100_000) {
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        SealedFile.read(depot, ID, key, length, 70_000, 8_900_000, part);
        assertThat(part.toByteArray()).isEqualTo(Arrays.copyOfRange(plain, 70_000, 8_900_000));
      }
    }
    assertThat(server.objects).containsOnlyKeys("/a%20bucket/files/of%20ours/" + ID);
    assertThat(server.uploads).isEmpty();

    depot.delete(ID.toString());
    depot.delete(ID.toString());
    assertThat(depot.read(ID.toString(), 0, 10)).isEmpty();
    assertThat(server.objects).isEmpty();
    assertThat(server.refused).hasValue(0);
  }

  @Test
  void whatIsNotKeptIsThrownAway() throws IOException {
    try (Depot.Draft draft = depot.create(ID.toString())) {
      draft.write(new byte[9 << 20], 0, 9 << 20);
      assertThat(server.uploads).hasSize(1);
    }
    assertThat(server.uploads).isEmpty();
    assertThat(server.objects).isEmpty();
  }

  @Test
  void aWrongKeyIsTold() {
    assertThatThrownBy(() -> depot("another").read(ID.toString(), 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessage("the bucket answered 403 SignatureDoesNotMatch");
    assertThat(server.refused).hasValue(1);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
