package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Reachability;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.broadcast.Broadcast.State;
import dev.throughline.store.Database;
import dev.throughline.store.SqlWork;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/** Broadcasts as the API makes, starts, holds and shows them. */
public final class BroadcastDesk {
  private final Database database;
  private final Vault vault;
  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final BroadcastStore store;
  private final Reachability reachability;
  private final LeftOut leftOut;
  private final PreparedParts parts;
  private final Map<ChannelName, Channel> channels;
  private final Set<Ulid> filling = ConcurrentHashMap.newKeySet();

  BroadcastDesk(
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      BroadcastStore store,
      Reachability reachability,
      LeftOut leftOut,
      PreparedParts parts,
      Map<ChannelName, Channel> channels) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.store = store;
    this.reachability = reachability;
    this.leftOut = leftOut;
    this.parts = parts;
    this.channels = Map.copyOf(channels);
  }

  /** What became of a wish to make one. */
  public sealed interface Made {
    record Is(Ulid id) implements Made {}

    /** The idempotency key stands for another request. */
    record KeyReused() implements Made {}
  }

  /** What became of an audience that was handed in. */
  public sealed interface Filled {
    /** It is whole. */
    record Whole(long people) implements Filled {}

    /** More than a broadcast may have; none of them was kept. */
    record TooMany() implements Filled {}

    /** It has started, or another audience is being handed in at this moment. */
    record NotNow() implements Filled {}
  }

  /** Something that people are read from. */
  @FunctionalInterface
  public interface Source {
    AudienceReader.Read read(AudienceReader.Taker taker) throws IOException;
  }

  /** Durable when it answers; nobody is in its audience yet. */
  public Made make(App app, Order order, Optional<Draft.Once> once) {
    Ulid id = ulids.next();
    Instant now = now();
    ObjectNode record =
        record(order.audience().has("contacts") ? Broadcasts.WALK : "broadcast_make", id, app);
    record.put(
        "class", app.settings().policy().classOf(Broadcasts.request(order).messageClass()).name());
    Draft plain = decision(id, app.project(), record);
    Draft draft = once.map(plain::once).orElse(plain);
    DataKey key = draft.keys().get(new Owner.Project(app.project()));
    if (key == null) {
      throw new AssertionError("a draft holds the keys of its owners");
    }
    Broadcast broadcast =
        new Broadcast(
            new Broadcast.Standing(
                id,
                app.project(),
                app.id(),
                State.DRAFT,
                now,
                now,
                0,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty()),
            order);
    try {
      database.transaction(c -> {
        store.insert(c, broadcast, key);
        return requireNew(log.append(draft, c));
      });
      return new Made.Is(id);
    } catch (EarlierException earlier) {
      return earlier.same ? new Made.Is(earlier.id) : new Made.KeyReused();
    }
  }

  public Optional<Broadcast> find(ProjectId project, Ulid id) {
    return store.find(id).filter(found -> found.standing().project().equals(project));
  }

  /** The newest first. */
  public List<Broadcast> page(ProjectId project, Optional<Ulid> after, int size) {
    return store.page(project, after, size);
  }

  public Map<String, Long> counts(Broadcast broadcast, BroadcastStore.Phase phase) {
    return store.counts(broadcast.id(), phase);
  }

  /**
   * Takes an audience in the place of the one that there may be. One that cannot be read whole
   * leaves none.
   */
  public Filled fill(App app, Broadcast broadcast, Source source) throws IOException {
    if (!filling.add(broadcast.id())) {
      return new Filled.NotNow();
    }
    try {
      if (!change(
          app.project(),
          record("broadcast_empty", broadcast.id(), app),
          c ->
              store.filled(c, broadcast.id(), 0, Map.of(), now())
                  && store.move(
                      c, broadcast.id(), State.DRAFT, Optional.empty(), now(), State.READY))) {
        return new Filled.NotNow();
      }
      Audience.Filled filled;
      long people;
      try (Audience audience =
          new Audience(
              database,
              vault,
              store,
              reachability,
              channels,
              app,
              broadcast,
              Broadcasts.request(broadcast.order()),
              parts,
              clock)) {
        audience.begin();
        AudienceReader.Read read = source.read(audience::add);
        if (!read.whole()) {
          return new Filled.TooMany();
        }
        people = read.people();
        filled = audience.end();
      }
      ObjectNode record = record("broadcast_fill", broadcast.id(), app);
      record.put("chunks", filled.chunks());
      ObjectNode counts = record.putObject("counts");
      filled.counts().forEach(counts::put);
      return change(
              app.project(),
              record,
              c -> store.filled(c, broadcast.id(), filled.chunks(), filled.counts(), now()))
          ? new Filled.Whole(people)
          : new Filled.NotNow();
    } finally {
      filling.remove(broadcast.id());
    }
  }

  /**
   * Begins, or goes on with the next stage; false if it is not there to begin.
   *
   * @param notBefore when the first of it may go out
   */
  public boolean begin(Broadcast broadcast, Optional<Instant> notBefore) {
    Broadcast.Standing standing = broadcast.standing();
    if (standing.chunks() == 0) {
      return false;
    }
    boolean first = broadcast.state() == State.READY;
    int stage = first ? 0 : standing.stage() + 1;
    int from = first ? 0 : standing.stageEnd();
    int end = broadcast.order().end(stage, standing.chunks());
    ObjectNode record = Json.object();
    record.put("decision", Broadcasts.BEGIN);
    record.put("broadcast", broadcast.id().toString());
    record.put("app", standing.app().toString());
    record.put("stage", stage);
    record.put("from", from);
    record.put("end", standing.chunks());
    record.put("apart_ns", broadcast.order().apart().toNanos());
    notBefore.ifPresent(time -> record.put("not_before", time.toString()));
    // A stage may be smaller than there are slots; each goes on from where it stands.
    record.put("slots", Math.clamp(end - from, 1, Broadcasts.SLOTS));
    return change(standing.project(), record, c -> store.begin(c, standing, stage, end, now()));
  }

  /** False if it does not run. */
  public boolean pause(Broadcast broadcast) {
    Instant now = now();
    return change(
        broadcast.standing().project(),
        decision(Broadcasts.HOLD, broadcast),
        c -> store.move(c, broadcast.id(), State.PAUSED, Optional.of(now), now, State.RUNNING));
  }

  /** False if it is not paused. */
  public boolean resume(Broadcast broadcast) {
    Broadcast.Standing standing = broadcast.standing();
    State to =
        standing.done() >= standing.stageEnd() && standing.done() < standing.chunks()
            ? State.STAGED
            : State.RUNNING;
    return change(
        standing.project(),
        decision(Broadcasts.RELEASE, broadcast),
        c -> store.move(c, broadcast.id(), to, Optional.empty(), now(), State.PAUSED));
  }

  /** For good; false if it is over. */
  public boolean stop(Broadcast broadcast) {
    Instant now = now();
    return change(
        broadcast.standing().project(),
        decision(Broadcasts.RELEASE, broadcast),
        c ->
            store.move(
                c,
                broadcast.id(),
                State.STOPPED,
                Optional.of(now),
                now,
                State.DRAFT,
                State.READY,
                State.RUNNING,
                State.STAGED,
                State.PAUSED));
  }

  /** Those who got nothing, and why, in the order of {@link LeftOut.Shown#place}. */
  public List<LeftOut.Shown> leftOut(Broadcast broadcast, Bytes after, int size) {
    return leftOut.page(broadcast.id(), after, size);
  }

  /**
   * Where in the ledger stands what was sent to somebody together with others.
   *
   * @param part of the attempt's entry that is theirs; the first two are everybody's
   */
  public record Sent(Ulid attempt, int part, Ulid outcome) {}

  /** Empty if nothing was sent to such an address in a request to many. */
  public Optional<Sent> sentTo(App app, Broadcast broadcast, Identity identity) {
    for (int number = 0; number < broadcast.standing().chunks(); number++) {
      List<Addressee> chunk = store.chunk(broadcast.id(), number).orElse(List.of());
      if (chunk.stream().anyMatch(each -> isOf(each, identity))) {
        return store
            .proof(broadcast.id(), number)
            .flatMap(proof ->
                part(proof.attempt(), identity)
                    .map(part -> new Sent(proof.attempt(), part, proof.outcome())));
      }
    }
    return Optional.empty();
  }

  private static boolean isOf(Addressee addressee, Identity identity) {
    return addressee.recipient() instanceof Recipient.ByIdentities(List<Identity> named)
        && named.contains(identity);
  }

  private Optional<Integer> part(Ulid attempt, Identity identity) {
    return log.indexOf(attempt)
        .flatMap(index -> log.read(List.of(index)).stream().findFirst())
        .flatMap(entry -> {
          for (int i = 2; i < entry.parts().size(); i++) {
            if (entry
                .parts()
                .get(i)
                .filter(run -> run.asUtf8().contains("\"" + identity.value() + "\""))
                .isPresent()) {
              return Optional.of(i);
            }
          }
          return Optional.empty();
        });
  }

  private ObjectNode decision(String decision, Broadcast broadcast) {
    ObjectNode record = Json.object();
    record.put("decision", decision);
    record.put("broadcast", broadcast.id().toString());
    record.put("app", broadcast.standing().app().toString());
    return record;
  }

  private static ObjectNode record(String decision, Ulid id, App app) {
    ObjectNode record = Json.object();
    record.put("decision", decision);
    record.put("broadcast", id.toString());
    record.put("app", app.id().toString());
    return record;
  }

  private boolean change(ProjectId project, ObjectNode record, SqlWork<Boolean> change) {
    Draft draft = decision(ulids.next(), project, record);
    try {
      database.transaction(c -> {
        if (!change.run(c)) {
          throw new UnchangedException();
        }
        return log.append(draft, c);
      });
      return true;
    } catch (UnchangedException unchanged) {
      return false;
    }
  }

  private Draft decision(Ulid id, ProjectId project, ObjectNode record) {
    return drafts
        .draft(id, Kind.DECISION, new Subject.Project(project.value()))
        .part(new Owner.Project(project), Json.bytes(record))
        .build();
  }

  private static Appended requireNew(Appended appended) {
    return switch (appended) {
      case Appended.At at -> at;
      case Appended.Earlier(long _, Ulid id, Instant _, boolean same) ->
          throw new EarlierException(id, same);
      case Appended.Stale(long _) ->
          throw new IllegalStateException("a decision is bound to no epoch");
    };
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** What it asks for of each of its audience. */
  public static SendRequest request(Broadcast broadcast) {
    return Broadcasts.request(broadcast.order());
  }

  /** Rolls the transaction back: the request was made before. */
  private static final class EarlierException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Ulid id;
    private final boolean same;

    EarlierException(Ulid id, boolean same) {
      super("an earlier request has this idempotency key", null, false, false);
      this.id = id;
      this.same = same;
    }
  }

  /** Rolls the transaction back: there is nothing to change. */
  private static final class UnchangedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnchangedException() {
      super("nothing to change", null, false, false);
    }
  }
}
