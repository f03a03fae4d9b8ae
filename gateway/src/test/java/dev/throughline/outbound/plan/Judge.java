package dev.throughline.outbound.plan;

import dev.throughline.message.Assurance;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.PlannedStep.BeyondCeiling;
import dev.throughline.message.PlannedStep.OnUnknown;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.outbound.plan.DeliveryPlan.Step;
import dev.throughline.outbound.plan.PlanRun.Entry;
import dev.throughline.outbound.plan.PlanRun.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Says what was wrong with a run, from what the providers saw, what the log holds and what the app
 * was told; never from the planner's own state (but for whether it ended).
 */
final class Judge {
  private final PlanRun run;
  private final List<String> wrong = new ArrayList<>();
  private final Map<Integer, Integer> indexOfAttempt = new TreeMap<>();

  private Judge(PlanRun run) {
    this.run = run;
    for (int i = 0; i < run.log.size(); i++) {
      if (run.log.get(i) instanceof Entry.Attempt attempt) {
        indexOfAttempt.put(attempt.attempt(), i);
      }
    }
  }

  static List<String> violations(PlanRun run) {
    Judge judge = new Judge(run);
    judge.acceptedOnce();
    judge.attemptsComeFirst();
    judge.nothingAfterTheGoal();
    judge.nothingAfterTheEnd();
    judge.noRepeatOfWhatIsKnown();
    judge.noStepTooEarly();
    judge.noStepTooLate();
    judge.toldNothingBack();
    judge.toldNoMoreThanWasHeard();
    judge.toldWhatWasHeard();
    judge.toldTheEnd();
    judge.neverFailedWhatWentOut();
    judge.triedAll();
    judge.ended();
    return judge.wrong;
  }

  /** Where the attempt of a write stands in the log; before all of it if nowhere. */
  private int indexOf(Provider.Write write) {
    return indexOfAttempt.getOrDefault(write.attempt(), -1);
  }

  private void acceptedOnce() {
    for (int step = 0; step < run.providers.size(); step++) {
      boolean wanted =
          run.plan.steps().get(step).onUnknown() == OnUnknown.RESEND
              || run.resendAsked.contains(step);
      long accepted = run.providers.get(step).accepted();
      if (accepted > 1 && !wanted) {
        wrong.add("step " + step + " was accepted " + accepted + " times");
      }
      if (wanted && run.providers.get(step).knowsKeys && !run.resendAsked.contains(step)) {
        long keys =
            run.providers.get(step).writes.stream().map(Provider.Write::key).distinct().count();
        if (keys < accepted) {
          wrong.add("step " + step + " was accepted twice under one key");
        }
      }
    }
  }

  private void attemptsComeFirst() {
    for (Provider provider : run.providers) {
      for (Provider.Write write : provider.writes) {
        Integer index = indexOfAttempt.get(write.attempt());
        if (index == null || run.log.get(index).at() > write.at()) {
          wrong.add("a write without its attempt");
        }
      }
    }
  }

  /** Once a step did what it had to, as far as was folded, no attempt of another is made. */
  private void nothingAfterTheGoal() {
    for (int step = 0; step < run.providers.size(); step++) {
      int reached = indexOfGoal(step);
      for (int other = 0; other < run.providers.size(); other++) {
        for (Provider.Write write : run.providers.get(other).writes) {
          if (other != step && !run.resendAsked.contains(other) && indexOf(write) > reached) {
            wrong.add("step " + other + " was sent after step " + step + " had reached its goal");
          }
        }
      }
    }
  }

  private void nothingAfterTheEnd() {
    int cancelled = Integer.MAX_VALUE;
    for (int i = 0; i < run.log.size(); i++) {
      if (run.log.get(i) instanceof Entry.Cancel) {
        cancelled = Math.min(cancelled, i);
      }
    }
    for (int step = 0; step < run.providers.size(); step++) {
      for (Provider.Write write : run.providers.get(step).writes) {
        int index = indexOf(write);
        if (index < 0) {
          continue;
        }
        if (index > cancelled && !run.resendAsked.contains(step)) {
          wrong.add("step " + step + " was sent after it was cancelled");
        }
        long made = run.log.get(index).at();
        if (run.plan.expires().filter(end -> end.toEpochMilli() <= made).isPresent()) {
          wrong.add("step " + step + " was sent after its end");
        }
      }
    }
  }

