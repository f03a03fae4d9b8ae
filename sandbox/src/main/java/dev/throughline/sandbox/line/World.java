package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Blobs;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.Events.Source;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * Everyone and everything on the other side of the API: people, groups, chats, and what they make
 * happen. One lock guards what must change together; it is held for microseconds and never across a
 * call out.
 */
final class World {
  static final int USERS_LIMIT = 100_000;
  static final int GROUPS_LIMIT = 1_000;
  private static final int CHANGES_LIMIT = 10_000;
  private static final int ID_DIGITS = 32;

  final ReentrantLock lock = new ReentrantLock();
  final InstantSource clock;
  final Ids ids;
  final Seals seals;
  final ReplyTokens replyTokens = new ReplyTokens();
  final RetryKeys retryKeys;
  final Counts counts = new Counts();
  final Chats chats;
  final Contents contents;
  final RichMenus richMenus;
  final Notifications notifications;
  final Insight insight;
  final Memberships memberships;
  final AccountLinks accountLinks;
  final Modules modules;
  final Journal<Change> changes = new Journal<>(CHANGES_LIMIT, Long.MAX_VALUE, change -> 1);

  private final Map<String, LineUser> users = new LinkedHashMap<>();
  private final Map<String, LineGroup> groups = new LinkedHashMap<>();
  private final String botUserId;
  private final Events events;
  private final Consumer<List<WebhookEvent>> outgoing;
  private volatile LineSettings settings;
  private volatile boolean chatOn;
  private volatile Optional<String> webhookUrl = Optional.empty();
  private final AtomicLong version = new AtomicLong();

  World(
      LineConfig config,
      InstantSource clock,
      Ids ids,
      Seals seals,
      Blobs blobs,
      Consumer<List<WebhookEvent>> outgoing) {
    this.clock = clock;
    this.ids = ids;
    this.seals = seals;
    this.outgoing = outgoing;
    this.settings = config.settings();
    this.retryKeys = new RetryKeys(config.history().retryKeys());
    this.chats = new Chats(config.history().messagesPerChat(), config.history().chatBytes());
    this.contents = new Contents(blobs);
    this.richMenus = new RichMenus(this, blobs);
    this.notifications = new Notifications(this);
    this.insight = new Insight(this);
    this.memberships = new Memberships(this);
    this.accountLinks = new AccountLinks(this);
    this.modules = new Modules(this, config.botUserId());
    this.botUserId = config.botUserId();
    this.events = new Events(ids, replyTokens);
  }

  /** Grows with each change that the state file should have. */
  long version() {
    return version.get();
  }

  void changed(String kind, String subject) {
    version.incrementAndGet();
    changes.add(new Change(kind, subject));
  }

  LineSettings settings() {
    return settings;
  }

  void settings(LineSettings next) {
    settings = next;
    changed("settings", "");
  }

  /** "Chat" in the OA Manager: people of the account answer too, and messages stay unread. */
  boolean chatOn() {
    return chatOn;
  }

  void chatOn(boolean on) {
    chatOn = on;
    changed("settings", "");
  }

  Optional<String> webhookUrl() {
    return webhookUrl;
  }

  void webhookUrl(Optional<String> url) {
    webhookUrl = url;
    changed("settings", "");
  }

  // ---- people

  Optional<LineUser> user(String userId) {
    lock.lock();
    try {
      return Optional.ofNullable(users.get(userId));
    } finally {
      lock.unlock();
    }
  }

  List<LineUser> users() {
    lock.lock();
    try {
      return List.copyOf(users.values());
    } finally {
      lock.unlock();
    }
  }

  String newUserId() {
    return "U" + ids.hex(ID_DIGITS);
  }

  /** Adds somebody; a friend from the start has added the account before anybody listened. */
  void addUser(LineUser user) throws ControlRefusal {
    lock.lock();
    try {
      if (users.containsKey(user.userId())) {
        throw new ControlRefusal(409, "There is a user with this userId already.");
      }
      if (users.size() >= USERS_LIMIT) {
        throw new ControlRefusal(409, "The sandbox holds at most " + USERS_LIMIT + " users.");
      }
      users.put(user.userId(), user);
    } finally {
      lock.unlock();
    }
    changed("users", "");
  }

