package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Faults;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What every call of LINE's API passes, in this order: path, token, injected fault, rate limit,
 * retry key, content type, size, JSON, and then the endpoint itself. LINE does not publish the
 * order; it is a choice.
 */
final class Gate {
  static final int BODY_LIMIT = 2 * 1024 * 1024;
  private static final int RECORDED_BODY_LIMIT = 64 * 1024;
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /**
   * A request as it came in.
   *
   * @param path without the query
   * @param query raw, empty if there is none
   * @param headers by lower-case name
   * @param tooLarge whether the body was longer than {@link #BODY_LIMIT}; then {@code body} is
   *     empty
   */
  record Incoming(
      String method,
      String path,
      String query,
      Map<String, String> headers,
      Bytes body,
      boolean tooLarge) {}

  /** What to do with the connection. */
  sealed interface Reaction {
    String requestId();

    record Respond(String requestId, Answer answer) implements Reaction {}

    /** Answer nothing for this long, then close. */
    record Hang(String requestId, Duration time) implements Reaction {}

    /** Close without an answer. */
    record Reset(String requestId) implements Reaction {}
  }

  private final World world;
  private final AccessTokens tokens;
  private final Faults<FaultRule> faults;
  private final RateLimits rates = new RateLimits();
  private final Function<Call, Answer> platform;
  private final Journal<ApiRequest> requests;

  Gate(
      World world,
      AccessTokens tokens,
      Faults<FaultRule> faults,
      Function<Call, Answer> platform,
      LineConfig.HistoryLimits history) {
    this.world = world;
    this.tokens = tokens;
    this.faults = faults;
    this.platform = platform;
    this.requests = new Journal<>(history.requests(), history.requestBytes(), ApiRequest::weight);
  }

  Journal<ApiRequest> requests() {
    return requests;
  }

  Reaction pass(Incoming incoming) throws InterruptedException {
    String requestId = world.ids.uuid().toString();
    Optional<Endpoint.Match> match = Endpoint.find(incoming.method, incoming.path);
    if (match.isEmpty()) {
      Answer answer = Answer.notFound();
      record(incoming, "unknown", requestId, answer.status(), answer, Optional.empty());
      return new Reaction.Respond(requestId, answer);
    }
    Endpoint endpoint = match.get().endpoint();
    Optional<Answer> refusal = authenticate(endpoint, incoming);
    Optional<FaultRule> fault =
        refusal.isPresent()
            ? Optional.empty()
            : faults.strike(endpoint.label(), () -> text(incoming));
    if (fault.isPresent() && fault.get().fault() == Fault.SLOW) {
      Thread.sleep(fault.get().delay());
    } else if (fault.isPresent() && !fault.get().fault().afterAccepting()) {
      return strike(incoming, endpoint, requestId, fault.get(), Optional.empty());
    }
    Answer answer =
        refusal.isPresent() ? refusal.get() : admitted(incoming, match.get(), requestId);
    if (fault.isPresent() && fault.get().fault().afterAccepting() && answer.accepted()) {
      return strike(incoming, endpoint, requestId, fault.get(), Optional.of(answer));
    }
    record(
        incoming,
        endpoint.label(),
        requestId,
        answer.status(),
        answer,
        fault.map(rule -> rule.fault().label()));
    return new Reaction.Respond(requestId, answer);
  }

  private Answer admitted(Incoming incoming, Endpoint.Match match, String requestId) {
    Endpoint endpoint = match.endpoint();
    if (!rates.admit(endpoint, world.settings(), world.clock.instant())) {
      return Answer.rateLimited();
    }
    Optional<UUID> retryKey = Optional.empty();
    String key = incoming.headers.get("x-line-retry-key");
    if (key != null) {
      if (!endpoint.retryable()) {
        return Answer.error(400, "The retry key can't be used with this API");
      }
      if (!UUID_TEXT.matcher(key).matches()) {
        return Answer.error(400, "The retry key must be a UUID in hexadecimal notation");
      }
      retryKey = Optional.of(UUID.fromString(key));
    }
    JsonNode json = Json.object();
    Map<String, String> form = Map.of();
    if (incoming.tooLarge) {
      return Answer.error(413, "The request body is larger than 2 MB");
    }
    String type = mediaType(incoming.headers);
    switch (endpoint.body()) {
      case NONE, BINARY -> {
        // whatever comes is not looked at here
      }
      case JSON, OPTIONAL_JSON -> {
        if (endpoint.body() == Endpoint.Body.JSON || incoming.body.length() > 0) {
          if (!type.equals("application/json")) {
            return Answer.unsupportedType(type);
          }
          try {
            json = Json.parse(incoming.body);
          } catch (Json.Unparsable e) {
            return Answer.unparsable(e.line(), e.column());
          }
          if (!json.isObject()) {
            return Answer.unparsable(1, 1);
          }
        }
      }
      case FORM -> {
        if (!type.equals("application/x-www-form-urlencoded")) {
          return Answer.unsupportedType(type);
        }
        form = fields(text(incoming));
      }
    }
    Call call =
        new Call(
            endpoint,
            requestId,
            match.first(),
            match.second(),
            fields(incoming.query),
            retryKey,
            json,
            form,
            incoming.headers,
            incoming.body);
    return platform.apply(call);
  }

