package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.Finding;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Memberships, account links, mission stickers, and reading by user id. */
final class PeopleApi {
  private static final int USERS_DEFAULT = 300;
  private static final int USERS_LIMIT = 1000;

  private final World world;

  PeopleApi(World world) {
    this.world = world;
  }

  Answer answer(Call call) {
    return switch (call.endpoint()) {
      case LINK_TOKEN ->
          LineUser.USER_ID.matcher(call.first()).matches()
              ? world
                  .user(call.first())
                  .map(user ->
                      Answer.ok(
                          Json.object().put("linkToken", world.accountLinks.issue(user.userId()))))
                  .orElseGet(Answer::notFound)
              : Answer.wrongParameter("userId");
      case ACCOUNT_LINK -> link(call);
      case MEMBERSHIP_OF_USER ->
          LineUser.USER_ID.matcher(call.first()).matches()
              ? world
                  .memberships
                  .subscription(call.first())
                  .map(PeopleApi::subscriptions)
                  .orElseGet(Answer::notFound)
              : Answer.wrongParameter("userId");
      case MEMBERSHIP_LIST -> memberships();
      case MEMBERSHIP_USERS -> members(call);
      case MARK_AS_READ_BY_USER -> markAsRead(call.json());
      default -> mission(call);
    };
  }

  /** The page that a browser is sent to; it answers in words and not in JSON. */
  private Answer link(Call call) {
    boolean told =
        world.accountLinks.finish(call.query("linkToken"), call.query("nonce")).isPresent();
    return told
        ? Answer.page(200, "LINE goes on with the account link.")
        : Answer.page(400, "This link was used before or is too old.");
  }

  private static Answer subscriptions(ObjectNode subscription) {
    ObjectNode body = Json.object();
    body.putArray("subscriptions").add(subscription);
    return Answer.ok(body);
  }

  private Answer memberships() {
    List<ObjectNode> all = world.memberships.list();
    if (all.isEmpty()) {
      return Answer.notFound();
    }
    ObjectNode body = Json.object();
    ArrayNode array = body.putArray("memberships");
    all.forEach(array::add);
    return Answer.ok(body);
  }

  private Answer members(Call call) {
    int limit = Continuation.number(call.query("limit"), USERS_DEFAULT);
    if (limit < 1 || limit > USERS_LIMIT) {
      return Answer.wrongParameter("limit");
    }
    int id = Continuation.number(call.first(), -1);
    if (!world.memberships.has(id)) {
      return Answer.notFound();
    }
    return Continuation.page(
            world.memberships.of(id), limit, call.query("start"), world.clock.instant())
        .map(page -> {
          ObjectNode body = Json.object();
          ArrayNode array = body.putArray("userIds");
          page.items().forEach(array::add);
          page.next().ifPresent(next -> body.put("next", next));
          return Answer.ok(body);
        })
        .orElseGet(Continuation::invalidStart);
  }

  private static Answer markAsRead(JsonNode body) {
    String userId = Json.text(body.path("chat"), "userId").orElse("");
    return LineUser.USER_ID.matcher(userId).matches()
        ? Answer.ok()
        : Answer.invalid(List.of(new Finding("May not be empty", "chat.userId")));
  }

  private Answer mission(Call call) {
    JsonNode body = call.json();
    Optional<LineUser> user = world.user(Json.text(body, "to").orElse(""));
    boolean complete =
        Json.text(body, "productId").isPresent()
            && Json.text(body, "productType").filter("STICKER"::equals).isPresent()
            && body.path("sendPresentMessage").isBoolean();
    if (!complete) {
      return Answer.error(400, "invalid request");
    }
    if (user.isEmpty()) {
      return Answer.notFound();
    }
    world.present(user.get().userId(), body.path("productId").stringValue(""), call.requestId());
    return Answer.ok();
  }
}