  void restoreUser(LineUser user) {
    lock.lock();
    try {
      users.put(user.userId(), user);
    } finally {
      lock.unlock();
    }
  }

  /** The LINE account is gone: nothing reaches it any more, and LINE does not say so. */
  void deleteAccount(String userId) throws ControlRefusal {
    lock.lock();
    try {
      users.put(userId, need(userId).with(Friendship.DELETED, clock.instant()));
    } finally {
      lock.unlock();
    }
    changed("users", "");
  }

  WebhookEvent follow(String userId) throws ControlRefusal {
    lock.lock();
    try {
      LineUser user = need(userId);
      if (user.friendship() == Friendship.FRIEND) {
        throw new ControlRefusal(409, user.displayName() + " is a friend already.");
      }
      boolean unblocked = user.friendship() == Friendship.BLOCKED;
      Instant at = clock.instant();
      users.put(userId, user.with(Friendship.FRIEND, at));
      WebhookEvent event =
          events.answerable(
              "follow",
              Source.user(userId),
              at,
              json -> json.putObject("follow").put("isUnblocked", unblocked));
      note(userId, userId, unblocked ? "unblock" : "follow", at, event);
      return out(event);
    } finally {
      lock.unlock();
      changed("users", "");
    }
  }

  WebhookEvent block(String userId) throws ControlRefusal {
    lock.lock();
    try {
      LineUser user = need(userId);
      if (user.friendship() == Friendship.BLOCKED) {
        throw new ControlRefusal(409, user.displayName() + " has blocked the account already.");
      }
      Instant at = clock.instant();
      users.put(userId, user.with(Friendship.BLOCKED, at));
      WebhookEvent event = events.silent("unfollow", Source.user(userId), at, json -> {});
      note(userId, userId, "block", at, event);
      return out(event);
    } finally {
      lock.unlock();
      changed("users", "");
    }
  }

  WebhookEvent unblock(String userId) throws ControlRefusal {
    if (user(userId).map(LineUser::friendship).orElse(Friendship.BLOCKED) != Friendship.BLOCKED) {
      throw new ControlRefusal(409, "The user has not blocked the account; use follow.");
    }
    return follow(userId);
  }

  // ---- what people do in a chat

  /** A person sends a message; ids and tokens that it lacks are filled in. */
  WebhookEvent say(String chat, String userId, ObjectNode message) throws ControlRefusal {
    return say(chat, userId, message, Optional.empty());
  }

  WebhookEvent say(String chat, String userId, ObjectNode message, Optional<Attachment> attachment)
      throws ControlRefusal {
    lock.lock();
    try {
      Source source = speaker(chat, userId);
      Instant at = clock.instant();
      ObjectNode filled = UserMessages.fill(message, chat, botUserId, ids, seals);
      String messageId = filled.path("id").stringValue("");
      contents.sent(filled, attachment, at);
      WebhookEvent event =
          events.answerable("message", source, at, json -> json.set("message", filled));
      if (chat.equals(userId)) {
        users.put(userId, need(userId).wroteAt(at));
      }
      chats.add(
          chat,
          new ChatItem(
              messageId,
              at,
              ChatItem.USER,
              userId,
              Optional.of(event.id()),
              Json.string(filled),
              false));
      return out(event);
    } finally {
      lock.unlock();
      changed("chat", chat);
    }
  }

  WebhookEvent unsend(String chat, String userId, String messageId) throws ControlRefusal {
    lock.lock();
    try {
      Source source = speaker(chat, userId);
      var found = own(chat, userId, messageId);
      chats.replace(chat, found.number(), found.value().asUnsent());
      contents.unsent(messageId);
      return out(
          events.silent(
              "unsend",
              source,
              clock.instant(),
              json -> json.putObject("unsend").put("messageId", messageId)));
    } finally {
      lock.unlock();
      changed("unsent", chat);
    }
  }

