package dev.throughline.callback;

import dev.throughline.contract.Json;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.WebhookId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;

/**
 * The tokens under which targets with an authorization server of their own are called. However many
 * callbacks wait for one, one request is under way for it; a refusal is not asked for again at
 * once.
 */
final class AccessTokens {
  /**
   * What the contract lets {@code expires_in} be; a token of another age is taken for one of these.
   */
  private static final long MIN_SECONDS = 30;

  private static final long MAX_SECONDS = 3_600;

  /** A token is given up this long before its end, since a call takes time. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /** How long a failure counts, and how old a token must be before a 401 has it replaced. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** For whoever waits while another fetches. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final int ANSWER_LIMIT_BYTES = 64 << 10;
  private static final int MAX_TOKEN = 8_192;
  private static final String FORM = "application/x-www-form-urlencoded";

  private final Http http;
  private final TargetPolicy policy;
  private final InstantSource clock;
  private final Webhooks webhooks;
  private final Map<WebhookId, Slot> slots = new ConcurrentHashMap<>();

  AccessTokens(Http http, TargetPolicy policy, InstantSource clock, Webhooks webhooks) {
    this.http = http;
    this.policy = policy;
    this.clock = clock;
    this.webhooks = webhooks;
  }

  /** What asking for a token came to. */
  sealed interface Answer {
    /** Never shown: whoever has it can call in our place. */
    record Token(String value) implements Answer {
      @Override
      public String toString() {
        return "Token[(" + value.length() + " characters)]";
      }
    }

    record None(String why) implements Answer {}
  }

  Answer token(WebhookId webhook, ClientCredentials client) throws InterruptedException {
    Slot slot = slot(webhook);
    if (!slot.lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      return new Answer.None("no access token: another request for it hangs");
    }
    try {
      Instant now = clock.instant();
      if (slot.held.isEmpty() || !slot.held.get().isFor(client, now)) {
        slot.held = Optional.of(fetch(client, now));
      }
      return slot.held.get().answer;
    } finally {
      slot.lock.unlock();
    }
  }

  /** The target answered 401: false if another token would be no newer. */
  boolean refused(WebhookId webhook, Answer.Token token) throws InterruptedException {
    Slot slot = slot(webhook);
    if (!slot.lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    try {
      Instant now = clock.instant();
      boolean current = slot.held.filter(held -> held.answer.equals(token)).isPresent();
      boolean young = slot.held.filter(held -> now.isBefore(held.fetched.plus(PAUSE))).isPresent();
      if (current && !young) {
        slot.held = Optional.empty();
      }
      return !(current && young);
    } finally {
      slot.lock.unlock();
    }
  }

  private Slot slot(WebhookId webhook) {
    if (!slots.containsKey(webhook)) {
      slots.keySet().removeIf(id -> webhooks.find(id).isEmpty());
    }
    return slots.computeIfAbsent(webhook, id -> new Slot());
  }

  private Held fetch(ClientCredentials client, Instant now) {
    Target target;
    try {
      target = Target.parse(client.endpoint());
    } catch (Target.InvalidTargetException e) {
      return none(client, now, "the endpoint is not an address");
    }
    return switch (http.send(request(client, target), DEADLINE)) {
      case HttpResult.Answered answered when answered.isSuccess() ->
          read(client, now, answered.body());
      case HttpResult.Answered answered -> none(client, now, "HTTP " + answered.status());
      case HttpResult.TooLarge(int status, Headers _) -> none(client, now, "HTTP " + status);
      case HttpResult.NotSent(HttpResult.Cause cause) -> none(client, now, cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) -> none(client, now, cause.name());
    };
  }

  private OutgoingRequest request(ClientCredentials client, Target target) {
    StringBuilder form = new StringBuilder("grant_type=client_credentials");
    client.scope().ifPresent(scope -> form.append("&scope=").append(encoded(scope)));
    client.responseType().ifPresent(type -> form.append("&response_type=").append(encoded(type)));
    String id = encoded(client.id());
    String secret = encoded(client.secret());
    if (!client.basic()) {
      form.append("&client_id=").append(id).append("&client_secret=").append(secret);
    }
    OutgoingRequest request =
        OutgoingRequest.post(target, policy, Bytes.utf8(form.toString()))
            .with("Content-Type", FORM)
            .with("Accept", "application/json")
            .answerLimit(ANSWER_LIMIT_BYTES);
    // Encoded before they are joined (RFC 6749, 2.3.1).
    return client.basic()
        ? request.with(
            "Authorization",
            "Basic "
                + Base64.getEncoder()
                    .encodeToString((id + ":" + secret).getBytes(StandardCharsets.US_ASCII)))
        : request;
  }

  private static Held read(ClientCredentials client, Instant now, Bytes body) {
    Optional<JsonNode> json = Json.parse(body).filter(JsonNode::isObject);
    Optional<String> token =
        json.flatMap(node -> Json.string(node, "access_token")).filter(AccessTokens::isToken);
    boolean bearer =
        json.flatMap(node -> Json.string(node, "token_type"))
            .map("bearer"::equalsIgnoreCase)
            .orElse(true);
    if (token.isEmpty() || !bearer) {
      return none(client, now, "the answer holds no bearer token");
    }
    long seconds =
        Math.clamp(json.get().path("expires_in").asLong(MAX_SECONDS), MIN_SECONDS, MAX_SECONDS);
    return new Held(
        client, new Answer.Token(token.get()), now, now.plusSeconds(seconds).minus(MARGIN));
  }

  private static Held none(ClientCredentials client, Instant now, String why) {
    return new Held(client, new Answer.None("no access token: " + why), now, now.plus(PAUSE));
  }

  /** What a header line can carry. */
  private static boolean isToken(String value) {
    return !value.isEmpty()
        && value.length() <= MAX_TOKEN
        && value.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static final class Slot {
    final ReentrantLock lock = new ReentrantLock(true);
    Optional<Held> held = Optional.empty();
  }

  private record Held(ClientCredentials client, Answer answer, Instant fetched, Instant until) {
    /** Whoever changed the webhook's credentials gets a new token. */
    boolean isFor(ClientCredentials wanted, Instant now) {
      return client.equals(wanted) && now.isBefore(until);
    }
  }
}
