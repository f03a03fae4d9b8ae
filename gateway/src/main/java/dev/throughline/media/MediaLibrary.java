package dev.throughline.media;

import dev.throughline.contract.Json;
import dev.throughline.conversation.Changes;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.media.MediaRow.Purpose;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that are kept: what the table says of them, and their bytes. Deletes what its time has
 * come for, what was revoked, and whose person was erased; only the node that leads does.
 */
public final class MediaLibrary implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MediaLibrary.class);

  /** A look at an index; whatever somebody waits for wakes it at once. */
  private static final Duration TICK = Duration.ofSeconds(1);

  /** How often it is looked for destroyed keys, which takes a look at every row. */
  private static final Duration SWEEP = Duration.ofMinutes(1);

  private static final int AT_ONCE = 200;

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final Depot depot;
  private final MediaConfig config;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Semaphore wanted = new Semaphore(0);
  private final Thread keeper;
  private volatile boolean closed;

  public MediaLibrary(
      MediaConfig config,
      Depots depots,
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      SecureRandom random) {
    this.config = config;
    this.depot = depots.of(config.storage());
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.random = random;
    this.keeper = Thread.ofPlatform().name("media-keeper").daemon(true).unstarted(this::run);
  }

  /** A file as the API shows it. */
  public record Info(
      Ulid id,
      Optional<MessageId> message,
      String state,
      Optional<String> reason,
      Instant created,
      Instant expires,
      String type,
      long length,
      Optional<String> name) {
    /** Shows nothing of it. */
    @Override
    public String toString() {
      return "Info[" + id + ", " + state + "]";
    }
  }

  /** Begins to delete what is due. */
  public void start() {
    keeper.start();
  }

  public Optional<Info> find(ProjectId project, Ulid id) {
    return row(id)
        .filter(row -> row.project().equals(project))
        .filter(row -> row.expires().isAfter(clock.instant()))
        .map(row -> {
          Optional<MediaFile> file = file(row);
          return new Info(
              row.id(),
              row.message(),
              file.isEmpty() ? "erased" : row.state().column(),
              row.reason(),
              row.created(),
              row.expires(),
              file.map(MediaFile::type).orElse(""),
              file.map(MediaFile::length).orElse(0L),
              file.flatMap(MediaFile::name));
        });
  }

  /** Nobody gets the file any more, whatever address they have. False if there is none. */
  public boolean revoke(ProjectId project, Ulid id) {
    if (find(project, id).isEmpty()) {
      return false;
    }
    var record = Json.object().put(Changes.DECISION, "revoke_media").put("media", id.toString());
    var draft =
        drafts
            .draft(Kind.DECISION, new Subject.Project(project.value()))
            .cause(id)
            .part(new Owner.Project(project), Json.bytes(record))
            .build();
    database.transaction(c -> {
      if (MediaStore.revoke(c, id)) {
        log.append(draft, c);
      }
      return 1;
    });
    wake();
    return true;
  }

  /** Something may be due. */
  void wake() {
    wanted.release();
  }

  Duration keep() {
    return config.keep();
  }

  Optional<MediaRow> row(Ulid id) {
    return database.read(c -> MediaStore.find(c, id));
  }

  boolean isWaiting(Ulid id) {
    return row(id).filter(row -> row.state() == MediaState.WAITING).isPresent();
  }

  /** What is sealed of it; empty if its person is erased. */
  Optional<MediaFile> file(MediaRow row) {
    return database.read(c -> MediaStore.hasKey(c, row.key()))
        ? vault.open(row.sealed(), MediaRow.associated(row.id())).map(MediaFile::of)
        : Optional.empty();
  }

  /** A file that is about to be written. */
  Download download(Ulid id, Bytes objectKey) {
    return new Download(depot, id, objectKey, config.maxBytes(), random);
  }

  boolean uses(Ulid id, Instant now) {
    return database.transaction(c -> MediaStore.used(c, id, now.plus(config.keepRehosted())));
  }

  /**
   * Keeps a picture that was made from what an app sends: once, however often it is made. No entry
   * tells of it, since it says nothing that the app did not.
   */
  Ulid rehost(ProjectId project, Bytes bytes, MediaType type, Instant now) throws IOException {
    Bytes source = vault.hash("rehosted media", project + "\n" + type + "\n" + digest(bytes));
    Optional<MediaRow> known = database.read(c -> MediaStore.bySource(c, source));
    if (known.isPresent() && uses(known.get().id(), now)) {
      return known.get().id();
    }
    Owner owner = new Owner.Project(project);
    DataKey key = vault.keyFor(owner);
    Ulid id = ulids.next();
    Bytes objectKey = Bytes.wrap(vault.random(SealedFile.KEY_BYTES));
    try (Download download = download(id, objectKey)) {
      download.begin();
      download.write(bytes.array(), 0, bytes.length());
      download.finish();
    }
    MediaFile file = new MediaFile(objectKey, type.header(), bytes.length(), Optional.empty());
    MediaRow row =
        new MediaRow(
            id,
            project,
            Optional.empty(),
            Optional.empty(),
            Purpose.REHOSTED,
            MediaState.READY,
            Optional.empty(),
            now,
            now.plus(config.keepRehosted()),
            true,
            Optional.of(source),
            key.id(),
            vault.seal(key, file.toBytes().array(), MediaRow.associated(id)));
    boolean kept =
        database.transaction(c -> {
          Vault.insert(c, List.of(key));
          return MediaStore.insert(c, row);
        });
    vault.admit(Map.of(owner, key));
    if (kept) {
      return id;
    }
    // Somebody else was faster.
    depot.delete(id.toString());
    return database
        .read(c -> MediaStore.bySource(c, source))
        .map(MediaRow::id)
        .orElseThrow(() -> new IOException("a picture was kept and is gone again"));
  }

  private static String digest(Bytes bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }

  void read(Ulid id, MediaFile file, long from, long to, OutputStream out) throws IOException {
    SealedFile.read(depot, id, file.objectKey().array(), file.length(), from, to, out);
  }

  private void run() {
    Instant lastSweep = Instant.MIN;
    while (!closed) {
      try {
        boolean woken = wanted.tryAcquire(TICK.toMillis(), TimeUnit.MILLISECONDS);
        wanted.drainPermits();
        Instant now = clock.instant();
        boolean sweep = woken || lastSweep.plus(SWEEP).isBefore(now);
        tidy(now, sweep);
        if (sweep) {
          lastSweep = now;
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.warn("deleting media that are due failed: {}", e.getMessage());
      }
    }
  }

  private void tidy(Instant now, boolean sweep) {
    forget(database.read(c -> MediaStore.expired(c, now, AT_ONCE)));
    List<Ulid> leftovers = database.read(c -> MediaStore.leftovers(c, AT_ONCE));
    List<Ulid> emptied = deleted(leftovers);
    if (!emptied.isEmpty()) {
      database.transaction(c -> {
        MediaStore.emptied(c, emptied);
        return 1;
      });
    }
    if (sweep) {
      forget(database.read(c -> MediaStore.erased(c, AT_ONCE)));
    }
  }

  private void forget(List<Ulid> ids) {
    List<Ulid> gone = deleted(ids);
    if (!gone.isEmpty()) {
      database.transaction(c -> {
        MediaStore.forget(c, gone);
        return 1;
      });
    }
    if (ids.size() == AT_ONCE && gone.size() == AT_ONCE) {
      wake();
    }
  }

  /** Those whose bytes are gone for certain; the others are tried again. */
  private List<Ulid> deleted(List<Ulid> ids) {
    List<Ulid> gone = new ArrayList<>();
    for (Ulid id : ids) {
      try {
        depot.delete(id.toString());
        gone.add(id);
      } catch (IOException e) {
        LOG.warn("media {} cannot be deleted yet: {}", id, e.getMessage());
      }
    }
    return gone;
  }

  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
  }
}
