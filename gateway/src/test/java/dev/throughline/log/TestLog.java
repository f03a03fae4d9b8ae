package dev.throughline.log;

import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/** One node's log on a database that other nodes may share. */
public final class TestLog implements AutoCloseable {
  public static final String HOST = "gateway.example";
  public static final Subject SUBJECT = new Subject.Account("account-1");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Database database;
  private final Vault vault;
  private final Drafts drafts;
  private final Log log;
  private final UUID node = UUID.randomUUID();

  private TestLog(Database database, Path data, InstantSource clock) {
    this.database = database;
    this.vault = Vault.open(data.resolve("keys"), database, clock, RANDOM);
    Ulids ulids = new Ulids(clock, RANDOM);
    this.drafts = new Drafts(vault, ulids);
    this.log = Log.open(database, vault, ulids, clock, HOST, node);
  }

  public static TestLog open(Database database, Path data, InstantSource clock) {
    return new TestLog(database, data, clock);
  }

  public static TestLog open(Database database, Path data) {
    return open(database, data, InstantSource.system());
  }

  public Log log() {
    return log;
  }

  public Drafts drafts() {
    return drafts;
  }

  public Vault vault() {
    return vault;
  }

  public Database database() {
    return database;
  }

  /** A person called like this. */
  public static Owner person(String name) {
    return new Owner.Person(new ProjectId("project"), ChannelName.LINE, Optional.empty(), name);
  }

  /** A webhook whose parts belong to one person each, called part 0, part 1 and so on. */
  public Draft draft(String... parts) {
    return draft(SUBJECT, parts);
  }

  public Draft draft(Subject subject, String... parts) {
    Drafts.Builder builder = drafts.draft(Kind.WEBHOOK, subject).verdict(1);
    for (int i = 0; i < parts.length; i++) {
      builder.part(person("part " + i), Bytes.utf8(parts[i]));
    }
    return builder.build();
  }

  /** Appends a webhook and answers its index; waits as long as a busy machine needs. */
  public long append(String... parts) {
    return append(draft(parts));
  }

  public long append(Draft draft) {
    try {
      return index(log.appendSurely(draft));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Appends a lead, as a node does that takes it, and answers the epoch it begins. */
  public long lead() {
    append(drafts.draft(Kind.LEAD, new Subject.Installation()).build());
    return log.state().epoch();
  }

  public static long index(Appended appended) {
    if (appended instanceof Appended.At at) {
      return at.index();
    }
    throw new AssertionError("not appended but " + appended);
  }

  @Override
  public void close() {
    log.close();
  }
}
