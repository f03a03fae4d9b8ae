package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Audiences for narrowcasts. Whatever is put into one arrives a moment of the emulator's clock
 * later, as a job that can be watched.
 */
final class Audiences {
  static final int LIMIT = 1000;
  static final Duration TAKES = Duration.ofSeconds(1);
  static final Duration LIFE = Duration.ofDays(180);
  private static final int JOBS_SHOWN = 50;
  private static final int JOBS_AT_ONCE = 10;
  private static final long FIRST_ID = 4_000_000_000_000L;
  private static final String TOO_FEW = "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT";

  /**
   * @param status QUEUED, WORKING, FINISHED or FAILED
   */
  record Job(
      long id,
      Optional<String> description,
      String status,
      Optional<String> failedType,
      int count,
      Instant createdAt) {}

  /**
   * @param createRoute MESSAGING_API or OA_MANAGER
   * @param owner who shared it, if it is not of this account
   */
  record Audience(
      long id,
      String type,
      String description,
      String status,
      Optional<String> failedType,
      Instant createdAt,
      Optional<String> requestId,
      Optional<String> clickUrl,
      boolean ifa,
      String createRoute,
      Optional<String> owner,
      Set<String> userIds,
      List<Job> jobs) {

    boolean shared() {
      return owner.isPresent();
    }

    Audience named(String text) {
      return new Audience(
          id,
          type,
          text,
          status,
          failedType,
          createdAt,
          requestId,
          clickUrl,
          ifa,
          createRoute,
          owner,
          userIds,
          jobs);
    }

    Audience with(String state, Optional<String> failed, Set<String> people, List<Job> work) {
      return new Audience(
          id,
          type,
          description,
          state,
          failed,
          createdAt,
          requestId,
          clickUrl,
          ifa,
          createRoute,
          owner,
          people,
          work);
    }

    String status(Instant now) {
      return now.isAfter(createdAt.plus(LIFE)) ? "EXPIRED" : status;
    }
  }

  private final World world;
  private final Timers timers;
  private final LinkedHashMap<Long, Audience> audiences = new LinkedHashMap<>();
  private long lastId = FIRST_ID;

  Audiences(World world, Timers timers) {
    this.world = world;
    this.timers = timers;
  }

  /** Empty if there are as many as there may be. */
  Optional<Audience> create(
      String type,
      String description,
      boolean ifa,
      Optional<String> requestId,
      Optional<String> clickUrl) {
    world.lock.lock();
    try {
      if (audiences.size() >= LIMIT) {
        return Optional.empty();
      }
      Audience made =
          new Audience(
              nextId(),
              type,
              description,
              "IN_PROGRESS",
              Optional.empty(),
              world.clock.instant(),
              requestId,
              clickUrl,
              ifa,
              "MESSAGING_API",
              Optional.empty(),
              Set.of(),
              List.of());
      audiences.put(made.id, made);
      return Optional.of(made);
    } finally {
      world.lock.unlock();
      world.changed("audiences", "");
    }
  }

  /** Made in the OA Manager, or shared by another account; ready at once. */
  void define(long id, String description, Set<String> userIds, Optional<String> owner) {
    world.lock.lock();
    try {
      audiences.put(
          id,
          new Audience(
              id,
              "UPLOAD",
              description,
              "READY",
              Optional.empty(),
              world.clock.instant(),
              Optional.empty(),
              Optional.empty(),
              false,
              "OA_MANAGER",
              owner,
              new LinkedHashSet<>(userIds),
              List.of()));
      lastId = Math.max(lastId, id);
    } finally {
      world.lock.unlock();
      world.changed("audiences", "");
    }
  }

  private long nextId() {
    lastId++;
    return lastId;
  }

  /** Starts a job that adds people; false if too many are under way. */
  boolean add(long id, Set<String> userIds, Optional<String> description) {
    world.lock.lock();
    try {
      Audience audience = audiences.get(id);
      if (audience == null) {
        return false;
      }
      long underWay = audience.jobs.stream().filter(job -> job.status.equals("QUEUED")).count();
      if (underWay >= JOBS_AT_ONCE) {
        return false;
      }
      Job job =
          new Job(nextId(), description, "QUEUED", Optional.empty(), 0, world.clock.instant());
      List<Job> jobs = new ArrayList<>(audience.jobs);
      jobs.add(job);
      audiences.put(
          id, audience.with(audience.status, audience.failedType, audience.userIds, jobs));
      timers.at(world.clock.instant().plus(TAKES), () -> finish(id, job, userIds));
      return true;
    } finally {
      world.lock.unlock();
      world.changed("audiences", "");
    }
  }

