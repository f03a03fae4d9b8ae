package dev.throughline.sandbox.line;

import dev.throughline.sandbox.line.Events.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The channel as a module channel: which accounts it is attached to, and who holds the control of a
 * chat.
 */
final class Modules {
  static final Duration CODE_LIFE = Duration.ofMinutes(10);
  private static final int CODES_LIMIT = 100;
  private static final int CODE_DIGITS = 20;

  /** Another channel holds a chat; whether it lets go of it when asked. */
  record Hold(Optional<Instant> until, boolean locked) {}

  private final World world;
  private final String botUserId;

  /** Looked at with every event, whoever holds the world's lock. */
  private final Map<String, Hold> others = new ConcurrentHashMap<>();

  private final LinkedHashMap<String, Instant> codes = new LinkedHashMap<>();
  private final Set<String> attached = new LinkedHashSet<>();

  Modules(World world, String botUserId) {
    this.world = world;
    this.botUserId = botUserId;
  }

  // ---- attaching

  /** The manager of an account agrees: the code that comes back to the module's redirect URL. */
  String code() {
    world.lock.lock();
    try {
      if (codes.size() >= CODES_LIMIT) {
        codes.remove(codes.firstEntry().getKey());
      }
      String code = world.ids.hex(CODE_DIGITS);
      codes.put(code, world.clock.instant());
      return code;
    } finally {
      world.lock.unlock();
    }
  }

  /** Whether the code was good; then this account is attached, and the module is told. */
  boolean attach(String code, List<String> scopes) {
    world.lock.lock();
    try {
      Instant issued = codes.remove(code);
      Instant now = world.clock.instant();
      if (issued == null || now.isAfter(issued.plus(CODE_LIFE))) {
        return false;
      }
      attached.add(botUserId);
      world.tell(
          "module",
          now,
          json -> {
            var module = json.putObject("module").put("type", "attached").put("botId", botUserId);
            var array = module.putArray("scopes");
            scopes.forEach(array::add);
          });
      return true;
    } finally {
      world.lock.unlock();
    }
  }

  List<String> attached() {
    world.lock.lock();
    try {
      return List.copyOf(attached);
    } finally {
      world.lock.unlock();
    }
  }

  boolean detach(String botId) {
    world.lock.lock();
    try {
      return attached.remove(botId);
    } finally {
      world.lock.unlock();
    }
  }

  /** The account is deleted, which detaches the module. */
  WebhookEvent botDeleted() {
    world.lock.lock();
    try {
      attached.remove(botUserId);
      return world.tell(
          "module",
          world.clock.instant(),
          json ->
              json.putObject("module")
                  .put("type", "detached")
                  .put("botId", botUserId)
                  .put("reason", "bot_deleted"));
    } finally {
      world.lock.unlock();
    }
  }

  WebhookEvent suspended(boolean now) {
    return world.tell(now ? "botSuspended" : "botResumed", world.clock.instant(), json -> {});
  }

  // ---- chat control

  /** Whether another channel holds this chat now, so that events come on standby. */
  boolean othersHold(String chat, Instant now) {
    Hold hold = others.get(chat);
    return hold != null && hold.until.map(now::isBefore).orElse(true);
  }

  /**
   * Another module takes a chat over.
   *
   * @param ttl empty = until somebody else takes it
   * @param locked it does not let go: acquiring answers 423
   */
  WebhookEvent otherTakes(String chat, Optional<Duration> ttl, boolean locked) {
    world.lock.lock();
    try {
      Instant now = world.clock.instant();
      WebhookEvent event =
          world.tellOf("deactivated", new Source(chat, user(chat)), now, json -> {});
      others.put(chat, new Hold(ttl.map(now::plus), locked));
      return event;
    } finally {
      world.lock.unlock();
    }
  }

  /** Tells whether this channel has the chat now. */
  boolean acquire(String chat, Optional<Duration> ttl) {
    world.lock.lock();
    try {
      Instant now = world.clock.instant();
      Hold hold = others.get(chat);
      if (hold != null && hold.locked && othersHold(chat, now)) {
        return false;
      }
      others.remove(chat);
      long expireAt = ttl.map(time -> now.plus(time).toEpochMilli()).orElse(0L);
      world.tellOf(
          "activated",
          new Source(chat, user(chat)),
          now,
          json -> json.putObject("chatControl").put("expireAt", expireAt));
      return true;
    } finally {
      world.lock.unlock();
    }
  }

  /** Gives the chat back to the primary channel, which here is this one too. */
  void release(String chat) {
    world.lock.lock();
    try {
      others.remove(chat);
      world.tellOf("deactivated", new Source(chat, user(chat)), world.clock.instant(), json -> {});
    } finally {
      world.lock.unlock();
    }
  }

  private static Optional<String> user(String chat) {
    return chat.startsWith("U") ? Optional.of(chat) : Optional.empty();
  }

  record Saved(Map<String, Hold> others, List<String> attached) {}

  Saved save() {
    return new Saved(new HashMap<>(others), List.copyOf(attached));
  }

  void restore(Saved saved) {
    others.putAll(saved.others);
    attached.addAll(saved.attached);
  }
}
