package dev.throughline.vault;

import dev.throughline.message.Bytes;
import dev.throughline.store.Database;
import dev.throughline.vault.EpochKeys.Epoch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals, opens and looks up. A sealed blob is {@code version (1) ‖ key id (16) ‖ nonce (12) ‖
 * AES-256-GCM ciphertext and tag}; its associated data names where it lies, so that no blob can be
 * moved to another row.
 */
public final class Vault {
  /** Bytes that sealing adds to what it seals. */
  public static final int OVERHEAD = 1 + 16 + 12 + 16;

  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = AesGcm.NONCE_BYTES;
  private static final int KEY_BYTES = 32;
  private static final int HEADER_BYTES = 1 + 16 + NONCE_BYTES;

  /** About 25 MB when full. */
  private static final int CACHED_KEYS = 100_000;

  private final EpochKeys epochs;
  private final Database database;
  private final KeyLookups lookups;
  private final InstantSource clock;
  private final RandomStream stream;
  private final AesGcm aes = new AesGcm();
  private final KeyCache<UUID, DataKey> byId = new KeyCache<>(CACHED_KEYS);
  private final KeyCache<Owner, CurrentKey> byOwner = new KeyCache<>(CACHED_KEYS);

  private Vault(EpochKeys epochs, Database database, InstantSource clock, SecureRandom random) {
    this.epochs = epochs;
    this.database = database;
    this.lookups = new KeyLookups(database);
    this.clock = clock;
    this.stream = new RandomStream(random);
  }

  /**
   * Opens the vault whose epoch keys lie in {@code directory}, making the first in a new
   * installation.
   *
   * @throws IllegalStateException if the database holds sealed data and the directory no key
   */
  public static Vault open(
      Path directory, Database database, InstantSource clock, SecureRandom random) {
    EpochKeys epochs = EpochKeys.load(directory, () -> database.read(KeyStore::hasAny), random);
    return new Vault(epochs, database, clock, random);
  }

  /** The number of the epoch under which new hashes and wrapped keys stand. */
  public int epoch() {
    return epochs.current().number();
  }

  /** The month whose keys seal what people own now, as in {@link DataKey.Row#month}. */
  public int month() {
    return month(clock.instant());
  }

  /** HMAC-SHA256 of the owner's name under the current epoch's look-up key: 32 bytes. */
  public Bytes hash(Owner owner) {
    return epochs.current().hash(owner.nameBytes());
  }

  /** HMAC-SHA256 of any other value that must be found by equality. */
  public Bytes hash(String kind, String value) {
    return epochs.current().hash((kind + "\n" + value).getBytes(StandardCharsets.UTF_8));
  }

  /** The keys that seal what these owners own now: from the cache, else the table, else fresh. */
  public Map<Owner, DataKey> keysFor(Collection<? extends Owner> owners) {
    Epoch epoch = epochs.current();
    return keysFor(owners, epoch, owner -> epoch.hash(owner.nameBytes()));
  }

  /**
   * As {@link #keysFor(Collection)}, for who has hashed them already.
   *
   * @param hashed the owners, each with its {@link #hash} under the current epoch
   */
  public Map<Owner, DataKey> keysFor(Map<? extends Owner, Bytes> hashed) {
    return keysFor(
        hashed.keySet(),
        epochs.current(),
        owner -> {
          Bytes hash = hashed.get(owner);
          if (hash == null) {
            throw new AssertionError("each owner comes with its hash");
          }
          return hash;
        });
  }

  private Map<Owner, DataKey> keysFor(
      Collection<? extends Owner> owners, Epoch epoch, Function<Owner, Bytes> hashing) {
    Map<Owner, DataKey> keys = HashMap.newHashMap(owners.size());
    List<Owner> missing = new ArrayList<>();
    int month = month();
    for (Owner owner : owners) {
      cached(owner, month).ifPresentOrElse(key -> keys.put(owner, key), () -> missing.add(owner));
    }
    if (!missing.isEmpty()) {
      Map<Bytes, Owner> byHash = LinkedHashMap.newLinkedHashMap(missing.size());
      missing.forEach(owner -> byHash.put(hashing.apply(owner), owner));
      keys.putAll(stored(byHash, month));
      byHash.forEach((hash, owner) ->
          keys.computeIfAbsent(owner, o -> fresh(o, epoch, hash, o.monthly() ? month : 0)));
    }
    return keys;
  }

