package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Events.Source;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Paid memberships of the account: its plans, and who is in which. */
final class Memberships {

  /**
   * @param plan as LINE's API lists it, without the number of members
   */
  record Plan(long id, ObjectNode plan) {}

  record Member(String userId, long membershipId, int number, Instant joinedAt, int months) {}

  private final World world;
  private final LinkedHashMap<Long, Plan> plans = new LinkedHashMap<>();
  private final LinkedHashMap<String, Member> members = new LinkedHashMap<>();
  private int numbers;

  Memberships(World world) {
    this.world = world;
  }

  void plan(long id, String title, String description, List<String> benefits, double price)
      throws ControlRefusal {
    if (benefits.isEmpty() || title.isEmpty() || price < 0) {
      throw new ControlRefusal(400, "A membership has a title, benefits and a price.");
    }
    ObjectNode plan = Json.object().put("membershipId", id).put("title", title);
    plan.put("description", description);
    var array = plan.putArray("benefits");
    benefits.forEach(array::add);
    plan.put("price", price).put("currency", "JPY");
    world.lock.lock();
    try {
      plans.put(id, new Plan(id, plan));
    } finally {
      world.lock.unlock();
      world.changed("settings", "");
    }
  }

  /** Somebody joins, and leaves another plan first; LINE tells of both. */
  WebhookEvent join(String userId, long id) throws ControlRefusal {
    world.lock.lock();
    try {
      Source source = world.speaker(userId, userId);
      if (!plans.containsKey(id)) {
        throw new ControlRefusal(404, "There is no such membership.");
      }
      Member old = members.get(userId);
      if (old != null && old.membershipId == id) {
        throw new ControlRefusal(409, "The user is a member already.");
      }
      if (old != null) {
        leave(userId);
      }
      Instant now = world.clock.instant();
      members.put(userId, new Member(userId, id, ++numbers, now, 1));
      return tell(source, "joined", id, now);
    } finally {
      world.lock.unlock();
    }
  }

  WebhookEvent renew(String userId) throws ControlRefusal {
    world.lock.lock();
    try {
      Source source = world.speaker(userId, userId);
      Member old = need(userId);
      members.put(
          userId, new Member(userId, old.membershipId, old.number, old.joinedAt, old.months + 1));
      return tell(source, "renewed", old.membershipId, world.clock.instant());
    } finally {
      world.lock.unlock();
    }
  }

  WebhookEvent leave(String userId) throws ControlRefusal {
    world.lock.lock();
    try {
      Source source = world.speaker(userId, userId);
      Member old = need(userId);
      members.remove(userId);
      return tell(source, "left", old.membershipId, world.clock.instant());
    } finally {
      world.lock.unlock();
    }
  }

  private WebhookEvent tell(Source source, String type, long id, Instant at) {
    return world.answerable(
        "membership",
        source,
        at,
        json -> json.putObject("membership").put("type", type).put("membershipId", id));
  }

  private Member need(String userId) throws ControlRefusal {
    Member member = members.get(userId);
    if (member == null) {
      throw new ControlRefusal(409, "The user is in no membership.");
    }
    return member;
  }

  // ---- what LINE's API says of it

  List<ObjectNode> list() {
    world.lock.lock();
    try {
      List<ObjectNode> list = new ArrayList<>();
      for (Plan plan : plans.values()) {
        ObjectNode json = plan.plan.deepCopy();
        json.put("memberCount", of(plan.id).size());
        json.putNull("memberLimit");
        list.add(json.put("isInAppPurchase", false).put("isPublished", true));
      }
      return list;
    } finally {
      world.lock.unlock();
    }
  }

  boolean has(long id) {
    world.lock.lock();
    try {
      return plans.containsKey(id);
    } finally {
      world.lock.unlock();
    }
  }

  List<String> of(long id) {
    world.lock.lock();
    try {
      return members.values().stream()
          .filter(member -> member.membershipId == id)
          .map(Member::userId)
          .toList();
    } finally {
      world.lock.unlock();
    }
  }

  Optional<ObjectNode> subscription(String userId) {
    world.lock.lock();
    try {
      Member member = members.get(userId);
      Plan plan = member == null ? null : plans.get(member.membershipId);
      if (member == null || plan == null) {
        return Optional.empty();
      }
      ObjectNode json = Json.object();
      json.set("membership", plan.plan.deepCopy());
      LocalDate joined = LocalDate.ofInstant(member.joinedAt, Counts.ZONE);
      json.putObject("user")
          .put("membershipNo", member.number)
          .put("joinedTime", member.joinedAt.getEpochSecond())
          .put("nextBillingDate", joined.plus(Period.ofMonths(member.months)).toString())
          .put("totalSubscriptionMonths", member.months);
      return Optional.of(json);
    } finally {
      world.lock.unlock();
    }
  }

  record Saved(Map<Long, Plan> plans, List<Member> members, int numbers) {}

  Saved save() {
    return new Saved(new LinkedHashMap<>(plans), List.copyOf(members.values()), numbers);
  }

  void restore(Saved saved) {
    plans.putAll(saved.plans);
    saved.members.forEach(member -> members.put(member.userId, member));
    numbers = saved.numbers;
  }
}