  /** A step of which a receipt came is not sent again, whatever became of its answer. */
  private void noRepeatOfWhatIsKnown() {
    for (int i = 0; i < run.log.size(); i++) {
      if (run.log.get(i) instanceof Entry.Heard(long _, DeliveryEvent.Reached(int step, var _))
          && !run.resendAsked.contains(step)) {
        for (Provider.Write write : run.providers.get(step).writes) {
          if (indexOf(write) > i) {
            wrong.add("step " + step + " was sent again though a receipt of it had come");
          }
        }
      }
    }
  }

  private void noStepTooEarly() {
    for (int step = 1; step < run.providers.size(); step++) {
      Long began = run.began.get(step);
      int before = step - 1;
      if (began == null) {
        continue;
      }
      Long beganBefore = run.began.get(before);
      boolean never = beganBefore == null && run.gates.get(before) instanceof Gate.Closed;
      boolean overdue =
          beganBefore != null
              && began >= beganBefore + run.plan.steps().get(before).within().toMillis();
      if (!never && !overdue && !excused(before, began)) {
        wrong.add("step " + step + " began before step " + before + " was done for");
      }
    }
  }

  /** Whether something that was folded by then made an end of a step. */
  private boolean excused(int step, long by) {
    boolean arrived = false;
    Step planned = run.plan.steps().get(step);
    for (int i = 0; i < run.log.size() && run.foldedAt.get(i) <= by; i++) {
      switch (run.log.get(i)) {
        case Entry.Outcome(long _, int of, int _, int _, Verdict verdict) when of == step -> {
          boolean end =
              switch (verdict) {
                case Verdict.Refused _, Verdict.NotNow _ -> true;
                case Verdict.Unknown _ -> planned.onUnknown() != OnUnknown.WAIT;
                case Verdict.Taken _, Verdict.NotMade _ -> false;
              };
          if (end) {
            return true;
          }
        }
        case Entry.Heard(long _, DeliveryEvent.Reached(int of, Assurance level))
            when of == step && level.compareTo(Assurance.DEVICE) >= 0 ->
            arrived = true;
        case Entry.Heard(long _, DeliveryEvent.Bounced(int of, var _)) when of == step -> {
          if (!arrived) {
            return true;
          }
        }
        case Entry.Heard(long _, DeliveryEvent.Blocked(var channel))
            when channel.equals(planned.channel()) -> {
          return true;
        }
        case Entry.Attempt _, Entry.Outcome _, Entry.Heard _, Entry.Wake _, Entry.Cancel _ -> {
          // No reason to go on.
        }
      }
    }
    return false;
  }

  /**
   * A step that reaches nothing costs its own time, one call and our absences; then comes the next.
   */
  private void noStepTooLate() {
    for (int step = 0; step + 1 < run.providers.size(); step++) {
      Long began = run.began.get(step);
      if (began == null
          || indexOfGoal(step) < Integer.MAX_VALUE
          || run.began.containsKey(step + 1)) {
        continue;
      }
      boolean excuse =
          run.gates.get(step + 1) instanceof Gate.Closed
              || run.gates.get(step + 1) instanceof Gate.NotBefore
              || run.plan.expires().isPresent()
              || run.log.stream().anyMatch(Entry.Cancel.class::isInstance)
              || goalOfAnyBut(step);
      if (!excuse) {
        wrong.add("step " + (step + 1) + " never began though step " + step + " reached nothing");
      }
    }
    for (int step = 0; step + 1 < run.providers.size(); step++) {
      Long began = run.began.get(step);
      Long next = run.began.get(step + 1);
      if (began != null && next != null && !(run.gates.get(step + 1) instanceof Gate.NotBefore)) {
        long latest =
            began + run.plan.steps().get(step).within().toMillis() + PlanRun.SEND_DEADLINE + 2_000;
        for (long[] outage : run.outages) {
          latest += outage[1] - outage[0] + 1_000;
        }
        if (next > latest) {
          wrong.add("step " + (step + 1) + " began " + (next - latest) + " ms too late");
        }
      }
    }
  }

