package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Multicast;
import dev.throughline.channel.SendResult;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.conversation.Reachability;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Draft;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.log.SealedAhead;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MessageClass;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.ProviderRates;
import dev.throughline.outbound.broadcast.ChunkOutcome.Result;
import dev.throughline.store.Database;
import dev.throughline.task.Admission;
import dev.throughline.task.Draw;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes a chunk of an audience on: who gets what everybody gets goes into one request, where a
 * channel has that; a message of their own is asked for everybody else who can be reached.
 *
 * <p>The {@code attempt} entry has the request's body as parts, one a recipient and under that
 * person's key: erasing one of them leaves the others provable. A request that may have been taken
 * is made again as it was, under its key, or never.
 */
public final class ChunkHandler implements TaskHandler {
  static final String KIND = "broadcast";

  /** A retry key lives 24 h from its first use; the last hour is for clocks and the way there. */
  private static final Duration KEY_AGE = Duration.ofHours(23);

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /**
   * A chunk that is ready waits so long for its turn; what waits longer may be paused meanwhile.
   */
  private static final Duration TURN = Duration.ofMillis(500);

  /** Messages of a broadcast that wait to go out, before more of them are made. */
  private static final int WAITING = 2_000;

  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Database database;
  private final Vault vault;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final LongSupplier epoch;
  private final BroadcastStore store;
  private final LeftOut leftOut;
  private final Reachability reachability;
  private final PreparedParts parts;
  private final Forms forms;
  private final ProviderRates rates;

