package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import dev.throughline.message.SendRequest;
import dev.throughline.outbound.Course.Terms;
import dev.throughline.outbound.plan.Delivery;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.Delivery.Progress;
import dev.throughline.outbound.plan.Delivery.StepState;
import dev.throughline.outbound.plan.DeliveryPlan;
import dev.throughline.outbound.plan.DeliveryPlan.Step;
import dev.throughline.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The plan of a message: what was asked for, what was kept, or what its status tells of it. */
final class Plans {
  /** Longer than a call takes, so that the last try at the end of the patience is answered. */
  private static final Duration LAST_TRY = Duration.ofMinutes(1);

  private final Map<ChannelName, Channel> channels;

  Plans(Map<ChannelName, Channel> channels) {
    this.channels = Map.copyOf(channels);
  }

  DeliveryPlan of(Fact.SendRequested requested, Instant now) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < requested.ways().size(); i++) {
      steps.add(step(requested.ways().get(i), i == requested.ways().size() - 1));
    }
    SendRequest request = requested.request();
    Instant start = request.notBefore().filter(now::isBefore).orElse(now);
    return new DeliveryPlan(steps, request.ttl().map(start::plus));
  }

  static Terms terms(Fact.SendRequested requested) {
    SendRequest request = requested.request();
    return new Terms(
        request.channelProperties(),
        priority(requested),
        !request.plan().isEmpty(),
        request.notBefore());
  }

  private static Task.Priority priority(Fact.SendRequested requested) {
    if (requested.request().highPriority()) {
      return Task.Priority.REPLY;
    }
    return requested.broadcast().isPresent() ? Task.Priority.BULK : Task.Priority.SINGLE;
  }

  private Step step(Fact.Way way, boolean last) {
    App app = way.party().app();
    Identity recipient = way.party().identity();
    Assurance ceiling = ceiling(recipient);
    if (way.asked().isPresent()) {
      PlannedStep asked = way.asked().get();
      return new Step(
          recipient.channel(),
          asked.until(),
          asked.within().orElseGet(() -> Patience.waitingTime(app)),
          asked.onUnknown(),
          asked.beyondCeiling(),
          ceiling);
    }
    boolean reported =
        !last && Patience.wantsReports(app) && ceiling.compareTo(Assurance.CARRIER) >= 0;
    return new Step(
        recipient.channel(),
        reported ? Assurance.DEVICE : Assurance.ACCEPTED,
        reported ? Patience.waitingTime(app) : Patience.retryDuration(app).plus(LAST_TRY),
        OnUnknown.WAIT,
        BeyondCeiling.STOP_AT_CEILING,
        ceiling);
  }

  /** What a channel can tell at best of a message to such an address. */
  private Assurance ceiling(Identity recipient) {
    Channel channel = channels.get(recipient.channel());
    if (channel == null) {
      return Assurance.ACCEPTED;
    }
    Assurance highest = channel.highestAssurance();
    boolean confirmed =
        channel.way(recipient).confirmedWithin().isPresent()
            && highest.compareTo(Assurance.DEVICE) < 0;
    return confirmed ? Assurance.DEVICE : highest;
  }

  /** What is kept of a message's plan, or else what its status tells. */
  Course course(Sent sent, Optional<AtHand> atHand) {
    return sent.plan()
        .map(kept -> CourseJson.of(kept.plan()))
        .orElseGet(() -> alone(sent, atHand, Progress.SENDING));
  }

  /**
   * Where a message stands of whose plan nothing is kept, since there was one channel, and nothing
   * to wait for.
   *
   * @param atHand the task that sends it, if that is what is looked at, and where that stands
   */
  Course alone(Sent sent, Optional<AtHand> atHand, Progress underWay) {
    StoredMessage message = sent.message();
    Identity recipient = sent.party().identity();
    Leg leg =
        new Leg(
            recipient,
            atHand.flatMap(AtHand::body).map(SendBody::account),
            message.content(),
            message.said(),
            Optional.empty(),
            Optional.empty(),
            atHand.flatMap(AtHand::body).map(SendBody::step).stream().toList(),
            atHand.map(hand -> hand.task().id()),
            Optional.empty());
    Step step =
        new Step(
            recipient.channel(),
            Assurance.ACCEPTED,
            Patience.retryDuration(sent.party().app()).plus(LAST_TRY),
            OnUnknown.WAIT,
            BeyondCeiling.STOP_AT_CEILING,
            ceiling(recipient));
    DeliveryPlan plan =
        new DeliveryPlan(List.of(step), atHand.flatMap(AtHand::body).flatMap(SendBody::expires));
    return new Course(
        standing(plan, message.status(), atHand, underWay),
        List.of(leg),
        Terms.NONE,
        Optional.empty(),
        List.of());
  }

  private static Delivery standing(
      DeliveryPlan plan, DeliveryStatus status, Optional<AtHand> atHand, Progress underWay) {
    boolean doubtful = atHand.filter(hand -> hand.task().doubtful()).isPresent();
    Progress progress = atHand.isPresent() ? underWay : Progress.TAKEN;
    return switch (status) {
      case QUEUED, SWITCHING_CHANNEL ->
          alone(plan, Phase.RUNNING, Progress.SENDING, Optional.empty(), doubtful, status);
      case QUEUED_ON_CHANNEL ->
          doubtful
              // It was unknown, and shown as such: what is known now is news.
              ? alone(plan, Phase.RUNNING, progress, Optional.empty(), true, DeliveryStatus.QUEUED)
              : alone(
                  plan, Phase.REACHED, progress, Optional.of(Assurance.ACCEPTED), false, status);
      case DELIVERED ->
          alone(plan, Phase.REACHED, progress, Optional.of(Assurance.DEVICE), doubtful, status);
      case READ ->
          alone(plan, Phase.REACHED, progress, Optional.of(Assurance.READ), doubtful, status);
      case FAILED -> alone(plan, Phase.SPENT, Progress.FAILED, Optional.empty(), doubtful, status);
    };
  }

  private static Delivery alone(
      DeliveryPlan plan,
      Phase phase,
      Progress progress,
      Optional<Assurance> reached,
      boolean inDoubt,
      DeliveryStatus told) {
    StepState state = new StepState(progress, reached, inDoubt, Optional.empty(), Optional.empty());
    return Delivery.alone(plan, phase, state, told);
  }
}
