package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.WebhookClient;
import dev.throughline.sandbox.line.rules.Finding;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an account can ask about itself and the people around it. */
final class AccountApi {
  private static final LocalDate FIRST_COUNTED_DAY = LocalDate.of(2018, 3, 31);
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuuMMdd");
  private static final int FOLLOWERS_DEFAULT = 300;
  private static final int FOLLOWERS_LIMIT = 1000;
  private static final int MEMBERS_PAGE = 100;
  private static final int UNITS_DEFAULT = 100;
  private static final int WEBHOOK_URL_LIMIT = 500;
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final World world;
  private final Webhooks webhooks;
  private final LineConfig config;

  AccountApi(World world, Webhooks webhooks, LineConfig config) {
    this.world = world;
    this.webhooks = webhooks;
    this.config = config;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case PROFILE -> profile(call);
      case FOLLOWERS -> followers(call);
      case BOT_INFO -> botInfo();
      case GROUP_SUMMARY -> groupSummary(call);
      case GROUP_COUNT, ROOM_COUNT ->
          joined(call)
              .map(group -> Answer.ok(Json.object().put("count", group.members().size())))
              .orElseGet(Answer::notFound);
      case GROUP_MEMBERS, ROOM_MEMBERS -> members(call);
      case GROUP_MEMBER, ROOM_MEMBER -> member(call);
      case GROUP_LEAVE, ROOM_LEAVE -> leave(call);
      case QUOTA -> quota();
      case QUOTA_CONSUMPTION ->
          Answer.ok(Json.object().put("totalUsage", world.counts.inMonth(world.clock.instant())));
      case DELIVERY_REPLY,
          DELIVERY_PUSH,
          DELIVERY_MULTICAST,
          DELIVERY_BROADCAST,
          DELIVERY_PNP,
          DELIVERY_PNP_TEMPLATED ->
          sentOn(call);
      case AGGREGATION_INFO ->
          Answer.ok(
              Json.object()
                  .put(
                      "numOfCustomAggregationUnits",
                      world.counts.unitsInMonth(world.clock.instant()).size()));
      case AGGREGATION_LIST -> units(call);
      case MARK_AS_READ -> markAsRead(call);
      case LOADING_START -> loading(call);
      case WEBHOOK_GET -> webhook();
      case WEBHOOK_SET -> setWebhook(call);
      case WEBHOOK_TEST -> testWebhook(call);
      default -> Answer.notFound();
    };
  }

  private Answer profile(Call call) {
    if (!LineUser.USER_ID.matcher(call.first()).matches()) {
      return Answer.wrongParameter("userId");
    }
    return world
        .user(call.first())
        .filter(LineUser::profileVisible)
        .map(user -> Answer.ok(profile(user, true)))
        .orElseGet(Answer::notFound);
  }

  private static ObjectNode profile(LineUser user, boolean whole) {
    ObjectNode body = Json.object();
    body.put("displayName", user.displayName()).put("userId", user.userId());
    user.pictureUrl().ifPresent(url -> body.put("pictureUrl", url));
    if (whole) {
      user.statusMessage().ifPresent(text -> body.put("statusMessage", text));
      user.language().ifPresent(tag -> body.put("language", tag));
    }
    return body;
  }

  private Answer followers(Call call) {
    if (!world.settings().verifiedAccount()) {
      return notEntitled();
    }
    int limit = Continuation.number(call.query("limit"), FOLLOWERS_DEFAULT);
    if (limit < 1 || limit > FOLLOWERS_LIMIT) {
      return Answer.wrongParameter("limit");
    }
    List<String> friends =
        world.users().stream()
            .filter(user -> user.friendship() == Friendship.FRIEND)
            .map(LineUser::userId)
            .toList();
    return page(call, friends, limit, "userIds");
  }

  private Answer members(Call call) {
    if (!world.settings().verifiedAccount()) {
      return notEntitled();
    }
    return joined(call)
        .map(group -> page(call, List.copyOf(group.members()), MEMBERS_PAGE, "memberIds"))
        .orElseGet(Answer::notFound);
  }

  private Answer page(Call call, List<String> all, int limit, String name) {
    return Continuation.page(all, limit, call.query("start"), world.clock.instant())
        .map(page -> {
          ObjectNode body = Json.object();
          ArrayNode ids = body.putArray(name);
          page.items().forEach(ids::add);
          page.next().ifPresent(next -> body.put("next", next));
          return Answer.ok(body);
        })
        .orElseGet(Continuation::invalidStart);
  }

  private Answer botInfo() {
    ObjectNode body = Json.object();
    body.put("userId", config.botUserId());
    body.put("basicId", "@" + config.botUserId().substring(1, 9));
    body.put("displayName", config.botName());
    body.put("chatMode", world.chatOn() ? "chat" : "bot");
    body.put("markAsReadMode", world.chatOn() ? "manual" : "auto");
    return Answer.ok(body);
  }

  private Optional<LineGroup> joined(Call call) {
    boolean room = call.endpoint().label().startsWith("room");
    return world
        .group(call.first())
        .filter(LineGroup::joined)
        .filter(group -> group.room() == room);
  }

  private Answer groupSummary(Call call) {
    if (!LineGroup.GROUP_ID.matcher(call.first()).matches()) {
      return Answer.wrongParameter("groupId");
    }
    return joined(call)
        .map(group ->
            Answer.ok(Json.object().put("groupId", group.id()).put("groupName", group.name())))
        .orElseGet(Answer::notFound);
  }

  private Answer member(Call call) {
    return joined(call)
        .filter(group -> group.members().contains(call.second()))
        .flatMap(group -> world.user(call.second()))
        .map(user -> Answer.ok(profile(user, false)))
        .orElseGet(Answer::notFound);
  }

  private Answer leave(Call call) {
    if (joined(call).isEmpty()) {
      return Answer.notFound();
    }
    try {
      world.leave(call.first());
      return Answer.ok();
    } catch (ControlRefusal e) {
      return Answer.notFound();
    }
  }

  private Answer quota() {
    ObjectNode body = Json.object();
    Optional<Long> quota = world.settings().monthlyQuota();
    body.put("type", quota.isPresent() ? "limited" : "none");
    quota.ifPresent(value -> body.put("value", value));
    return Answer.ok(body);
  }

  private Answer sentOn(Call call) {
    LocalDate day;
    try {
      day = LocalDate.parse(call.query().getOrDefault("date", ""), DAY);
    } catch (DateTimeException e) {
      return Answer.wrongParameter("date");
    }
    LocalDate today = LocalDate.ofInstant(world.clock.instant(), Counts.ZONE);
    ObjectNode body = Json.object();
    if (day.isBefore(FIRST_COUNTED_DAY)) {
      body.put("status", "out_of_service");
    } else if (!day.isBefore(today)) {
      body.put("status", "unready");
    } else {
      String via = call.endpoint().label().substring("delivery-".length());
      body.put("status", "ready").put("success", world.counts.onDay(via, day));
    }
    return Answer.ok(body);
  }

  private Answer units(Call call) {
    int limit = Continuation.number(call.query("limit"), UNITS_DEFAULT);
    if (limit < 1 || limit > UNITS_DEFAULT) {
      return Answer.wrongParameter("limit");
    }
    List<String> names = world.counts.unitsInMonth(world.clock.instant());
    return page(call, names, limit, "customAggregationUnits");
  }

  private Answer markAsRead(Call call) {
    String token = Json.text(call.json(), "markAsReadToken").orElse("");
    if (token.isEmpty()) {
      return Answer.invalid(List.of(new Finding("May not be empty", "markAsReadToken")));
    }
    boolean known =
        world.chats.names().stream().anyMatch(chat -> world.seals.isMarkAsReadToken(chat, token));
    return known
        ? Answer.ok()
        : Answer.error(
            400,
            "Invalid markAsReadToken. Tokens must be used by the bot that received them via"
                + " Webhook.");
  }

  private Answer loading(Call call) {
    String chat = Json.text(call.json(), "chatId").orElse("");
    if (!LineUser.USER_ID.matcher(chat).matches()) {
      return Answer.error(
          400,
          "Only user id is acceptable, please confirm if there are any group/room ids or illegal"
              + " ids.");
    }
    JsonNode seconds = call.json().path("loadingSeconds");
    if (!seconds.isMissingNode() && !seconds.isNull()) {
      if (!seconds.canConvertToInt()) {
        return Answer.wrongProperty("loadingSeconds");
      }
      int value = seconds.intValue();
      if (value < 5 || value > 60) {
        return Answer.invalid(List.of(new Finding("Must be between 5 and 60", "loadingSeconds")));
      }
      if (value % 5 != 0) {
        return Answer.invalid(List.of(new Finding("must be a multiple of five", "loadingSeconds")));
      }
    }
    return Answer.accepted202();
  }

  private Answer webhook() {
    return world
        .webhookUrl()
        .map(url ->
            Answer.ok(
                Json.object().put("endpoint", url).put("active", world.settings().webhookActive())))
        .orElseGet(() -> Answer.error(404, "Webhook endpoint not found"));
  }

  private Answer setWebhook(Call call) {
    Optional<String> url = Json.text(call.json(), "endpoint").filter(AccountApi::webhookUrl);
    if (url.isEmpty()) {
      return Answer.error(400, "Invalid webhook endpoint URL");
    }
    world.webhookUrl(url);
    return Answer.ok();
  }

  /**
   * LINE takes https URLs with a public certificate. An emulator has neither the one nor the other
   * to look at, so it takes http and https on the loopback, and calls nothing else.
   */
  static boolean webhookUrl(String text) {
    if (text.length() > WEBHOOK_URL_LIMIT) {
      return false;
    }
    try {
      URI uri = new URI(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      return web && uri.getHost() != null && LOOPBACK.contains(uri.getHost());
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private Answer testWebhook(Call call) {
    Optional<String> url =
        call.json().has("endpoint") ? Json.text(call.json(), "endpoint") : world.webhookUrl();
    if (url.isEmpty()) {
      return Answer.error(404, "Webhook endpoint not found");
    }
    if (!webhookUrl(url.get())) {
      return Answer.error(400, "Invalid webhook endpoint URL");
    }
    Instant at = world.clock.instant();
    WebhookClient.Answer answer = webhooks.test(url.get());
    ObjectNode body = Json.object();
    body.put("success", answer.reason().equals("OK"));
    body.put("timestamp", Narrowcasts.iso(at));
    body.put("statusCode", answer.status());
    body.put("reason", answer.reason());
    body.put("detail", answer.detail());
    return Answer.ok(body);
  }

  private static Answer notEntitled() {
    return Answer.error(403, "Access to this API is not available for your account");
  }
}