  /** A message that this person sent and has not taken back. */
  Journal.Entry<ChatItem> own(String chat, String userId, String messageId) throws ControlRefusal {
    var found =
        chats
            .find(chat, messageId)
            .filter(entry -> entry.value().via().equals(ChatItem.USER))
            .filter(entry -> entry.value().from().equals(userId))
            .orElseThrow(
                () -> new ControlRefusal(404, "The user sent no message with this messageId."));
    if (found.value().unsent()) {
      throw new ControlRefusal(409, "The message is unsent already.");
    }
    return found;
  }

  /** A person taps a button; {@code displayText} shows in the chat without a message event. */
  WebhookEvent postback(
      String chat, String userId, String data, Optional<ObjectNode> params, Optional<String> shown)
      throws ControlRefusal {
    lock.lock();
    try {
      Source source = speaker(chat, userId);
      Instant at = clock.instant();
      WebhookEvent event =
          events.answerable(
              "postback",
              source,
              at,
              json -> {
                ObjectNode postback = json.putObject("postback").put("data", data);
                params.ifPresent(values -> postback.set("params", values));
              });
      ObjectNode item = Json.object();
      item.put("type", shown.isPresent() ? "text" : "postback");
      item.put(shown.isPresent() ? "text" : "data", shown.orElse(data));
      chats.add(
          chat,
          new ChatItem(
              ids.decimal(),
              at,
              shown.isPresent() ? ChatItem.USER : ChatItem.EVENT,
              userId,
              Optional.of(event.id()),
              Json.string(item),
              false));
      return out(event);
    } finally {
      lock.unlock();
      changed("chat", chat);
    }
  }

  /** Whose turn it is to say something in a chat, and whether they can. */
  Source speaker(String chat, String userId) throws ControlRefusal {
    LineUser user = need(userId);
    if (user.friendship() == Friendship.DELETED) {
      throw new ControlRefusal(409, "The LINE account of " + user.displayName() + " is gone.");
    }
    if (chat.equals(userId)) {
      if (user.friendship() == Friendship.BLOCKED) {
        throw new ControlRefusal(
            409, user.displayName() + " has blocked the account and must unblock it first.");
      }
      return Source.user(userId);
    }
    LineGroup group = needGroup(chat);
    if (!group.joined() || !group.members().contains(userId)) {
      throw new ControlRefusal(409, "The user and the bot must both be in the group.");
    }
    return new Source(chat, Optional.of(userId));
  }

  // ---- groups

