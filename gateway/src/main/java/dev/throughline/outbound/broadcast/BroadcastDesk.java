package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.DecidedChanges;
import dev.throughline.conversation.Reachability;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Draft;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.broadcast.Broadcast.State;
import dev.throughline.store.Database;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/** Broadcasts as the API makes, starts, holds and shows them. */
public final class BroadcastDesk {
  private static final int TOKEN_BYTES = 9;

  private final Database database;
  private final Vault vault;
  private final Log log;
  private final DecidedChanges decided;
  private final Ulids ulids;
  private final InstantSource clock;
  private final BroadcastStore store;
  private final Reachability reachability;
  private final LeftOut leftOut;
  private final PreparedParts parts;
  private final Members members;
  private final Audiences audiences;
  private final LinkStore links;
  private final Supplier<String> base;
  private final Map<ChannelName, Channel> channels;
  private final Set<Ulid> filling = ConcurrentHashMap.newKeySet();

  BroadcastDesk(
      Database database,
      Vault vault,
      Log log,
      DecidedChanges decided,
      Ulids ulids,
      InstantSource clock,
      BroadcastStore store,
      Reachability reachability,
      LeftOut leftOut,
      PreparedParts parts,
      Members members,
      Audiences audiences,
      LinkStore links,
      Supplier<String> base,
      Map<ChannelName, Channel> channels) {
    this.database = database;
    this.vault = vault;
    this.log = log;
    this.decided = decided;
    this.ulids = ulids;
    this.clock = clock;
    this.store = store;
    this.reachability = reachability;
    this.leftOut = leftOut;
    this.parts = parts;
    this.members = members;
    this.audiences = audiences;
    this.links = links;
    this.base = base;
    this.channels = Map.copyOf(channels);
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

  /**
   * One of a message's own links.
   *
   * @param address where it leads; empty where the project's data is gone
   * @param clicks how often it was followed, as far as can be known
   */
  public record Followed(String token, String address, long clicks) {
    /** Below the address of the public port. */
    public String path() {
      return ShortLinks.PATH + token;
    }

    /** Shows where it leads to nobody. */
    @Override
    public String toString() {
      return "Followed[" + token + ", " + clicks + "]";
    }
  }

  /**
   * Durable when it answers; nobody is in its audience yet.
   *
   * @param counted whether links in its message are replaced by our own, so that clicks are counted
   */
  public DecidedChanges.Made make(
      App app, Order asked, boolean counted, Optional<Draft.Once> once) {
    Ulid id = ulids.next();
    ShortLinks shortened =
        counted && asked.send().get("message") instanceof ObjectNode message
            ? ShortLinks.of(message, base.get(), this::token)
            : new ShortLinks(Json.object(), List.of());
    Order order = shortened.links().isEmpty() ? asked : asked.saying(shortened.message());
    Instant now = now();
    ObjectNode record =
        record(order.audience().has("contacts") ? Broadcasts.WALK : "broadcast_make", id, app);
    record.put(
        "class", app.settings().policy().classOf(Broadcasts.request(order).messageClass()).name());
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
    return decided.make(
        id,
        app.project(),
        record,
        once,
        (c, key) -> {
          store.insert(c, broadcast, key);
          links.add(c, id, shortened.links(), key);
        });
  }

  public Optional<Broadcast> find(ProjectId project, Ulid id) {
    return store.find(id).filter(found -> found.standing().project().equals(project));
  }

  /** The newest first. */
  public List<Broadcast> page(ProjectId project, Optional<Ulid> after, int size) {
    return store.page(project, after, size);
  }

  /** People by what became of them; those with a message of their own are not told apart. */
  public Map<String, Long> results(Broadcast broadcast) {
    return store.counts(broadcast.id(), BroadcastStore.Phase.SENT);
  }

  public Preflight preflight(Broadcast broadcast) {
    return Preflight.of(store.counts(broadcast.id(), BroadcastStore.Phase.PREFLIGHT));
  }

  /** Its send as the first of its audience gets it, for a look beforehand. */
  public SendRequest sample(Broadcast broadcast) {
    return Broadcasts.request(
        broadcast.order(),
        store
            .chunk(broadcast.id(), 0)
            .flatMap(chunk -> chunk.stream().findFirst())
            .map(Addressee::variables)
            .orElse(Map.of()));
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
      if (!decided.change(
          app.project(),
          record("broadcast_empty", broadcast.id(), app),
          c ->
              store.filled(c, broadcast.id(), 0, 1, Map.of(), now())
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
              members,
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
      return decided.change(
              app.project(),
              record,
              c ->
                  store.filled(
                      c, broadcast.id(), filled.chunks(), filled.buckets(), filled.counts(), now()))
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
    record.put("own", broadcast.order().own().isPresent());
    record.put("slots", Math.clamp(end - from, 1, Broadcasts.SLOTS));
    return decided.change(
        standing.project(), record, c -> store.begin(c, standing, stage, end, now()));
  }

  /** After which no audience of today lives. */
  public Instant latestStart() {
    return now().plus(Audiences.LIFE);
  }

  /** False if it does not run. */
  public boolean pause(Broadcast broadcast) {
    Instant now = now();
    return decided.change(
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
    return decided.change(
        standing.project(),
        decision(Broadcasts.RELEASE, broadcast),
        c -> store.move(c, broadcast.id(), to, Optional.empty(), now(), State.PAUSED));
  }

  /** For good; false if it is over. */
  public boolean stop(Broadcast broadcast) {
    Instant now = now();
    return decided.change(
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

  /** How many of its people wrote within {@link #answerWindow} after theirs went out. */
  public long answers(Broadcast broadcast) {
    return audiences.answers(broadcast.id());
  }

  public Duration answerWindow() {
    return Audiences.ANSWER_WINDOW;
  }

  /** Its links, if they are ours, in their order. */
  public List<Followed> links(Broadcast broadcast) {
    return links.all(broadcast.id());
  }

  /** Takes somebody out of its audience, and forgets what is known of them; false if not in it. */
  public boolean forget(Broadcast broadcast, Identity named) {
    List<Ulid> one = List.of(broadcast.id());
    ProjectId project = broadcast.standing().project();
    Optional<ContactId> contact =
        named.channel().value().equals(LeftOut.CONTACT)
            ? Ulids.parse(named.value()).map(ContactId::new)
            : Optional.empty();
    return decided.change(
        project,
        decision("broadcast_forget", broadcast),
        c ->
            contact.isPresent()
                ? audiences.forget(
                    c, one, Members.fingerprint(contact.get()), new Owner.Contact(contact.get()))
                : audiences.forget(
                    c, project, one, Addressee.normal(named.channel(), named.value())));
  }

  /** Ends the audiences that have lived for as long as they may. */
  void endOld() {
    for (Audiences.Old old : audiences.old(now())) {
      ObjectNode record = Json.object();
      record.put("decision", Broadcasts.END);
      record.put("broadcast", old.id().toString());
      decided.change(old.project(), record, c -> audiences.end(c, old.id(), now()));
    }
  }

  /** Takes away what was made beforehand for requests that nobody makes any more. */
  void forgetParts() {
    while (database.<Integer>transaction(c -> PreparedParts.forgetOver(c, now())) > 0) {
      // There may be more.
    }
  }

  /** 72 random bits: nobody guesses another's. */
  private String token() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(vault.random(TOKEN_BYTES));
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

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
