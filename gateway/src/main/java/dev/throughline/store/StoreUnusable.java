package dev.throughline.store;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The store cannot be opened, and trying again changes nothing until somebody acts. The message is
 * for that person: what is wrong, and what to do or to set instead.
 */
public final class StoreUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong, in words that scripts and documents may rely on. */
  public enum Code {
    /** Another process of ours has this data directory open. */
    STORE_IN_USE,
    /** The data directory cannot be created, read or written. */
    STORE_FOLDER_UNUSABLE,
    /** No PostgreSQL binaries for this operating system and processor. */
    STORE_PLATFORM_UNSUPPORTED,
    /** Started as root, and there is no account or no tool to run PostgreSQL as somebody else. */
    STORE_ACCOUNT_MISSING,
    /** The binaries are there and do not run: noexec, another C library, missing libraries. */
    STORE_BINARIES_UNUSABLE,
    /** The disk is full. */
    STORE_DISK_FULL,
    /** The data was written by another major version of PostgreSQL. */
    STORE_CLUSTER_VERSION,
    /** PostgreSQL was started and did not become ready. */
    STORE_START_FAILED,
    /** The database at {@code database.url} does not answer. */
    DATABASE_UNREACHABLE,
    /** It answers, and refuses the account or lacks the database. */
    DATABASE_REFUSED,
    /** It is older than what the migrations need. */
    DATABASE_TOO_OLD,
    /** A newer version of this program has migrated it. */
    SCHEMA_NEWER,
    /** A migration failed, or one that was applied has been changed. */
    SCHEMA_BROKEN;

    /** As it is printed and documented: {@code store-in-use}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Code code;

  StoreUnusable(Code code, String sentence) {
    this(code, sentence, null);
  }

  StoreUnusable(Code code, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }

  /** For every reason that lies in running PostgreSQL ourselves: there is another way. */
  static StoreUnusable embedded(Code code, String sentence, @Nullable Throwable cause) {
    return new StoreUnusable(
        code,
        sentence
            + " Or use a PostgreSQL of your own: set database.url to its JDBC URL, for example"
            + " jdbc:postgresql://localhost:5432/throughline.",
        cause);
  }
}
