package dev.throughline.outbound.broadcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.contract.WrongFieldException;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An audience is read as it was written, however it comes in pieces, or the line is named. */
class AudienceReaderTest {
  private static final String ALICE = "U" + "a".repeat(32);
  private static final String BOB = "U" + "b".repeat(32);

  @Test
  void aColumnIsAChannelOrAVariable() throws IOException {
    String csv =
        "\ufeffline,sms,Name,note\r\n"
            + ALICE
            + ",+81900000001,\"Ha\"\"na, ko\",\"two\r\nlines\"\r\n\r\n"
            + BOB
            + ",,,\n";

    List<Addressee> read = csv(csv);

    assertThat(read)
        .containsExactly(
            new Addressee(
                new Recipient.ByIdentities(
                    List.of(
                        new Identity(ChannelName.LINE, ALICE),
                        new Identity(ChannelName.SMS, "81900000001"))),
                Map.of("Name", "Ha\"na, ko", "note", "two\nlines")),
            new Addressee(
                new Recipient.ByIdentities(List.of(new Identity(ChannelName.LINE, BOB))),
                Map.of()));
    assertThat(Chunk.of(Chunk.unhashed(read).toBytes()).people()).isEqualTo(read);
  }

  @Test
  void aChunkKeepsWhatItsAddressesAreFoundBy() {
    Identity alice = new Identity(ChannelName.LINE, ALICE);
    Chunk chunk =
        new Chunk(
            List.of(new Addressee(new Recipient.ByIdentities(List.of(alice)), Map.of("n", "ü"))),
            7,
            Map.of(alice, Bytes.wrap(new byte[32])));

    assertThat(Chunk.of(chunk.toBytes())).isEqualTo(chunk);
  }

  @Test
  void aChunkOfVersion020IsRead() {
    Chunk chunk =
        Chunk.of(
            Bytes.utf8(
                "[[\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"],[[\"LINE\",\""
                    + ALICE
                    + "\",\"SMS\",\"81900000001\"],{\"n\":\"1\"}]]"));

    assertThat(chunk)
        .isEqualTo(
            Chunk.unhashed(
                List.of(
                    new Addressee(
                        new Recipient.ByContact(
                            new ContactId(Ulids.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").orElseThrow())),
                        Map.of()),
                    new Addressee(
                        new Recipient.ByIdentities(
                            List.of(
                                new Identity(ChannelName.LINE, ALICE),
                                new Identity(ChannelName.SMS, "81900000001"))),
                        Map.of("n", "1")))));
  }

  @Test
  void aLineOfJsonIsARecipient() throws IOException {
    List<Addressee> read = new ArrayList<>();
    AudienceReader.ndjson(
        slowly(
            """
            {"contact_id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","variables":{"n":"1"}}

            {"identified_by":{"channel_identities":[{"channel":"EMAIL","identity":"a@b.example"}]}}
            """),
        read::add);

    assertThat(read).hasSize(2);
    assertThat(read.getFirst().variables()).isEqualTo(Map.of("n", "1"));
    assertThat(Chunk.of(Chunk.unhashed(read).toBytes()).people()).isEqualTo(read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name;Hanako                  | line 1 | column contact_id
          line;someone                 | line 2 | must be U, C or R
          line,name;UUUU               | line 2 | 1 values
          line;"U                      | line 2 | does not end
          line;"U"x                    | line 2 | between a quoted value
          line,name;,Hanako            | line 2 | names nobody
          contact_id;7                 | line 2 | ULID
          """)
  void whatCannotBeReadNamesItsLine(String lines, String line, String sentence) {
    assertThat(wrong(lines.replace(';', '\n'))).startsWith(line + " ").contains(sentence);
  }

  @Test
  void aLineHasALimit() {
    assertThat(wrong("line\n" + "U".repeat(TextLines.LONGEST + 1)))
        .startsWith("line 2 is longer than 65536 bytes");
    assertThat(wrong("line\n\"" + "U\n".repeat(TextLines.LONGEST)))
        .startsWith("line 2 has a quoted value longer");
  }

  @Test
  void nobodyIsInASetTwiceAndEachIsFoundInTheirChunk() {
    Fingerprints seen = new Fingerprints();
    for (int i = 0; i < 50_000; i++) {
      assertThat(seen.add(Fingerprints.of("LINE", "U" + i), i / 500)).isTrue();
    }
    for (int i = 0; i < 50_000; i++) {
      assertThat(seen.add(Fingerprints.of("LINE", "U" + i), 7)).isFalse();
    }
    byte[][] buckets = seen.cut();
    assertThat(buckets.length).isEqualTo(seen.buckets()).isGreaterThan(50);
    for (int i = 0; i < 50_000; i++) {
      long one = Fingerprints.of("LINE", "U" + i);
      byte[] bucket = buckets[Fingerprints.bucket(one, buckets.length)];
      assertThat(Fingerprints.chunk(bucket, one)).isEqualTo(i / 500);
    }
    long gone = Fingerprints.of("LINE", "U1");
    byte[] bucket = buckets[Fingerprints.bucket(gone, buckets.length)];
    byte[] left = Fingerprints.without(bucket, gone);
    assertThat(left).hasSize(bucket.length - 12);
    assertThat(Fingerprints.chunk(left, gone)).isEqualTo(-1);
  }

  private static String wrong(String lines) {
    return catchThrowableOfType(WrongFieldException.class, () -> csv(lines)).sentence();
  }

  private static List<Addressee> csv(String text) throws IOException {
    List<Addressee> read = new ArrayList<>();
    AudienceReader.csv(slowly(text), read::add);
    return read;
  }

  /** Three bytes at a time. */
  private static InputStream slowly(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
      @Override
      public synchronized int read(byte[] bytes, int from, int length) {
        return super.read(bytes, from, Math.min(3, length));
      }
    };
  }
}
