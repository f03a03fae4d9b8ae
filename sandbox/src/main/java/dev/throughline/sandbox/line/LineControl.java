package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.ControlRequest;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The hands of the people in the sandbox, and its memory: what {@code /_sandbox} does over HTTP, as
 * methods. Safe for many threads.
 */
public final class LineControl {

  static final int PAGE_LIMIT = 5_000;

  /**
   * A page of a journal, as JSON.
   *
   * @param next what to pass as {@code after} next time
   * @param forgotten how many entries after {@code after} were there once and are not kept
   */
  public record Page(List<ObjectNode> entries, long next, long forgotten) {}

  /** What a deed of a user led to; {@code messageId} is empty unless it was a message. */
  public record Done(String messageId, String webhookEventId) {}

  private final World world;
  private final Gate gate;
  private final Webhooks webhooks;
  private final Sending sending;
  private final Faults<FaultRule> faults;
  private final Assertions assertions;
  private final LineConfig config;
  private final PhoneControl phones;
  private final PhonesOff phonesThatAreOff = new PhonesOff();
  private final ConsoleControl console;

  LineControl(
      World world,
      Audiences audiences,
      MenuBatches batches,
      Gate gate,
      Webhooks webhooks,
      Sending sending,
      Faults<FaultRule> faults,
      Assertions assertions,
      LineConfig config) {
    this.world = world;
    this.gate = gate;
    this.webhooks = webhooks;
    this.sending = sending;
    this.faults = faults;
    this.assertions = assertions;
    this.config = config;
    this.phones = new PhoneControl(world);
    this.console = new ConsoleControl(world, audiences, batches);
  }

  /** What people do with their phones beyond words. */
  public PhoneControl phones() {
    return phones;
  }

  public LineConfig config() {
    return config;
  }

  /** What LINE's consoles and LINE itself do. */
  public ConsoleControl console() {
    return console;
  }

  // ---- people

  public List<LineUser> users() {
    return world.users();
  }

  public Optional<LineUser> user(String userId) {
    return world.user(userId);
  }

