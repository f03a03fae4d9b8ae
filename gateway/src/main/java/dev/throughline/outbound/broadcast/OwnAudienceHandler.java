package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.channel.OwnAudience;
import dev.throughline.channel.SendResult;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Appended;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.broadcast.ChunkOutcome.Result;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * Has LINE send to people whom it keeps itself: one request, whose attempt stands in the ledger
 * before it is made, under one key; then LINE is asked how far it is until it is through.
 */
final class OwnAudienceHandler implements TaskHandler {
  static final String KIND = "broadcast_own";

  /** In a task's body and in outcomes: LINE's id of the request that it took. */
  static final String REQUEST = "request";

  /** A retry key lives 24 h from its first use; the last hour is for clocks and the way there. */
  private static final Duration KEY_AGE = Duration.ofHours(23);

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final LongSupplier epoch;
  private final BroadcastStore store;
  private final Forms forms;

  OwnAudienceHandler(
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      LongSupplier epoch,
      BroadcastStore store,
      Forms forms) {
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.credentials = credentials;
    this.epoch = epoch;
    this.store = store;
    this.forms = forms;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return 4;
  }

  /** The body of the task that asks how far LINE is with a request. */
  static Bytes following(ChunkWork work, String request) {
    return Json.bytes(Json.object(work.toBytes()).put(REQUEST, request));
  }

  /** What is needed to send for a broadcast. */
  private record Ground(
      Task task,
      ChunkWork work,
      Broadcast broadcast,
      App app,
      Account account,
      OwnAudience line,
      OwnAudience.To to,
      Channel.Credentials secret) {}

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    ChunkWork work = ChunkWork.of(bytes);
    Optional<Broadcast> broadcast = store.find(work.broadcast());
    Optional<Ground> ground = broadcast.flatMap(found -> ground(task, work, found));
    if (ground.isEmpty()) {
      conclude(task, work, broadcast, ChunkOutcome.plain(Result.OVER), Optional.empty());
      return;
    }
    Optional<String> request = Json.string(Json.object(bytes), REQUEST);
    Optional<Ulid> repeats = task.attempt().or(work::repeats);
    if (request.isPresent()) {
      look(ground.get(), request.get());
    } else if (repeats.isPresent()) {
      repeat(ground.get(), repeats.get());
    } else if (broadcast.get().state() == Broadcast.State.STOPPED) {
      conclude(ground.get(), ChunkOutcome.plain(Result.OVER));
    } else {
      begin(ground.get());
    }
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

