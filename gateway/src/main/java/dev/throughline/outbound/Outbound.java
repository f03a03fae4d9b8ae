package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Party;
import dev.throughline.conversation.Reaction;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.Delivery.Progress;
import dev.throughline.outbound.plan.DeliveryEvent;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.policy.Permission;
import dev.throughline.task.Task;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides how a send goes out, and what the channels' answers make of it: each fact that a
 * message's plan waits for is put to the planner. Pure: tasks are what it brings about.
 */
public final class Outbound implements Reaction {
  private final Means means;
  private final Plans plans;
  private final Looks looks;

  /**
   * @param probed which contents have files that are looked at before they go out
   */
  public Outbound(Map<ChannelName, Channel> channels, Predicate<Content.Outbound> probed) {
    this.means = new Means(channels, probed);
    this.plans = new Plans(channels);
    this.looks = new Looks(means, plans);
  }

  @Override
  public void react(Fact fact, Effects effects) {
    switch (fact) {
      case Fact.SendRequested requested ->
          Turn.begin(
              means, effects, requested, plans.of(requested, effects.at()), Plans.terms(requested));
      case Fact.OutcomeKnown outcome -> {
        switch (outcome.task().kind()) {
          case SendHandler.KIND -> concluded(outcome, effects);
          case ProbeHandler.KIND -> looks.looked(outcome, effects);
          case TimeHandler.CONFIRM -> unconfirmed(outcome, effects);
          case TimeHandler.PLAN -> woken(outcome, effects);
          default -> {
            // Somebody else's.
          }
        }
      }
      case Fact.ReceiptTold told -> told(told, effects);
      case Fact.MessageReceived received ->
          waiting(received.party(), new DeliveryEvent.Answered(channel(received.party())), effects);
      case Fact.Opted(Party party, boolean in, Instant _, Optional<Instant> _) -> {
        if (!in && party.app().settings().knownBlock() == App.KnownBlock.FAIL) {
          waiting(party, new DeliveryEvent.Blocked(channel(party)), effects);
        }
      }
      case Fact.CancelAsked cancel -> cancel(cancel, effects);
      case Fact.ReplayAsked replay when replay.task().kind().equals(SendHandler.KIND) ->
          resend(replay, effects);
      case Fact.ContactCreated _,
          Fact.ConversationStarted _,
          Fact.Changed _,
          Fact.NotMapped _,
          Fact.WebhookTaken _,
          Fact.SubscriptionOffered _,
          Fact.Unaddressed _,
          Fact.EventReceived _,
          Fact.ChannelTold _,
          Fact.PieceKept _,
          Fact.TakenBack _,
          Fact.StatusChanged _,
          Fact.Submitted _,
          Fact.EventRequested _,
          Fact.EventStatusChanged _,
          Fact.ReachAsked _,
          Fact.ReachKnown _,
          Fact.ConsentChanged _,
          Fact.AccountTroubled _,
          Fact.Asked _,
          Fact.ReplayAsked _ -> {
        // Not ours.
      }
    }
  }

  /** Why the channel may not be used for this at such an address, if it may not. */
  public static Optional<Reason> refusal(Channel channel, Identity recipient, MessageClass sent) {
    return StepGates.refusal(channel, recipient, sent);
  }

