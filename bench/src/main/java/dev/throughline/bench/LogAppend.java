package dev.throughline.bench;

import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogUnavailableException;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.store.DatabaseConfig;
import dev.throughline.store.EmbeddedConfig;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The gateway's own log on an embedded PostgreSQL: each entry is a webhook of one part, committed
 * to and sealed on its caller's thread, for one of 1,000 people in turn.
 */
final class LogAppend implements AppendTarget {
  private static final int PEOPLE = 1_000;
  private static final ProjectId PROJECT = new ProjectId("bench");

  private final Database database;
  private final Log log;
  private final Drafts drafts;
  private final Subject account;
  private final AtomicLong next = new AtomicLong();

  private LogAppend(Database database, Log log, Drafts drafts, Ulid account) {
    this.database = database;
    this.log = log;
    this.drafts = drafts;
    this.account = new Subject.Account(account.toString());
  }

  /** Makes a fresh installation in this folder. */
  static AppendTarget open(Path folder) {
    InstantSource clock = InstantSource.system();
    SecureRandom random = new SecureRandom();
    Ulids ulids = new Ulids(clock, random);
    Database database = Database.open(DatabaseConfig.embedded(EmbeddedConfig.in(folder)));
    try {
      Vault vault = Vault.open(folder.resolve("keys"), database, clock, random);
      Log log = Log.open(database, vault, ulids, clock, "bench.invalid", UUID.randomUUID());
      return new LogAppend(database, log, new Drafts(vault, ulids), ulids.next());
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "log, sealed and ledgered";
  }

  @Override
  public void append(byte[] entry) throws IOException {
    String user = "U%032x".formatted(next.getAndIncrement() % PEOPLE);
    Owner owner = new Owner.Person(PROJECT, ChannelName.LINE, Optional.empty(), user);
    try {
      Appended appended =
          log.append(drafts.draft(Kind.WEBHOOK, account).part(owner, Bytes.wrap(entry)).build());
      if (!(appended instanceof Appended.At)) {
        throw new IOException("the log answered " + appended);
      }
    } catch (LogUnavailableException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    log.close();
    database.close();
  }
}