  /** The 401 for a missing or wrong token; empty if the call may go on. */
  private Optional<Answer> authenticate(Endpoint endpoint, Incoming incoming) {
    if (!endpoint.authenticated()) {
      return Optional.empty();
    }
    Optional<String> borne = bearer(incoming);
    if (borne.isEmpty()) {
      return Optional.of(
          Answer.unauthorized(
              "Authentication failed due to the following reason: missing bearer token"));
    }
    String token = borne.get();
    if (tokens.valid(token).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        Answer.unauthorized(
            tokens.expired(token)
                ? "Authentication failed due to the following reason: access token expired"
                : "Authentication failed. Confirm that the access token in the authorization"
                    + " header is valid."));
  }

  /** Whether the request bears a token of this channel. */
  boolean knows(Incoming incoming) {
    return bearer(incoming)
        .filter(token -> tokens.valid(token).isPresent() || tokens.expired(token))
        .isPresent();
  }

  private static Optional<String> bearer(Incoming incoming) {
    String header = incoming.headers.getOrDefault("authorization", "");
    return header.regionMatches(true, 0, "Bearer ", 0, 7)
        ? Optional.of(header.substring(7).trim())
        : Optional.empty();
  }

  private Reaction strike(
      Incoming incoming,
      Endpoint endpoint,
      String requestId,
      FaultRule rule,
      Optional<Answer> done) {
    Fault fault = rule.fault();
    Answer shown = done.orElseGet(() -> new Answer(0, "", Map.of(), false));
    Optional<Answer> instead = instead(fault);
    record(
        incoming,
        endpoint.label(),
        requestId,
        instead.map(Answer::status).orElse(0),
        new Answer(0, instead.map(Answer::body).orElse(""), Map.of(), shown.accepted()),
        Optional.of(fault.label()));
    if (instead.isPresent()) {
      return new Reaction.Respond(requestId, instead.get());
    }
    return fault == Fault.HANG_BEFORE || fault == Fault.HANG_AFTER
        ? new Reaction.Hang(requestId, rule.delay())
        : new Reaction.Reset(requestId);
  }

  private static Optional<Answer> instead(Fault fault) {
    return switch (fault) {
      // LINE's documents give one text for three of the causes of 429.
      case RATE_LIMITED, SAME_USER, CONCURRENCY -> Optional.of(Answer.rateLimited());
      case QUOTA_REACHED -> Optional.of(Answer.monthlyLimit());
      case UNAUTHORIZED ->
          Optional.of(
              Answer.unauthorized(
                  "Authentication failed. Confirm that the access token in the authorization"
                      + " header is valid."));
      case FORBIDDEN ->
          Optional.of(Answer.error(403, "Access to this API is not available for your account"));
      case BAD_REQUEST -> Optional.of(Answer.failedToSend());
      case ERROR_BEFORE, ERROR_AFTER ->
          Optional.of(Answer.error(500, "The server is temporarily unable to answer"));
      default -> Optional.empty();
    };
  }

  private void record(
      Incoming incoming,
      String endpoint,
      String requestId,
      int status,
      Answer answer,
      Optional<String> fault) {
    String authorization = incoming.headers.getOrDefault("authorization", "");
    int space = authorization.indexOf(' ');
    String hidden =
        authorization.isEmpty()
            ? ""
            : authorization.substring(0, Math.max(0, space))
                + " [redacted, "
                + (authorization.length() - space - 1)
                + " characters]";
    boolean secret = endpoint.startsWith("token-") || endpoint.equals("module-token");
    String path = incoming.query.isEmpty() ? incoming.path : incoming.path + "?" + incoming.query;
    requests.add(
        new ApiRequest(
            world.clock.instant(),
            endpoint,
            incoming.method,
            secret ? incoming.path : path,
            requestId,
            Optional.ofNullable(incoming.headers.get("x-line-retry-key")),
            hidden,
            secret ? redacted(incoming.body.length()) : recorded(incoming),
            status,
            secret && status == 200
                ? redacted(answer.body().length())
                : answer.media().map(Answer.Media::described).orElse(answer.body()),
            answer.accepted(),
            fault));
    world.changed("requests", "");
  }

  private static String redacted(int length) {
    return "[redacted, " + length + " characters]";
  }

  /** Text as it came; of anything else what it is and how much. */
  private static String recorded(Incoming incoming) {
    String type = mediaType(incoming.headers);
    boolean bytes = type.startsWith("image/") || type.startsWith("multipart/");
    return bytes ? new Answer.Media(type, incoming.body).described() : cut(text(incoming));
  }

  private static String cut(String body) {
    return body.length() <= RECORDED_BODY_LIMIT ? body : body.substring(0, RECORDED_BODY_LIMIT);
  }

  private static String text(Incoming incoming) {
    return incoming.body.text();
  }

  static String mediaType(Map<String, String> headers) {
    String type = headers.getOrDefault("content-type", "");
    int parameters = type.indexOf(';');
    return (parameters < 0 ? type : type.substring(0, parameters)).trim().toLowerCase(Locale.ROOT);
  }

  /**
   * The fields of a query or form, values of one name joined by commas; what is not percent-encoded
   * well is left out.
   */
  static Map<String, String> fields(String encoded) {
    Map<String, String> fields = new HashMap<>();
    for (String pair : encoded.split("&")) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        continue;
      }
      try {
        fields.merge(
            URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8),
            (one, more) -> one + "," + more);
      } catch (IllegalArgumentException e) {
        // a field that cannot be decoded is a field that is missing
      }
    }
    return fields;
  }
}
