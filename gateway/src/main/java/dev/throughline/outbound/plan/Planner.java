package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.PlannedStep.OnUnknown;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.Delivery.Progress;
import dev.throughline.outbound.plan.Delivery.StepState;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.outbound.plan.Gate.Gates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a plan does next. Whatever comes, in whatever order and however often:
 *
 * <ul>
 *   <li>a step begins only after the one before it failed, was skipped, ran out of time, or is of
 *       unknown outcome in a plan that goes on then; and none begins after the plan is over;
 *   <li>a step has one task, which repeats only what is safe to repeat, unless the plan or a person
 *       asked for more;
 *   <li>what was told is never taken back: a message that failed stays failed, one that was
 *       delivered stays delivered;
 *   <li>a message of which any step may have been taken never fails.
 * </ul>
 */
public final class Planner {
  private Planner() {}

  /**
   * What else a decision rests on.
   *
   * @param attemptOpen the step under way has an attempt that has no outcome yet
   */
  public record Circumstances(Instant time, boolean attemptOpen, Gates gates) {}

  /** What a plan came to by an event. */
  public record Decision(Delivery delivery, List<Move> moves) {
    public Decision {
      moves = List.copyOf(moves);
    }
  }

  public static Decision begin(DeliveryPlan plan, Circumstances now) {
    Turn turn = new Turn(Delivery.unbegun(plan), now);
    turn.beginFrom(0);
    return turn.decision();
  }

