package dev.throughline.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.conversation.App.Account;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.policy.SendPolicy;
import dev.throughline.store.Database;
import dev.throughline.store.TestDatabase;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contacts are found by their addresses, whatever of their keys was read before. */
class ReachabilityTest {
  private static final ProjectId PROJECT = new ProjectId("project");
  private static final AppId APP = new AppId(new Ulid(1, 1));
  private static final Ulid CONTACT = new Ulid(1, 2);
  private static final Ulid IDENTITY = new Ulid(1, 3);
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Identity ALICE =
      new Identity(ChannelName.LINE, "Uaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

  @AutoClose private final TestDatabase test = TestDatabase.create();
  private final Database database = test.database();

  @TempDir Path keys;

  /** It asked for a connection for the key while it held one, which is refused. */
  @Test
  void aContactIsFoundAfterARestart() {
    Vault before = vault();
    Owner.Person owner = Owners.person(PROJECT, APP, ALICE);
    DataKey key = before.keyFor(owner);
    Bytes sealed =
        before.seal(key, Bytes.utf8(ALICE.value()).array(), Rows.associated("identity", IDENTITY));
    database.transaction(c -> {
      Vault.insert(c, List.of(key));
      for (String sql :
          List.of(
              "insert into project (id, created, sealed) values ('project', now(), '')",
              "insert into contact (id, project, created, language, hash_epoch, sealed) values ('"
                  + CONTACT.toUuid()
                  + "', 'project', now(), 'EN', 1, '')")) {
        try (PreparedStatement s = c.prepareStatement(sql)) {
          s.executeUpdate();
        }
      }
      try (PreparedStatement s =
          c.prepareStatement(
              "insert into identity (id, contact, channel, position, hash, hash_epoch, sealed)"
                  + " values (?, ?, 'LINE', 0, ?, 1, ?)")) {
        s.setObject(1, IDENTITY.toUuid());
        s.setObject(2, CONTACT.toUuid());
        s.setBytes(3, before.hash(owner).array());
        s.setBytes(4, sealed.array());
        return s.executeUpdate();
      }
    });

    Recipient alice = new Recipient.ByContact(new ContactId(CONTACT));
    List<List<Reachability.Address>> found =
        new Reachability(database, vault())
            .look(app(), MessageClass.MARKETING, List.of(alice), NOW);

    assertThat(found.getFirst()).extracting(Reachability.Address::identity).containsExactly(ALICE);
  }

  private Vault vault() {
    return Vault.open(keys, database, InstantSource.fixed(NOW), new SecureRandom());
  }

  private static App app() {
    return new App(
        APP,
        PROJECT,
        NOW,
        "",
        App.ProcessingMode.CONVERSATION,
        new App.Settings(
            App.UnknownReply.LEAVE,
            App.KnownBlock.FAIL,
            false,
            new App.Rates(0, 0),
            false,
            false,
            SendPolicy.CONTRACT,
            new App.Sending(Optional.empty(), false, Optional.empty())),
        List.of(
            new Account(
                new AccountId(new Ulid(1, 4)),
                APP,
                PROJECT,
                ChannelName.LINE,
                0,
                true,
                Optional.empty(),
                Bytes.EMPTY,
                Optional.empty(),
                Map.of())),
        Bytes.EMPTY);
  }
}