  /** People whom this channel does not know are left out; nobody left is a failure. */
  private void finish(long id, Job job, Set<String> userIds) {
    world.lock.lock();
    try {
      Audience audience = audiences.get(id);
      if (audience == null) {
        return;
      }
      List<String> known =
          userIds.stream().filter(userId -> world.user(userId).isPresent()).toList();
      Set<String> people = new LinkedHashSet<>(audience.userIds);
      people.addAll(known);
      boolean failed = known.isEmpty();
      Job done =
          new Job(
              job.id,
              job.description,
              failed ? "FAILED" : "FINISHED",
              failed ? Optional.of(TOO_FEW) : Optional.empty(),
              known.size(),
              job.createdAt);
      List<Job> jobs = audience.jobs.stream().map(one -> one.id == job.id ? done : one).toList();
      audiences.put(
          id,
          audience.with(
              people.isEmpty() ? "FAILED" : "READY",
              people.isEmpty() ? Optional.of(TOO_FEW) : Optional.empty(),
              people,
              jobs));
    } finally {
      world.lock.unlock();
      world.changed("audiences", "");
    }
  }

  Optional<Audience> find(long id) {
    world.lock.lock();
    try {
      return Optional.ofNullable(audiences.get(id));
    } finally {
      world.lock.unlock();
    }
  }

  /** Those that a narrowcast may go to. */
  Optional<Set<String>> ready(long id) {
    return find(id)
        .filter(audience -> audience.status(world.clock.instant()).equals("READY"))
        .map(Audience::userIds);
  }

  List<Audience> all() {
    world.lock.lock();
    try {
      return List.copyOf(audiences.values());
    } finally {
      world.lock.unlock();
    }
  }

  boolean rename(long id, String description) {
    world.lock.lock();
    try {
      return audiences.computeIfPresent(id, (key, old) -> old.named(description)) != null;
    } finally {
      world.lock.unlock();
      world.changed("audiences", "");
    }
  }

  boolean delete(long id) {
    world.lock.lock();
    try {
      return audiences.remove(id) != null;
    } finally {
      world.lock.unlock();
      world.changed("audiences", "");
    }
  }

  // ---- as LINE's API shows them

  ObjectNode json(Audience audience) {
    ObjectNode json = Json.object().put("audienceGroupId", audience.id);
    json.put("type", audience.type).put("description", audience.description);
    json.put("status", audience.status(world.clock.instant()));
    audience.failedType.ifPresent(failed -> json.put("failedType", failed));
    json.put("audienceCount", audience.userIds.size());
    json.put("created", audience.createdAt.getEpochSecond());
    audience.requestId.ifPresent(id -> json.put("requestId", id));
    audience.clickUrl.ifPresent(url -> json.put("clickUrl", url));
    json.put("isIfaAudience", audience.ifa);
    json.put("permission", audience.shared() ? "READ" : "READ_WRITE");
    return json.put("createRoute", audience.createRoute);
  }

  static ArrayNode jobs(Audience audience) {
    ArrayNode array = Json.array();
    for (Job job : audience.jobs.reversed().stream().limit(JOBS_SHOWN).toList()) {
      ObjectNode json = array.addObject().put("audienceGroupJobId", job.id);
      json.put("audienceGroupId", audience.id);
      job.description.ifPresent(text -> json.put("description", text));
      json.put("type", "DIFF_ADD").put("jobStatus", job.status);
      job.failedType.ifPresent(failed -> json.put("failedType", failed));
      json.put("audienceCount", job.count).put("created", job.createdAt.getEpochSecond());
    }
    return array;
  }

  record Saved(List<Audience> audiences, long lastId) {}

  Saved save() {
    return new Saved(List.copyOf(audiences.values()), lastId);
  }

  /** A job that was under way when the emulator stopped has failed. */
  void restore(Saved saved) {
    lastId = saved.lastId;
    for (Audience audience : saved.audiences) {
      List<Job> jobs =
          audience.jobs.stream()
              .map(job ->
                  job.status.equals("QUEUED")
                      ? new Job(
                          job.id,
                          job.description,
                          "FAILED",
                          Optional.of("INTERNAL_ERROR"),
                          0,
                          job.createdAt)
                      : job)
              .toList();
      audiences.put(
          audience.id, audience.with(audience.status, audience.failedType, audience.userIds, jobs));
    }
  }
}
