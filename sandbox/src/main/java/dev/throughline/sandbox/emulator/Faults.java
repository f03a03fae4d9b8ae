package dev.throughline.sandbox.emulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The faults that are set on a platform, and how often each has struck. */
public final class Faults<R extends Faults.Rule> {
  public static final int RULES_LIMIT = 100;

  /** When a fault strikes. */
  public interface Rule {
    /** The name of the place that it was set for. */
    String endpoint();

    /** Whether it could strike there. */
    boolean concerns(String at);

    /** Of each request that it could strike. */
    double probability();

    /** How many of those are let through first. */
    int skip();

    /** How often it strikes at most; empty = for ever. */
    Optional<Integer> count();

    /** Only requests that contain this text, such as an address. */
    Optional<String> about();
  }

  /**
   * @param passed how many it let through, by {@code skip}
   */
  public record Active<R extends Rule>(R rule, int passed, int struck) {
    public boolean spent() {
      return rule.count().isPresent() && struck >= rule.count().get();
    }
  }

  private final Ids chance;
  private final List<Active<R>> active = new ArrayList<>();

  public Faults(Ids chance) {
    this.chance = chance;
  }

  public synchronized void set(List<R> rules) {
    active.clear();
    rules.forEach(rule -> active.add(new Active<>(rule, 0, 0)));
  }

  public synchronized void clear(Optional<String> endpoint) {
    active.removeIf(fault -> endpoint.isEmpty() || fault.rule().endpoint().equals(endpoint.get()));
  }

  public synchronized List<Active<R>> active() {
    return List.copyOf(active);
  }

  /** The first rule that strikes here and now; at most one does. */
  public synchronized Optional<R> strike(String endpoint, Supplier<String> body) {
    for (int i = 0; i < active.size(); i++) {
      Active<R> fault = active.get(i);
      R rule = fault.rule();
      if (fault.spent()
          || !rule.concerns(endpoint)
          || (rule.about().isPresent() && !body.get().contains(rule.about().get()))) {
        continue;
      }
      if (fault.passed() < rule.skip()) {
        active.set(i, new Active<>(rule, fault.passed() + 1, fault.struck()));
        continue;
      }
      if (rule.probability() < 1 && chance.fraction() >= rule.probability()) {
        continue;
      }
      active.set(i, new Active<>(rule, fault.passed(), fault.struck() + 1));
      return Optional.of(rule);
    }
    return Optional.empty();
  }
}
