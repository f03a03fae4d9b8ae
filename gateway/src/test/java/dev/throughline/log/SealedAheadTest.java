package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Parts that were sealed before their entry was made are parts like others: committed to by it,
 * each under its owner's key; and they fit into no other entry and no other place.
 */
class SealedAheadTest {
  private static final Ulid ENTRY = new Ulid(5, 6);
  private static final List<Owner> OWNERS =
      List.of(TestLog.person("hanako"), TestLog.person("taro"));
  private static final List<Bytes> PARTS = List.of(Bytes.utf8("to hanako"), Bytes.utf8("to taro"));
  private static final List<Optional<Bytes>> ALL =
      List.of(
          Optional.of(Bytes.utf8("to all")),
          Optional.of(PARTS.getFirst()),
          Optional.of(PARTS.getLast()));

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @TempDir Path data;
  private TestLog node;
  private SealedAhead.Made made;
  private SealedAhead ahead;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
    Map<Owner, DataKey> keys = node.vault().keysFor(new HashSet<>(OWNERS));
    made = node.drafts().ahead(ENTRY, 1, OWNERS, PARTS, keys);
    ahead = SealedAhead.of(ENTRY, 1, PARTS.size(), made.ahead().toBytes());
    database.transaction(c -> {
      Vault.insert(c, keys.values());
      Log.keepAhead(c, made);
      return 0;
    });
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void anEntryCommitsToThemAndOpensThem() {
    long index = append();
    assertThat(parts(index)).containsExactlyElementsOf(ALL);
    reopen();
    assertThat(parts(index)).containsExactlyElementsOf(ALL);
    Evidence evidence = node.log().evidence(index).orElseThrow();
    assertThat(evidence.hasCommittedLeaves()).isTrue();
    assertThat(evidence.parts()).hasSize(3).allMatch(Evidence.Part.Open.class::isInstance);
    // Of one whose key is gone nothing can be opened, of the others everything.
    database.transaction(c -> {
      node.vault().destroy(c, OWNERS.getFirst());
      return 0;
    });
    reopen();
    assertThat(parts(index))
        .containsExactly(ALL.getFirst(), Optional.empty(), Optional.of(PARTS.getLast()));
  }

  @Test
  void oneOfThemCanBeDeletedLikeAnyOther() {
    long index = append();
    database.transaction(c -> {
      Log.deleteParts(c, index, 2, 3);
      return 0;
    });
    reopen();
    assertThat(parts(index)).containsExactly(ALL.get(0), ALL.get(1), Optional.empty());
    assertThat(node.log().evidence(index).orElseThrow().hasCommittedLeaves()).isTrue();
    assertThat(kept()).isZero();
  }

  @Test
  void whatNoEntryIsMadeOfIsForgottenAndNothingElse() {
    forget();
    assertThat(kept()).isZero();
    database.transaction(c -> {
      Log.keepAhead(c, made);
      return 0;
    });
    long index = append();
    forget();
    reopen();
    assertThat(parts(index)).containsExactlyElementsOf(ALL);
  }

  @Test
  void withoutThemTheEntryIsDamaged() {
    long index = append();
    database.transaction(c -> {
      try (var s = c.prepareStatement("delete from sealed_ahead")) {
        return s.executeUpdate();
      }
    });
    reopen();
    assertThat(node.log().read(index, 1).getFirst().isDamaged()).isTrue();
  }

  @Test
  void theyFitNowhereElse() {
    assertThatThrownBy(() -> draft(new Ulid(5, 7), 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> draft(ENTRY, 2)).isInstanceOf(IllegalStateException.class);
  }

  private Draft draft(Ulid id, int first) {
    Drafts.Builder draft = node.drafts().draft(id, Kind.ATTEMPT, TestLog.SUBJECT);
    for (int i = 0; i < first; i++) {
      draft.part(TestLog.person("all"), Bytes.utf8("to all"));
    }
    return draft.ahead(ahead, PARTS).build();
  }

  private long append() {
    return ((Appended.At) node.log().append(draft(ENTRY, 1))).index();
  }

  private List<Optional<Bytes>> parts(long index) {
    return node.log().read(index, 1).getFirst().parts();
  }

  private void reopen() {
    node.close();
    node = TestLog.open(database, data);
  }

  private void forget() {
    database.transaction(c -> {
      Log.forgetAhead(c, List.of(ENTRY.toUuid()));
      return 0;
    });
  }

  private long kept() {
    return database.read(c -> {
      try (var s = c.prepareStatement("select count(*) from sealed_ahead");
          var row = s.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    });
  }
}
