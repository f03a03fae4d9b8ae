package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/** Tells what became of a message, one event after the other, as phone and faults have it. */
final class Receipts {

  /** Builds the event for the moment at which it happened. */
  interface Event extends Function<Instant, ObjectNode> {}

  private record Planned(Instant happened, Instant told, Event event) {}

  private final Account account;

  Receipts(Account account) {
    this.account = account;
  }

  /**
   * @param fault the one that struck this message's receipts
   * @param contradiction what the fault of that name adds after the last event
   */
  void play(
      Optional<Scripted<Fault>> fault,
      Condition condition,
      List<Event> events,
      Event contradiction,
      Consumer<ObjectNode> publish) {
    Fault kind = fault.map(Scripted::fault).orElse(Fault.STATUS);
    Duration later = Duration.ZERO;
    if (kind == Fault.LATE || condition == Condition.LATE_RECEIPT) {
      later =
          fault
              .map(Scripted::delay)
              .filter(Duration::isPositive)
              .orElse(account.config.pace().late());
    }
    List<Event> all = new ArrayList<>(events);
    if (kind == Fault.CONTRADICT) {
      all.add(contradiction);
    }
    List<Planned> planned = new ArrayList<>();
    Instant at = account.now();
    for (int i = 0; i < all.size(); i++) {
      if (i > 0) {
        at = at.plus(account.config.pace().step()).plusMillis(1);
      }
      // what happened at different moments must not share a time stamp, so each is 1 ms on
      Instant told = i == 0 ? at : at.minusMillis(i).plus(later);
      planned.add(new Planned(at, told, all.get(i)));
    }
    if (kind == Fault.LOSE) {
      return;
    }
    if (kind == Fault.REORDER || condition == Condition.OUT_OF_ORDER) {
      Instant together = planned.getLast().told;
      planned.reversed().forEach(one -> tell(one, together, publish));
      return;
    }
    for (Planned one : planned) {
      tell(one, one.told, publish);
      if (kind == Fault.DUPLICATE) {
        tell(one, one.told, publish);
      }
    }
  }

  private void tell(Planned planned, Instant when, Consumer<ObjectNode> publish) {
    ObjectNode event = planned.event.apply(planned.happened);
    account.timers.at(when, () -> publish.accept(event));
  }
}
