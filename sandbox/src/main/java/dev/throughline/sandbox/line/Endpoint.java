package dev.throughline.sandbox.line;

import static dev.throughline.sandbox.line.Endpoint.Area.ACCOUNT;
import static dev.throughline.sandbox.line.Endpoint.Area.AUDIENCES;
import static dev.throughline.sandbox.line.Endpoint.Area.CONTENTS;
import static dev.throughline.sandbox.line.Endpoint.Area.COUPONS;
import static dev.throughline.sandbox.line.Endpoint.Area.INSIGHT;
import static dev.throughline.sandbox.line.Endpoint.Area.LIFF;
import static dev.throughline.sandbox.line.Endpoint.Area.MODULES;
import static dev.throughline.sandbox.line.Endpoint.Area.NOTIFICATIONS;
import static dev.throughline.sandbox.line.Endpoint.Area.PEOPLE;
import static dev.throughline.sandbox.line.Endpoint.Area.RICHMENUS;
import static dev.throughline.sandbox.line.Endpoint.Area.SENDING;
import static dev.throughline.sandbox.line.Endpoint.Area.TOKENS;

import dev.throughline.sandbox.line.LineSettings.Rate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The calls of LINE's API that the emulator answers, with what is published about each. */
enum Endpoint {
  REPLY(SENDING, "POST", "/v2/bot/message/reply"),
  PUSH(SENDING, "POST", "/v2/bot/message/push"),
  MULTICAST(SENDING, "POST", "/v2/bot/message/multicast", 200, Duration.ofSeconds(1)),
  BROADCAST(SENDING, "POST", "/v2/bot/message/broadcast", 60, Duration.ofHours(1)),
  NARROWCAST(SENDING, "POST", "/v2/bot/message/narrowcast", 60, Duration.ofHours(1)),
  VALIDATE_REPLY(SENDING, "POST", "/v2/bot/message/validate/reply"),
  VALIDATE_PUSH(SENDING, "POST", "/v2/bot/message/validate/push"),
  VALIDATE_MULTICAST(SENDING, "POST", "/v2/bot/message/validate/multicast"),
  VALIDATE_BROADCAST(SENDING, "POST", "/v2/bot/message/validate/broadcast"),
  VALIDATE_NARROWCAST(SENDING, "POST", "/v2/bot/message/validate/narrowcast"),
  NARROWCAST_PROGRESS(SENDING, "GET", "/v2/bot/message/progress/narrowcast"),
  MARK_AS_READ(ACCOUNT, "POST", "/v2/bot/chat/markAsRead"),
  LOADING_START(ACCOUNT, "POST", "/v2/bot/chat/loading/start", 100, Duration.ofSeconds(1)),
  QUOTA(ACCOUNT, "GET", "/v2/bot/message/quota"),
  QUOTA_CONSUMPTION(ACCOUNT, "GET", "/v2/bot/message/quota/consumption"),
  DELIVERY_REPLY(ACCOUNT, "GET", "/v2/bot/message/delivery/reply"),
  DELIVERY_PUSH(ACCOUNT, "GET", "/v2/bot/message/delivery/push"),
  DELIVERY_MULTICAST(ACCOUNT, "GET", "/v2/bot/message/delivery/multicast"),
  DELIVERY_BROADCAST(ACCOUNT, "GET", "/v2/bot/message/delivery/broadcast"),
  DELIVERY_PNP(ACCOUNT, "GET", "/v2/bot/message/delivery/pnp"),
  DELIVERY_PNP_TEMPLATED(ACCOUNT, "GET", "/v2/bot/message/delivery/pnp/templated"),
  AGGREGATION_INFO(ACCOUNT, "GET", "/v2/bot/message/aggregation/info"),
  AGGREGATION_LIST(ACCOUNT, "GET", "/v2/bot/message/aggregation/list"),
  PROFILE(ACCOUNT, "GET", "/v2/bot/profile/{}"),
  FOLLOWERS(ACCOUNT, "GET", "/v2/bot/followers/ids"),
  BOT_INFO(ACCOUNT, "GET", "/v2/bot/info"),
  GROUP_SUMMARY(ACCOUNT, "GET", "/v2/bot/group/{}/summary"),
  GROUP_COUNT(ACCOUNT, "GET", "/v2/bot/group/{}/members/count"),
  GROUP_MEMBERS(ACCOUNT, "GET", "/v2/bot/group/{}/members/ids"),
  GROUP_MEMBER(ACCOUNT, "GET", "/v2/bot/group/{}/member/{}"),
  GROUP_LEAVE(ACCOUNT, "POST", "/v2/bot/group/{}/leave"),
  ROOM_COUNT(ACCOUNT, "GET", "/v2/bot/room/{}/members/count"),
  ROOM_MEMBERS(ACCOUNT, "GET", "/v2/bot/room/{}/members/ids"),
  ROOM_MEMBER(ACCOUNT, "GET", "/v2/bot/room/{}/member/{}"),
  ROOM_LEAVE(ACCOUNT, "POST", "/v2/bot/room/{}/leave"),
  WEBHOOK_GET(ACCOUNT, "GET", "/v2/bot/channel/webhook/endpoint", 1000, Duration.ofMinutes(1)),
  WEBHOOK_SET(ACCOUNT, "PUT", "/v2/bot/channel/webhook/endpoint", 1000, Duration.ofMinutes(1)),
  WEBHOOK_TEST(ACCOUNT, "POST", "/v2/bot/channel/webhook/test", 60, Duration.ofHours(1)),
  CONTENT(CONTENTS, "GET", "/v2/bot/message/{}/content"),
  CONTENT_PREVIEW(CONTENTS, "GET", "/v2/bot/message/{}/content/preview"),
  CONTENT_TRANSCODING(CONTENTS, "GET", "/v2/bot/message/{}/content/transcoding"),
  RICHMENU_CREATE(RICHMENUS, "POST", "/v2/bot/richmenu", 100, Duration.ofHours(1)),
  RICHMENU_VALIDATE(RICHMENUS, "POST", "/v2/bot/richmenu/validate"),
  RICHMENU_LIST(RICHMENUS, "GET", "/v2/bot/richmenu/list", 10, Duration.ofSeconds(1)),
  RICHMENU_BULK_LINK(RICHMENUS, "POST", "/v2/bot/richmenu/bulk/link"),
  RICHMENU_BULK_UNLINK(RICHMENUS, "POST", "/v2/bot/richmenu/bulk/unlink"),
  RICHMENU_BATCH(RICHMENUS, "POST", "/v2/bot/richmenu/batch", 3, Duration.ofHours(1)),
  RICHMENU_BATCH_VALIDATE(RICHMENUS, "POST", "/v2/bot/richmenu/validate/batch"),
  RICHMENU_BATCH_PROGRESS(
      RICHMENUS, "GET", "/v2/bot/richmenu/progress/batch", 100, Duration.ofHours(1)),
  RICHMENU_ALIAS_CREATE(RICHMENUS, "POST", "/v2/bot/richmenu/alias"),
  RICHMENU_ALIAS_LIST(RICHMENUS, "GET", "/v2/bot/richmenu/alias/list"),
  RICHMENU_ALIAS_GET(RICHMENUS, "GET", "/v2/bot/richmenu/alias/{}"),
  RICHMENU_ALIAS_UPDATE(RICHMENUS, "POST", "/v2/bot/richmenu/alias/{}"),
  RICHMENU_ALIAS_DELETE(RICHMENUS, "DELETE", "/v2/bot/richmenu/alias/{}", 100, Duration.ofHours(1)),
  RICHMENU_DEFAULT_GET(RICHMENUS, "GET", "/v2/bot/user/all/richmenu"),
  RICHMENU_DEFAULT_CANCEL(RICHMENUS, "DELETE", "/v2/bot/user/all/richmenu"),
  RICHMENU_DEFAULT_SET(RICHMENUS, "POST", "/v2/bot/user/all/richmenu/{}"),
  RICHMENU_USER_GET(RICHMENUS, "GET", "/v2/bot/user/{}/richmenu"),
  RICHMENU_USER_UNLINK(RICHMENUS, "DELETE", "/v2/bot/user/{}/richmenu"),
  RICHMENU_USER_LINK(RICHMENUS, "POST", "/v2/bot/user/{}/richmenu/{}"),
  RICHMENU_IMAGE_SET(RICHMENUS, "POST", "/v2/bot/richmenu/{}/content"),
  RICHMENU_IMAGE_GET(RICHMENUS, "GET", "/v2/bot/richmenu/{}/content"),
  RICHMENU_GET(RICHMENUS, "GET", "/v2/bot/richmenu/{}"),
  RICHMENU_DELETE(RICHMENUS, "DELETE", "/v2/bot/richmenu/{}", 100, Duration.ofHours(1)),
  PNP_PUSH(NOTIFICATIONS, "POST", "/bot/pnp/push"),
  PNP_TEMPLATED(NOTIFICATIONS, "POST", "/v2/bot/message/pnp/templated/push"),
  AUDIENCE_UPLOAD(AUDIENCES, "POST", "/v2/bot/audienceGroup/upload", 60, Duration.ofMinutes(1)),
  AUDIENCE_ADD(AUDIENCES, "PUT", "/v2/bot/audienceGroup/upload", 60, Duration.ofMinutes(1)),
  AUDIENCE_UPLOAD_FILE(
      AUDIENCES, "POST", "/v2/bot/audienceGroup/upload/byFile", 60, Duration.ofMinutes(1)),
  AUDIENCE_ADD_FILE(
      AUDIENCES, "PUT", "/v2/bot/audienceGroup/upload/byFile", 60, Duration.ofMinutes(1)),
  AUDIENCE_CLICK(AUDIENCES, "POST", "/v2/bot/audienceGroup/click", 60, Duration.ofMinutes(1)),
  AUDIENCE_IMP(AUDIENCES, "POST", "/v2/bot/audienceGroup/imp", 60, Duration.ofMinutes(1)),
  AUDIENCE_LIST(AUDIENCES, "GET", "/v2/bot/audienceGroup/list", 60, Duration.ofMinutes(1)),
  AUDIENCE_SHARED_LIST(
      AUDIENCES, "GET", "/v2/bot/audienceGroup/shared/list", 60, Duration.ofMinutes(1)),
  AUDIENCE_SHARED_GET(
      AUDIENCES, "GET", "/v2/bot/audienceGroup/shared/{}", 60, Duration.ofMinutes(1)),
  AUDIENCE_DESCRIPTION(
      AUDIENCES, "PUT", "/v2/bot/audienceGroup/{}/updateDescription", 60, Duration.ofMinutes(1)),
  AUDIENCE_GET(AUDIENCES, "GET", "/v2/bot/audienceGroup/{}", 60, Duration.ofMinutes(1)),
  AUDIENCE_DELETE(AUDIENCES, "DELETE", "/v2/bot/audienceGroup/{}", 60, Duration.ofMinutes(1)),
  INSIGHT_DELIVERY(INSIGHT, "GET", "/v2/bot/insight/message/delivery", 60, Duration.ofHours(1)),
  INSIGHT_FOLLOWERS(INSIGHT, "GET", "/v2/bot/insight/followers", 60, Duration.ofHours(1)),
  INSIGHT_DEMOGRAPHIC(INSIGHT, "GET", "/v2/bot/insight/demographic", 60, Duration.ofHours(1)),
  INSIGHT_EVENT(INSIGHT, "GET", "/v2/bot/insight/message/event", 60, Duration.ofHours(1)),
  INSIGHT_UNIT(
      INSIGHT, "GET", "/v2/bot/insight/message/event/aggregation", 60, Duration.ofHours(1)),
  INSIGHT_MENU_SUMMARY(
      INSIGHT, "GET", "/v2/bot/insight/richmenu/{}/summary", 60, Duration.ofHours(1)),
  INSIGHT_MENU_DAILY(INSIGHT, "GET", "/v2/bot/insight/richmenu/{}/daily", 60, Duration.ofHours(1)),
  COUPON_CREATE(COUPONS, "POST", "/v2/bot/coupon", 200, Duration.ofSeconds(1)),
  COUPON_LIST(COUPONS, "GET", "/v2/bot/coupon", 200, Duration.ofSeconds(1)),
  COUPON_GET(COUPONS, "GET", "/v2/bot/coupon/{}", 200, Duration.ofSeconds(1)),
  COUPON_CLOSE(COUPONS, "PUT", "/v2/bot/coupon/{}/close", 200, Duration.ofSeconds(1)),
  LINK_TOKEN(PEOPLE, "POST", "/v2/bot/user/{}/linkToken"),
  ACCOUNT_LINK(PEOPLE, "GET", "/dialog/bot/accountLink"),
  MEMBERSHIP_LIST(PEOPLE, "GET", "/v2/bot/membership/list", 200, Duration.ofSeconds(1)),
  MEMBERSHIP_OF_USER(
      PEOPLE, "GET", "/v2/bot/membership/subscription/{}", 200, Duration.ofSeconds(1)),
  MEMBERSHIP_USERS(PEOPLE, "GET", "/v2/bot/membership/{}/users/ids", 200, Duration.ofSeconds(1)),
  MARK_AS_READ_BY_USER(PEOPLE, "POST", "/v2/bot/message/markAsRead"),
  MISSION_STICKER(PEOPLE, "POST", "/shop/v3/mission"),
  LIFF_ADD(LIFF, "POST", "/liff/v1/apps"),
  LIFF_LIST(LIFF, "GET", "/liff/v1/apps"),
  LIFF_UPDATE(LIFF, "PUT", "/liff/v1/apps/{}"),
  LIFF_DELETE(LIFF, "DELETE", "/liff/v1/apps/{}"),
  MODULE_TOKEN(MODULES, "POST", "/module/auth/v1/token"),
  MODULE_LIST(MODULES, "GET", "/v2/bot/list"),
  MODULE_DETACH(MODULES, "POST", "/v2/bot/channel/detach"),
  CHAT_ACQUIRE(MODULES, "POST", "/v2/bot/chat/{}/control/acquire"),
  CHAT_RELEASE(MODULES, "POST", "/v2/bot/chat/{}/control/release"),
  TOKEN_SHORT(TOKENS, "POST", "/v2/oauth/accessToken", 370, Duration.ofSeconds(1)),
  TOKEN_VERIFY(TOKENS, "POST", "/v2/oauth/verify"),
  TOKEN_REVOKE(TOKENS, "POST", "/v2/oauth/revoke"),
  TOKEN_JWT(TOKENS, "POST", "/oauth2/v2.1/token"),
  TOKEN_JWT_VERIFY(TOKENS, "GET", "/oauth2/v2.1/verify"),
  TOKEN_JWT_REVOKE(TOKENS, "POST", "/oauth2/v2.1/revoke"),
  TOKEN_JWT_KIDS(TOKENS, "GET", "/oauth2/v2.1/tokens/kid"),
  TOKEN_STATELESS(TOKENS, "POST", "/oauth2/v3/token");

