package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.KeptPlan;
import dev.throughline.conversation.Party;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Reason;
import dev.throughline.outbound.Course.Note;
import dev.throughline.outbound.Course.Timer;
import dev.throughline.outbound.plan.Delivery;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.DeliveryEvent;
import dev.throughline.outbound.plan.DeliveryPlan;
import dev.throughline.outbound.plan.Move;
import dev.throughline.outbound.plan.Planner;
import dev.throughline.outbound.plan.Planner.Circumstances;
import dev.throughline.outbound.plan.Planner.Decision;
import dev.throughline.task.Task;
import dev.throughline.vault.DataKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One event of a message's plan: what the planner decides is brought about by tasks. A plan with
 * one step and nothing to wait for is kept nowhere; its message and its task tell where it stands.
 */
final class Turn {
  private final Means means;
  private final Effects effects;
  private final MessageId message;
  private final List<ContactId> contacts;
  private final Optional<AtHand> atHand;
  private final boolean anyAttemptMayBeOpen;
  private boolean kept;
  private Course course;

  /** How a turn stands to the tasks of a message of whose plan nothing is kept. */
  enum Tasks {
    KNOWN,
    /** It may have one with an open attempt. */
    UNKNOWN
  }

  private Turn(
      Means means,
      Effects effects,
      MessageId message,
      List<ContactId> contacts,
      Optional<AtHand> atHand,
      Tasks tasks,
      boolean kept,
      Course course) {
    this.means = means;
    this.effects = effects;
    this.message = message;
    this.contacts = List.copyOf(contacts);
    this.atHand = atHand;
    this.anyAttemptMayBeOpen = tasks == Tasks.UNKNOWN;
    this.kept = kept;
    this.course = course;
  }

  /** Of a message of which a plan is kept, or {@code alone} if none is. */
  static Turn of(
      Means means,
      Effects effects,
      Sent sent,
      Optional<AtHand> atHand,
      Tasks tasks,
      Course course) {
    return new Turn(
        means,
        effects,
        sent.message().id(),
        sent.plan().map(KeptPlan::contacts).orElse(List.of(sent.party().contact())),
        atHand,
        sent.plan().isPresent() ? Tasks.KNOWN : tasks,
        sent.plan().isPresent(),
        course);
  }

  /** Begins a plan. */
  static void begin(
      Means means,
      Effects effects,
      Fact.SendRequested requested,
      DeliveryPlan plan,
      Course.Terms terms) {
    List<Leg> legs = requested.ways().stream().map(Leg::of).toList();
    Course course = new Course(Delivery.unbegun(plan), legs, terms, Optional.empty(), List.of());
    List<ContactId> contacts =
        requested.ways().stream().map(way -> way.party().contact()).distinct().toList();
    Turn turn =
        new Turn(
            means,
            effects,
            requested.message().id(),
            contacts,
            Optional.empty(),
            Tasks.KNOWN,
            legs.size() > 1 || terms.planned(),
            course);
    requested
        .nowhere()
        .forEach(channel ->
            turn.note("step", channel.value(), Optional.empty(), Optional.of(nowhere())));
    StepGates gates = turn.gates();
    Decision decision = Planner.begin(plan, turn.circumstances(gates));
    turn.kept |= decision.moves().stream().anyMatch(Move.WakeAt.class::isInstance);
    turn.apply(decision, gates);
  }

  void hear(DeliveryEvent event) {
    StepGates gates = gates();
    apply(Planner.next(course.delivery(), event, circumstances(gates)), gates);
  }

  /** From here on it is kept how far the plan has come. */
  Turn keeping() {
    kept = true;
    return this;
  }

  Turn withoutTimer() {
    course = course.with(Optional.<Timer>empty());
    return this;
  }

  private StepGates gates() {
    return new StepGates(means, effects, sent(), course);
  }

  private Sent sent() {
    return effects
        .sent(message.value())
        .orElseThrow(() -> new IllegalStateException("a plan without its message"));
  }

  private Circumstances circumstances(StepGates gates) {
    return new Circumstances(effects.at(), isAttemptOpen(), gates);
  }

  private boolean isAttemptOpen() {
    Optional<Ulid> task = course.legs().get(course.delivery().current()).task();
    boolean answered =
        atHand.filter(hand -> hand.result().isPresent()).map(hand -> hand.task().id()).equals(task);
    return anyAttemptMayBeOpen
        || !answered && task.flatMap(effects::task).flatMap(Task::attempt).isPresent();
  }

