package dev.throughline.channel.line.account;

import static dev.throughline.channel.line.account.Operation.Body.FILE;
import static dev.throughline.channel.line.account.Operation.Body.IMAGE;
import static dev.throughline.channel.line.account.Operation.Body.JSON;
import static dev.throughline.channel.line.account.Operation.Body.NONE;
import static dev.throughline.channel.line.account.Operation.Effect.CHANGE;
import static dev.throughline.channel.line.account.Operation.Effect.LOOK;
import static dev.throughline.channel.line.account.Operation.Host.API;
import static dev.throughline.channel.line.account.Operation.Host.DATA;

import dev.throughline.channel.line.account.Operation.Body;
import dev.throughline.channel.line.account.Operation.Effect;
import dev.throughline.channel.line.account.Operation.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * LINE's calls that manage an account, from its OpenAPI files; limits from its rate limits page
 * (spec line.md §2.1). Calls that send messages are not here, but narrowcast.
 */
public final class Operations {
  private static final String BOT = "/v2/bot/";

  private static final Limit USUAL = Limit.perSecond(2_000);
  private static final Limit WEBHOOK = Limit.perMinute(1_000);
  private static final Limit AUDIENCE = Limit.perMinute(60);
  private static final Limit INSIGHT = Limit.perHour(60);
  private static final Limit MENU = Limit.perHour(100);
  private static final Limit FEW = Limit.perSecond(200);

  private static final List<Operation> ALL = new ArrayList<>();

  // Rich menus.
  public static final Operation RICH_MENU_CREATE =
      change("rich_menu_create", "POST", "richmenu", JSON, MENU, "richMenuId");
  public static final Operation RICH_MENU_LIST =
      look("rich_menu_list", "richmenu/list", Limit.perSecond(10));
  public static final Operation RICH_MENU_GET =
      look("rich_menu_get", "richmenu/{richMenuId}", USUAL);
  public static final Operation RICH_MENU_IMAGE_GET =
      add(
          "rich_menu_image_get",
          "GET",
          "richmenu/{richMenuId}/content",
          DATA,
          NONE,
          LOOK,
          USUAL,
          Set.of());
  public static final Operation RICH_MENU_IMAGE_SET =
      add(
          "rich_menu_image_set",
          "POST",
          "richmenu/{richMenuId}/content",
          DATA,
          IMAGE,
          CHANGE,
          USUAL,
          Set.of());
  public static final Operation RICH_MENU_DEFAULT_GET =
      look("rich_menu_default_get", "user/all/richmenu", USUAL);
  public static final Operation RICH_MENU_DEFAULT_SET =
      change("rich_menu_default_set", "POST", "user/all/richmenu/{richMenuId}", NONE, USUAL);
  public static final Operation ALIAS_CREATE =
      change("rich_menu_alias_create", "POST", "richmenu/alias", JSON, USUAL);
  public static final Operation ALIAS_GET =
      look("rich_menu_alias_get", "richmenu/alias/{richMenuAliasId}", USUAL);
  public static final Operation ALIAS_UPDATE =
      change("rich_menu_alias_update", "POST", "richmenu/alias/{richMenuAliasId}", JSON, USUAL);
  public static final Operation ALIAS_LIST =
      look("rich_menu_alias_list", "richmenu/alias/list", USUAL);

  // People.
  public static final Operation FOLLOWERS =
      look("followers", "followers/ids", USUAL, "limit", "start");
  public static final Operation PROFILE = look("profile", "profile/{userId}", USUAL);

  // Sending to many.
  public static final Operation QUOTA = look("quota", "message/quota", USUAL);
  public static final Operation QUOTA_CONSUMPTION =
      look("quota_consumption", "message/quota/consumption", USUAL);

  public static final Operation NARROWCAST =
      change("narrowcast", "POST", "message/narrowcast", JSON, Limit.perHour(60));
  public static final Operation NARROWCAST_VALIDATE =
      check("message_validate_narrowcast", "message/validate/narrowcast", USUAL);
  public static final Operation NARROWCAST_PROGRESS =
      look("narrowcast_progress", "message/progress/narrowcast", USUAL, "requestId");

