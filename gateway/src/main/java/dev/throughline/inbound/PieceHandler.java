package dev.throughline.inbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.PieceStore;
import dev.throughline.inbound.WebhookTask.Called;
import dev.throughline.inbound.WebhookTask.Result;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.InboundEvent;
import dev.throughline.store.Database;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.util.Map;
import java.util.Optional;

/** Keeps the word that no more is waited for, where a piece still waits for others. */
public final class PieceHandler implements TaskHandler {
  private static final int CONCURRENCY = 4;

  private final Log log;
  private final Outcomes outcomes;
  private final Database database;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Receiver receiver;

  public PieceHandler(
      Log log,
      Drafts drafts,
      Database database,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Receiver receiver) {
    this.log = log;
    this.outcomes = new Outcomes(log, drafts);
    this.database = database;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.receiver = receiver;
  }

  @Override
  public String kind() {
    return Pieces.KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes body) throws InterruptedException {
    WebhookTask asked = WebhookTask.of(body, directory);
    outcomes.append(asked.accountId(), asked.outcome(task, ended(asked)));
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    WebhookTask asked = new WebhookTask(Optional.empty(), 0);
    outcomes.append(asked.accountId(), asked.outcome(task, Called.gone("erased")));
  }

  private Called ended(WebhookTask asked) {
    if (!PieceStore.isWaiting(database, asked.index())) {
      return Called.gone("all pieces are there");
    }
    Optional<Account> account = asked.account();
    Optional<Channel> channel = account.map(Account::channel).map(channels::get);
    Optional<Bytes> webhook = asked.webhook(log);
    if (channel.isEmpty() || webhook.isEmpty()) {
      return Called.gone("the account or what came to it is gone");
    }
    if (channel.get().parse(webhook.get()) instanceof ParsedWebhook.Events(var _, var events)) {
      for (InboundEvent event : events) {
        if (event instanceof InboundEvent.Piece piece
            && !receiver.keep(account.get()).keep(piece.overdue(), 1)) {
          return Called.failed("nothing could be kept");
        }
      }
    }
    return new Called(Result.DELIVERED, 0, "");
  }
}