  private void apply(Decision decision, StepGates gates) {
    Phase before = course.delivery().phase();
    course = course.with(decision.delivery());
    for (Move move : decision.moves()) {
      switch (move) {
        case Move.Send(int step) -> send(step, gates.ready(step));
        case Move.Repeat(int step, Instant at, boolean inDoubt) -> repeat(step, at, inDoubt);
        case Move.SendAnew(int step, Instant at) -> sendAnew(step, at);
        case Move.Withdraw(int step) -> withdraw(step);
        case Move.End(int step) -> end(step);
        case Move.Shelve(int step) -> shelve(step);
        case Move.Tell(int step, DeliveryStatus status, Optional<Reason> reason) ->
            tell(step, status, reason);
        case Move.Submitted(int step) -> submitted(step);
        case Move.WakeAt(Instant time) -> wakeAt(time, gates.waitsUntil(time));
        case Move.Sleep() -> sleep();
      }
    }
    Phase after = course.delivery().phase();
    if (before != after && (after == Phase.CANCELLED || after == Phase.REACHED)) {
      note(after == Phase.CANCELLED ? "cancelled" : "reached", channel(current()));
    }
    if (kept) {
      effects.keep(message, keptPlan(after));
    }
  }

  private KeptPlan keptPlan(Phase phase) {
    boolean open = phase == Phase.RUNNING;
    List<Identity> people =
        open ? course.legs().stream().map(Leg::recipient).distinct().toList() : List.of();
    List<Ulid> tasks = course.legs().stream().flatMap(leg -> leg.task().stream()).toList();
    return new KeptPlan(open, contacts, tasks, people, CourseJson.toJson(course));
  }

  // --- Tasks ------------------------------------------------------------------------------------

  private void send(int step, StepGates.Ready ready) {
    Leg leg = course.legs().get(step);
    Sent sent = sent();
    if (!sent.party().identity().equals(leg.recipient())
        || !sent.message().content().equals(leg.content())) {
      StoredMessage moved =
          sent.message().on(leg.recipient().channel(), leg.content(), leg.filled());
      effects.move(ready.party(), moved, leg.account());
    }
    note("step", channel(step));
    Ulid task;
    if (ready.rendered().isPresent()) {
      SendBody body = body(step, ready, ready.rendered().get());
      task = add(SendHandler.KIND, ready.party(), body.reply().isPresent(), body.toBytes());
      leg = leg.known(body.step());
    } else {
      task = add(ProbeHandler.KIND, ready.party(), false, probe(ready, leg).toBytes());
    }
    course = course.with(step, leg.begun(task, effects.at()));
  }

  private Ulid add(String kind, Party party, boolean reply, Bytes body) {
    return effects.add(
        new Effects.NewTask(
            kind,
            "send:" + party.contact(),
            reply ? Task.Priority.REPLY : course.terms().priority(),
            effects.at(),
            Optional.of(party.app().id()),
            party.contact(),
            Optional.empty(),
            party.key(),
            body));
  }

  /** Nothing in a fold calls out: what its files are is found out by a task. */
  private ProbeBody probe(StepGates.Ready ready, Leg leg) {
    Party party = ready.party();
    return new ProbeBody(
        message,
        party.app().project(),
        party.app().id(),
        ready.account().id(),
        leg.recipient(),
        leg.content(),
        leg.filled(),
        ready.composed().properties(),
        leg.quote(),
        course.delivery().plan().expires());
  }

  /** Until when whoever takes a step's message is to deliver it. */
  Optional<Instant> usefulUntil(int step) {
    Delivery delivery = course.delivery();
    return delivery.plan().usefulUntil(step, delivery.steps().get(step).deadline());
  }

  private SendBody body(int step, StepGates.Ready ready, Channel.Rendered.Ready rendered) {
    return Bodies.send(
        effects,
        ready.party(),
        ready.account(),
        sent().message(),
        rendered,
        course.delivery().plan().expires(),
        usefulUntil(step),
        kept);
  }

  /** Files were looked at: what was found is sent, in the place of the look. */
  void looked(int step, SendBody body) {
    Task look = atHand.orElseThrow().task();
    Ulid task =
        effects.replace(look, SendHandler.KIND, sent().party().key(), body.toBytes(), effects.at());
    course =
        course.with(step, course.legs().get(step).known(body.step()).worked(Optional.of(task)));
    if (kept) {
      effects.keep(message, keptPlan(course.delivery().phase()));
    }
  }

  private void repeat(int step, Instant at, boolean inDoubt) {
    AtHand hand = atHand.orElseThrow();
    SendOutcome result = hand.result().orElseThrow();
    if (result.reply() && (inDoubt || result.result() == SendOutcome.Result.REPLY_TOKEN_INVALID)) {
      SendBody push = hand.body().orElseThrow().withoutReply();
      Task task = inDoubt ? hand.task().inDoubt() : hand.task();
      work(step, effects.replace(task, key(), push.toBytes(), at));
    } else {
      boolean attempted = result.result() != SendOutcome.Result.LOST;
      effects.change(
          new Task.Change.Again(
              hand.task().id(),
              at,
              attempted ? hand.task().tries() + 1 : hand.task().tries(),
              attempted ? result.result().name() : "lost",
              inDoubt));
    }
  }