  Optional<LineGroup> group(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(groups.get(id));
    } finally {
      lock.unlock();
    }
  }

  List<LineGroup> groups() {
    lock.lock();
    try {
      return List.copyOf(groups.values());
    } finally {
      lock.unlock();
    }
  }

  String newGroupId() {
    return "C" + ids.hex(ID_DIGITS);
  }

  void restoreGroup(LineGroup group) {
    lock.lock();
    try {
      groups.put(group.id(), group);
    } finally {
      lock.unlock();
    }
  }

  /** Makes a group; the bot joins it at once if the group says so. */
  void addGroup(LineGroup group) throws ControlRefusal {
    lock.lock();
    try {
      if (groups.containsKey(group.id()) || groups.size() >= GROUPS_LIMIT) {
        throw new ControlRefusal(409, "The group exists, or there are too many groups.");
      }
      for (String member : group.members()) {
        need(member);
      }
      groups.put(group.id(), group.withJoined(false));
      if (group.joined()) {
        join(group.id());
      }
    } finally {
      lock.unlock();
      changed("groups", "");
    }
  }

  WebhookEvent join(String groupId) throws ControlRefusal {
    return change(
        groupId,
        group -> !group.joined(),
        group -> group.withJoined(true),
        at -> events.answerable("join", new Source(groupId, Optional.empty()), at, json -> {}));
  }

  /** The bot leaves, or is removed. */
  WebhookEvent leave(String groupId) throws ControlRefusal {
    return change(
        groupId,
        LineGroup::joined,
        group -> group.withJoined(false),
        at -> events.silent("leave", new Source(groupId, Optional.empty()), at, json -> {}));
  }

  WebhookEvent memberJoined(String groupId, String userId) throws ControlRefusal {
    need(userId);
    return change(
        groupId,
        group -> !group.members().contains(userId),
        group -> group.withMember(userId),
        at ->
            events.answerable(
                "memberJoined",
                new Source(groupId, Optional.empty()),
                at,
                json -> members(json.putObject("joined"), userId)));
  }

  WebhookEvent memberLeft(String groupId, String userId) throws ControlRefusal {
    return change(
        groupId,
        group -> group.members().contains(userId),
        group -> group.withoutMember(userId),
        at ->
            events.silent(
                "memberLeft",
                new Source(groupId, Optional.empty()),
                at,
                json -> members(json.putObject("left"), userId)));
  }

  private static void members(ObjectNode holder, String userId) {
    holder.putArray("members").addObject().put("type", "user").put("userId", userId);
  }

  private WebhookEvent change(
      String groupId,
      Predicate<LineGroup> possible,
      UnaryOperator<LineGroup> change,
      Function<Instant, WebhookEvent> event)
      throws ControlRefusal {
    lock.lock();
    try {
      LineGroup group = needGroup(groupId);
      if (!possible.test(group)) {
        throw new ControlRefusal(409, "The group is in that state already.");
      }
      LineGroup next = change.apply(group);
      groups.put(groupId, next);
      WebhookEvent made = event.apply(clock.instant());
      boolean heard = group.joined() || next.joined();
      return heard ? out(made) : made;
    } finally {
      lock.unlock();
      changed("groups", "");
    }
  }

  // ---- shared

  /** Sends events out as they are. */
  void inject(List<WebhookEvent> injected) {
    outgoing.accept(injected);
  }

  /** LINE gives somebody a sticker for a mission, and says so in the chat. */
  void present(String userId, String productId, String requestId) {
    chats.add(
        userId,
        new ChatItem(
            ids.decimal(),
            clock.instant(),
            ChatItem.EVENT,
            userId,
            Optional.of(requestId),
            Json.string(
                Json.object()
                    .put("type", "event")
                    .put("event", "present")
                    .put("productId", productId)),
            false));
    changed("chat", userId);
  }

  /** Something happened in a chat that can be replied to. */
  WebhookEvent answerable(String type, Source source, Instant at, Consumer<ObjectNode> payload) {
    return out(events.answerable(type, source, at, payload));
  }

  /** Something happened to the account, in no chat. */
  WebhookEvent tell(String type, Instant at, Consumer<ObjectNode> payload) {
    return out(events.sourceless(type, at, payload));
  }

  /** Something happened in a chat that cannot be replied to. */
  WebhookEvent tellOf(String type, Source source, Instant at, Consumer<ObjectNode> payload) {
    return out(events.silent(type, source, at, payload));
  }

  private WebhookEvent out(WebhookEvent event) {
    WebhookEvent seen = modules.othersHold(event.lane(), event.at()) ? event.onStandby() : event;
    outgoing.accept(List.of(seen));
    return seen;
  }

  private void note(String chat, String userId, String what, Instant at, WebhookEvent event) {
    chats.add(
        chat,
        new ChatItem(
            ids.decimal(),
            at,
            ChatItem.EVENT,
            userId,
            Optional.of(event.id()),
            Json.string(Json.object().put("type", "event").put("event", what)),
            false));
  }

  private LineUser need(String userId) throws ControlRefusal {
    LineUser user = users.get(userId);
    if (user == null) {
      throw new ControlRefusal(
          404, "There is no such user; GET /_sandbox/users lists them, POST makes one.");
    }
    return user;
  }

  private LineGroup needGroup(String id) throws ControlRefusal {
    LineGroup group = groups.get(id);
    if (group == null) {
      throw new ControlRefusal(
          404, "There is no such group; GET /_sandbox/groups lists them, POST makes one.");
    }
    return group;
  }
}
