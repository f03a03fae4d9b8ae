package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.throughline.ledger.PartLeaf;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A payload gives back what was sealed, with the leaves that were committed to; parts go one by
 * one, and the leaves of those that are gone stay.
 */
class SealedPartsTest {
  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  @TempDir Path data;
  private TestLog node;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void evidenceHoldsWhatWasCommittedTo() {
    long index = node.append("one", "", "three");
    Evidence evidence = node.log().evidence(index).orElseThrow();
    assertThat(evidence.hasCommittedLeaves()).isTrue();
    assertThat(evidence.parts()).allMatch(Evidence.Part.Open.class::isInstance);
    for (int i = 0; i < 3; i++) {
      assertThat(((Evidence.Part.Open) evidence.parts().get(i)).leaf())
          .isEqualTo(evidence.leaves().get(i));
    }
    assertThat(node.log().evidence(index + 1)).isEmpty();
  }

  @Test
  void aDeletedPartLeavesItsLeaf() {
    long index = node.append("one", "two", "three");
    List<PartLeaf> leaves = node.log().evidence(index).orElseThrow().leaves();
    database.transaction(c -> {
      Log.deleteParts(c, index, 1, 2);
      return true;
    });
    Evidence evidence = node.log().evidence(index).orElseThrow();
    assertThat(evidence.leaves()).isEqualTo(leaves);
    assertThat(evidence.hasCommittedLeaves()).isTrue();
    assertThat(evidence.parts().get(1)).isEqualTo(new Evidence.Part.Deleted());
    assertThat(evidence.parts().get(2)).isInstanceOf(Evidence.Part.Open.class);
    try (TestLog other = TestLog.open(database, data)) {
      assertThat(other.log().read(index, 1).getFirst().parts())
          .containsExactly(
              Optional.of(Bytes.utf8("one")), Optional.empty(), Optional.of(Bytes.utf8("three")));
    }
  }

  @Test
  void anErasedPersonsPartIsGoneAndTheOthersAreProvable() throws SQLException {
    long index = node.append("one", "two", "three");
    byte[] owner = node.vault().hash(TestLog.person("part 1")).array();
    database.transaction(c -> {
      try (var statement = c.prepareStatement("delete from person_key where owner = ?")) {
        statement.setBytes(1, owner);
        return statement.executeUpdate();
      }
    });
    try (TestLog other = TestLog.open(database, data)) {
      Evidence evidence = other.log().evidence(index).orElseThrow();
      assertThat(evidence.hasCommittedLeaves()).isTrue();
      assertThat(evidence.parts().get(0)).isInstanceOf(Evidence.Part.Open.class);
      assertThat(evidence.parts().get(1)).isEqualTo(new Evidence.Part.Erased());
    }
  }

  @Test
  void whateverIsNotAPayloadIsRefusedAndNothingElse() throws SQLException {
    long index = node.append("one", "two");
    byte[] good = payload(index);
    assertThat(SealedParts.decode(Bytes.wrap(good)).encode()).isEqualTo(Bytes.wrap(good));
    for (int length = 0; length < good.length; length++) {
      Bytes cut = Bytes.wrap(Arrays.copyOf(good, length));
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> SealedParts.decode(cut));
    }
    Random random = new Random(3);
    Bytes entry = node.log().evidence(index).orElseThrow().bytes();
    for (int i = 0; i < 1_000; i++) {
      byte[] flipped = good.clone();
      flipped[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        Evidence evidence =
            Evidence.of(
                index, entry, new Payload(Bytes.wrap(flipped), Optional.empty()), node.vault());
        assertThat(
                evidence.hasCommittedLeaves()
                    && evidence.parts().stream().allMatch(Evidence.Part.Open.class::isInstance))
            .as("flip %d", i)
            .isFalse();
      } catch (IllegalStateException refused) {
        // as it should
      }
    }
  }

  private byte[] payload(long index) throws SQLException {
    try (Connection connection = database.connect("test");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select sealed from payload where index = " + index)) {
      row.next();
      return row.getBytes(1);
    }
  }
}
