package dev.throughline.sandbox.line;

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
  REPLY("POST", "/v2/bot/message/reply"),
  PUSH("POST", "/v2/bot/message/push"),
  MULTICAST("POST", "/v2/bot/message/multicast", 200, Duration.ofSeconds(1)),
  BROADCAST("POST", "/v2/bot/message/broadcast", 60, Duration.ofHours(1)),
  NARROWCAST("POST", "/v2/bot/message/narrowcast", 60, Duration.ofHours(1)),
  VALIDATE_REPLY("POST", "/v2/bot/message/validate/reply"),
  VALIDATE_PUSH("POST", "/v2/bot/message/validate/push"),
  VALIDATE_MULTICAST("POST", "/v2/bot/message/validate/multicast"),
  VALIDATE_BROADCAST("POST", "/v2/bot/message/validate/broadcast"),
  VALIDATE_NARROWCAST("POST", "/v2/bot/message/validate/narrowcast"),
  NARROWCAST_PROGRESS("GET", "/v2/bot/message/progress/narrowcast"),
  MARK_AS_READ("POST", "/v2/bot/chat/markAsRead"),
  LOADING_START("POST", "/v2/bot/chat/loading/start", 100, Duration.ofSeconds(1)),
  QUOTA("GET", "/v2/bot/message/quota"),
  QUOTA_CONSUMPTION("GET", "/v2/bot/message/quota/consumption"),
  DELIVERY_REPLY("GET", "/v2/bot/message/delivery/reply"),
  DELIVERY_PUSH("GET", "/v2/bot/message/delivery/push"),
  DELIVERY_MULTICAST("GET", "/v2/bot/message/delivery/multicast"),
  DELIVERY_BROADCAST("GET", "/v2/bot/message/delivery/broadcast"),
  AGGREGATION_INFO("GET", "/v2/bot/message/aggregation/info"),
  AGGREGATION_LIST("GET", "/v2/bot/message/aggregation/list"),
  PROFILE("GET", "/v2/bot/profile/{}"),
  FOLLOWERS("GET", "/v2/bot/followers/ids"),
  BOT_INFO("GET", "/v2/bot/info"),
  GROUP_SUMMARY("GET", "/v2/bot/group/{}/summary"),
  GROUP_COUNT("GET", "/v2/bot/group/{}/members/count"),
  GROUP_MEMBERS("GET", "/v2/bot/group/{}/members/ids"),
  GROUP_MEMBER("GET", "/v2/bot/group/{}/member/{}"),
  GROUP_LEAVE("POST", "/v2/bot/group/{}/leave"),
  ROOM_COUNT("GET", "/v2/bot/room/{}/members/count"),
  ROOM_MEMBERS("GET", "/v2/bot/room/{}/members/ids"),
  ROOM_MEMBER("GET", "/v2/bot/room/{}/member/{}"),
  ROOM_LEAVE("POST", "/v2/bot/room/{}/leave"),
  WEBHOOK_GET("GET", "/v2/bot/channel/webhook/endpoint", 1000, Duration.ofMinutes(1)),
  WEBHOOK_SET("PUT", "/v2/bot/channel/webhook/endpoint", 1000, Duration.ofMinutes(1)),
  WEBHOOK_TEST("POST", "/v2/bot/channel/webhook/test", 60, Duration.ofHours(1)),
  TOKEN_SHORT("POST", "/v2/oauth/accessToken", 370, Duration.ofSeconds(1)),
  TOKEN_VERIFY("POST", "/v2/oauth/verify"),
  TOKEN_REVOKE("POST", "/v2/oauth/revoke"),
  TOKEN_JWT("POST", "/oauth2/v2.1/token"),
  TOKEN_JWT_VERIFY("GET", "/oauth2/v2.1/verify"),
  TOKEN_JWT_REVOKE("POST", "/oauth2/v2.1/revoke"),
  TOKEN_JWT_KIDS("GET", "/oauth2/v2.1/tokens/kid"),
  TOKEN_STATELESS("POST", "/oauth2/v3/token");

  private static final Map<String, Endpoint> EXACT = new HashMap<>();

  static {
    for (Endpoint endpoint : values()) {
      if (!endpoint.path.contains("{}")) {
        EXACT.put(endpoint.method + " " + endpoint.path, endpoint);
      }
    }
  }

  private final String method;
  private final String path;
  private final Pattern pattern;
  private final int count;
  private final Duration per;

  Endpoint(String method, String path) {
    this(method, path, 2000, Duration.ofSeconds(1));
  }

  Endpoint(String method, String path, int count, Duration per) {
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
    return !path.startsWith("/oauth2/") && !path.startsWith("/v2/oauth/");
  }

  boolean sends() {
    return this == REPLY || retryable();
  }

  /** Whether the body is JSON; the token endpoints take forms. */
  boolean takesJson() {
    return authenticated() && !method.equals("GET") && this != GROUP_LEAVE && this != ROOM_LEAVE;
  }
}
