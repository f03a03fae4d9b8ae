package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.Delivery.Progress;
import dev.throughline.outbound.plan.Delivery.StepState;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.outbound.plan.Planner.Circumstances;
import dev.throughline.outbound.plan.Planner.Decision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The planner with one mistake that somebody might make. */
enum Mutant implements PlanRun.Plans {
  /** A late, lower receipt takes back what a higher one had said. */
  DROP_THE_RANK {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      return event instanceof DeliveryEvent.Reached(int step, Assurance level)
          ? super.next(
              state(
                  delivery,
                  step,
                  s ->
                      new StepState(
                          s.progress(), Optional.of(level), s.inDoubt(), s.deadline(), s.why())),
              event,
              now)
          : super.next(delivery, event, now);
    }
  },
  /** A repeat goes out under a new key. */
  FORGET_THE_KEY {
    @Override
    Move changed(Delivery delivery, Move move) {
      return move instanceof Move.Repeat(int step, Instant at, boolean _)
          ? new Move.SendAnew(step, at)
          : move;
    }
  },
  /** Silence is taken for a refusal, and what was perhaps taken is sent again. */
  RESEND_THE_UNKNOWN {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      return event
              instanceof
              DeliveryEvent.Attempted(
                  int step,
                  Verdict.Unknown(var reason, var _, Optional<Instant> resend))
          ? super.next(
              delivery, new DeliveryEvent.Attempted(step, new Verdict.NotNow(reason, resend)), now)
          : super.next(delivery, event, now);
    }
  },
  /** That an attempt may have been taken is forgotten with the next one's answer. */
  FORGET_THE_DOUBT {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      return event instanceof DeliveryEvent.Attempted(int step, var _)
          ? super.next(
              state(
                  delivery,
                  step,
                  s -> new StepState(s.progress(), s.reached(), false, s.deadline(), s.why())),
              event,
              now)
          : super.next(delivery, event, now);
    }
  },
  /** Nobody looks at the time. */
  MISS_THE_DEADLINE {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      boolean waiting = delivery.steps().get(delivery.current()).progress() != Progress.AHEAD;
      return event instanceof DeliveryEvent.Woken && waiting
          ? new Decision(delivery, List.of())
          : super.next(delivery, event, now);
    }
  },
  /** What was withdrawn is sent all the same. */
  FORGET_TO_WITHDRAW {
    @Override
    boolean keeps(Move move) {
      return !(move instanceof Move.Withdraw);
    }
  },
  /** A cancelled message is still sent. */
  IGNORE_THE_CANCELLING {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      return event instanceof DeliveryEvent.Cancelled
          ? new Decision(delivery, List.of())
          : super.next(delivery, event, now);
    }
  },
  /** The next step begins as soon as one is taken, whatever the plan wants to be told first. */
  BE_IMPATIENT {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      Decision decision = super.next(delivery, event, now);
      Delivery after = decision.delivery();
      boolean taken =
          event instanceof DeliveryEvent.Attempted(int _, Verdict verdict)
              && verdict instanceof Verdict.Taken;
      if (!taken || after.phase() != Phase.RUNNING) {
        return decision;
      }
      Instant overdue = after.steps().get(after.current()).deadline().orElse(now.time());
      Decision more =
          super.next(
              after,
              new DeliveryEvent.Woken(),
              new Circumstances(overdue, now.attemptOpen(), now.gates()));
      List<Move> moves = new ArrayList<>(decision.moves());
      moves.addAll(more.moves());
      return new Decision(more.delivery(), moves);
    }
  },
  /** A plan that reached its goal goes on at the next bad news. */
  NEVER_REST {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      Delivery awake =
          delivery.phase() == Phase.REACHED
              ? new Delivery(
                  delivery.plan(),
                  Phase.RUNNING,
                  delivery.current(),
                  delivery.steps(),
                  delivery.told())
              : delivery;
      return super.next(awake, event, now);
    }
  },
  /** The app is told whatever came last. */
  TELL_ANYTHING {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      return super.next(
          new Delivery(
              delivery.plan(),
              delivery.phase(),
              delivery.current(),
              delivery.steps(),
              DeliveryStatus.QUEUED),
          event,
          now);
    }
  },
  /** The second step is left out. */
  SKIP_A_STEP {
    @Override
    public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
      return super.next(
          delivery,
          event,
          new Circumstances(
              now.time(),
              now.attemptOpen(),
              step ->
                  step == 1
                      ? new Gate.Closed(
                          new dev.throughline.message.Reason(
                              dev.throughline.message.Reason.Code.NO_CHANNELS_LEFT, "skipped"))
                      : now.gates().of(step)));
    }
  },
  /** A plan that asks for more than its channel can tell waits for it. */
  FORGET_THE_CEILING {
    @Override
    public Decision begin(DeliveryPlan plan, Circumstances now) {
      List<DeliveryPlan.Step> steps =
          plan.steps().stream()
              .map(step ->
                  new DeliveryPlan.Step(
                      step.channel(),
                      step.until(),
                      step.within(),
                      step.onUnknown(),
                      dev.throughline.message.PlannedStep.BeyondCeiling.FALL_OVER,
                      step.ceiling()))
              .toList();
      return super.begin(new DeliveryPlan(steps, plan.expires()), now);
    }
  };

  @Override
  public Decision begin(DeliveryPlan plan, Circumstances now) {
    return REAL.begin(plan, now);
  }

  @Override
  public Decision next(Delivery delivery, DeliveryEvent event, Circumstances now) {
    Decision decision = REAL.next(delivery, event, now);
    return new Decision(
        decision.delivery(),
        decision.moves().stream()
            .filter(this::keeps)
            .map(move -> changed(delivery, move))
            .toList());
  }

  boolean keeps(Move move) {
    return true;
  }

  Move changed(Delivery delivery, Move move) {
    return move;
  }

  private static Delivery state(Delivery delivery, int step, UnaryOperator<StepState> change) {
    List<StepState> steps = new ArrayList<>(delivery.steps());
    steps.set(step, change.apply(steps.get(step)));
    return new Delivery(
        delivery.plan(), delivery.phase(), delivery.current(), steps, delivery.told());
  }
}
