package dev.throughline.outbound.broadcast;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Party;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Ids.AppId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts the people of a broadcast who write within {@link Audiences#ANSWER_WINDOW} after their
 * chunk went out, each once. Where an app has no such broadcast it costs nothing.
 */
final class Answers {
  private final Audiences audiences;
  private final Members members;
  private final Map<AppId, Set<Ulid>> awaited = new ConcurrentHashMap<>();

  Answers(Audiences audiences, Members members) {
    this.audiences = audiences;
    this.members = members;
  }

  /**
   * Forgets what nobody can answer any more. Call before the fold starts, and now and then. What
   * begins meanwhile waits for it, so that it is not forgotten.
   */
  synchronized void reload(Instant now) {
    Map<AppId, Set<Ulid>> known = audiences.answerable(now);
    awaited.replaceAll((app, _) -> known.getOrDefault(app, Set.of()));
    known.forEach(awaited::putIfAbsent);
  }

  /** From now on people may answer it. */
  synchronized void await(AppId app, Ulid broadcast) {
    awaited.merge(
        app,
        Set.of(broadcast),
        (known, more) -> {
          Set<Ulid> all = ConcurrentHashMap.newKeySet();
          all.addAll(known);
          all.addAll(more);
          return all;
        });
  }

  void heard(Party party, Effects effects) {
    Set<Ulid> broadcasts = awaited.getOrDefault(party.app().id(), Set.of());
    if (broadcasts.isEmpty()) {
      return;
    }
    Instant at = effects.at();
    effects.write(c ->
        members.answered(
                c,
                broadcasts,
                party.app(),
                party.identity(),
                party.contact(),
                at,
                Audiences.ANSWER_WINDOW)
            ? 1
            : 0);
  }
}
