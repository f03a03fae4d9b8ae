package dev.throughline.callback;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.RetryAfter;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Calls the app's webhooks. At least once by contract, so only the outcome is an entry; the same
 * body at every try, with a new timestamp and nonce.
 */
public final class CallbackHandler implements TaskHandler {
  private static final Duration DEADLINE = Duration.ofSeconds(15);
  private static final int CONCURRENCY = 256;

  /** Answers are looked at by their status; a little of the body is read to keep connections. */
  private static final int ANSWER_LIMIT_BYTES = 64 << 10;

  /** A target that asks for more patience than this is called again all the same. */
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(1);

  private final Log log;
  private final Drafts drafts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Http http;
  private final TargetPolicy policy;
  private final Webhooks webhooks;
  private final Directory directory;
  private final AccessTokens tokens;
  private final int perSecond;

  /**
   * @param perSecond of an app, at most; 0: as many as there are
   */
  public CallbackHandler(
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Http http,
      TargetPolicy policy,
      Webhooks webhooks,
      Directory directory,
      int perSecond) {
    this.log = log;
    this.drafts = drafts;
    this.ulids = ulids;
    this.clock = clock;
    this.http = http;
    this.policy = policy;
    this.webhooks = webhooks;
    this.directory = directory;
    this.perSecond = perSecond;
    this.tokens = new AccessTokens(http, policy, clock, webhooks);
  }

  @Override
  public String kind() {
    return Callbacks.KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public int perSecond(AppId app) {
    return directory
        .app(app)
        .map(found -> found.settings().rates().webhooks(perSecond))
        .orElse(perSecond);
  }

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    CallbackTask callback = CallbackTask.of(bytes);
    conclude(task, callback, call(callback));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    new Outcomes(log, drafts).append(CallbackOutcome.refused("erased").toJson(task));
  }

  private CallbackOutcome call(CallbackTask callback) throws InterruptedException {
    Optional<Webhook> webhook = callback.webhook().flatMap(webhooks::find);
    if (callback.webhook().isPresent() && webhook.isEmpty()) {
      return CallbackOutcome.refused("the webhook was deleted");
    }
    String address = webhook.map(Webhook::target).or(callback::url).orElse("");
    Target target;
    try {
      target = Target.parse(address);
    } catch (Target.InvalidTargetException e) {
      return CallbackOutcome.refused("the target is not an address");
    }
    Optional<ClientCredentials> client = webhook.flatMap(Webhook::client);
    return client.isPresent()
        ? underToken(target, callback, webhook.get(), client.get())
        : outcome(http.send(signed(target, callback, webhook), DEADLINE));
  }

  /** A target that does not take the token any more is called once more under a new one. */
  private CallbackOutcome underToken(
      Target target, CallbackTask callback, Webhook webhook, ClientCredentials client)
      throws InterruptedException {
    for (int call = 1; ; call++) {
      switch (tokens.token(webhook.id(), client)) {
        case AccessTokens.Answer.None(String why) -> {
          return CallbackOutcome.silent(why);
        }
        case AccessTokens.Answer.Token token -> {
          HttpResult result =
              http.send(
                  signed(target, callback, Optional.of(webhook))
                      .with("Authorization", "Bearer " + token.value()),
                  DEADLINE);
          boolean unauthorized =
              result instanceof HttpResult.Answered answered && answered.status() == 401;
          if (!unauthorized) {
            return outcome(result);
          }
          if (call > 1 || !tokens.refused(webhook.id(), token)) {
            return CallbackOutcome.unauthorized();
          }
        }
      }
    }
  }

  private OutgoingRequest signed(Target target, CallbackTask callback, Optional<Webhook> webhook) {
    Optional<String> secret = webhook.map(Webhook::secret).orElseGet(() -> ownSecret(callback));
    OutgoingRequest request =
        OutgoingRequest.json(target, policy, callback.body()).answerLimit(ANSWER_LIMIT_BYTES);
    if (secret.isPresent() && !secret.get().isEmpty()) {
      for (Headers.Field field :
          CallbackSignature.headers(
              secret.get(), callback.body(), ulids.next().toString(), clock.instant())) {
        request = request.with(field.name(), field.value());
      }
    }
    return request;
  }

  private CallbackOutcome outcome(HttpResult result) {
    return switch (result) {
      case HttpResult.Answered(int status, Headers headers, Bytes _) ->
          CallbackOutcome.answered(status, retryAfter(headers));
      case HttpResult.TooLarge(int status, Headers headers) ->
          CallbackOutcome.answered(status, retryAfter(headers));
      case HttpResult.NotSent(HttpResult.Cause cause) -> CallbackOutcome.silent(cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) ->
          CallbackOutcome.silent(cause.name());
    };
  }

  /** The secret for addresses that sends name themselves. */
  private Optional<String> ownSecret(CallbackTask callback) {
    return directory
        .app(callback.app())
        .flatMap(app ->
            Json.string(
                Json.object(app.json()),
                "callback_settings",
                "secret_for_overridden_callback_urls"));
  }

  private Optional<Duration> retryAfter(Headers headers) {
    return headers
        .first("retry-after")
        .flatMap(value -> RetryAfter.parse(value, clock.instant(), LONGEST_RETRY_AFTER));
  }

  private void conclude(Task task, CallbackTask callback, CallbackOutcome outcome)
      throws InterruptedException {
    Optional<ProjectId> project = directory.app(callback.app()).map(App::project);
    log.appendSurely(
        drafts
            .draft(
                Kind.OUTCOME,
                project
                    .<Subject>map(id -> new Subject.Project(id.value()))
                    .orElseGet(Subject.Installation::new))
            .part(
                project.<Owner>map(Owner.Project::new).orElseGet(Owner.Installation::new),
                Json.bytes(outcome.toJson(task)))
            .build());
  }
}