  private void sendAnew(int step, Instant at) {
    AtHand hand = atHand.orElseThrow();
    SendBody body = hand.body().orElseThrow();
    boolean keyLives =
        hand.result().isEmpty()
            && body.reply().isEmpty()
            && means.way(body.recipient()).repeatable()
            && hand.task()
                .attemptAt()
                .filter(first -> at.isBefore(first.plus(SendHandler.RETRY_KEY_AGE)))
                .isPresent();
    if (keyLives) {
      effects.change(new Task.Change.Again(hand.task().id(), at, 0, ""));
      return;
    }
    SendBody anew = body.withoutReply().anew(effects.newId());
    Ulid task = effects.replace(hand.task().inDoubt(), key(), anew.toBytes(), at);
    course = course.with(step, course.legs().get(step).known(anew.step()));
    work(step, task);
  }

  private void withdraw(int step) {
    Leg leg = course.legs().get(step);
    boolean open = leg.task().flatMap(effects::task).flatMap(Task::attempt).isPresent();
    if (!open) {
      note("withdrawn", channel(step));
      end(step);
    }
  }

  private void end(int step) {
    Leg leg = course.legs().get(step);
    leg.task().ifPresent(task -> effects.change(new Task.Change.Done(task)));
    course = course.with(step, leg.worked(Optional.empty()));
  }

  private void shelve(int step) {
    course
        .legs()
        .get(step)
        .task()
        .flatMap(effects::task)
        .ifPresent(task ->
            effects.change(
                new Task.Change.Shelved(task.id(), Task.Shelf.UNKNOWN, task.tries(), "UNKNOWN")));
  }

  private void work(int step, Ulid task) {
    course = course.with(step, course.legs().get(step).worked(Optional.of(task)));
  }

  // --- Times ------------------------------------------------------------------------------------

  /**
   * @param why where it is not for the step before it
   */
  private void wakeAt(Instant time, Optional<Reason> why) {
    if (course.timer().filter(timer -> timer.at().equals(time)).isPresent()) {
      return;
    }
    sleep();
    Party party = sent().party();
    Ulid task =
        effects.add(
            new Effects.NewTask(
                TimeHandler.PLAN,
                "plan:" + message,
                Task.Priority.SINGLE,
                time,
                Optional.of(party.app().id()),
                party.contact(),
                Optional.empty(),
                party.key(),
                TimeHandler.body(message, Optional.empty())));
    course = course.with(Optional.of(new Timer(task, time)));
    course =
        course.and(
            new Note(
                effects.at(),
                effects.index(),
                "wait",
                channel(current()),
                Optional.empty(),
                why,
                Optional.of(time)));
  }

  private void sleep() {
    course.timer().ifPresent(timer -> effects.change(new Task.Change.Done(timer.task())));
    course = course.with(Optional.<Timer>empty());
  }

  // --- Words ------------------------------------------------------------------------------------

  private void tell(int step, DeliveryStatus status, Optional<Reason> reason) {
    note("status", channel(step), Optional.of(status.name()), reason);
    effects.status(party(step), sent().message(), status, reason);
  }

  private void submitted(int step) {
    Leg leg = course.legs().get(step);
    boolean arrived =
        course
            .delivery()
            .steps()
            .get(step)
            .reached()
            .filter(level -> level.compareTo(Assurance.DEVICE) >= 0)
            .isPresent();
    if (!arrived) {
      means.way(leg.recipient()).confirmedWithin().ifPresent(time -> awaitDelivery(leg, time));
    }
    effects.emit(new Fact.Submitted(party(step), sent().message(), effects.at()));
  }

  private void awaitDelivery(Leg leg, Duration time) {
    Party party = sent().party();
    Optional<Ulid> key =
        leg.keys().isEmpty() ? Optional.empty() : Optional.of(leg.keys().getLast());
    Ulid _ =
        effects.add(
            new Effects.NewTask(
                TimeHandler.CONFIRM,
                "confirm:" + message,
                Task.Priority.SINGLE,
                effects.at().plus(time),
                Optional.of(party.app().id()),
                party.contact(),
                Optional.empty(),
                party.key(),
                TimeHandler.body(message, key)));
  }

  private Party party(int step) {
    return sent().party().at(course.legs().get(step).recipient());
  }

  private DataKey key() {
    return sent().party().key();
  }

  private int current() {
    return course.delivery().current();
  }

  private String channel(int step) {
    return course.legs().get(step).recipient().channel().value();
  }

  private void note(String kind, String channel) {
    note(kind, channel, Optional.empty(), Optional.empty());
  }

  private void note(String kind, String channel, Optional<String> status, Optional<Reason> reason) {
    course =
        course.and(
            new Note(
                effects.at(), effects.index(), kind, channel, status, reason, Optional.empty()));
  }

  private static Reason nowhere() {
    return new Reason(
        Reason.Code.NO_CHANNEL_IDENTITY_FOR_CONTACT,
        "The recipient has no address on the channel.");
  }
}
