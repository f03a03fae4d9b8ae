package dev.throughline.account;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.AppStore;
import dev.throughline.conversation.Directory;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Writes into an account's credential entry how it stands at its channel. */
final class AccountStates {
  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Drafts drafts;
  private final Directory directory;

  AccountStates(Database database, Vault vault, Log log, Drafts drafts, Directory directory) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.drafts = drafts;
    this.directory = directory;
  }

  /** Of no effect if others saved the account meanwhile: they had it set up again. */
  void refresh(Account account, AccountCheck.Health health) {
    Account changed = with(account, health);
    if (changed.credential().equals(account.credential())
        && changed.platformId().equals(account.platformId())) {
      return;
    }
    ObjectNode record = Json.object();
    record.put("change", "account_state");
    record.put("app", account.app().toString());
    record.put("account", account.id().toString());
    record.put("status", health.status());
    record.put("description", health.description());
    Draft draft =
        drafts
            .draft(Kind.CONFIGURATION, new Subject.Project(account.project().value()))
            .part(new Owner.Project(account.project()), Json.bytes(record))
            .build();
    Optional<Bytes> before = AppStore.sealed(database, vault, account);
    if (before.isEmpty()) {
      return;
    }
    Owner installation = new Owner.Installation();
    DataKey key = vault.keyFor(installation);
    try {
      database.transaction(c -> {
        Vault.insert(c, List.of(key));
        if (!AppStore.replace(c, vault, key, changed, before.get())) {
          throw new SavedMeanwhile();
        }
        return log.append(draft, c);
      });
    } catch (SavedMeanwhile others) {
      return;
    }
    vault.admit(Map.of(installation, key));
    directory.reload();
  }

  private static Account with(Account account, AccountCheck.Health health) {
    Optional<String> known = health.botUserId().or(account::platformId);
    ObjectNode credential = Json.object(account.credential());
    credential
        .putObject("state")
        .put("status", health.status())
        .put("description", health.description());
    credential.put("channel_known_id", known.orElse(""));
    return new Account(
        account.id(),
        account.app(),
        account.project(),
        account.channel(),
        account.ordinal(),
        account.isDefault(),
        known,
        Json.bytes(credential));
  }

  /** Rolls the transaction back. */
  private static final class SavedMeanwhile extends RuntimeException {
    private static final long serialVersionUID = 1;

    SavedMeanwhile() {
      super("the account was saved meanwhile", null, false, false);
    }
  }
}
