package dev.throughline.inbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.inbound.WebhookTask.Called;
import dev.throughline.inbound.WebhookTask.Result;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Calls the bot that an account's webhooks are passed on to: the same bytes as the channel sent,
 * signed as it signs them. At least once, so only the outcome is an entry.
 */
public final class TeeHandler implements TaskHandler {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int CONCURRENCY = 64;

  /** Answers are looked at by their status; a little of the body is read to keep connections. */
  private static final int ANSWER_LIMIT_BYTES = 64 << 10;

  /** Names the account, so that one that passes on to itself does not go round for ever. */
  static final String HEADER = "x-throughline-tee";

  private final Log log;
  private final Outcomes outcomes;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final Http http;
  private final TargetPolicy policy;

  /**
   * @param policy where customers' addresses may lead
   */
  public TeeHandler(
      Log log,
      Drafts drafts,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      Http http,
      TargetPolicy policy) {
    this.log = log;
    this.outcomes = new Outcomes(log, drafts);
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.credentials = credentials;
    this.http = http;
    this.policy = policy;
  }

  @Override
  public String kind() {
    return Tee.KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes body) throws InterruptedException {
    WebhookTask asked = WebhookTask.of(body, directory);
    outcomes.append(asked.accountId(), asked.outcome(task, call(asked)));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    WebhookTask asked = new WebhookTask(Optional.empty(), 0);
    outcomes.append(asked.accountId(), asked.outcome(task, Called.gone("erased")));
  }

  private Called call(WebhookTask asked) {
    Optional<Account> account = asked.account();
    Optional<Channel> channel = account.map(Account::channel).map(channels::get);
    Optional<Channel.Credentials> secret = account.flatMap(credentials);
    Optional<String> address = account.flatMap(Account::tee);
    if (channel.isEmpty() || secret.isEmpty() || address.isEmpty()) {
      return Called.gone("the account passes nothing on any more");
    }
    Optional<Bytes> webhook = asked.webhook(log);
    if (webhook.isEmpty()) {
      return Called.gone("erased");
    }
    Target target;
    try {
      target = Target.parse(address.get());
    } catch (Target.InvalidTargetException e) {
      return Called.gone("the target is not an address");
    }
    OutgoingRequest request =
        OutgoingRequest.post(target, policy, webhook.get())
            .with("Content-Type", "application/json; charset=utf-8")
            .with(HEADER, account.get().id().toString())
            .answerLimit(ANSWER_LIMIT_BYTES);
    for (Map.Entry<String, String> field :
        channel.get().signature(webhook.get(), secret.get()).entrySet()) {
      request = request.with(field.getKey(), field.getValue());
    }
    return switch (http.send(request, DEADLINE)) {
      case HttpResult.Answered(int status, Headers _, Bytes _) -> answered(status);
      case HttpResult.TooLarge(int status, Headers _) -> answered(status);
      case HttpResult.NotSent(HttpResult.Cause cause) -> Called.failed(cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) -> Called.failed(cause.name());
    };
  }

  private static Called answered(int status) {
    return status >= 200 && status < 300
        ? new Called(Result.DELIVERED, status, "")
        : new Called(Result.FAILED, status, "HTTP " + status);
  }
}