  private static final int FILE_LIMIT = 64 * 1024 * 1024;
  private static final Map<String, Endpoint> EXACT = new HashMap<>();

  static {
    for (Endpoint endpoint : values()) {
      if (!endpoint.path.contains("{}")) {
        EXACT.put(endpoint.method + " " + endpoint.path, endpoint);
      }
    }
  }

  /** Who answers a call. */
  enum Area {
    SENDING,
    ACCOUNT,
    CONTENTS,
    RICHMENUS,
    NOTIFICATIONS,
    AUDIENCES,
    INSIGHT,
    COUPONS,
    PEOPLE,
    LIFF,
    MODULES,
    TOKENS
  }

  /** What a request carries. */
  enum Body {
    NONE,
    JSON,
    /** JSON, or nothing at all. */
    OPTIONAL_JSON,
    FORM,
    /** Bytes of another type, which the endpoint looks at itself. */
    BINARY
  }

  private final Area area;
  private final String method;
  private final String path;
  private final Pattern pattern;
  private final int count;
  private final Duration per;

  Endpoint(Area area, String method, String path) {
    this(area, method, path, 2000, Duration.ofSeconds(1));
  }

  Endpoint(Area area, String method, String path, int count, Duration per) {
    this.area = area;
    this.method = method;
    this.path = path;
    this.pattern = Pattern.compile(path.replace("{}", "([^/]+)"));
    this.count = count;
    this.per = per;
  }

