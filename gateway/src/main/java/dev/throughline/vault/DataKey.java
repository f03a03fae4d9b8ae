package dev.throughline.vault;

import dev.throughline.message.Bytes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.SecretKey;

/**
 * A random AES-256 key of one owner and month. A fresh one seals at once, but its {@link Row} must
 * be committed together with what it sealed; only then does the vault give it to others.
 */
public final class DataKey {
  private final UUID id;
  private final SecretKey secret;
  private final Optional<Row> fresh;

  DataKey(UUID id, SecretKey secret, Optional<Row> fresh) {
    this.id = id;
    this.secret = secret;
    this.fresh = fresh;
  }

  public UUID id() {
    return id;
  }

  /** The row to commit with the first data that this key seals; empty when it stands already. */
  public Optional<Row> fresh() {
    return fresh;
  }

  /** Binds id, owner, month, epoch and wrapped as five arrays from parameter {@code first} on. */
  public static void bind(
      Connection connection, PreparedStatement statement, int first, List<Row> rows)
      throws SQLException {
    KeyStore.bind(connection, statement, first, rows);
  }

  SecretKey secret() {
    return secret;
  }

  DataKey committed() {
    return new DataKey(id, secret, Optional.empty());
  }

  @Override
  public String toString() {
    return "DataKey[" + id + "]";
  }

  /**
   * A row of table {@code person_key}.
   *
   * @param owner look-up hash of the owner's name under {@code epoch}
   * @param month months since year 0, or 0 for an owner without months
   * @param wrapped the key and its owner's name, sealed under the epoch key
   */
  public record Row(UUID id, Bytes owner, int month, int epoch, Bytes wrapped) {}
}