  public LineUser addUser(String displayName, Friendship friendship) throws ControlRefusal {
    LineUser user;
    try {
      user = LineUser.named(world.newUserId(), displayName, friendship);
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, message(e));
    }
    world.addUser(user);
    return user;
  }

  public void addUser(LineUser user) throws ControlRefusal {
    world.addUser(user);
  }

  public void deleteAccount(String userId) throws ControlRefusal {
    world.deleteAccount(userId);
  }

  public Done follow(String userId) throws ControlRefusal {
    return done(world.follow(userId));
  }

  public Done block(String userId) throws ControlRefusal {
    return done(world.block(userId));
  }

  public Done unblock(String userId) throws ControlRefusal {
    return done(world.unblock(userId));
  }

  /**
   * Switches a phone off or on. What comes meanwhile waits at LINE: it is on no screen until the
   * phone is on again.
   */
  public void off(String userId, boolean off) {
    if (off) {
      phonesThatAreOff.off(userId, world.chats.of(userId).last());
    } else {
      phonesThatAreOff.on(userId);
    }
    world.changed("chat", userId);
    world.changed("users", "");
  }

  // ---- what is said

  /** The user writes a text in the 1:1 chat. */
  public Done say(String userId, String text) throws ControlRefusal {
    return send(userId, userId, Json.object().put("type", "text").put("text", text));
  }

  /**
   * A user sends a message.
   *
   * @param chat the user's own id, or a group's
   * @param message as a webhook carries it; id and tokens are filled in where they are absent
   */
  public Done send(String chat, String userId, ObjectNode message) throws ControlRefusal {
    WebhookEvent event = world.say(chat, userId, message);
    return new Done(event.json().path("message").path("id").stringValue(""), event.id());
  }

  public Done unsend(String chat, String userId, String messageId) throws ControlRefusal {
    return done(world.unsend(chat, userId, messageId));
  }

  public Done postback(
      String chat,
      String userId,
      String data,
      Optional<ObjectNode> params,
      Optional<String> displayText)
      throws ControlRefusal {
    return done(world.postback(chat, userId, data, params, displayText));
  }

  /** What the bot sent to a chat, waiting until there is something or the time is up. */
  public Page messages(String chat, long after, Duration wait) throws InterruptedException {
    return items(chat, after, wait, ChatItem::fromBot);
  }

  /** Everything in a chat, from both sides. */
  public Page chat(String chat, long after, Duration wait) throws InterruptedException {
    return items(chat, after, wait, item -> true);
  }

  private Page items(String chat, long after, Duration wait, Predicate<ChatItem> wanted)
      throws InterruptedException {
    if (world.user(chat).isEmpty() && world.group(chat).isEmpty()) {
      throw new IllegalArgumentException("there is no user or group with this id");
    }
    var page = phonesThatAreOff.read(world.chats.of(chat), chat, after, wanted, limited(wait));
    List<ObjectNode> items = new ArrayList<>();
    for (var entry : page.entries()) {
      items.add(ControlJson.item(entry.number(), entry.value()));
    }
    return new Page(items, page.next(), page.forgotten());
  }

  // ---- groups

  public List<LineGroup> groups() {
    return world.groups();
  }

  public LineGroup addGroup(String name, Set<String> members, boolean joined)
      throws ControlRefusal {
    return addGroup(Optional.empty(), name, members, joined);
  }

  /**
   * Makes a group, or a room.
   *
   * @param id {@code C…} or {@code R…}; else that of a new group
   */
  public LineGroup addGroup(Optional<String> id, String name, Set<String> members, boolean joined)
      throws ControlRefusal {
    LineGroup group;
    try {
      group = new LineGroup(id.orElseGet(world::newGroupId), name, members, joined);
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, message(e));
    }
    world.addGroup(group);
    return group;
  }

  public Done join(String groupId) throws ControlRefusal {
    return done(world.join(groupId));
  }

  public Done leave(String groupId) throws ControlRefusal {
    return done(world.leave(groupId));
  }

  public Done memberJoined(String groupId, String userId) throws ControlRefusal {
    return done(world.memberJoined(groupId, userId));
  }

  public Done memberLeft(String groupId, String userId) throws ControlRefusal {
    return done(world.memberLeft(groupId, userId));
  }

  /** Defines an audience for narrowcasts. */
  public void audience(long audienceGroupId, Set<String> userIds) {
    console.audience(audienceGroupId, "Audience " + audienceGroupId, userIds, Optional.empty());
  }

  // ---- faults and settings

  /** Replaces all faults. */
  public void setFaults(List<FaultRule> rules) throws ControlRefusal {
    if (rules.size() > Faults.RULES_LIMIT) {
      throw new ControlRefusal(400, "There can be at most " + Faults.RULES_LIMIT + " faults.");
    }
    faults.set(rules);
    world.changed("faults", "");
  }

  public void clearFaults() {
    clearFaults(Optional.empty());
  }

  void clearFaults(Optional<String> endpoint) {
    faults.clear(endpoint);
    world.changed("faults", "");
  }

  /** How often the faults that are set have struck, together. */
  public int struck() {
    return faults.active().stream().mapToInt(Faults.Active::struck).sum();
  }

  List<Faults.Active<FaultRule>> activeFaults() {
    return faults.active();
  }

  public LineSettings settings() {
    return world.settings();
  }

  public void settings(LineSettings next) {
    world.settings(next);
  }

  public Optional<String> webhookUrl() {
    return world.webhookUrl();
  }

  /** As somebody does in the console. */
  public void webhookUrl(String url) throws ControlRefusal {
    if (!AccountApi.webhookUrl(url)) {
      throw new ControlRefusal(400, "The webhook URL is http or https on the loopback.");
    }
    world.webhookUrl(Optional.of(url));
  }

  /** Registers a public key for assertions, as the console does, and returns its kid. */
  public String registerKey(ObjectNode jwk) throws ControlRefusal {
    String kid = world.ids.uuid().toString();
    assertions.register(kid, jwk);
    world.changed("settings", "");
    return kid;
  }

  // ---- raw events

  /**
   * Sends events as they are.
   *
   * @param together in one body, in this order, apart from the queue; else each in its chat's turn
   * @param destination instead of this bot
   */
  public void inject(List<JsonNode> events, boolean together, Optional<String> destination)
      throws ControlRefusal {
    if (together || destination.isPresent()) {
      StringBuilder joined = new StringBuilder();
      for (JsonNode event : events) {
        joined.append(joined.isEmpty() ? "" : ",").append(Json.string(event));
      }
      String body = Webhooks.envelope(destination.orElse(config.botUserId()), joined.toString());
      sendBody(body.getBytes(StandardCharsets.UTF_8));
      return;
    }
    Instant now = world.clock.instant();
    List<WebhookEvent> raw = new ArrayList<>();
    for (JsonNode event : events) {
      JsonNode source = event.path("source");
      String lane = "raw";
      for (String name : List.of("groupId", "roomId", "userId")) {
        if (lane.equals("raw")) {
          lane = source.path(name).stringValue(lane);
        }
      }
      String id = event.path("webhookEventId").stringValue("");
      Optional<String> token = Json.text(event, "replyToken");
      String chat = lane;
      token.ifPresent(value -> world.replyTokens.issue(value, chat, now));
      raw.add(new WebhookEvent(id, lane, now, token, event, true));
    }
    world.inject(raw);
  }

  /** Sends a webhook body byte for byte, signed, and returns the status it was answered with. */
  public int sendBody(byte[] body) throws ControlRefusal {
    return webhooks.sendRaw(body).status();
  }

  // ---- what happened

  /** What was asked of LINE, in the order in which it was decided. */
  public Page requests(long after) {
    return requests(after, request -> true);
  }

  Page requests(long after, Predicate<ApiRequest> wanted) {
    return page(gate.requests().after(after, PAGE_LIMIT, wanted), ControlJson::request);
  }

  /** Each webhook body that was sent, or was not, in the order of the outcomes. */
  public Page webhooks(long after) {
    return webhooks(after, attempt -> true);
  }

  Page webhooks(long after, Predicate<WebhookAttempt> wanted) {
    return page(webhooks.attempts().after(after, PAGE_LIMIT, wanted), ControlJson::attempt);
  }

  /** Events that are neither answered nor given up. */
  public int pendingWebhooks() {
    return webhooks.pending();
  }

  /** Each accepted send, with how often its recipients were sent the same. */
  public Page accepted(long after) {
    return page(sending.accepted().after(after, PAGE_LIMIT), ControlJson::accepted);
  }

  Page repeated(long after) {
    return page(
        sending.accepted().after(after, PAGE_LIMIT, send -> send.times().get() > 1),
        ControlJson::accepted);
  }

  /** What a page should look at again, waiting until there is something. */
  public Page changes(long after, Duration wait) throws InterruptedException {
    return page(
        world.changes.await(after, PAGE_LIMIT, change -> true, limited(wait)), ControlJson::change);
  }

  Optional<Answer.Media> menuPicture(String richMenuId) {
    return world.richMenus.find(richMenuId).flatMap(world.richMenus::picture);
  }

  Optional<Answer.Media> content(String messageId) {
    return world
        .contents
        .find(messageId, now())
        .filter(content -> !content.unsent())
        .flatMap(content ->
            world
                .contents
                .bytes(content)
                .map(bytes -> new Answer.Media(content.mediaType(), bytes)));
  }

  String freshUserId() {
    return world.newUserId();
  }

  Instant now() {
    return world.clock.instant();
  }

  long lastChange() {
    return world.changes.last();
  }

  private static <T> Page page(Journal.Page<T> page, BiFunction<Long, T, ObjectNode> json) {
    List<ObjectNode> entries = new ArrayList<>();
    for (var entry : page.entries()) {
      entries.add(json.apply(entry.number(), entry.value()));
    }
    return new Page(entries, page.next(), page.forgotten());
  }

  private static Done done(WebhookEvent event) {
    return new Done("", event.id());
  }

  private static Duration limited(Duration wait) {
    return wait.compareTo(ControlRequest.WAIT_LIMIT) > 0 ? ControlRequest.WAIT_LIMIT : wait;
  }

  static String message(IllegalArgumentException e) {
    return e.getMessage() == null ? "invalid" : e.getMessage();
  }
}