  /** A request line that an endpoint answers, and the values of its path. */
  record Match(Endpoint endpoint, String first, String second) {}

  static Optional<Match> find(String method, String path) {
    Endpoint exact = EXACT.get(method + " " + path);
    if (exact != null) {
      return Optional.of(new Match(exact, "", ""));
    }
    for (Endpoint endpoint : values()) {
      if (!endpoint.method.equals(method) || !endpoint.path.contains("{}")) {
        continue;
      }
      Matcher matcher = endpoint.pattern.matcher(path);
      if (matcher.matches()) {
        return Optional.of(
            new Match(
                endpoint, matcher.group(1), matcher.groupCount() > 1 ? matcher.group(2) : ""));
      }
    }
    return Optional.empty();
  }

  static Optional<Endpoint> named(String label) {
    for (Endpoint endpoint : values()) {
      if (endpoint.label().equals(label)) {
        return Optional.of(endpoint);
      }
    }
    return Optional.empty();
  }

  /** What faults, settings and records call it: {@code push}, {@code validate-push}, … */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Method and path, with {@code {}} for what varies. */
  String line() {
    return method + " " + path;
  }

  /** The published limit per channel. */
  Rate rate() {
    return new Rate(count, per);
  }

  /** Whether {@code X-Line-Retry-Key} means something here; elsewhere LINE answers 400. */
  boolean retryable() {
    return switch (this) {
      case PUSH, MULTICAST, BROADCAST, NARROWCAST -> true;
      default -> false;
    };
  }