  static {
    check("rich_menu_validate", "richmenu/validate", USUAL);
    change("rich_menu_delete", "DELETE", "richmenu/{richMenuId}", NONE, MENU);
    change("rich_menu_default_clear", "DELETE", "user/all/richmenu", NONE, USUAL);
    look("rich_menu_of_user", "user/{userId}/richmenu", USUAL);
    change("rich_menu_link", "POST", "user/{userId}/richmenu/{richMenuId}", NONE, USUAL);
    change("rich_menu_unlink", "DELETE", "user/{userId}/richmenu", NONE, USUAL);
    change("rich_menu_link_bulk", "POST", "richmenu/bulk/link", JSON, USUAL);
    change("rich_menu_unlink_bulk", "POST", "richmenu/bulk/unlink", JSON, USUAL);
    change("rich_menu_alias_delete", "DELETE", "richmenu/alias/{richMenuAliasId}", NONE, MENU);
    change("rich_menu_batch", "POST", "richmenu/batch", JSON, Limit.perHour(3));
    check("rich_menu_batch_validate", "richmenu/validate/batch", USUAL);
    look("rich_menu_batch_progress", "richmenu/progress/batch", MENU, "requestId");

    String audience = "audienceGroup/";
    change("audience_create", "POST", audience + "upload", JSON, AUDIENCE, "audienceGroupId");
    change("audience_add", "PUT", audience + "upload", JSON, AUDIENCE);
    add(
        "audience_create_by_file",
        "POST",
        audience + "upload/byFile",
        DATA,
        FILE,
        CHANGE,
        AUDIENCE,
        Set.of(),
        "audienceGroupId");
    add(
        "audience_add_by_file",
        "PUT",
        audience + "upload/byFile",
        DATA,
        FILE,
        CHANGE,
        AUDIENCE,
        Set.of());
    change("audience_click", "POST", audience + "click", JSON, AUDIENCE, "audienceGroupId");
    change("audience_imp", "POST", audience + "imp", JSON, AUDIENCE, "audienceGroupId");
    look("audience_get", audience + "{audienceGroupId}", AUDIENCE);
    change("audience_delete", "DELETE", audience + "{audienceGroupId}", NONE, AUDIENCE);
    change(
        "audience_rename", "PUT", audience + "{audienceGroupId}/updateDescription", JSON, AUDIENCE);
    look(
        "audience_list",
        audience + "list",
        AUDIENCE,
        "page",
        "description",
        "status",
        "size",
        "includesExternalPublicGroups",
        "createRoute");
    look("audience_shared_get", audience + "shared/{audienceGroupId}", AUDIENCE);
    look(
        "audience_shared_list",
        audience + "shared/list",
        AUDIENCE,
        "page",
        "description",
        "status",
        "size",
        "createRoute",
        "includesOwnedAudienceGroups");

    look("insight_followers", "insight/followers", INSIGHT, "date");
    look("insight_demographic", "insight/demographic", INSIGHT);
    look("insight_deliveries", "insight/message/delivery", INSIGHT, "date");
    look("insight_message", "insight/message/event", INSIGHT, "requestId");
    look(
        "insight_unit",
        "insight/message/event/aggregation",
        INSIGHT,
        "customAggregationUnit",
        "from",
        "to");
    look("insight_rich_menu", "insight/richmenu/{richMenuId}/summary", INSIGHT, "from", "to");
    look("insight_rich_menu_daily", "insight/richmenu/{richMenuId}/daily", INSIGHT, "from", "to");

    for (String sent : List.of("reply", "push", "multicast", "broadcast", "pnp")) {
      look("delivery_" + sent, "message/delivery/" + sent, USUAL, "date");
    }
    look("delivery_pnp_template", "message/delivery/pnp/templated", USUAL, "date");
    look("aggregation_info", "message/aggregation/info", USUAL);
    look("aggregation_list", "message/aggregation/list", USUAL, "limit", "start");
    for (String kind : List.of("reply", "push", "multicast", "broadcast")) {
      check("message_validate_" + kind, "message/validate/" + kind, USUAL);
    }

    look("info", "info", USUAL);
    look("group_summary", "group/{groupId}/summary", USUAL);
    look("group_members_count", "group/{groupId}/members/count", USUAL);
    look("group_members", "group/{groupId}/members/ids", USUAL, "start");
    look("group_member", "group/{groupId}/member/{userId}", USUAL);
    change("group_leave", "POST", "group/{groupId}/leave", NONE, USUAL);
    look("room_members_count", "room/{roomId}/members/count", USUAL);
    look("room_members", "room/{roomId}/members/ids", USUAL, "start");
    look("room_member", "room/{roomId}/member/{userId}", USUAL);
    change("room_leave", "POST", "room/{roomId}/leave", NONE, USUAL);

    look("webhook_endpoint_get", "channel/webhook/endpoint", WEBHOOK);
    change("webhook_endpoint_set", "PUT", "channel/webhook/endpoint", JSON, WEBHOOK);
    check("webhook_test", "channel/webhook/test", Limit.perHour(60));

    change("loading_start", "POST", "chat/loading/start", JSON, Limit.perSecond(100));
    change("link_token", "POST", "user/{userId}/linkToken", NONE, USUAL);

    change("coupon_create", "POST", "coupon", JSON, FEW, "couponId");
    look("coupon_list", "coupon", FEW, "status", "start", "limit");
    look("coupon_get", "coupon/{couponId}", FEW);
    change("coupon_close", "PUT", "coupon/{couponId}/close", NONE, FEW);

    look("membership_of_user", "membership/subscription/{userId}", FEW);
    look("membership_list", "membership/list", FEW);
    look("membership_users", "membership/{membershipId}/users/ids", USUAL, "start", "limit");
  }

  private Operations() {}

  public static List<Operation> all() {
    return List.copyOf(ALL);
  }

  /** LINE's path without what all of them begin with: how our own API spells it. */
  public static String shortPath(Operation operation) {
    return operation.path().substring(BOT.length());
  }

  private static Operation look(String name, String path, Limit limit, String... query) {
    return add(name, "GET", path, API, NONE, LOOK, limit, Set.of(query));
  }

  /** Asks LINE's opinion of a body. */
  private static Operation check(String name, String path, Limit limit) {
    return add(name, "POST", path, API, JSON, LOOK, limit, Set.of());
  }

  private static Operation change(
      String name, String method, String path, Body body, Limit limit, String... named) {
    return add(name, method, path, API, body, CHANGE, limit, Set.of(), named);
  }

  private static Operation add(
      String name,
      String method,
      String path,
      Operation.Host host,
      Body body,
      Effect effect,
      Limit limit,
      Set<String> query,
      String... named) {
    Operation operation =
        new Operation(name, method, BOT + path, host, body, effect, limit, query, List.of(named));
    ALL.add(operation);
    return operation;
  }
}