  /** As {@link #keysFor(Collection)} for who cannot wait; empty if not all are at hand. */
  public Optional<Map<Owner, DataKey>> keysAtHand(Collection<? extends Owner> owners) {
    Map<Owner, DataKey> keys = HashMap.newHashMap(owners.size());
    int month = month();
    for (Owner owner : owners) {
      cached(owner, month).ifPresent(key -> keys.put(owner, key));
    }
    return keys.keySet().containsAll(owners) ? Optional.of(keys) : Optional.empty();
  }

  private Optional<DataKey> cached(Owner owner, int month) {
    return byOwner
        .get(owner)
        .filter(current -> current.month == (owner.monthly() ? month : 0))
        .map(current -> current.key);
  }

  public DataKey keyFor(Owner owner) {
    DataKey key = keysFor(List.of(owner)).get(owner);
    if (key == null) {
      throw new AssertionError("keysFor answers for each owner");
    }
    return key;
  }

  /** Call when the rows of fresh keys are committed: from now on they serve everybody. */
  public void admit(Map<Owner, DataKey> keys) {
    keys.forEach((owner, key) ->
        key.fresh().ifPresent(row -> remember(owner, row.month(), key.committed())));
  }

  /** Random bytes for a commitment, as good as those of the keys. */
  public byte[] random(int length) {
    return stream.next(length);
  }

  public Bytes seal(DataKey key, byte[] plain, byte[] associated) {
    byte[] sealed = new byte[HEADER_BYTES + plain.length + AesGcm.TAG_BYTES];
    byte[] nonce = stream.next(NONCE_BYTES);
    ByteBuffer header = ByteBuffer.wrap(sealed);
    header.put(VERSION);
    header.putLong(key.id().getMostSignificantBits());
    header.putLong(key.id().getLeastSignificantBits());
    header.put(nonce);
    aes.encrypt(key.secret(), nonce, associated, plain, sealed, HEADER_BYTES);
    return Bytes.wrap(sealed);
  }

  /** Empty when the key is destroyed: the data is erased. Tampered data throws. */
  public Optional<Bytes> open(Bytes sealed, byte[] associated) {
    return key(keyId(sealed)).map(key -> open(key, sealed, associated));
  }

  /** Whether something that came from outside has the form of a sealed blob. */
  public static boolean isSealed(Bytes maybe) {
    return maybe.length() >= HEADER_BYTES + AesGcm.TAG_BYTES && maybe.array()[0] == VERSION;
  }

  /** The id of the key that a blob is sealed with. */
  public static UUID keyId(Bytes sealed) {
    if (!isSealed(sealed)) {
      throw new IllegalStateException("not a sealed blob of version 1");
    }
    return keyId(sealed.array(), 0);
  }

  /** The same of a sealed blob that begins at {@code offset}. */
  public static UUID keyId(byte[] array, int offset) {
    ByteBuffer header = ByteBuffer.wrap(array);
    if (header.get(offset) != VERSION) {
      throw new IllegalStateException("not a sealed blob of version 1");
    }
    return new UUID(header.getLong(offset + 1), header.getLong(offset + 1 + Long.BYTES));
  }

  /** The key of that id, to seal more of the same owner's data; empty when it is destroyed. */
  public Optional<DataKey> key(UUID id) {
    Optional<DataKey> cached = byId.get(id);
    if (cached.isEmpty()) {
      load(List.of(id));
      cached = byId.get(id);
    }
    return cached;
  }

  /** As {@link #key(UUID)}, for who works on the database already. */
  public Optional<DataKey> key(Connection connection, UUID id) throws SQLException {
    Optional<DataKey> cached = byId.get(id);
    if (cached.isPresent()) {
      return cached;
    }
    load(connection, List.of(id));
    return byId.get(id);
  }

  /** As {@link #open(Bytes, byte[])}, for who works on the database already. */
  public Optional<Bytes> open(Connection connection, Bytes sealed, byte[] associated)
      throws SQLException {
    return key(connection, keyId(sealed)).map(key -> open(key, sealed, associated));
  }

  /** As {@link #load(Collection)}, for who works on the database already. */
  public void load(Connection connection, Collection<UUID> ids) throws SQLException {
    List<UUID> missing = missing(ids);
    if (!missing.isEmpty()) {
      KeyStore.byId(connection, missing)
          .forEach(row -> unwrap(row).ifPresent(key -> byId.put(row.id(), key)));
    }
  }

  /** Opens what was sealed with this key. Tampered data throws. */
  public Bytes open(DataKey key, Bytes sealed, byte[] associated) {
    return Bytes.wrap(aes.decrypt(key.secret(), sealed.array(), 1 + 16, HEADER_BYTES, associated));
  }