  /** Whether the caller shows a channel access token; the token endpoints take other proof. */
  boolean authenticated() {
    return area != Area.TOKENS && this != MODULE_TOKEN && this != ACCOUNT_LINK;
  }

  /** The longest body, in bytes; longer ones are 413. */
  int bodyLimit() {
    return this == AUDIENCE_UPLOAD_FILE || this == AUDIENCE_ADD_FILE ? FILE_LIMIT : Gate.BODY_LIMIT;
  }

  Area area() {
    return area;
  }

  Body body() {
    return switch (this) {
      case GROUP_LEAVE,
          ROOM_LEAVE,
          RICHMENU_DEFAULT_SET,
          RICHMENU_USER_LINK,
          COUPON_CLOSE,
          LINK_TOKEN,
          CHAT_RELEASE ->
          Body.NONE;
      case RICHMENU_IMAGE_SET, AUDIENCE_UPLOAD_FILE, AUDIENCE_ADD_FILE -> Body.BINARY;
      case WEBHOOK_TEST, CHAT_ACQUIRE -> Body.OPTIONAL_JSON;
      case MODULE_TOKEN -> Body.FORM;
      default -> {
        boolean carries = method.equals("POST") || method.equals("PUT");
        yield !carries ? Body.NONE : area == Area.TOKENS ? Body.FORM : Body.JSON;
      }
    };
  }
}