  private void concluded(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    SendBody body = SendBody.of(outcome.body());
    SendOutcome result = SendOutcome.of(outcome.result());
    AtHand hand = new AtHand(task, Optional.of(body), Optional.of(result));
    Optional<Sent> sent = effects.sent(body.message().value());
    Optional<Course> course = sent.map(known -> plans.course(known, Optional.of(hand)));
    Optional<Integer> step =
        course.flatMap(known -> known.stepOf(Optional.of(task.id()), Optional.of(body.step())));
    if (sent.isEmpty() || course.isEmpty() || step.isEmpty()) {
      // The message was deleted meanwhile: there is nobody left to tell.
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    Party party = sent.get().party();
    if (result.result() == SendOutcome.Result.REJECTED) {
      result.reason().ifPresent(why -> Refusals.heard(party.at(body.recipient()), why, effects));
    }
    Instant began =
        course.get().legs().get(step.get()).began().orElse(sent.get().message().acceptedAt());
    Verdict verdict =
        Verdicts.of(
            hand,
            means.way(body.recipient()),
            party.app(),
            effects.at(),
            began,
            course.get().terms().planned());
    Turn.of(means, effects, sent.get(), Optional.of(hand), Turn.Tasks.KNOWN, course.get())
        .hear(
            new DeliveryEvent.Attempted(
                step.get(), permitted(verdict, result, sent.get(), body.recipient(), effects)));
    if (result.result() == SendOutcome.Result.REJECTED) {
      Troubles.tell(outcome, party, body.account(), result, effects);
    }
  }

  /** What may have changed while a message could not be sent: a repeat is a send as well. */
  private static Verdict permitted(
      Verdict verdict, SendOutcome result, Sent sent, Identity recipient, Effects effects) {
    boolean waited =
        result.result() == SendOutcome.Result.THROTTLED
            || result.result() == SendOutcome.Result.UNREACHABLE;
    if (!waited
        || !(verdict instanceof Verdict.NotNow(Reason reason, Optional<Instant> again))
        || again.isEmpty()) {
      return verdict;
    }
    return switch (effects.permission(
        sent.party().at(recipient), sent.message().messageClass(), sent.message().urgent())) {
      case Permission.Granted() -> verdict;
      case Permission.Refused(Reason why) -> new Verdict.Refused(why, false);
      case Permission.NotBefore hold ->
          hold.time().isAfter(again.get())
              ? new Verdict.NotNow(reason, Optional.of(hold.time()))
              : verdict;
    };
  }

  private void woken(Fact.OutcomeKnown outcome, Effects effects) {
    effects.change(new Task.Change.Done(outcome.task().id()));
    effects
        .sent(TimeHandler.message(outcome.body()).value())
        .filter(sent -> sent.plan().isPresent())
        .ifPresent(sent -> turn(sent, effects).withoutTimer().hear(new DeliveryEvent.Woken()));
  }

  /** Facts of the channel go before what we know: an unknown outcome is known by it. */
  private void told(Fact.ReceiptTold told, Effects effects) {
    Sent sent = told.sent();
    // Of a message without a plan, what nobody knew the outcome of may lie on the shelf.
    Optional<AtHand> shelved =
        sent.plan().isPresent()
            ? Optional.empty()
            : effects
                .shelved(sent.party(), sent.message())
                .map(task -> new AtHand(task, Optional.empty(), Optional.empty()));
    Course course =
        sent.plan().isPresent()
            ? plans.course(sent, Optional.empty())
            : plans.alone(sent, shelved, Progress.UNKNOWN);
    Optional<Integer> step = course.stepOf(Optional.empty(), told.step());
    if (told.news() instanceof News.Failed(Reason reason)) {
      step.map(course.legs()::get)
          .ifPresent(leg -> Refusals.heard(sent.party().at(leg.recipient()), reason, effects));
    }
    step.ifPresent(i ->
        Turn.of(means, effects, sent, shelved, Turn.Tasks.UNKNOWN, course)
            .hear(
                switch (told.news()) {
                  case News.Reached(Assurance level) -> new DeliveryEvent.Reached(i, level);
                  case News.Failed(Reason reason) -> new DeliveryEvent.Bounced(i, reason);
                }));
  }

  private void unconfirmed(Fact.OutcomeKnown outcome, Effects effects) {
    effects.change(new Task.Change.Done(outcome.task().id()));
    Optional<Ulid> key = TimeHandler.step(outcome.body());
    effects
        .sent(TimeHandler.message(outcome.body()).value())
        .filter(sent ->
            sent.plan().isPresent() || sent.message().status() == DeliveryStatus.QUEUED_ON_CHANNEL)
        .ifPresent(sent ->
            plans
                .course(sent, Optional.empty())
                .stepOf(Optional.empty(), key)
                .ifPresent(step ->
                    turn(sent, effects).hear(new DeliveryEvent.Bounced(step, notConfirmed()))));
  }

  private void waiting(Party party, DeliveryEvent event, Effects effects) {
    effects
        .waitingFor(party.app().id(), party.contact())
        .forEach(sent -> turn(sent, effects).hear(event));
  }

  private void cancel(Fact.CancelAsked cancel, Effects effects) {
    Sent sent = cancel.sent();
    if (sent.plan().isPresent()) {
      turn(sent, effects).hear(new DeliveryEvent.Cancelled());
      return;
    }
    // A first attempt may be under way without anybody knowing yet; a later one looks first.
    cancel
        .task()
        .filter(task -> task.kind().equals(ProbeHandler.KIND) || task.tries() > 0)
        .ifPresent(task -> {
          AtHand hand = new AtHand(task, Optional.empty(), Optional.empty());
          Turn.of(
                  means,
                  effects,
                  sent,
                  Optional.of(hand),
                  Turn.Tasks.KNOWN,
                  plans.course(sent, Optional.of(hand)))
              .keeping()
              .hear(new DeliveryEvent.Cancelled());
        });
  }

  private void resend(Fact.ReplayAsked replay, Effects effects) {
    Task task = replay.task();
    SendBody body = SendBody.of(replay.body());
    AtHand hand = new AtHand(task, Optional.of(body), Optional.empty());
    Optional<Sent> sent = effects.sent(body.message().value());
    if (sent.isEmpty()) {
      return;
    }
    Course course =
        sent.get().plan().isPresent()
            ? plans.course(sent.get(), Optional.of(hand))
            : plans.alone(sent.get(), Optional.of(hand), Progress.UNKNOWN);
    Optional<Integer> step = course.stepOf(Optional.of(task.id()), Optional.of(body.step()));
    boolean wanted =
        step.filter(i -> course.delivery().steps().get(i).progress() == Progress.UNKNOWN)
                .isPresent()
            && !course.delivery().isReached();
    if (wanted) {
      Turn.of(means, effects, sent.get(), Optional.of(hand), Turn.Tasks.KNOWN, course)
          .hear(new DeliveryEvent.ResendAsked(step.get()));
    } else {
      // It is known by now what became of it, or another way has done what this one was to do.
      effects.change(new Task.Change.Done(task.id()));
    }
  }

  private Turn turn(Sent sent, Effects effects) {
    return Turn.of(
        means,
        effects,
        sent,
        Optional.empty(),
        Turn.Tasks.UNKNOWN,
        plans.course(sent, Optional.empty()));
  }

  private static ChannelName channel(Party party) {
    return party.identity().channel();
  }

  private static Reason notConfirmed() {
    return new Reason(
        Reason.Code.DELIVERY_TIMED_OUT,
        "The channel took the message, and told of no delivery in the time in which it does.");
  }
}
