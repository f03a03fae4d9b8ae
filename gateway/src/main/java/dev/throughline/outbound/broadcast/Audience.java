package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Reachability;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.store.Database;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes an audience in, one after another, and looks at each beforehand: chunks go to the table as
 * they fill, so memory holds a few of them, and eight bytes a person to know who comes twice.
 */
final class Audience {
  /** People of one broadcast at most. */
  static final int MOST = 5_000_000;

  /** Chunks that are written together. */
  private static final int AT_ONCE = 16;

  private final Database database;
  private final Vault vault;
  private final BroadcastStore store;
  private final Reachability reachability;
  private final Map<ChannelName, Channel> channels;
  private final App app;
  private final Broadcast broadcast;
  private final SendRequest request;
  private final InstantSource clock;
  private final DataKey key;
  private final Fingerprints seen = new Fingerprints();
  private final List<List<Addressee>> full = new ArrayList<>();
  private List<Addressee> open = new ArrayList<>();
  private final Map<String, Long> counts = new TreeMap<>();
  private int chunks;
  private int people;

  Audience(
      Database database,
      Vault vault,
      BroadcastStore store,
      Reachability reachability,
      Map<ChannelName, Channel> channels,
      App app,
      Broadcast broadcast,
      SendRequest request,
      InstantSource clock) {
    this.clock = clock;
    this.database = database;
    this.vault = vault;
    this.store = store;
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
      return 0;
    });
    vault.admit(Map.of(new Owner.Audience(broadcast.id()), key));
  }

  /** False if there are too many. */
  boolean add(Addressee addressee) {
    if (!seen.add(fingerprint(addressee.recipient()))) {
      counts.merge("DUPLICATE", 1L, Long::sum);
      return true;
    }
    if (people == MOST) {
      return false;
    }
    people++;
    open.add(addressee);
    if (open.size() == broadcast.order().chunkSize()) {
      close();
    }
    return true;
  }

  /** Writes what is left; answers what is known of everybody. */
  Filled end() {
    if (!open.isEmpty()) {
      close();
    }
    flush();
    return new Filled(chunks, Map.copyOf(counts));
  }

  /**
   * @param counts people by what is known beforehand
   */
  record Filled(int chunks, Map<String, Long> counts) {}

  private void close() {
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
    for (List<Addressee> chunk : full) {
      look(chunk);
    }
    int first = chunks;
    List<List<Addressee>> written = List.copyOf(full);
    database.transaction(c -> {
      store.add(c, broadcast.id(), first, written, key);
      return 0;
    });
    chunks += full.size();
    full.clear();
  }

  private void look(List<Addressee> chunk) {
    MessageClass sent = app.settings().policy().classOf(request.messageClass());
    List<List<Reachability.Address>> found =
        reachability.look(
            app, sent, chunk.stream().map(Addressee::recipient).toList(), clock.instant());
    for (List<Reachability.Address> addresses : found) {
      counts.merge(Ways.of(app, request, sent, channels, addresses).word(), 1L, Long::sum);
    }
  }

  private long fingerprint(Recipient recipient) {
    return switch (recipient) {
      case Recipient.ByContact by -> {
        Ulid id = by.contact().value();
        yield id.high() * 31 + id.low();
      }
      case Recipient.ByIdentities by -> {
        Identity first = by.identities().getFirst();
        yield ByteBuffer.wrap(reachability.hash(app, first).array()).getLong();
      }
    };
  }
}
