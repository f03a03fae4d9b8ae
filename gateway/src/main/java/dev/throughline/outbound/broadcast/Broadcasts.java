package dev.throughline.outbound.broadcast;

import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Reaction;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.SendRequest;
import dev.throughline.message.Ulids;
import dev.throughline.task.Task;
import dev.throughline.task.Tasks;
import dev.throughline.vault.DataKey;
import dev.throughline.vault.Owner;
import dev.throughline.vault.Vault;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes tasks of what was decided about broadcasts, one a slot, and each chunk's next of its
 * outcome. Pausing holds the tasks where they are.
 */
public final class Broadcasts implements Reaction {
  /** In decisions. */
  static final String BEGIN = "broadcast_begin";

  /** A broadcast was made whose audience somebody has to go for. */
  static final String WALK = "broadcast_walk";

  static final String HOLD = "broadcast_hold";
  static final String RELEASE = "broadcast_release";

  /** An audience has lived for as long as it may. */
  static final String END = "broadcast_audience_end";

  /** Chunks of a broadcast under way at the same time. */
  static final int SLOTS = 16;

  /** Counted of those for whom a message of their own was made. */
  static final String SINGLE = "SINGLE";

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);

  /** LINE has nothing to tell before. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);

  /** Before it is looked again whether there is room for more messages. */
  private static final Duration FULL_PAUSE = Duration.ofMillis(500);

  private static final String MADE =
      "insert into broadcast_message (message, broadcast) values (?, ?) on conflict do nothing";

  private final BroadcastStore store;
  private final Audiences audiences;
  private final Answers answers;
  private final Vault vault;
  private final Tasks tasks;
  private final Set<Ulid> held = ConcurrentHashMap.newKeySet();

  Broadcasts(BroadcastStore store, Audiences audiences, Answers answers, Vault vault, Tasks tasks) {
    this.store = store;
    this.audiences = audiences;
    this.answers = answers;
    this.vault = vault;
    this.tasks = tasks;
    held.addAll(store.paused());
  }

  /** Whether its tasks are to be held. */
  public boolean isHeld(Ulid target) {
    return held.contains(target);
  }

  /** Those whose tasks are held: named to the tasks before they start. */
  public Set<Ulid> held() {
    return Set.copyOf(held);
  }

  @Override
  public void react(Fact fact, Effects effects) {
    switch (fact) {
      case Fact.Asked asked -> asked(asked, effects);
      case Fact.OutcomeKnown known
          when known.task().kind().equals(ChunkHandler.KIND)
              || known.task().kind().equals(OwnAudienceHandler.KIND) ->
          outcome(known, effects);
      case Fact.OutcomeKnown known when known.task().kind().equals(AudienceHandler.KIND) ->
          effects.change(new Task.Change.Done(known.task().id()));
      case Fact.SendRequested requested when requested.broadcast().isPresent() -> {
        Ulid broadcast = requested.broadcast().get();
        Ulid message = requested.message().id().value();
        effects.write(c -> {
          try (PreparedStatement s = c.prepareStatement(MADE)) {
            s.setObject(1, message.toUuid());
            s.setObject(2, broadcast.toUuid());
            return s.executeUpdate();
          }
        });
      }
      case Fact.MessageReceived received -> answers.heard(received.party(), effects);
      case Fact.Changed changed when changed.what() == Fact.Changed.What.CONTACT_DELETED ->
          forget(changed, effects);
      default -> {
        // Not ours.
      }
    }
  }

  /** A contact that was deleted is in no audience any more, whatever it was named by there. */
  private void forget(Fact.Changed changed, Effects effects) {
    List<Identity> addresses = new ArrayList<>();
    for (JsonNode each : changed.json().findPath("channel_identities")) {
      String channel = each.path("channel").asString("");
      String value = each.path("identity").asString("");
      if (ChannelName.isValid(channel) && !value.isEmpty()) {
        addresses.add(Addressee.normal(new ChannelName(channel), value));
      }
    }
    effects.write(c -> {
      List<Ulid> live = audiences.live(c, changed.project());
      if (live.isEmpty()) {
        return 0;
      }
      audiences.forget(
          c, live, Members.fingerprint(changed.contact()), new Owner.Contact(changed.contact()));
      for (Identity address : addresses) {
        audiences.forget(c, changed.project(), live, address);
      }
      return 1;
    });
  }

  private void asked(Fact.Asked asked, Effects effects) {
    ObjectNode record = asked.record();
    Optional<Ulid> broadcast = Json.string(record, "broadcast").flatMap(Ulids::parse);
    if (broadcast.isEmpty()) {
      return;
    }
    switch (Json.string(record, "decision").orElse("")) {
      case BEGIN -> begin(asked, broadcast.get(), effects);
      case HOLD -> hold(broadcast.get(), effects);
      case RELEASE, END -> release(broadcast.get(), effects);
      case WALK ->
          effects.add(
              new Effects.NewWork(
                  AudienceHandler.KIND,
                  "broadcast-audience:" + broadcast.get(),
                  Task.Priority.BULK,
                  effects.at(),
                  Json.string(record, "app").flatMap(Ulids::parse).map(AppId::new),
                  Optional.empty(),
                  asked.key(),
                  AudienceHandler.body(broadcast.get())));
      default -> {
        // Something else was decided.
      }
    }
  }

  private void hold(Ulid broadcast, Effects effects) {
    effects.afterwards(() -> {
      held.add(broadcast);
      tasks.pause(broadcast);
    });
  }

  private void release(Ulid broadcast, Effects effects) {
    effects.afterwards(() -> {
      held.remove(broadcast);
      tasks.resume(broadcast);
    });
  }

  private void begin(Fact.Asked asked, Ulid broadcast, Effects effects) {
    ObjectNode record = asked.record();
    int from = record.path("from").asInt();
    int end = record.path("end").asInt();
    int slots = record.path("slots").asInt(1);
    Instant due =
        Json.string(record, "not_before")
            .map(Instant::parse)
            .filter(t -> t.isAfter(effects.at()))
            .orElse(effects.at());
    Optional<AppId> app = Json.string(record, "app").flatMap(Ulids::parse).map(AppId::new);
    app.ifPresent(of -> effects.afterwards(() -> answers.await(of, broadcast)));
    Duration apart = Duration.ofNanos(record.path("apart_ns").asLong(0));
    for (int slot = 0; slot < slots && from + slot < end; slot++) {
      ChunkWork work =
          new ChunkWork(
              broadcast,
              from + slot,
              slots,
              record.path("stage").asInt(),
              effects.newId(),
              Optional.empty());
      String kind =
          record.path("own").asBoolean(false) ? OwnAudienceHandler.KIND : ChunkHandler.KIND;
      add(kind, work, app, asked.key(), due.plus(apart.multipliedBy(slot)), effects);
    }
  }

  private static void add(
      String kind, ChunkWork work, Optional<AppId> app, DataKey key, Instant due, Effects effects) {
    effects.add(
        new Effects.NewWork(
            kind,
            "broadcast:" + work.broadcast() + ":" + work.chunk() % work.slots(),
            Task.Priority.BULK,
            due,
            app,
            Optional.of(work.broadcast()),
            key,
            work.toBytes()));
  }

  private void outcome(Fact.OutcomeKnown known, Effects effects) {
    Task task = known.task();
    ChunkWork work = ChunkWork.of(known.body());
    ChunkOutcome outcome = ChunkOutcome.of(known.result());
    switch (outcome.result()) {
      case DONE, UNKNOWN -> through(known, work, outcome, effects);
      case REJECTED -> {
        through(known, work, outcome, effects);
        // What is refused once is refused each time: somebody has to look.
        effects.write(c ->
            store.move(
                    c,
                    work.broadcast(),
                    Broadcast.State.PAUSED,
                    Optional.of(known.at()),
                    known.at(),
                    Broadcast.State.RUNNING)
                ? 1
                : 0);
        effects.alarm("broadcast_refused", work.broadcast().toString());
        hold(work.broadcast(), effects);
      }
      case LATER ->
          effects.change(
              new Task.Change.Again(
                  task.id(), next(task, effects.at(), outcome), task.tries() + 1, "LATER"));
      case FULL ->
          effects.change(
              new Task.Change.Again(
                  task.id(), effects.at().plus(FULL_PAUSE), task.tries(), "FULL"));
      case DOUBTFUL -> {
        Optional<DataKey> key = vault.key(Vault.keyId(task.sealed()));
        Optional<Ulid> attempt = outcome.attempt();
        if (key.isPresent() && attempt.isPresent()) {
          effects.replace(
              task.inDoubt(),
              key.get(),
              work.repeating(attempt.get()).toBytes(),
              next(task, effects.at(), outcome));
        } else {
          effects.change(new Task.Change.Done(task.id()));
        }
      }
      case FOLLOW -> {
        Optional<DataKey> key = vault.key(Vault.keyId(task.sealed()));
        Optional<String> request = Json.string(known.result(), OwnAudienceHandler.REQUEST);
        if (key.isPresent() && request.isPresent() && outcome.attempt().isPresent()) {
          ChunkWork sent = work.repeating(outcome.attempt().get());
          effects.replace(
              task,
              key.get(),
              OwnAudienceHandler.following(sent, request.get()),
              effects.at().plus(FIRST_LOOK));
        } else {
          effects.change(new Task.Change.Done(task.id()));
        }
      }
      case OVER -> effects.change(new Task.Change.Done(task.id()));
    }
  }

  private void through(
      Fact.OutcomeKnown known, ChunkWork work, ChunkOutcome outcome, Effects effects) {
    ObjectNode plan = (ObjectNode) known.result().path("plan");
    Task task = known.task();
    boolean asks = plan.path("asks").asBoolean(false);
    int end = plan.path("end").asInt();
    effects.write(c ->
        store.through(
            c,
            work.broadcast(),
            work.chunk(),
            asks,
            plan.path("next_end").asInt(),
            outcome.counts(),
            outcome.attempt(),
            known.entry(),
            known.at()));
    effects.change(new Task.Change.Done(task.id()));
    int next = work.chunk() + work.slots();
    boolean nextStage = next >= end;
    Optional<DataKey> key = vault.key(Vault.keyId(task.sealed()));
    if (next >= plan.path("chunks").asInt() || nextStage && asks || key.isEmpty()) {
      return;
    }
    Instant due =
        nextStage
            ? effects.at().plusMillis(plan.path("pause_ms").asLong(0))
            : later(
                effects.at(), task.due().plusNanos(plan.path("apart_ns").asLong(0) * work.slots()));
    add(
        task.kind(),
        new ChunkWork(
            work.broadcast(),
            next,
            work.slots(),
            nextStage ? work.stage() + 1 : work.stage(),
            effects.newId(),
            Optional.empty()),
        task.app(),
        key.get(),
        due,
        effects);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant next(Task task, Instant now, ChunkOutcome outcome) {
    Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(task.tries(), 6));
    Duration pause = backoff.compareTo(LONGEST_BACKOFF) < 0 ? backoff : LONGEST_BACKOFF;
    return now.plus(outcome.retryAfter().filter(asked -> asked.compareTo(pause) > 0).orElse(pause));
  }

  /** What the fold needs to know of the broadcast when a chunk of it is through. */
  static void describe(ObjectNode record, Broadcast broadcast, ChunkWork work) {
    Order order = broadcast.order();
    int chunks = broadcast.standing().chunks();
    ObjectNode plan = record.putObject("plan");
    plan.put("chunks", chunks);
    plan.put("end", order.end(work.stage(), chunks));
    plan.put("next_end", order.end(work.stage() + 1, chunks));
    plan.put("apart_ns", order.apart().toNanos());
    List<Order.Stage> stages = order.stages(chunks);
    if (work.stage() < stages.size() - 1) {
      Optional<Duration> pause = stages.get(work.stage()).pause();
      plan.put("asks", pause.isEmpty());
      pause.ifPresent(time -> plan.put("pause_ms", time.toMillis()));
    }
  }

  /** The send that everybody's is made of, as if it went to nobody in particular. */
  static SendRequest request(Order order) {
    return request(order, Map.of());
  }

  static SendRequest request(Order order, Map<String, String> variables) {
    ObjectNode body = order.sendTo(Order.nobody(), variables);
    return switch (SendRequests.parse(Json.bytes(body))) {
      case SendRequests.Parsed.Valid(SendRequest valid) -> valid;
      case SendRequests.Parsed.Wrong(String field, String sentence) ->
          throw new IllegalStateException("was valid when it came: " + field + " " + sentence);
    };
  }
}
