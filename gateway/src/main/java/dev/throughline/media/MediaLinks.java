package dev.throughline.media;

import dev.throughline.contract.MediaAddresses;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Addresses of files: the id, until when the address is good, and a signature over both. An address
 * without an end is for what a channel shall fetch, whenever somebody scrolls back to it; it
 * changes as little as the bytes behind it, so that a CDN may keep both.
 */
public final class MediaLinks implements MediaAddresses {
  static final String PATH = "/media/";
  static final String UNTIL = "e";
  static final String SIGNATURE = "s";

  private static final int KEY_BYTES = 32;

  /** 128 bits are beyond guessing, and an address stays short. */
  private static final int SIGNATURE_BYTES = 16;

  private static final byte[] ASSOCIATED = "media signing".getBytes(StandardCharsets.US_ASCII);

  private static final String INSERT =
      "insert into media_signing (sealed) values (?) on conflict do nothing";

  private static final String READ = "select sealed from media_signing";

  private final SecretKeySpec key;
  private final Duration keep;
  private volatile Optional<URI> base;

  private MediaLinks(byte[] key, MediaConfig config) {
    this.key = new SecretKeySpec(key, "HmacSHA256");
    this.keep = config.keep();
    this.base = config.publicBase();
  }

  /** With the installation's signing key, which the first start makes. */
  public static MediaLinks open(MediaConfig config, Database database, Vault vault) {
    Optional<Bytes> found = database.read(MediaLinks::read);
    Bytes sealed = found.isPresent() ? found.get() : create(database, vault);
    byte[] key =
        vault
            .open(sealed, ASSOCIATED)
            .orElseThrow(
                () -> new IllegalStateException("the key that media are signed with is erased"))
            .array();
    return new MediaLinks(key, config);
  }

  private static Bytes create(Database database, Vault vault) {
    Owner owner = new Owner.Installation();
    DataKey key = vault.keyFor(owner);
    Bytes fresh = vault.seal(key, vault.random(KEY_BYTES), ASSOCIATED);
    Bytes kept =
        database.transaction(c -> {
          Vault.insert(c, java.util.List.of(key));
          try (PreparedStatement statement = c.prepareStatement(INSERT)) {
            statement.setBytes(1, fresh.array());
            statement.executeUpdate();
          }
          return read(c).orElse(fresh);
        });
    vault.admit(Map.of(owner, key));
    return kept;
  }

  private static Optional<Bytes> read(Connection c) throws SQLException {
    try (PreparedStatement statement = c.prepareStatement(READ);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? Optional.of(Bytes.wrap(row.getBytes(1))) : Optional.empty();
    }
  }

  /** Where we are reached if nothing is configured: known only once the port is open. */
  public void reachedAt(URI address) {
    base = base.or(() -> Optional.of(address));
  }

  @Override
  public String of(MessageId message, Instant received) {
    long until = received.plus(keep).getEpochSecond();
    return address(message.value(), "?" + UNTIL + "=" + until + "&", Long.toString(until));
  }

  /** Whether addresses are such as a channel fetches from. */
  boolean isSecure() {
    return base.map(URI::getScheme).filter("https"::equals).isPresent();
  }

  /** An address that channels may fetch from at any time. */
  String lasting(Ulid id) {
    return address(id, "?", "");
  }

  private String address(Ulid id, String query, String until) {
    String prefix =
        base.map(URI::toString)
            .map(text -> text.endsWith("/") ? text.substring(0, text.length() - 1) : text)
            .orElse("");
    return prefix + PATH + id + query + SIGNATURE + "=" + signature(id, until);
  }

  /** Whether it was we who gave out this address. */
  boolean isOurs(Ulid id, String until, String signature) {
    return MessageDigest.isEqual(
        signature(id, until).getBytes(StandardCharsets.US_ASCII),
        signature.getBytes(StandardCharsets.UTF_8));
  }

  private String signature(Ulid id, String until) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      byte[] full = mac.doFinal((id + "\n" + until).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(full, SIGNATURE_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 must work in every JDK", e);
    }
  }
}