  /** Loads keys that are about to be asked for, in one query. */
  public void load(Collection<UUID> ids) {
    List<UUID> missing = missing(ids);
    if (!missing.isEmpty()) {
      for (DataKey.Row row : database.read(c -> KeyStore.byId(c, missing))) {
        unwrap(row).ifPresent(key -> byId.put(row.id(), key));
      }
    }
  }

  private List<UUID> missing(Collection<UUID> ids) {
    return ids.stream().filter(id -> byId.get(id).isEmpty()).toList();
  }

  /**
   * Destroys the keys of an owner in the caller's transaction: what they sealed is gone for good.
   * For owners of whom nothing stands in the log; call it only when nobody seals for them any more.
   */
  public void destroy(Connection connection, Owner owner) throws SQLException {
    for (UUID id : KeyStore.delete(connection, hash(owner))) {
      byId.remove(id);
    }
    byOwner.remove(owner);
  }

  /** Inserts rows of fresh keys in the caller's transaction. */
  public static void insert(Connection connection, Collection<DataKey> keys) throws SQLException {
    KeyStore.insert(connection, keys.stream().flatMap(key -> key.fresh().stream()).toList());
  }

  private Map<Owner, DataKey> stored(Map<Bytes, Owner> byHash, int month) {
    Map<Owner, DataKey> found = new HashMap<>();
    for (DataKey.Row row : lookups.find(byHash.keySet(), month)) {
      Owner owner = byHash.get(row.owner());
      if (owner != null && row.month() == (owner.monthly() ? month : 0)) {
        unwrap(row)
            .ifPresent(key -> {
              found.put(owner, key);
              remember(owner, row.month(), key);
            });
      }
    }
    return found;
  }

  /**
   * @param hash of the owner, under the same epoch
   */
  private DataKey fresh(Owner owner, Epoch epoch, Bytes hash, int month) {
    byte[] secret = stream.next(KEY_BYTES);
    UUID id = newId();
    byte[] name = owner.nameBytes();
    byte[] plain = ByteBuffer.allocate(KEY_BYTES + name.length).put(secret).put(name).array();
    byte[] nonce = stream.next(NONCE_BYTES);
    byte[] wrapped = new byte[NONCE_BYTES + plain.length + AesGcm.TAG_BYTES];
    System.arraycopy(nonce, 0, wrapped, 0, NONCE_BYTES);
    aes.encrypt(epoch.wrapping(), nonce, associated(id), plain, wrapped, NONCE_BYTES);
    DataKey.Row row = new DataKey.Row(id, hash, month, epoch.number(), Bytes.wrap(wrapped));
    return new DataKey(id, new SecretKeySpec(secret, "AES"), Optional.of(row));
  }

  /**
   * The time in milliseconds and 80 random bits: new keys lie beside each other in the index, where
   * a million random ones would each touch a page of their own.
   */
  private UUID newId() {
    ByteBuffer drawn = ByteBuffer.wrap(stream.next(Short.BYTES + Long.BYTES));
    return new UUID(
        clock.instant().toEpochMilli() << Short.SIZE | Short.toUnsignedLong(drawn.getShort()),
        drawn.getLong());
  }

  private Optional<DataKey> unwrap(DataKey.Row row) {
    return epochs
        .find(row.epoch())
        .map(epoch -> {
          byte[] wrapped = row.wrapped().array();
          byte[] plain =
              aes.decrypt(epoch.wrapping(), wrapped, 0, NONCE_BYTES, associated(row.id()));
          byte[] name = Arrays.copyOfRange(plain, KEY_BYTES, plain.length);
          if (!epoch.hash(name).equals(row.owner())) {
            throw new TamperedException();
          }
          SecretKey secret = new SecretKeySpec(plain, 0, KEY_BYTES, "AES");
          return new DataKey(row.id(), secret, Optional.empty());
        });
  }

  private void remember(Owner owner, int month, DataKey key) {
    byId.put(key.id(), key);
    byOwner.put(owner, new CurrentKey(month, key));
  }

  private static byte[] associated(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  /** Months since year 0: a new one starts with each calendar month in UTC. */
  private static int month(Instant at) {
    LocalDate date = LocalDate.ofInstant(at, ZoneOffset.UTC);
    return date.getYear() * 12 + date.getMonthValue() - 1;
  }

  /** The key that seals what an owner owns in this month. */
  private record CurrentKey(int month, DataKey key) {}

  /** A sealed blob was changed, moved to another row, or belongs to another installation. */
  public static final class TamperedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final String SENTENCE =
        "sealed data does not match its key and place: it was changed or moved";

    TamperedException() {
      super(SENTENCE);
    }

    TamperedException(Throwable cause) {
      super(SENTENCE, cause);
    }
  }
}
