package dev.throughline.inbound;

import dev.throughline.channel.Subscriptions;
import dev.throughline.channel.Subscriptions.Accepted;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.inbound.WebhookTask.Called;
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

/** Accepts what a provider offered. Accepting twice is as good as once: only outcomes are kept. */
public final class OfferHandler implements TaskHandler {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int CONCURRENCY = 4;

  private final Log log;
  private final Outcomes outcomes;
  private final Directory directory;
  private final Map<ChannelName, Subscriptions> subscriptions;

  public OfferHandler(
      Log log, Drafts drafts, Directory directory, Map<ChannelName, Subscriptions> subscriptions) {
    this.log = log;
    this.outcomes = new Outcomes(log, drafts);
    this.directory = directory;
    this.subscriptions = Map.copyOf(subscriptions);
  }

  @Override
  public String kind() {
    return Offers.KIND;
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
    Optional<Subscriptions> of = asked.account().map(Account::channel).map(subscriptions::get);
    Optional<Bytes> webhook = asked.webhook(log);
    if (of.isEmpty() || webhook.isEmpty()) {
      return Called.gone("the account or what came to it is gone");
    }
    return switch (of.get().accept(webhook.get(), DEADLINE)) {
      case Accepted.Done() -> new Called(WebhookTask.Result.DELIVERED, 0, "");
      case Accepted.Refused(String why) -> Called.gone(why);
      case Accepted.Failed(String why) -> Called.failed(why);
    };
  }
}