  /** Takes any event at any time: what comes too late, twice or against all reason does no harm. */
  public static Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
    Turn turn = new Turn(delivery, now);
    switch (event) {
      case DeliveryEvent.Attempted(int step, Verdict verdict) -> turn.attempted(step, verdict);
      case DeliveryEvent.Reached(int step, Assurance level) -> turn.reached(step, level);
      case DeliveryEvent.Bounced(int step, Reason reason) -> turn.bounced(step, reason);
      case DeliveryEvent.Answered(ChannelName channel) -> turn.answered(channel);
      case DeliveryEvent.Blocked(ChannelName channel) -> turn.blocked(channel);
      case DeliveryEvent.Woken _ -> turn.woken();
      case DeliveryEvent.Cancelled _ -> turn.cancelled();
      case DeliveryEvent.ResendAsked(int step) -> turn.resendAsked(step);
    }
    return turn.decision();
  }

  /** One event's worth of deciding. */
  private static final class Turn {
    private final DeliveryPlan plan;
    private final Gates gates;
    private final Instant now;
    private final boolean attemptOpen;
    private final List<StepState> steps;
    private final List<Move> moves = new ArrayList<>();
    private Phase phase;
    private int current;
    private DeliveryStatus told;

    Turn(Delivery delivery, Circumstances now) {
      this.plan = delivery.plan();
      this.gates = now.gates();
      this.now = now.time();
      this.attemptOpen = now.attemptOpen();
      this.steps = new ArrayList<>(delivery.steps());
      this.phase = delivery.phase();
      this.current = delivery.current();
      this.told = delivery.told();
    }

    Decision decision() {
      return new Decision(new Delivery(plan, phase, current, steps, told), moves);
    }

    // --- Going on -------------------------------------------------------------------------------

    /** Begins the first step from {@code first} on that may begin. */
    void beginFrom(int first) {
      Reason last = expired();
      for (int i = first; i < steps.size(); i++) {
        current = i;
        if (plan.isExpired(now)) {
          spent(expired());
          return;
        }
        switch (gates.of(i)) {
          case Gate.Open _ -> {
            begin(i);
            return;
          }
          case Gate.NotBefore(Instant time) -> {
            moves.add(new Move.WakeAt(plan.expires().filter(time::isAfter).orElse(time)));
            return;
          }
          case Gate.Closed(Reason reason) -> {
            steps.set(i, steps.get(i).because(Progress.SKIPPED, reason));
            last = reason;
            if (isLast(i)) {
              spent(reason);
              return;
            }
            tell(i, DeliveryStatus.SWITCHING_CHANNEL, Optional.of(reason));
          }
        }
      }
      spent(last);
    }

    private void begin(int i) {
      Instant deadline = now.plus(plan.steps().get(i).within());
      steps.set(i, steps.get(i).begun(deadline));
      moves.add(new Move.Send(i));
      if (!isLast(i) || plan.steps().get(i).goal() != Assurance.ACCEPTED) {
        moves.add(new Move.WakeAt(deadline));
      } else {
        moves.add(new Move.Sleep());
      }
    }

    /** The step did not do it: the next one's turn, if there is one. */
    private void moveOn(int from, Reason reason) {
      if (phase != Phase.RUNNING || from != current) {
        return;
      }
      if (isLast(from)) {
        spent(reason);
      } else {
        tell(from, DeliveryStatus.SWITCHING_CHANNEL, Optional.of(reason));
        beginFrom(from + 1);
      }
    }

    private void spent(Reason reason) {
      phase = Phase.SPENT;
      moves.add(new Move.Sleep());
      if (steps.stream().anyMatch(StepState::mayHaveGone)) {
        tell(current, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.of(reason));
      } else {
        tell(current, DeliveryStatus.FAILED, Optional.of(reason));
      }
    }

    /** Whether the step did it; if not, and its time is over, the next one's turn. */
    private void judge(int i) {
      if (phase != Phase.RUNNING) {
        return;
      }
      StepState step = steps.get(i);
      Assurance goal = plan.steps().get(i).goal();
      if (step.reached().filter(level -> level.compareTo(goal) >= 0).isPresent()) {
        phase = Phase.REACHED;
        moves.add(new Move.Sleep());
        if (i != current && steps.get(current).progress() == Progress.SENDING) {
          withdraw();
        }
        if (told == DeliveryStatus.SWITCHING_CHANNEL) {
          // It is with that channel after all.
          tell(i, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.empty());
        }
      } else if (isOverdue(i)) {
        moveOn(i, timedOut(i));
      }
    }

    /** Ends the step under way; an attempt that is open may still be taken. */
    private void withdraw() {
      StepState step = steps.get(current);
      if (!attemptOpen && step.inDoubt()) {
        steps.set(current, step.because(Progress.UNKNOWN, unknownOutcome()));
        moves.add(new Move.Shelve(current));
      } else {
        steps.set(current, step.with(attemptOpen ? Progress.WITHDRAWING : Progress.WITHDRAWN));
        moves.add(new Move.Withdraw(current));
      }
    }

    // --- What an attempt came to ----------------------------------------------------------------

    void attempted(int i, Verdict verdict) {
      if (steps.get(i).progress() == Progress.FAILED) {
        // It bounced before its answer came.
        moves.add(new Move.End(i));
        return;
      }
      switch (verdict) {
        case Verdict.Taken _ -> taken(i);
        case Verdict.Refused(Reason reason, boolean provesTheRest) ->
            refused(i, reason, provesTheRest);
        case Verdict.NotNow(Reason reason, Optional<Instant> again) -> notNow(i, reason, again);
        case Verdict.Unknown unknown -> unknown(i, unknown);
        case Verdict.NotMade _ -> {
          // It had been withdrawn before: the plan has gone on.
        }
      }
    }

    private void taken(int i) {
      steps.set(i, steps.get(i).with(Progress.TAKEN).raised(Assurance.ACCEPTED));
      moves.add(new Move.End(i));
      tell(i, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.empty());
      moves.add(new Move.Submitted(i));
      judge(i);
    }

    private void refused(int i, Reason reason, boolean provesTheRest) {
      StepState step = steps.get(i);
      if (step.reached().isPresent()) {
        takenByItsReceipt(i);
      } else if (step.inDoubt() && !provesTheRest) {
        shelve(i, reason);
      } else {
        steps.set(
            i,
            new StepState(
                Progress.FAILED, Optional.empty(), false, step.deadline(), Optional.of(reason)));
        moves.add(new Move.End(i));
        givenUp(i, reason);
      }
    }

    /** A step failed for good; if the plan was over, that was the last hope. */
    private void givenUp(int i, Reason reason) {
      if (phase == Phase.RUNNING) {
        moveOn(i, reason);
      } else if (steps.stream().noneMatch(StepState::mayHaveGone)) {
        Reason why = phase == Phase.CANCELLED ? cancelledByRequest() : reason;
        tell(i, DeliveryStatus.FAILED, Optional.of(why));
      } else {
        stayWhereItWent(reason);
      }
    }

    /** Of an app that waits for the next channel: there is none, and an earlier one may have it. */
    private void stayWhereItWent(Reason reason) {
      if (told != DeliveryStatus.SWITCHING_CHANNEL) {
        return;
      }
      for (int i = steps.size() - 1; i >= 0; i--) {
        if (steps.get(i).mayHaveGone()) {
          tell(i, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.of(reason));
          return;
        }
      }
    }

    private void notNow(int i, Reason reason, Optional<Instant> again) {
      Optional<Instant> next = again.filter(time -> mayTry(i, time));
      StepState step = steps.get(i);
      if (step.reached().isPresent()) {
        takenByItsReceipt(i);
      } else if (next.isPresent()) {
        moves.add(new Move.Repeat(i, next.get(), false));
      } else if (step.inDoubt()) {
        shelve(i, reason);
      } else {
        Reason why = isLast(i) && again.filter(plan::isExpired).isPresent() ? expired() : reason;
        steps.set(i, step.because(Progress.FAILED, why));
        moves.add(new Move.End(i));
        givenUp(i, why);
      }
    }

    private void unknown(int i, Verdict.Unknown verdict) {
      StepState step = steps.get(i).doubted();
      steps.set(i, step);
      OnUnknown wanted = plan.steps().get(i).onUnknown();
      if (step.reached().isPresent()) {
        takenByItsReceipt(i);
      } else if (verdict.repeat().filter(time -> mayTry(i, time)).isPresent()) {
        moves.add(new Move.Repeat(i, verdict.repeat().get(), true));
      } else if (wanted == OnUnknown.RESEND
          && verdict.resend().filter(time -> mayTry(i, time)).isPresent()) {
        moves.add(new Move.SendAnew(i, verdict.resend().get()));
      } else {
        shelve(i, verdict.reason());
      }
    }

    /** Whatever its last attempt came to, a receipt is of the message itself. */
    private void takenByItsReceipt(int i) {
      steps.set(i, steps.get(i).with(Progress.TAKEN));
      moves.add(new Move.End(i));
      judge(i);
    }

    /** Nobody knows, and nobody will try again unless asked to. */
    private void shelve(int i, Reason reason) {
      StepState step = steps.get(i);
      steps.set(i, step.because(Progress.UNKNOWN, reason));
      moves.add(new Move.Shelve(i));
      if (phase == Phase.RUNNING && i == current) {
        boolean wait = plan.steps().get(i).onUnknown() == OnUnknown.WAIT && !isOverdue(i);
        if (isLast(i) || !wait) {
          moveOn(i, unknownOutcome());
        } else {
          tell(i, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.of(unknownOutcome()));
        }
      } else if (phase != Phase.RUNNING) {
        tell(i, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.of(unknownOutcome()));
      }
    }

    /** Whether a step that is not through may be tried once more at {@code time}. */
    private boolean mayTry(int i, Instant time) {
      if (phase != Phase.RUNNING || i != current || plan.isExpired(time)) {
        return false;
      }
      Instant deadline = steps.get(i).deadline().orElse(time);
      return isLast(i) || time.isBefore(deadline);
    }

    // --- What else is heard of ------------------------------------------------------------------

    void reached(int i, Assurance level) {
      StepState step = steps.get(i);
      if (step.progress() == Progress.AHEAD || step.progress() == Progress.SKIPPED) {
        return;
      }
      if (step.progress() == Progress.FAILED && level.compareTo(Assurance.DEVICE) < 0) {
        // What failed had got so far before.
        return;
      }
      step = step.raised(level);
      if (step.progress() == Progress.UNKNOWN) {
        moves.add(new Move.End(i));
      }
      if (step.progress() == Progress.UNKNOWN || step.progress() == Progress.FAILED) {
        step = step.with(Progress.TAKEN);
      }
      steps.set(i, step);
      tell(i, statusOf(i, level), Optional.empty());
      if (step.progress() == Progress.SENDING && i == current && !attemptOpen) {
        // It was waiting for another try, which it does not need.
        takenByItsReceipt(i);
      } else {
        judge(i);
      }
    }

    void bounced(int i, Reason reason) {
      StepState step = steps.get(i);
      boolean arrived =
          step.reached().filter(level -> level.compareTo(Assurance.DEVICE) >= 0).isPresent();
      boolean news =
          switch (step.progress()) {
            case AHEAD, SKIPPED, FAILED -> false;
            case SENDING, TAKEN, UNKNOWN, WITHDRAWN, WITHDRAWING -> !arrived;
          };
      if (!news) {
        return;
      }
      boolean underWay =
          step.progress() == Progress.SENDING || step.progress() == Progress.WITHDRAWING;
      steps.set(
          i,
          new StepState(
              Progress.FAILED, Optional.empty(), false, step.deadline(), Optional.of(reason)));
      if (underWay) {
        moves.add(new Move.Withdraw(i));
      } else if (step.progress() == Progress.UNKNOWN) {
        moves.add(new Move.End(i));
      }
      if (phase == Phase.RUNNING) {
        moveOn(i, reason);
      } else {
        boolean failed = steps.stream().noneMatch(StepState::mayHaveGone);
        tell(
            i,
            failed ? DeliveryStatus.FAILED : DeliveryStatus.QUEUED_ON_CHANNEL,
            Optional.of(reason));
      }
    }

    void answered(ChannelName channel) {
      for (int i = 0; i < steps.size(); i++) {
        if (plan.steps().get(i).channel().equals(channel) && steps.get(i).reached().isPresent()) {
          steps.set(i, steps.get(i).raised(Assurance.ANSWERED));
          judge(i);
        }
      }
    }

    void blocked(ChannelName channel) {
      if (phase != Phase.RUNNING || !plan.steps().get(current).channel().equals(channel)) {
        return;
      }
      StepState step = steps.get(current);
      if (step.progress() == Progress.SENDING) {
        withdraw();
      }
      if (step.progress() != Progress.AHEAD) {
        moveOn(
            current,
            new Reason(
                Reason.Code.RECIPIENT_NOT_OPTED_IN, "The recipient has blocked the account."));
      }
    }

    void woken() {
      if (phase != Phase.RUNNING) {
        return;
      }
      StepState step = steps.get(current);
      if (step.progress() == Progress.AHEAD) {
        beginFrom(current);
      } else if (isOverdue(current)) {
        if (step.progress() != Progress.SENDING) {
          moveOn(current, timedOut(current));
        } else if (!attemptOpen && !isLast(current)) {
          withdraw();
          moveOn(current, timedOut(current));
        }
        // Else its attempt is answered soon, and that answer decides; the last step goes on trying.
      } else {
        step.deadline().ifPresent(time -> moves.add(new Move.WakeAt(time)));
      }
    }

    void cancelled() {
      if (phase != Phase.RUNNING) {
        return;
      }
      phase = Phase.CANCELLED;
      moves.add(new Move.Sleep());
      if (steps.get(current).progress() == Progress.SENDING) {
        // If it is just being sent, what becomes of it is told when it is known.
        withdraw();
      }
      if (steps.stream().noneMatch(StepState::mayHaveGone)) {
        tell(current, DeliveryStatus.FAILED, Optional.of(cancelledByRequest()));
      } else if (steps.get(current).progress() == Progress.UNKNOWN) {
        tell(current, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.of(unknownOutcome()));
      } else if (steps.get(current).progress() != Progress.WITHDRAWING) {
        stayWhereItWent(cancelledByRequest());
      }
    }

    void resendAsked(int i) {
      if (steps.get(i).progress() == Progress.UNKNOWN && phase != Phase.REACHED) {
        steps.set(i, steps.get(i).with(Progress.SENDING));
        moves.add(new Move.SendAnew(i, now));
      }
    }

    // --- Words ----------------------------------------------------------------------------------

    private DeliveryStatus statusOf(int i, Assurance level) {
      Assurance ceiling = plan.steps().get(i).ceiling();
      return switch (level) {
        case READ, ANSWERED -> DeliveryStatus.READ;
        case DEVICE -> DeliveryStatus.DELIVERED;
        // The most that the channel can tell is as delivered as it gets.
        case CARRIER ->
            ceiling == Assurance.CARRIER
                ? DeliveryStatus.DELIVERED
                : DeliveryStatus.QUEUED_ON_CHANNEL;
        case ACCEPTED -> DeliveryStatus.QUEUED_ON_CHANNEL;
      };
    }

    /** Tells what is new, and nothing that takes back what was told. */
    private void tell(int i, DeliveryStatus status, Optional<Reason> reason) {
      boolean news =
          switch (told) {
            case READ, FAILED -> false;
            case DELIVERED -> status == DeliveryStatus.READ;
            case QUEUED, SWITCHING_CHANNEL -> true;
            case QUEUED_ON_CHANNEL -> status != told || reason.isPresent();
          };
      if (news) {
        told = status;
        moves.add(new Move.Tell(i, status, reason));
      }
    }

    private boolean isLast(int i) {
      return i == steps.size() - 1;
    }

    private boolean isOverdue(int i) {
      return steps.get(i).deadline().filter(time -> !now.isBefore(time)).isPresent();
    }

    private Reason timedOut(int i) {
      return steps.get(i).reached().isPresent()
          ? new Reason(
              Reason.Code.DELIVERY_REPORT_TIME_OUT,
              "The channel took the message, and did not tell in time what the plan asked for.")
          : new Reason(
              Reason.Code.DELIVERY_TIMED_OUT,
              "The channel did not take the message within the time that the plan gives it.");
    }

    private static Reason cancelledByRequest() {
      return new Reason(Reason.Code.MESSAGE_EXPIRED, "The message was cancelled.");
    }

    private static Reason unknownOutcome() {
      return new Reason(
          Reason.Code.UNKNOWN,
          "The channel did not answer: the message may or may not have been taken. It is not sent"
              + " again by this channel unless asked for by :resend.");
    }

    private static Reason expired() {
      return new Reason(
          Reason.Code.MESSAGE_EXPIRED, "The message's ttl ended before a channel took it.");
    }
  }
}
