package dev.throughline.channel.line;

import dev.throughline.channel.Transport;
import dev.throughline.message.Bytes;
import dev.throughline.message.Identity;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The calls to LINE that send nothing to anybody: what set-up, diagnosis and the forgetting of a
 * known block need (spec line.md §4.2, §4.4, §5). Each is one exchange and never throws for an
 * answer.
 */
public final class LineApi {
  private static final int MAX_WEBHOOK_URL_LENGTH = 500;

  private final Transport transport;
  private final LineHost host;

  public LineApi(Transport transport, URI api) {
    this.transport = transport;
    this.host = new LineHost(api);
  }

  /** What came of a call. */
  public sealed interface Result<T> {
    record Ok<T>(T value) implements Result<T> {}

    /** 404: LINE has none; of a profile also that the user blocked the account. */
    record Absent<T>() implements Result<T> {}

    /** Any other refusal; repeating the call will not help. */
    record Refused<T>(int status, Reason reason) implements Result<T> {}

    /** No answer, or not now (429, 5xx), or none that LINE would give; {@code why} in words. */
    record Unavailable<T>(String why) implements Result<T> {}
  }

  /**
   * @param userId the account's own user id, which webhooks carry as {@code destination}
   * @param chatMode {@code bot}, or {@code chat} where people answer in LINE's own manager
   */
  public record BotInfo(
      String userId,
      String basicId,
      String displayName,
      Optional<String> premiumId,
      Optional<String> pictureUrl,
      String chatMode,
      String markAsReadMode) {}

  /**
   * @param active whether <i>Use webhook</i> is on, which only the LINE console can change
   */
  public record WebhookEndpoint(String endpoint, boolean active) {}

  /**
   * What LINE saw when it called the webhook.
   *
   * @param statusCode ours, or 0 or less if there was no answer
   * @param reason {@code OK}, {@code COULD_NOT_CONNECT}, {@code REQUEST_TIMEOUT}, …
   */
  public record WebhookTest(boolean success, int statusCode, String reason, String detail) {}

  /**
   * @param channelId the channel that the token belongs to
   * @param expiresIn for a long-lived token some 100 years
   */
  public record TokenInfo(String channelId, Duration expiresIn) {}

  /** How somebody calls themselves; personal. */
  public record Profile(
      String userId,
      String displayName,
      Optional<String> language,
      Optional<String> pictureUrl,
      Optional<String> statusMessage) {
    @Override
    public String toString() {
      return "Profile(" + displayName.length() + " characters)";
    }
  }

  /** The account itself. An answer also shows that the token is valid, of whatever kind it is. */
  public Result<BotInfo> botInfo(LineCredentials credentials, Duration deadline) {
    return call(
        request("GET", "/v2/bot/info", credentials, deadline),
        answer ->
            answer
                .optional("userId")
                .map(userId ->
                    new BotInfo(
                        userId,
                        answer.text("basicId"),
                        answer.text("displayName"),
                        answer.optional("premiumId"),
                        answer.optional("pictureUrl"),
                        answer.text("chatMode"),
                        answer.text("markAsReadMode"))));
  }

  public Result<WebhookEndpoint> webhookEndpoint(LineCredentials credentials, Duration deadline) {
    return call(
        request("GET", "/v2/bot/channel/webhook/endpoint", credentials, deadline),
        answer ->
            answer
                .optional("endpoint")
                .map(endpoint -> new WebhookEndpoint(endpoint, answer.flag("active"))));
  }

  /** Registers the address, which takes up to a minute to have effect at LINE, and returns it. */
  public Result<URI> setWebhookEndpoint(
      LineCredentials credentials, URI endpoint, Duration deadline) {
    String text = endpoint.toASCIIString();
    if (!"https".equalsIgnoreCase(endpoint.getScheme()) || text.length() > MAX_WEBHOOK_URL_LENGTH) {
      return new Result.Refused<>(
          0,
          new Reason(
              Code.BAD_REQUEST,
              "LINE takes a webhook address with https of at most "
                  + MAX_WEBHOOK_URL_LENGTH
                  + " characters."));
    }
    String body = JsonNodeFactory.instance.objectNode().put("endpoint", text).toString();
    return call(
        request(
            "PUT",
            "/v2/bot/channel/webhook/endpoint",
            Map.of("authorization", credentials.bearer(), "content-type", "application/json"),
            Bytes.utf8(body),
            deadline),
        answer -> Optional.of(endpoint));
  }

