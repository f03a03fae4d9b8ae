package dev.throughline.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.throughline.log.ManualClock;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was sealed opens for whoever has the key, in its place and unchanged, and for nobody and
 * nowhere else; without the person's key or the epoch's it is gone.
 */
class VaultTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] PLACE = "message 1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OTHER_PLACE = "message 2".getBytes(StandardCharsets.US_ASCII);
  private static final Bytes SECRET = Bytes.utf8("はい");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();
  private final ManualClock clock = new ManualClock("2026-11-20T12:00:00Z");
  @TempDir Path data;

  @Test
  void whatIsSealedOpens() {
    Vault vault = open();
    DataKey key = committed(vault, person("a"));
    Bytes sealed = vault.seal(key, SECRET.array(), PLACE);
    assertThat(sealed.length()).isEqualTo(SECRET.length() + Vault.OVERHEAD);
    assertThat(vault.open(sealed, PLACE)).contains(SECRET);
    assertThat(open().open(sealed, PLACE)).contains(SECRET);
    assertThat(vault.seal(key, SECRET.array(), PLACE)).isNotEqualTo(sealed);
    assertThat(vault.open(vault.seal(key, new byte[0], PLACE), PLACE)).contains(Bytes.EMPTY);
  }

  @Test
  void aBlobThatWasMovedOrChangedIsRefused() {
    Vault vault = open();
    DataKey key = committed(vault, person("a"));
    Bytes sealed = vault.seal(key, SECRET.array(), PLACE);
    assertThatExceptionOfType(Vault.TamperedException.class)
        .isThrownBy(() -> vault.open(sealed, OTHER_PLACE));
    for (int at = 0; at < sealed.length(); at++) {
      byte[] flipped = sealed.array().clone();
      flipped[at] ^= 1;
      if (at == 0) {
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> vault.open(Bytes.wrap(flipped), PLACE));
      } else if (at <= 16) {
        assertThat(vault.open(Bytes.wrap(flipped), PLACE)).isEmpty(); // another key's id
      } else {
        assertThatExceptionOfType(Vault.TamperedException.class)
            .isThrownBy(() -> vault.open(Bytes.wrap(flipped), PLACE));
      }
    }
  }

  @Test
  void aKeyIsFreshUntilItIsCommittedAndThenServesEverybody() {
    Vault vault = open();
    Owner owner = person("a");
    DataKey first = vault.keyFor(owner);
    DataKey second = vault.keyFor(owner);
    assertThat(first.fresh()).isPresent();
    assertThat(second.id()).isNotEqualTo(first.id()); // nobody waits for who comes first
    commit(vault, Map.of(owner, first));
    assertThat(vault.keyFor(owner).id()).isEqualTo(first.id());
    assertThat(vault.keyFor(owner).fresh()).isEmpty();
    assertThat(open().keyFor(owner).id()).isEqualTo(first.id());
  }

  @Test
  void aPersonHasANewKeyEachMonthAndAProjectDoesNot() {
    Vault vault = open();
    Owner person = person("a");
    Owner project = new Owner.Project(new ProjectId("p"));
    DataKey november = committed(vault, person);
    DataKey fixed = committed(vault, project);
    clock.advance(Duration.ofDays(11));
    assertThat(vault.keyFor(person).id()).isNotEqualTo(november.id());
    assertThat(vault.keyFor(project).id()).isEqualTo(fixed.id());
    assertThat(vault.open(vault.seal(november, SECRET.array(), PLACE), PLACE)).contains(SECRET);
  }

  @Test
  void manyOwnersAreAnsweredAtOnce() {
    Vault vault = open();
    Owner a = person("a");
    Owner b = person("b");
    DataKey known = committed(vault, a);
    Map<Owner, DataKey> keys = open().keysFor(List.of(a, b, a));
    assertThat(keys).containsOnlyKeys(a, b);
    assertThat(keys).hasEntrySatisfying(a, key -> assertThat(key.id()).isEqualTo(known.id()));
    assertThat(keys).hasEntrySatisfying(b, key -> assertThat(key.fresh()).isPresent());
    assertThat(vault.keysFor(List.of())).isEmpty();
  }

  @Test
  void withoutItsKeyABlobIsGone() throws SQLException {
    Vault vault = open();
    Bytes sealed = vault.seal(committed(vault, person("a")), SECRET.array(), PLACE);
    Bytes other = vault.seal(committed(vault, person("b")), SECRET.array(), PLACE);
    try (Connection connection = database.connect("test");
        PreparedStatement delete =
            connection.prepareStatement("delete from person_key where owner = ?")) {
      delete.setBytes(1, vault.hash(person("a")).array());
      assertThat(delete.executeUpdate()).isEqualTo(1);
    }
    Vault later = open();
    assertThat(later.open(sealed, PLACE)).isEmpty();
    assertThat(later.open(other, PLACE)).contains(SECRET);
  }

  @Test
  void withoutTheEpochsKeyEverythingOfItIsGone() throws IOException {
    Vault vault = open();
    Bytes sealed = vault.seal(committed(vault, person("a")), SECRET.array(), PLACE);
    Files.move(epochFile(1), epochFile(2));
    String other = "0".repeat(64) + "\n";
    Files.writeString(epochFile(2), other);
    Vault later = open();
    assertThat(later.epoch()).isEqualTo(2);
    assertThat(later.open(sealed, PLACE)).isEmpty();
    assertThat(later.keyFor(person("a")).fresh()).isPresent();
  }

  @Test
  void aLostEpochKeyIsNotReplacedInSilence() throws IOException {
    Vault vault = open();
    committed(vault, person("a"));
    Files.delete(epochFile(1));
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(this::open)
        .withMessageContaining("epoch-<n>");
    assertThat(epochFile(1)).doesNotExist();
  }

  @Test
  void aKeyOfAnotherPersonIsNotTakenForOnesOwn() throws SQLException {
    Vault vault = open();
    committed(vault, person("a"));
    committed(vault, person("b"));
    try (Connection connection = database.connect("test");
        PreparedStatement move =
            connection.prepareStatement("update person_key set owner = ? where owner = ?")) {
      move.setBytes(1, vault.hash(person("b")).array());
      move.setBytes(2, vault.hash(person("a")).array());
      assertThat(move.executeUpdate()).isEqualTo(1);
    }
    assertThatExceptionOfType(Vault.TamperedException.class)
        .isThrownBy(() -> open().keyFor(person("b")));
  }

  @Test
  void theEpochKeyIsItsOwnersAlone() throws IOException {
    open();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(epochFile(1))))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("keys"))))
        .isEqualTo("rwx------");
    assertThat(Files.readString(epochFile(1))).matches("[0-9a-f]{64}\n");
    try (var files = Files.list(data.resolve("keys"))) {
      assertThat(files).containsExactly(epochFile(1));
    }
  }

  @Test
  void aHalfWrittenKeyFileIsNotAKey() throws IOException {
    Files.createDirectories(data.resolve("keys"));
    Files.writeString(data.resolve("keys/epoch-1.new"), "abc");
    assertThat(open().epoch()).isEqualTo(1);
    Files.writeString(epochFile(1), "abc");
    assertThatExceptionOfType(java.io.UncheckedIOException.class).isThrownBy(this::open);
  }

  @Test
  void hashesAreTheSameForTheSameValueAndNoOther() {
    Vault vault = open();
    assertThat(vault.hash("phone", "+1")).isEqualTo(open().hash("phone", "+1"));
    assertThat(vault.hash("phone", "+1"))
        .isNotEqualTo(vault.hash("phone", "+2"))
        .isNotEqualTo(vault.hash("mail", "+1"));
  }

  @Test
  void nothingSecretIsPrinted() {
    Vault vault = open();
    Owner person = person("U4af4980629");
    assertThat(person.toString() + vault.keyFor(person)).doesNotContain("U4af4980629");
  }

  @Test
  void aContactsKeyDoesNotChangeByMonth() {
    Vault vault = open();
    Owner contact = new Owner.Contact(new ContactId(new Ulids(clock, RANDOM).next()));
    DataKey key = committed(vault, contact);
    clock.advance(Duration.ofDays(60));
    assertThat(vault.keyFor(contact).id()).isEqualTo(key.id());
  }

  private Vault open() {
    return Vault.open(data.resolve("keys"), database, clock, RANDOM);
  }

  private Path epochFile(int number) {
    return data.resolve("keys/epoch-" + number);
  }

  private DataKey committed(Vault vault, Owner owner) {
    DataKey key = vault.keyFor(owner);
    commit(vault, Map.of(owner, key));
    return key;
  }

  private void commit(Vault vault, Map<Owner, DataKey> keys) {
    database.transaction(c -> {
      Vault.insert(c, keys.values());
      return true;
    });
    vault.admit(keys);
  }

  private static Owner person(String value) {
    return new Owner.Person(new ProjectId("p"), ChannelName.LINE, Optional.empty(), value);
  }
}