  private Optional<Ground> ground(Task task, ChunkWork work, Broadcast broadcast) {
    Optional<App> app = directory.app(broadcast.standing().app());
    Optional<Account> account = app.flatMap(found -> found.account(ChannelName.LINE));
    Optional<OwnAudience> line =
        Optional.ofNullable(channels.get(ChannelName.LINE)).flatMap(Channel::ownAudience);
    Optional<OwnAudience.To> to = broadcast.order().own();
    if (account.isEmpty() || line.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    Channel.Credentials secret =
        credentials
            .apply(account.get())
            .orElseThrow(
                () -> new IllegalStateException("the account has no credentials to be used"));
    return Optional.of(
        new Ground(task, work, broadcast, app.get(), account.get(), line.get(), to.get(), secret));
  }

  private void begin(Ground ground) throws InterruptedException {
    switch (forms.of(
        ground.broadcast(),
        ground.app(),
        Broadcasts.request(ground.broadcast().order()),
        ChannelName.LINE)) {
      case Forms.Form.Impossible(Reason reason) ->
          conclude(
              ground,
              new ChunkOutcome(
                  Result.REJECTED,
                  Map.of("REJECTED_" + reason.code().name(), 1L),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(reason)));
      case Forms.Form.Ready ready ->
          send(ground, ground.line().request(ready.rendered(), ground.to()), Optional.empty());
    }
  }

  /** Makes a request again as it was made before: it may have been taken. */
  private void repeat(Ground ground, Ulid attempt) throws InterruptedException {
    Optional<LogEntry> entry =
        log.indexOf(attempt).flatMap(index -> log.read(List.of(index)).stream().findFirst());
    Optional<Bytes> body = entry.flatMap(known -> known.parts().getLast());
    boolean tooOld = entry.filter(e -> e.at().plus(KEY_AGE).isAfter(clock.instant())).isEmpty();
    if (body.isEmpty() || tooOld) {
      conclude(
          ground,
          new ChunkOutcome(
              Result.UNKNOWN,
              Map.of("UNKNOWN", 1L),
              Optional.of(attempt),
              Optional.empty(),
              Optional.empty()));
      return;
    }
    send(ground, body.get(), Optional.of(attempt));
  }

  private void send(Ground ground, Bytes body, Optional<Ulid> repeats) throws InterruptedException {
    Ulid id = ulids.next();
    ObjectNode record = Json.object();
    record.put("task", ground.task().id().toString());
    record.put("kind", KIND);
    record.put("attempt", id.toString());
    record.put("broadcast", ground.broadcast().id().toString());
    record.put("channel", ground.account().channel().value());
    record.put("via", ground.line().tells(ground.to()) ? "narrowcast" : "broadcast");
    record.put("retry_key", ground.work().retryKey());
    repeats.ifPresent(earlier -> record.put("repeats", earlier.toString()));
    Owner ours = new Owner.Account(ground.account().id());
    Appended appended =
        log.appendSurely(
            drafts
                .draft(id, Kind.ATTEMPT, new Subject.Account(ground.account().id().toString()))
                .cause(ground.broadcast().id())
                .part(ours, Json.bytes(record))
                .part(ours, body)
                .build()
                .underEpoch(epoch.getAsLong()));
    if (!(appended instanceof Appended.At)) {
      throw new IllegalStateException("another node leads: nothing was sent");
    }
    SendResult result =
        ground.line().send(ground.to(), body, ground.work().retryKey(), ground.secret(), DEADLINE);
    // The first attempt is what a later one repeats: its age is that of the key.
    Ulid first = repeats.orElse(id);
    Optional<String> request =
        switch (result) {
          case SendResult.Accepted accepted -> accepted.exchange().requestId();
          case SendResult.AlreadyAccepted already -> already.acceptedRequestId();
          default -> Optional.empty();
        };
    if (request.isPresent() && ground.line().tells(ground.to())) {
      conclude(
          ground.task(),
          ground.work(),
          Optional.of(ground.broadcast()),
          new ChunkOutcome(
              Result.FOLLOW, Map.of(), Optional.of(first), Optional.empty(), Optional.empty()),
          request);
    } else {
      conclude(ground, named(ChunkOutcome.of(result, Map.of(), 1, first)));
    }
  }

  /** Of whom nobody tells how many they are. */
  private static ChunkOutcome named(ChunkOutcome outcome) {
    return outcome.counts().containsKey("ACCEPTED")
        ? new ChunkOutcome(
            outcome.result(),
            Map.of("ACCEPTED_UNCOUNTED", 1L),
            outcome.attempt(),
            outcome.retryAfter(),
            outcome.reason())
        : outcome;
  }

  private void look(Ground ground, String request) throws InterruptedException {
    switch (ground.line().progress(request, ground.secret(), DEADLINE)) {
      case OwnAudience.Progress.Done(long reached, long failed) ->
          conclude(
              ground,
              new ChunkOutcome(
                  Result.DONE,
                  failed == 0
                      ? Map.of("ACCEPTED", reached)
                      : Map.of("ACCEPTED", reached, "FAILED", failed),
                  ground.work().repeats(),
                  Optional.empty(),
                  Optional.empty()));
      case OwnAudience.Progress.Failed(String why) ->
          conclude(
              ground,
              new ChunkOutcome(
                  Result.REJECTED,
                  Map.of("REJECTED_CHANNEL_REJECT", 1L),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(new Reason(Reason.Code.CHANNEL_REJECT, why))));
      case OwnAudience.Progress.Going _, OwnAudience.Progress.Untold _ ->
          conclude(
              ground,
              ground.broadcast().state() == Broadcast.State.STOPPED
                  ? ChunkOutcome.plain(Result.OVER)
                  : ChunkOutcome.plain(Result.LATER));
    }
  }

  private void conclude(Ground ground, ChunkOutcome outcome) throws InterruptedException {
    conclude(
        ground.task(), ground.work(), Optional.of(ground.broadcast()), outcome, Optional.empty());
  }

  private void conclude(
      Task task,
      ChunkWork work,
      Optional<Broadcast> broadcast,
      ChunkOutcome outcome,
      Optional<String> request)
      throws InterruptedException {
    ObjectNode record = outcome.toJson(task, work);
    record.put("kind", KIND);
    request.ifPresent(id -> record.put(REQUEST, id));
    broadcast.ifPresent(known -> Broadcasts.describe(record, known, work));
    Owner owner =
        broadcast
            .<Owner>map(known -> new Owner.Project(known.standing().project()))
            .orElseGet(Owner.Installation::new);
    Subject subject =
        broadcast
            .<Subject>map(known -> new Subject.Project(known.standing().project().value()))
            .orElseGet(Subject.Installation::new);
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, subject)
            .part(owner, Json.bytes(record))
            .cause(outcome.attempt().orElse(work.broadcast()))
            .build());
  }
}
