package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Subscriber.Consent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * LINE notification messages: to whom a number belongs, what waits for consent, and the webhook
 * that says a message arrived.
 */
final class Notifications {
  /** How long a message waits for somebody who has not answered yet. */
  static final Duration HELD = Duration.ofHours(24);

  private static final int HELD_LIMIT = 10_000;

  /** Accepted and not delivered yet. */
  record Held(
      String digest,
      String via,
      String requestId,
      String tag,
      Instant acceptedAt,
      List<ObjectNode> messages) {}

  private final World world;
  private final Map<String, Subscriber> subscribers = new LinkedHashMap<>();
  private final List<Held> held = new ArrayList<>();
  private Map<String, Set<String>> templates = Map.of();

  Notifications(World world) {
    this.world = world;
  }

  /** Gives a person a number, or another answer; what waited for the answer is delivered now. */
  void subscribe(Subscriber subscriber) throws ControlRefusal {
    if (world.user(subscriber.userId()).isEmpty()) {
      throw new ControlRefusal(404, "There is no such user.");
    }
    world.lock.lock();
    try {
      subscribers.values().removeIf(old -> old.userId().equals(subscriber.userId()));
      subscribers.put(subscriber.digest(), subscriber);
      if (subscriber.consent() == Consent.ACCEPTED) {
        Instant now = world.clock.instant();
        List<Held> waiting =
            held.stream().filter(one -> one.digest.equals(subscriber.digest())).toList();
        held.removeAll(waiting);
        for (Held one : waiting) {
          if (!now.isAfter(one.acceptedAt.plus(HELD))) {
            deliver(one, subscriber.userId(), now);
          }
        }
      }
    } finally {
      world.lock.unlock();
      world.changed("users", "");
    }
  }

  Optional<Subscriber> of(String userId) {
    world.lock.lock();
    try {
      return subscribers.values().stream().filter(one -> one.userId().equals(userId)).findFirst();
    } finally {
      world.lock.unlock();
    }
  }

  /** Templates by key, with the keys of their items and buttons; none means any key will do. */
  void templates(Map<String, Set<String>> known) {
    world.lock.lock();
    try {
      templates = Map.copyOf(known);
    } finally {
      world.lock.unlock();
    }
  }

  Map<String, Set<String>> templates() {
    world.lock.lock();
    try {
      return templates;
    } finally {
      world.lock.unlock();
    }
  }

  /** Tells whether LINE takes it; then it is delivered, waits, or is lost in silence. */
  boolean accept(
      String digest, String via, String requestId, String tag, List<ObjectNode> messages) {
    world.lock.lock();
    try {
      Subscriber subscriber = subscribers.get(digest);
      if (subscriber == null || !subscriber.takes()) {
        return false;
      }
      Instant now = world.clock.instant();
      Held one = new Held(digest, via, requestId, tag, now, messages);
      switch (subscriber.consent()) {
        case ACCEPTED -> deliver(one, subscriber.userId(), now);
        case UNSET -> {
          held.removeIf(old -> now.isAfter(old.acceptedAt.plus(HELD)));
          if (held.size() < HELD_LIMIT) {
            held.add(one);
          }
        }
        case UNCONFIRMED, REFUSED, OLD_POLICY -> {
          // accepted, and nobody hears of it again
        }
      }
      return true;
    } finally {
      world.lock.unlock();
    }
  }

  private void deliver(Held one, String userId, Instant now) {
    Friendship friendship = world.user(userId).map(LineUser::friendship).orElse(Friendship.DELETED);
    if (friendship == Friendship.BLOCKED || friendship == Friendship.DELETED) {
      return;
    }
    for (ObjectNode message : one.messages) {
      world.chats.add(
          userId,
          new ChatItem(
              world.ids.decimal(),
              now,
              one.via,
              "bot",
              Optional.of(one.requestId),
              Json.string(message),
              false));
    }
    world.counts.sent(one.via, 1, now);
    world.changed("chat", userId);
    world.tell("delivery", now, json -> json.putObject("delivery").put("data", one.tag));
  }

  record Saved(List<Subscriber> subscribers, List<Held> held, Map<String, Set<String>> templates) {}

  Saved save() {
    return new Saved(List.copyOf(subscribers.values()), List.copyOf(held), templates);
  }

  void restore(Saved saved) {
    saved.subscribers.forEach(one -> subscribers.put(one.digest(), one));
    held.addAll(saved.held);
    templates = saved.templates;
  }
}