  /** Has LINE send an empty signed webhook to the registered address, and tells what came back. */
  public Result<WebhookTest> testWebhook(LineCredentials credentials, Duration deadline) {
    return call(
        request(
            "POST",
            "/v2/bot/channel/webhook/test",
            Map.of("authorization", credentials.bearer(), "content-type", "application/json"),
            Bytes.utf8("{}"),
            deadline),
        answer ->
            answer
                .optional("reason")
                .map(reason ->
                    new WebhookTest(
                        answer.flag("success"),
                        (int) answer.number("statusCode"),
                        reason,
                        answer.text("detail"))));
  }

  /** Only knows long-lived and short-lived tokens; {@link #botInfo} tells of any kind. */
  public Result<TokenInfo> verifyToken(LineCredentials credentials, Duration deadline) {
    return call(
        request(
            "POST",
            "/v2/oauth/verify",
            Map.of("content-type", "application/x-www-form-urlencoded"),
            Bytes.utf8(
                "access_token=" + URLEncoder.encode(credentials.token(), StandardCharsets.UTF_8)),
            deadline),
        answer ->
            answer
                .optional("client_id")
                .map(id -> new TokenInfo(id, Duration.ofSeconds(answer.number("expires_in")))));
  }

  /** An answer means that the user is a friend or has written lately, hence no block. */
  public Result<Profile> profile(LineCredentials credentials, Identity user, Duration deadline) {
    if (!LineIds.isUser(user.value())) {
      return new Result.Refused<>(
          0,
          new Reason(
              Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
              "A LINE user id is U and 32 lower-case hex digits."));
    }
    return call(
        request("GET", "/v2/bot/profile/" + user.value(), credentials, deadline),
        answer ->
            answer
                .optional("userId")
                .map(id ->
                    new Profile(
                        id,
                        answer.text("displayName"),
                        answer.optional("language"),
                        answer.optional("pictureUrl"),
                        answer.optional("statusMessage"))));
  }

  private Transport.Request request(
      String method, String path, LineCredentials credentials, Duration deadline) {
    return request(
        method, path, Map.of("authorization", credentials.bearer()), Bytes.EMPTY, deadline);
  }

  private Transport.Request request(
      String method, String path, Map<String, String> headers, Bytes body, Duration deadline) {
    return new Transport.Request(method, host.at(path), headers, body, deadline);
  }

  private <T> Result<T> call(Transport.Request request, Function<LineAnswer, Optional<T>> value) {
    return switch (transport.exchange(request)) {
      case Transport.Answer.Answered answered -> result(LineAnswer.of(answered), value);
      case Transport.Answer.TooLarge tooLarge ->
          new Result.Unavailable<>("the answer was too long, status " + tooLarge.status());
      case Transport.Answer.NotSent notSent -> new Result.Unavailable<>(notSent.why());
      case Transport.Answer.Unknown unknown -> new Result.Unavailable<>(unknown.why());
    };
  }

  private static <T> Result<T> result(LineAnswer answer, Function<LineAnswer, Optional<T>> value) {
    int status = answer.status();
    if (status >= 200 && status < 300) {
      return answer
          .json()
          .flatMap(json -> value.apply(answer))
          .<Result<T>>map(Result.Ok::new)
          .orElseGet(() -> new Result.Unavailable<>("the answer was not one of LINE's"));
    }
    if (status == 404) {
      return answer.isLines()
          ? new Result.Absent<>()
          : new Result.Unavailable<>("nothing at LINE's address knows this call");
    }
    return switch (status) {
      case 400 -> refused(status, Code.BAD_REQUEST, "LINE refused the call as invalid.");
      case 401 ->
          refused(status, Code.CHANNEL_BAD_CONFIGURATION, "LINE refused the channel access token.");
      case 403 -> refused(status, Code.NO_PERMISSION, "This account is not entitled to this call.");
      default ->
          status >= 400 && status < 500 && status != 408 && status != 429
              ? refused(status, Code.CHANNEL_REJECT, "LINE refused the call.")
              : new Result.Unavailable<>("LINE answered with status " + status);
    };
  }

  private static <T> Result<T> refused(int status, Code code, String sentence) {
    return new Result.Refused<>(status, new Reason(code, sentence));
  }
}