  private boolean goalOfAnyBut(int step) {
    for (int other = 0; other < run.providers.size(); other++) {
      if (other != step && indexOfGoal(other) < Integer.MAX_VALUE) {
        return true;
      }
    }
    return false;
  }

  private void toldNothingBack() {
    DeliveryStatus last = DeliveryStatus.QUEUED;
    for (Told told : run.told) {
      boolean back =
          switch (last) {
            case FAILED, READ -> true;
            case DELIVERED -> told.status() != DeliveryStatus.READ;
            case QUEUED, SWITCHING_CHANNEL, QUEUED_ON_CHANNEL -> false;
          };
      if (back) {
        wrong.add("told " + told.status() + " after " + last);
      }
      last = told.status();
    }
  }

  /** DELIVERED and READ only after a receipt of that channel that said so. */
  private void toldNoMoreThanWasHeard() {
    for (Told told : run.told) {
      boolean more =
          switch (told.status()) {
            case READ -> best(told.step(), told.at()).compareTo(Assurance.READ) < 0;
            case DELIVERED -> best(told.step(), told.at()).compareTo(Assurance.CARRIER) < 0;
            case QUEUED, QUEUED_ON_CHANNEL, SWITCHING_CHANNEL, FAILED -> false;
          };
      if (more) {
        wrong.add("told " + told.status() + " of step " + told.step() + " without a receipt of it");
      }
    }
  }

  /** The highest that was heard of a step until then; ACCEPTED if nothing was. */
  private Assurance best(int step, long until) {
    Assurance best = Assurance.ACCEPTED;
    for (int i = 0; i < run.log.size(); i++) {
      if (run.foldedAt.get(i) <= until
          && run.log.get(i) instanceof Entry.Heard(long _, DeliveryEvent.Reached(int of, var level))
          && of == step
          && level.compareTo(best) > 0) {
        best = level;
      }
    }
    return best;
  }

  /** A read implies delivered, and neither goes untold, unless the message had failed before. */
  private void toldWhatWasHeard() {
    boolean failed = run.told.stream().anyMatch(told -> told.status() == DeliveryStatus.FAILED);
    DeliveryStatus last = run.told.isEmpty() ? DeliveryStatus.QUEUED : run.told.getLast().status();
    for (int step = 0; step < run.providers.size() && !failed; step++) {
      Assurance best = best(step, Long.MAX_VALUE - 1);
      boolean read = best.compareTo(Assurance.READ) >= 0;
      boolean delivered = best.compareTo(Assurance.DEVICE) >= 0;
      if (read && last != DeliveryStatus.READ) {
        wrong.add("step " + step + " was read, and the last that was told is " + last);
      } else if (delivered && last != DeliveryStatus.READ && last != DeliveryStatus.DELIVERED) {
        wrong.add("step " + step + " was delivered, and the last that was told is " + last);
      }
    }
  }

  /**
   * Nobody is left with a message that is about to go, nor with silence about one that may be lost.
   */
  private void toldTheEnd() {
    if (run.told.isEmpty()) {
      wrong.add("nothing was ever told");
      return;
    }
    Told last = run.told.getLast();
    boolean accepted = run.providers.stream().anyMatch(p -> p.accepted() > 0);
    if (last.status() == DeliveryStatus.SWITCHING_CHANNEL
        || last.status() == DeliveryStatus.QUEUED) {
      wrong.add("the last that was told is " + last.status());
    }
    if (last.status() == DeliveryStatus.QUEUED_ON_CHANNEL && !accepted && last.reason().isEmpty()) {
      wrong.add("QUEUED_ON_CHANNEL without a reason, and no channel has it");
    }
  }

