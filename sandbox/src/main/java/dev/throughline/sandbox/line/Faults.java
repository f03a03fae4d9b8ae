package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The faults that are set, and how often each has struck. */
final class Faults {
  static final int RULES_LIMIT = 100;

  /**
   * @param passed how many it let through, by {@code skip}
   */
  record Active(FaultRule rule, int passed, int struck) {
    boolean spent() {
      return rule.count().isPresent() && struck >= rule.count().get();
    }
  }

  private final Ids chance;
  private final List<Active> active = new ArrayList<>();

  Faults(Ids chance) {
    this.chance = chance;
  }

  synchronized void set(List<FaultRule> rules) {
    active.clear();
    rules.forEach(rule -> active.add(new Active(rule, 0, 0)));
  }

  synchronized void clear(Optional<String> endpoint) {
    active.removeIf(fault -> endpoint.isEmpty() || fault.rule.endpoint().equals(endpoint.get()));
  }

  synchronized List<Active> active() {
    return List.copyOf(active);
  }

  /** The first rule that strikes here and now; at most one does. */
  synchronized Optional<FaultRule> strike(String endpoint, Supplier<String> body) {
    for (int i = 0; i < active.size(); i++) {
      Active fault = active.get(i);
      FaultRule rule = fault.rule;
      if (fault.spent()
          || !rule.concerns(endpoint)
          || (rule.about().isPresent() && !body.get().contains(rule.about().get()))) {
        continue;
      }
      if (fault.passed < rule.skip()) {
        active.set(i, new Active(rule, fault.passed + 1, fault.struck));
        continue;
      }
      if (rule.probability() < 1 && chance.fraction() >= rule.probability()) {
        continue;
      }
      active.set(i, new Active(rule, fault.passed, fault.struck + 1));
      return Optional.of(rule);
    }
    return Optional.empty();
  }
}
