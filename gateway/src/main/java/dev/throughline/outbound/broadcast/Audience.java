package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Reachability;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes an audience in, one after another, looks at each beforehand, and seals what will prove to
 * them what was sent: chunks go to the table as they fill, so memory holds a few of them, and 24
 * bytes a person at most to know who comes twice. Closing waits for what is being written.
 */
final class Audience implements AutoCloseable {
  /** People of one broadcast at most. */
  static final int MOST = 5_000_000;

  /** Chunks that are written together. */
  private static final int AT_ONCE = 4;

  /** Groups of them at work at the same time, while more are read. */
  private static final int UNDER_WAY = 2;

  /** Far longer than a group can take: each of its statements has a deadline of its own. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Database database;
  private final Vault vault;
  private final BroadcastStore store;
  private final Members members;
  private final Reachability reachability;
  private final Map<ChannelName, Channel> channels;
  private final App app;
  private final Broadcast broadcast;
  private final SendRequest request;
  private final boolean same;
  private final PreparedParts parts;
  private final InstantSource clock;
  private final DataKey key;
  private final Fingerprints seen = new Fingerprints();
  private final List<List<Addressee>> full = new ArrayList<>();
  private List<Addressee> open = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private int chunks;
  private int people;

  Audience(
      Database database,
      Vault vault,
      BroadcastStore store,
      Members members,
      Reachability reachability,
      Map<ChannelName, Channel> channels,
      App app,
      Broadcast broadcast,
      SendRequest request,
      PreparedParts parts,
      InstantSource clock) {
    this.parts = parts;
    this.same = broadcast.order().isSame();
    this.clock = clock;
    this.database = database;
    this.vault = vault;
    this.store = store;
    this.members = members;
    this.reachability = reachability;
    this.channels = channels;
    this.app = app;
    this.broadcast = broadcast;
    this.request = request;
    this.key = vault.keyFor(new Owner.Audience(broadcast.id()));
  }

  /** Forgets the audience that there was; the first thing to do. */
  void begin() {
    database.transaction(c -> {
      Vault.insert(c, List.of(key));
      store.clear(c, broadcast.id());
      members.clear(c, broadcast.id());
      return 0;
    });
    vault.admit(Map.of(new Owner.Audience(broadcast.id()), key));
  }

  /** False if there are too many. */
  boolean add(Addressee addressee) {
    if (people == MOST) {
      return false;
    }
    if (!seen.add(
        Members.fingerprint(addressee.recipient()), people / broadcast.order().chunkSize())) {
      count(Preflight.DUPLICATE);
      return true;
    }
    people++;
    open.add(addressee);
    if (open.size() == broadcast.order().chunkSize()) {
      fill();
    }
    return true;
  }

  /** Writes what is left; answers what is known of everybody. */
  Filled end() {
    if (!open.isEmpty()) {
      fill();
    }
    flush();
    close();
    requireWritten();
    if (broadcast.order().own().isPresent()) {
      keptElsewhere();
    }
    byte[][] buckets = seen.cut();
    database.transaction(c -> {
      members.add(c, broadcast.id(), buckets, key);
      return 0;
    });
    return new Filled(chunks, buckets.length, Map.copyOf(counts));
  }

  @Override
  public void close() {
    await(UNDER_WAY);
    room.release(UNDER_WAY);
  }

  /**
   * @param buckets into which the index of its people is cut
   * @param counts people by what is known beforehand
   */
  record Filled(int chunks, int buckets, Map<String, Long> counts) {}

  /** One chunk, which holds nobody whom we know. */
  private void keptElsewhere() {
    database.transaction(c -> {
      store.add(c, broadcast.id(), 0, List.of(Chunk.unhashed(List.of())), key);
      return 0;
    });
    chunks = 1;
  }

  private void fill() {
    full.add(open);
    open = new ArrayList<>();
    if (full.size() == AT_ONCE) {
      flush();
    }
  }

  private void flush() {
    if (full.isEmpty()) {
      return;
    }
    int first = chunks;
    List<List<Addressee>> group = List.copyOf(full);
    chunks += full.size();
    full.clear();
    await(1);
    requireWritten();
    Thread.ofVirtual()
        .name("audience")
        .start(() -> {
          try {
            write(first, group);
          } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
          } finally {
            room.release();
          }
        });
  }

  private void await(int permits) {
    try {
      if (!room.tryAcquire(permits, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("chunks were not written within " + PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while chunks are written", e);
    }
  }

  private void requireWritten() {
    RuntimeException known = failure.get();
    if (known != null) {
      throw known;
    }
  }

  private void write(int first, List<List<Addressee>> group) {
    List<Planned> planned = group.stream().map(this::look).toList();
    database.transaction(c -> {
      store.add(c, broadcast.id(), first, planned.stream().map(Planned::chunk).toList(), key);
      for (int i = 0; i < planned.size(); i++) {
        if (planned.get(i).made().isPresent()) {
          PreparedParts.add(c, broadcast.id(), first + i, planned.get(i).made().get());
        }
      }
      return 0;
    });
  }

  private record Planned(Chunk chunk, Optional<PreparedParts.Made> made) {}

  /** Counts how each is reached; prepares for those who will be reached together. */
  private Planned look(List<Addressee> chunk) {
    MessageClass sent = app.settings().policy().classOf(request.messageClass());
    List<Recipient> recipients = chunk.stream().map(Addressee::recipient).toList();
    int epoch = vault.epoch();
    Map<Identity, Bytes> hashes = reachability.hashes(app, recipients);
    Instant now = clock.instant();
    List<Ways> ways =
        database.read(c -> reachability.look(c, app, sent, recipients, hashes, now)).stream()
            .map(addresses -> Ways.of(app, request, sent, channels, addresses))
            .toList();
    for (Ways way : ways) {
      count(way.word());
      way.zone().ifPresent(zone -> count(Preflight.ZONE + zone.zone().getId()));
    }
    List<Identity> together = Split.of(chunk, ways, channels, same).together();
    Optional<PreparedParts.Made> made =
        together.isEmpty()
            ? Optional.empty()
            : Split.multicast(channels, together.getFirst().channel())
                .map(multicast -> parts.make(app, multicast, together, hashes));
    return new Planned(new Chunk(chunk, epoch, hashes), made);
  }

  private void count(String word) {
    synchronized (counts) {
      counts.merge(word, 1L, Long::sum);
    }
  }
}