  /** What a provider accepted, and did not bounce, is never reported as failed. */
  private void neverFailedWhatWentOut() {
    for (Told told : run.told) {
      if (told.status() != DeliveryStatus.FAILED) {
        continue;
      }
      for (int step = 0; step < run.providers.size(); step++) {
        if (run.providers.get(step).accepted() > 0 && !bounced(step)) {
          wrong.add("FAILED, though step " + step + " was accepted");
        }
      }
    }
  }

  private boolean bounced(int step) {
    return run.log.stream()
        .anyMatch(entry ->
            entry instanceof Entry.Heard(long _, DeliveryEvent.Bounced(int of, var _))
                && of == step);
  }

  /** Nothing fails while there is a step that was not even begun. */
  private void triedAll() {
    boolean excused =
        run.plan.expires().isPresent() || run.log.stream().anyMatch(Entry.Cancel.class::isInstance);
    boolean failed = run.told.stream().anyMatch(told -> told.status() == DeliveryStatus.FAILED);
    if (failed && !excused && !goalOfAnyBut(-1)) {
      for (int step = 0; step < run.providers.size(); step++) {
        if (!run.began.containsKey(step) && !(run.gates.get(step) instanceof Gate.Closed)) {
          wrong.add("FAILED, though step " + step + " was never tried");
        }
      }
    }
  }

  private void ended() {
    if (run.delivery.phase() == Phase.RUNNING) {
      wrong.add("it never ended: " + run.delivery);
    }
    boolean accepted = run.providers.stream().anyMatch(p -> p.accepted() > 0);
    if (accepted && run.told.isEmpty()) {
      wrong.add("accepted, and nobody was told");
    }
  }

  /** The place in the log of what first made sure of a step; very large if nothing did. */
  private int indexOfGoal(int step) {
    Step planned = run.plan.steps().get(step);
    Assurance until = planned.until();
    boolean beyond = until != Assurance.ANSWERED && until.compareTo(planned.ceiling()) > 0;
    Assurance goal =
        beyond && planned.beyondCeiling() == BeyondCeiling.STOP_AT_CEILING
            ? planned.ceiling()
            : until;
    Optional<Assurance> best = Optional.empty();
    boolean bounced = false;
    for (int i = 0; i < run.log.size(); i++) {
      Optional<Assurance> now = Optional.empty();
      switch (run.log.get(i)) {
        case Entry.Outcome(long _, int of, int _, int _, Verdict verdict)
            when of == step && verdict instanceof Verdict.Taken -> {
          if (!bounced) {
            now = Optional.of(Assurance.ACCEPTED);
          }
        }
        case Entry.Heard(long _, DeliveryEvent.Reached(int of, Assurance level))
            when of == step -> {
          // A bounce takes back all that a provider can be wrong about.
          if (!bounced || level.compareTo(Assurance.DEVICE) >= 0) {
            now = Optional.of(level);
          }
        }
        case Entry.Heard(long _, DeliveryEvent.Answered(var channel))
            when channel.equals(planned.channel()) -> {
          if (best.isPresent()) {
            now = Optional.of(Assurance.ANSWERED);
          }
        }
        // What is sent once more has not bounced yet.
        case Entry.Attempt(long _, int of, int _, int attempt) when of == step ->
            bounced &=
                run.providers.get(step).writes.stream().noneMatch(w -> w.attempt() == attempt);
        case Entry.Heard(long _, DeliveryEvent.Bounced(int of, var _)) when of == step -> {
          if (best.filter(level -> level.compareTo(Assurance.DEVICE) >= 0).isEmpty()) {
            bounced = true;
            best = Optional.empty();
          }
        }
        case Entry.Attempt _, Entry.Outcome _, Entry.Heard _, Entry.Wake _, Entry.Cancel _ -> {
          // Says nothing of it.
        }
      }
      if (now.isPresent() && (best.isEmpty() || best.get().compareTo(now.get()) < 0)) {
        best = now;
      }
      if (best.filter(level -> level.compareTo(goal) >= 0).isPresent()) {
        return i;
      }
    }
    return Integer.MAX_VALUE;
  }
}
