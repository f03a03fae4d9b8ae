package dev.throughline.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.ledger.Kind;
import dev.throughline.ledger.PartLeaf;
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

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @TempDir Path data;
  private TestLog node;
  private Bytes kept;

  @BeforeEach
  void open() {
    node = TestLog.open(database, data);
    Map<Owner, DataKey> keys = node.vault().keysFor(new HashSet<>(OWNERS));
    kept = node.drafts().ahead(ENTRY, 1, OWNERS, PARTS, keys).toBytes();
    database.transaction(c -> {
      Vault.insert(c, keys.values());
      return 0;
    });
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void anEntryCommitsToThemAndOpensThem() {
    Draft draft = draft(ENTRY, 1);
    Appended.At at = (Appended.At) node.log().append(draft);
    LogEntry entry = node.log().read(at.index(), 1).getFirst();
    assertThat(entry.parts())
        .containsExactly(
            Optional.of(Bytes.utf8("to all")),
            Optional.of(PARTS.getFirst()),
            Optional.of(PARTS.getLast()));
    assertThat(draft.partsRoot())
        .isEqualTo(PartLeaf.root(SealedParts.decode(draft.payload()).leaves()));
    // Of one whose key is gone nothing can be opened, of the others everything.
    database.transaction(c -> {
      try (var s = c.prepareStatement("delete from person_key where id = ?")) {
        s.setObject(1, draft.partKeys().get(1));
        return s.executeUpdate();
      }
    });
    node.close();
    node = TestLog.open(database, data);
    assertThat(node.log().read(at.index(), 1).getFirst().parts())
        .containsExactly(
            Optional.of(Bytes.utf8("to all")), Optional.empty(), Optional.of(PARTS.getLast()));
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
    return draft.ahead(SealedAhead.of(ENTRY, 1, kept), PARTS).build();
  }
}
