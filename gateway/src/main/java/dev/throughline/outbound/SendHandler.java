package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Changes;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Owners;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.SendOutcome.Result;
import dev.throughline.task.Admission;
import dev.throughline.task.Draw;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Sends. An {@code attempt} stands in the log before the socket is written, an {@code outcome}
 * after; what a crash left in between is said to be lost, and never sent again unless the channel
 * makes the repeat safe.
 */
public final class SendHandler implements TaskHandler {
  public static final String KIND = "send";

  /** LINE allows a reply token a minute from receipt; the rest is for the way there. */
  static final Duration REPLY_TOKEN_AGE = Duration.ofSeconds(50);

  /** A retry key lives 24 h from its first use; the last hour is for clocks and the way there. */
  static final Duration RETRY_KEY_AGE = Duration.ofHours(23);

  private static final Duration SEND_DEADLINE = Duration.ofSeconds(15);
  private static final Duration STANDING_DEADLINE = Duration.ofSeconds(30);
  private static final int CONCURRENCY = 128;

  private final Log log;
  private final Outcomes outcomes;
  private final Attempts attempts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Function<Account, Optional<Channel.Credentials>> credentials;

  private final ProviderRates rates;
  private final Standing standing;

  /** Whether a task stands whose attempt was just made. */
  @FunctionalInterface
  public interface Standing {
    /** Waits until the fold has passed the attempt, or {@code deadline}; false if it is over. */
    boolean of(Ulid task, Ulid attempt, Duration deadline) throws InterruptedException;
  }

  /**
   * @param credentials what a channel needs to send as an account
   * @param epoch the epoch under which this node leads
   * @param rates that it keeps to
   * @param standing of what may be withdrawn
   */
  public SendHandler(
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      LongSupplier epoch,
      ProviderRates rates,
      Standing standing) {
    this.log = log;
    this.outcomes = new Outcomes(log, drafts);
    this.attempts = new Attempts(log, drafts, epoch);
    this.ulids = ulids;
    this.clock = clock;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.credentials = credentials;
    this.rates = rates;
    this.standing = standing;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public int perSecond(AppId app) {
    return directory.app(app).map(found -> found.settings().rates().outbound()).orElse(0);
  }

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    run(task, bytes, Admission.FREE);
  }

  @Override
  public void run(Task task, Bytes bytes, Admission admission) throws InterruptedException {
    SendBody body = SendBody.of(bytes);
    if (task.attempt().isPresent()) {
      Ulid lost = task.attempt().get();
      conclude(task, body, Optional.of(lost), SendOutcome.plain(Result.LOST, wasReply(lost)));
      return;
    }
    Instant now = clock.instant();
    Optional<Account> account = directory.account(body.account());
    Channel channel = channels.get(body.recipient().channel());
    Optional<Channel.Credentials> secret = account.flatMap(credentials);
    if (secret.isEmpty() || channel == null) {
      Reason missing =
          new Reason(
              Reason.Code.CHANNEL_CONFIGURATION_MISSING,
              "The app has no usable credential for the channel any more.");
      conclude(task, body, Optional.empty(), SendOutcome.rejected(missing, false));
    } else if (body.expires().filter(time -> !now.isBefore(time)).isPresent()) {
      Reason expired =
          new Reason(Reason.Code.MESSAGE_EXPIRED, "The message's ttl ended before it was sent.");
      conclude(task, body, Optional.empty(), SendOutcome.rejected(expired, false));
    } else if (task.attemptAt().filter(t -> t.plus(RETRY_KEY_AGE).isBefore(now)).isPresent()) {
      conclude(task, body, Optional.empty(), SendOutcome.plain(Result.KEY_EXPIRED, false));
    } else {
      send(task, body, new Sender(account.get(), channel, secret.get()), admission);
    }
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, KIND));
  }

  private void send(Task task, SendBody body, Sender sender, Admission admission)
      throws InterruptedException {
    boolean reply =
        body.reply()
            .filter(token -> clock.instant().isBefore(token.received().plus(REPLY_TOKEN_AGE)))
            .isPresent();
    Channel.Via via =
        reply
            ? new Channel.Via.Reply(body.reply().orElseThrow().token())
            : sender.channel.way(body.recipient()).repeatable()
                ? new Channel.Via.Push(body.retryKey())
                : new Channel.Via.Once(body.tag());
    Channel.Outgoing outgoing =
        new Channel.Outgoing(body.rendered(), body.recipient(), via, useful(body));
    Draw draw = rates.draw(sender.account, sender.channel.allowance(outgoing, sender.credentials));
    if (!admission.admits(draw)) {
      return;
    }
    Ulid id = ulids.next();
    attempts.append(
        id,
        body.account(),
        body.message().value(),
        owner(body),
        SendOutcome.attempt(task, body, reply, id),
        body.rendered());
    if ((body.planned() || task.tries() > 0) && !standing.of(task.id(), id, STANDING_DEADLINE)) {
      conclude(task, body, Optional.of(id), SendOutcome.plain(Result.WITHDRAWN, reply));
      return;
    }
    SendResult result =
        sender.channel.send(
            new Channel.Outgoing(body.rendered(), body.recipient(), via, useful(body)),
            sender.credentials,
            SEND_DEADLINE);
    if (result instanceof SendResult.Throttled throttled && throttled.whole()) {
      admission.refused(draw, throttled.retryAfter());
    }
    conclude(task, body, Optional.of(id), SendOutcome.of(result, reply), result.exchange());
  }

  /** In the past where the time ended meanwhile: it is sent, and given up as soon as can be. */
  private Optional<Duration> useful(SendBody body) {
    return body.useful().map(time -> Duration.between(clock.instant(), time));
  }

  private void conclude(Task task, SendBody body, Optional<Ulid> attempt, SendOutcome outcome)
      throws InterruptedException {
    conclude(
        task,
        body,
        attempt,
        outcome,
        new SendResult.Exchange(0, Optional.empty(), Bytes.EMPTY, ""));
  }

  private void conclude(
      Task task,
      SendBody body,
      Optional<Ulid> attempt,
      SendOutcome outcome,
      SendResult.Exchange exchange)
      throws InterruptedException {
    var record = outcome.toJson(task, body.message());
    record.put(Changes.STEP, body.step().toString());
    record.put(Changes.ACCOUNT, body.account().toString());
    record.put("channel", body.recipient().channel().value());
    if (body.numbered()) {
      record.put(Changes.NUMBERED, true);
      record.put(Changes.NOT_TAKEN, outcome.isNotTaken());
    }
    record.put("status", exchange.status());
    exchange.requestId().ifPresent(id -> record.put("request_id", id));
    if (!exchange.error().isEmpty()) {
      record.put("error", exchange.error());
    }
    outcomes.append(
        body.account(),
        attempt.orElse(body.message().value()),
        owner(body),
        record,
        exchange.response());
  }

  /** Read back from the attempt itself: by then the token may have been too old to reply. */
  private boolean wasReply(Ulid attempt) {
    return log.indexOf(attempt)
        .flatMap(index -> log.read(List.of(index)).stream().findFirst())
        .filter(entry -> !entry.parts().isEmpty())
        .flatMap(entry -> entry.parts().getFirst())
        .flatMap(part -> Json.string(Json.object(part), "via"))
        .filter("reply"::equals)
        .isPresent();
  }

  /** By which an account sends. */
  private record Sender(Account account, Channel channel, Channel.Credentials credentials) {}

  private static Owner.Person owner(SendBody body) {
    return Owners.person(body.project(), body.app(), body.recipient());
  }
}
