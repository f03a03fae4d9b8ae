package dev.throughline.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.throughline.ledger.Checkpoint;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Note;
import dev.throughline.ledger.NoteVerifier;
import dev.throughline.ledger.Receipt;
import dev.throughline.ledger.ReceiptVerifier;
import dev.throughline.ledger.RefusedException;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Log;
import dev.throughline.log.TestLog;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A receipt shows what belongs to its message and no more, holds for anybody who has the key, and
 * does not hold with one bit of it changed.
 */
class ReceiptsTest {
  private static final int INBOUND = 0;
  private static final int OUTBOUND = 1;
  private static final Subject ACCOUNT = new Subject.Account("account-1");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final Ulids ulids = new Ulids(InstantSource.system(), new SecureRandom());

  @TempDir Path data;
  private TestLog node;
  private Publisher publisher;
  private Receipts receipts;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
    publisher =
        new Publisher(node.log(), database, data, InstantSource.system(), new SecureRandom());
    receipts = new Receipts(node.log(), database, data);
    for (int i = 0; i < 300; i++) {
      node.append();
    }
  }

  @AfterEach
  void close() {
    publisher.close();
    node.close();
  }

  @Test
  void anInboundMessageShowsItsPartsAlone() throws IOException {
    long index = node.append("[", "from A", ",", "from B", "]");
    MessageId message = inbound(index, 3, 4);
    Receipt receipt = receipt(message);
    assertThat(receipt.items()).hasSize(1);
    Receipt.Item item = receipt.items().getFirst();
    assertThat(item.entry().kind()).isEqualTo(Kind.WEBHOOK);
    assertThat(item.entry().parts().count()).isEqualTo(5);
    assertThat(item.parts()).hasSize(1);
    assertThat(item.parts().getFirst().index()).isEqualTo(3);
    assertThat(item.parts().getFirst().bytes().toByteArray())
        .isEqualTo(Bytes.utf8("from B").array());
    assertProven(receipt);
  }

  @Test
  void anOutboundMessageShowsRequestAttemptAndOutcome() throws IOException {
    MessageId message = outbound();
    Receipt receipt = receipt(message);
    assertThat(receipt.items())
        .extracting(item -> item.entry().kind())
        .containsExactly(Kind.REQUEST, Kind.ATTEMPT, Kind.OUTCOME);
    assertThat(receipt.items()).allMatch(item -> item.parts().size() == 1);
    assertThat(assertProven(receipt)).noneMatch(ReceiptVerifier.Finding.Notice.class::isInstance);
  }

  @Test
  void whatIsErasedOrDeletedIsLeftOutAndTheRestHolds() throws IOException {
    long index = node.append("[", "from A", ",", "from B", "]");
    MessageId message = inbound(index, 0, 5);
    database.transaction(c -> {
      Log.deleteParts(c, index, 1, 2);
      return true;
    });
    byte[] erased = node.vault().hash(TestLog.person("part 3")).array();
    database.transaction(c -> {
      try (PreparedStatement delete =
          c.prepareStatement("delete from person_key where owner = ?")) {
        delete.setBytes(1, erased);
        return delete.executeUpdate();
      }
    });
    publisher.examine();
    try (TestLog later = TestLog.open(database, data)) {
      Receipt receipt = read(new Receipts(later.log(), database, data).receipt(message));
      assertThat(receipt.items().getFirst().parts())
          .extracting(Receipt.Part::index)
          .containsExactly(0, 2, 4);
      assertProven(receipt);
    }
  }

  @Test
  void aMessageWhosePayloadIsGoneIsStillInTheLedger() throws IOException {
    long index = node.append("[", "from A", "]");
    MessageId message = inbound(index, 1, 2);
    new Rows(database).execute("delete from payload where index = " + index);
    Receipt receipt = receipt(message);
    assertThat(receipt.items().getFirst().parts()).isEmpty();
    assertProven(receipt);
  }

  @Test
  void oneFlippedBitIsRefused() throws IOException {
    long index = node.append("[", "from A", ",", "from B", "]");
    MessageId message = inbound(index, 1, 2);
    publisher.examine();
    byte[] zip = receipts.receipt(message).orElseThrow().array();
    Random random = new Random(5);
    for (int at = 0; at < zip.length; at++) {
      byte[] flipped = zip.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      assertThat(holds(flipped)).as("byte %d", at).isFalse();
    }
    assertThat(holds(zip)).isTrue();
  }

  @Test
  void aSendThatIsNotFoldedYetShowsItsRequest() throws IOException {
    Ulid id = ulids.next();
    node.append(
        node.drafts()
            .draft(id, Kind.REQUEST, new Subject.Project("project"))
            .part(TestLog.person("a"), Bytes.utf8("hello"))
            .build());
    Receipt receipt = receipt(new MessageId(id));
    assertThat(receipt.items()).hasSize(1);
    assertProven(receipt);
  }

  @Test
  void aMessageThatThereIsNotHasNone() {
    publisher.examine();
    assertThat(receipts.receipt(new MessageId(ulids.next()))).isEmpty();
    // Nor has an entry that is no message.
    Ulid webhook = node.log().read(0, 1).getFirst().id();
    assertThat(receipts.receipt(new MessageId(webhook))).isEmpty();
  }

  @Test
  void whatNoCheckpointCoversIsNotProved() {
    publisher.examine();
    long index = node.append("[", "from A", "]");
    MessageId message = inbound(index, 1, 2);
    assertThatExceptionOfType(Receipts.NotCoveredException.class)
        .isThrownBy(() -> receipts.receipt(message));
  }

  @Test
  void aPayloadThatWasChangedIsNotProved() {
    long index = node.append("[", "from A", "]");
    MessageId message = inbound(index, 1, 2);
    Rows rows = new Rows(database);
    byte[] sealed = rows.bytes("select sealed from payload where index = " + index);
    sealed[sealed.length / 2] ^= 1;
    rows.set("update payload set sealed = ? where index = " + index, sealed);
    publisher.examine();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> receipts.receipt(message))
        .withMessageContaining("entry " + index);
  }

  @Test
  void theNewestCheckpointIsServed() {
    assertThat(receipts.checkpoint()).isEmpty();
    publisher.examine();
    node.append("x");
    publisher.examine();
    Checkpoint head =
        Checkpoint.open(Note.parse(receipts.checkpoint().orElseThrow()), List.of(key()));
    assertThat(head.size()).isEqualTo(node.log().head());
  }

  // ----

  private MessageId outbound() {
    Ulid request = ulids.next();
    Ulid attempt = ulids.next();
    node.append(
        said(node.drafts().draft(request, Kind.REQUEST, new Subject.Project("project")), "say"));
    node.append(said(node.drafts().draft(attempt, Kind.ATTEMPT, ACCOUNT).cause(request), "ask"));
    long last =
        node.append(said(node.drafts().draft(Kind.OUTCOME, ACCOUNT).cause(attempt), "answer"));
    MessageId message = new MessageId(request);
    message(message, OUTBOUND, last - 2, 0, 0);
    new Rows(database)
        .execute(
            "insert into message_entry select '%s', n from generate_series(%d, %d) n"
                .formatted(request.toUuid(), last - 2, last));
    return message;
  }

  private static Draft said(dev.throughline.log.Drafts.Builder draft, String text) {
    return draft.part(TestLog.person("a"), Bytes.utf8(text)).build();
  }

  private MessageId inbound(long index, int first, int end) {
    MessageId message = new MessageId(ulids.next());
    message(message, INBOUND, index, first, end);
    return message;
  }

  private void message(MessageId id, int direction, long index, int first, int end) {
    new Rows(database)
        .execute(
            """
            insert into message (id, project, app, channel, direction, accept_time,
              processing_mode, injected, status, status_at, index, position, part_first, part_end,
              reply, sealed)
            values ('%s', 'project', '%s', 'LINE', %d, now(), 'CONVERSATION', false, 'QUEUED',
              now(), %d, 0, %d, %d, 0, '')
            """
                .formatted(id.value().toUuid(), UUID.randomUUID(), direction, index, first, end));
  }

  private Receipt receipt(MessageId message) throws IOException {
    publisher.examine();
    return read(receipts.receipt(message));
  }

  private static Receipt read(Optional<Bytes> zip) throws IOException {
    return Receipt.read(new ByteArrayInputStream(zip.orElseThrow().array()));
  }

  private List<ReceiptVerifier.Finding> assertProven(Receipt receipt) {
    ReceiptVerifier.Result result = ReceiptVerifier.verify(receipt, key());
    assertThat(result).isInstanceOf(ReceiptVerifier.Result.Proven.class);
    return result.findings();
  }

  private boolean holds(byte[] zip) throws IOException {
    try {
      return ReceiptVerifier.verify(Receipt.read(new ByteArrayInputStream(zip)), key())
          instanceof ReceiptVerifier.Result.Proven;
    } catch (RefusedException refused) {
      return false;
    }
  }

  private NoteVerifier key() {
    return NoteVerifier.parse(publisher.vkey().orElseThrow());
  }
}