  ChunkHandler(
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Database database,
      Vault vault,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      LongSupplier epoch,
      BroadcastStore store,
      LeftOut leftOut,
      Reachability reachability,
      PreparedParts parts,
      Forms forms,
      ProviderRates rates) {
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.database = database;
    this.vault = vault;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.credentials = credentials;
    this.epoch = epoch;
    this.store = store;
    this.leftOut = leftOut;
    this.reachability = reachability;
    this.parts = parts;
    this.forms = forms;
    this.rates = rates;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return 4 * Broadcasts.SLOTS;
  }

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    run(task, bytes, Admission.FREE);
  }

  @Override
  public void run(Task task, Bytes bytes, Admission admission) throws InterruptedException {
    ChunkWork work = ChunkWork.of(bytes);
    Optional<Ulid> repeats = task.attempt().or(work::repeats);
    switch (database.read(c -> take(c, work, repeats.isEmpty()))) {
      case Taken.Over(var broadcast) ->
          conclude(task, work, broadcast, ChunkOutcome.plain(Result.OVER));
      case Taken.Known(Broadcast broadcast, App app) -> {
        if (repeats.isPresent()) {
          repeat(task, work, broadcast, app, repeats.get(), admission);
        }
      }
      case Taken.Whole whole -> begin(task, work, whole, admission);
    }
  }

  /** What a task finds of its broadcast, read at once. */
  private sealed interface Taken {
    /** Nothing is to be done any more; without its broadcast if that is gone. */
    record Over(Optional<Broadcast> broadcast) implements Taken {}

    /** A request is to be made again. */
    record Known(Broadcast broadcast, App app) implements Taken {}

    /**
     * A chunk that is to be sent.
     *
     * @param split by what is known of each now
     * @param parts of the entry, made beforehand
     */
    record Whole(
        Broadcast broadcast,
        App app,
        SendRequest request,
        Split split,
        Optional<PreparedParts.Kept> parts)
        implements Taken {}
  }

  private Taken take(Connection c, ChunkWork work, boolean first) throws SQLException {
    Optional<Broadcast> found = store.find(c, work.broadcast());
    Optional<App> app = found.flatMap(b -> directory.app(b.standing().app()));
    if (found.isEmpty() || app.isEmpty()) {
      return new Taken.Over(Optional.empty());
    }
    Broadcast broadcast = found.get();
    if (!first) {
      return new Taken.Known(broadcast, app.get());
    }
    Optional<BroadcastStore.ToSend> toSend =
        broadcast.state() == Broadcast.State.STOPPED
            ? Optional.empty()
            : store.toSend(c, broadcast.id(), work.chunk());
    if (toSend.isEmpty()) {
      return new Taken.Over(found);
    }
    SendRequest request = forms.request(broadcast);
    Split split = split(c, broadcast, app.get(), request, toSend.get().chunk());
    return new Taken.Whole(broadcast, app.get(), request, split, toSend.get().parts());
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    ObjectNode record = Json.object().put("task", task.id().toString()).put("kind", KIND);
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, new Subject.Installation())
            .part(new Owner.Installation(), Json.bytes(record))
            .build());
  }

  private void begin(Task task, ChunkWork work, Taken.Whole taken, Admission admission)
      throws InterruptedException {
    Broadcast broadcast = taken.broadcast();
    App app = taken.app();
    SendRequest request = taken.request();
    Split split = taken.split();
    if (!split.single().isEmpty() && store.waiting(broadcast.id()) > WAITING) {
      conclude(task, work, Optional.of(broadcast), ChunkOutcome.plain(Result.FULL));
      return;
    }
    leftOut.add(app, broadcast.id(), split.none(), clock.instant());
    for (int i = 0; i < split.single().size(); i++) {
      ask(broadcast, app, work, i, split.single().get(i));
    }
    Map<String, Long> others = split.counts();
    if (split.together().isEmpty()) {
      conclude(
          task,
          work,
          Optional.of(broadcast),
          new ChunkOutcome(
              Result.DONE, others, Optional.empty(), Optional.empty(), Optional.empty()));
      return;
    }
    ChannelName name = split.together().getFirst().channel();
    Account account = app.account(name).orElseThrow();
    switch (forms.of(broadcast, app, request, name)) {
      case Forms.Form.Impossible(var reason) ->
          conclude(
              task,
              work,
              Optional.of(broadcast),
              new ChunkOutcome(
                  Result.REJECTED,
                  ChunkOutcome.with(
                      others, "REJECTED_" + reason.code().name(), split.together().size()),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(reason)));
      case Forms.Form.Ready(Bytes rendered, List<String> _, var _) -> {
        Multicast multicast = multicast(name).orElseThrow();
        Bytes opening = multicast.opening(rendered);
        List<Bytes> runs = multicast.runs(split.together());
        Optional<SealedAhead> sealed =
            taken.parts().flatMap(kept -> parts.of(kept, split.together()));
        Ulid id = sealed.map(SealedAhead::entry).orElseGet(ulids::next);
        ObjectNode record = attempt(task, work, id, account);
        ObjectNode counts = record.putObject("counts");
        others.forEach(counts::put);
        record.put("people", split.together().size());
        Owner.Account ours = new Owner.Account(account.id());
        Drafts.Builder draft =
            drafts
                .draft(id, Kind.ATTEMPT, new Subject.Account(account.id().toString()))
                .cause(broadcast.id())
                .part(ours, Json.bytes(record))
                .part(ours, opening);
        if (sealed.isPresent()) {
          draft.ahead(sealed.get(), runs);
        } else {
          for (int i = 0; i < runs.size(); i++) {
            draft.part(PreparedParts.owner(app, split.together().get(i)), runs.get(i));
          }
        }
        send(
            task,
            work,
            broadcast,
            account,
            multicast,
            draft.build(),
            joined(Stream.concat(Stream.of(opening), runs.stream()).toList()),
            record,
            admission);
      }
    }
  }

  /** Makes a request again as it was made before: it may have been taken. */
  private void repeat(
      Task task, ChunkWork work, Broadcast broadcast, App app, Ulid attempt, Admission admission)
      throws InterruptedException {
    Optional<LogEntry> entry =
        log.indexOf(attempt).flatMap(index -> log.read(List.of(index)).stream().findFirst());
    Optional<ObjectNode> record = entry.flatMap(e -> e.parts().getFirst()).map(Json::object);
    // A repeat of a repeat: the body stands with the first.
    Optional<Ulid> first =
        record.flatMap(json -> Json.string(json, "repeats")).flatMap(Ulids::parse);
    if (first.isPresent()) {
      repeat(task, work, broadcast, app, first.get(), admission);
      return;
    }
    Optional<Bytes> body = entry.flatMap(ChunkHandler::request);
    Optional<Account> account =
        record
            .flatMap(json -> Json.string(json, "channel"))
            .flatMap(channel -> app.account(new ChannelName(channel)));
    Optional<Multicast> multicast = account.flatMap(a -> multicast(a.channel()));
    boolean tooOld = entry.filter(e -> e.at().plus(KEY_AGE).isBefore(clock.instant())).isPresent();
    if (body.isEmpty() || multicast.isEmpty() || tooOld) {
      ObjectNode known = record.orElseGet(Json::object);
      conclude(
          task,
          work,
          Optional.of(broadcast),
          new ChunkOutcome(
              Result.UNKNOWN,
              ChunkOutcome.with(
                  ChunkOutcome.counts(known), "UNKNOWN", known.path("people").asInt(0)),
              Optional.of(attempt),
              Optional.empty(),
              Optional.empty()));
      return;
    }
    Ulid id = ulids.next();
    ObjectNode again = attempt(task, work, id, account.get()).put("repeats", attempt.toString());
    again.set("counts", record.get().path("counts"));
    again.put("people", record.get().path("people").asInt(0));
    Draft draft =
        drafts
            .draft(id, Kind.ATTEMPT, new Subject.Account(account.get().id().toString()))
            .cause(broadcast.id())
            .part(new Owner.Account(account.get().id()), Json.bytes(again))
            .build();
    send(
        task,
        work.repeating(attempt),
        broadcast,
        account.get(),
        multicast.get(),
        draft,
        body.get(),
        again,
        admission);
  }

  private void send(
      Task task,
      ChunkWork work,
      Broadcast broadcast,
      Account account,
      Multicast multicast,
      Draft attempt,
      Bytes body,
      ObjectNode record,
      Admission admission)
      throws InterruptedException {
    Optional<Channel.Credentials> secret = credentials.apply(account);
    if (secret.isEmpty()) {
      throw new IllegalStateException("the account has no credentials that can be used");
    }
    Draw draw = rates.draw(account, multicast.allowance());
    if (!admission.awaits(draw, TURN)) {
      // What was done so far is done once, however often it is asked for.
      return;
    }
    if (!(log.appendSurely(attempt.underEpoch(epoch.getAsLong())) instanceof Appended.At)) {
      throw new IllegalStateException("another node leads: nothing was sent");
    }
    SendResult result = multicast.send(body, work.retryKey(), secret.get(), DEADLINE);
    if (result instanceof SendResult.Throttled throttled && throttled.whole()) {
      admission.refused(draw, throttled.retryAfter());
    }
    conclude(
        task,
        work,
        Optional.of(broadcast),
        ChunkOutcome.of(
            result,
            ChunkOutcome.counts(record),
            record.path("people").asInt(),
            work.repeats().orElse(attempt.id())));
  }

  private static ObjectNode attempt(Task task, ChunkWork work, Ulid id, Account account) {
    ObjectNode json = Json.object();
    json.put("task", task.id().toString());
    json.put("kind", KIND);
    json.put("attempt", id.toString());
    json.put("broadcast", work.broadcast().toString());
    json.put("chunk", work.chunk());
    json.put("channel", account.channel().value());
    json.put("via", "multicast");
    json.put("retry_key", work.retryKey());
    return json;
  }

  /** A message of their own for one of the audience; made once, however often it is asked for. */
  private void ask(Broadcast broadcast, App app, ChunkWork work, int place, Addressee addressee)
      throws InterruptedException {
    Bytes body = Json.bytes(broadcast.order().sendTo(addressee.toJson(), addressee.variables()));
    Owner owner =
        switch (addressee.recipient()) {
          case Recipient.ByContact by -> new Owner.Contact(by.contact());
          case Recipient.ByIdentities by ->
              Owners.person(app.project(), app.id(), by.identities().getFirst());
        };
    String name = broadcast.id() + " " + work.chunk() + " " + place;
    log.appendSurely(
        drafts
            .draft(Kind.REQUEST, new Subject.Project(app.project().value()))
            .cause(broadcast.id())
            .part(owner, body)
            .build()
            .once(
                new Draft.Once(
                    vault.hash("broadcast key", name), vault.hash("broadcast request", name))));
  }

  private Split split(Connection c, Broadcast broadcast, App app, SendRequest request, Chunk chunk)
      throws SQLException {
    List<Addressee> people = chunk.people();
    MessageClass sent = app.settings().policy().classOf(request.messageClass());
    List<Recipient> recipients = people.stream().map(Addressee::recipient).toList();
    Map<Identity, Bytes> hashes =
        chunk.epoch() == vault.epoch() ? chunk.hashes() : reachability.hashes(app, recipients);
    List<List<Reachability.Address>> addresses =
        reachability.look(c, app, sent, recipients, hashes, clock.instant());
    List<Ways> ways =
        addresses.stream().map(each -> Ways.of(app, request, sent, channels, each)).toList();
    return Split.of(people, ways, channels, broadcast.order().isSame());
  }

  private void conclude(
      Task task, ChunkWork work, Optional<Broadcast> broadcast, ChunkOutcome outcome)
      throws InterruptedException {
    ObjectNode record = outcome.toJson(task, work);
    broadcast.ifPresent(known -> Broadcasts.describe(record, known, work));
    Owner owner =
        broadcast
            .<Owner>map(known -> new Owner.Project(known.standing().project()))
            .orElseGet(Owner.Installation::new);
    Drafts.Builder draft =
        drafts
            .draft(
                Kind.OUTCOME,
                broadcast
                    .<Subject>map(known -> new Subject.Project(known.standing().project().value()))
                    .orElseGet(Subject.Installation::new))
            .part(owner, Json.bytes(record));
    log.appendSurely(draft.cause(outcome.attempt().orElse(work.broadcast())).build());
  }

  private Optional<Multicast> multicast(ChannelName name) {
    return Split.multicast(channels, name);
  }

  /** The request's body, unless somebody of it was erased since. */
  private static Optional<Bytes> request(LogEntry entry) {
    List<Bytes> runs = new ArrayList<>();
    for (Optional<Bytes> part : entry.parts().subList(1, entry.parts().size())) {
      if (part.isEmpty()) {
        return Optional.empty();
      }
      runs.add(part.get());
    }
    return runs.isEmpty() ? Optional.empty() : Optional.of(joined(runs));
  }

  private static Bytes joined(List<Bytes> runs) {
    byte[] body = new byte[runs.stream().mapToInt(Bytes::length).sum()];
    int at = 0;
    for (Bytes run : runs) {
      System.arraycopy(run.array(), 0, body, at, run.length());
      at += run.length();
    }
    return Bytes.wrap(body);
  }
}
