package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
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
import dev.throughline.message.Ids.MessageId;
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
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows somebody what is no message. They see it, so it has the evidence of a send: an {@code
 * attempt} before the socket is written and an {@code outcome} after.
 */
public final class SignalHandler implements TaskHandler {
  public static final String KIND = "signal";

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int CONCURRENCY = 64;

  private final Outcomes outcomes;
  private final Attempts attempts;
  private final Ulids ulids;
  private final InstantSource clock;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final ProviderRates rates;

  /**
   * @param credentials what a channel needs to act as an account
   * @param epoch the epoch under which this node leads
   * @param rates that it keeps to
   */
  public SignalHandler(
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      LongSupplier epoch,
      ProviderRates rates) {
    this.outcomes = new Outcomes(log, drafts);
    this.attempts = new Attempts(log, drafts, epoch);
    this.ulids = ulids;
    this.clock = clock;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.credentials = credentials;
    this.rates = rates;
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
    SignalBody body = SignalBody.of(bytes);
    Channel channel = channels.get(body.recipient().channel());
    Optional<Account> account = directory.account(body.account());
    Optional<Channel.Credentials> secret = account.flatMap(credentials);
    if (task.attempt().isPresent()) {
      conclude(task, body, task.attempt(), SendOutcome.plain(Result.LOST, false), 0);
    } else if (secret.isEmpty() || channel == null) {
      refuse(
          task,
          body,
          Reason.Code.CHANNEL_CONFIGURATION_MISSING,
          "The app has no usable credential for the channel any more.");
    } else if (!clock.instant().isBefore(body.until())) {
      refuse(
          task,
          body,
          Reason.Code.DELIVERY_TIMED_OUT,
          "It could not be shown in time, and would mean nothing now.");
    } else {
      Draw draw = rates.draw(account.get(), channel.allowance(body.signal()));
      if (admission.admits(draw)) {
        SendResult result = attempt(task, body, channel, secret.get());
        if (result instanceof SendResult.Throttled throttled && throttled.whole()) {
          admission.refused(draw, throttled.retryAfter());
        }
      }
    }
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, KIND));
  }

  private SendResult attempt(
      Task task, SignalBody body, Channel channel, Channel.Credentials secret)
      throws InterruptedException {
    Ulid id = ulids.next();
    attempts.append(
        id,
        body.account(),
        body.event().id().value(),
        owner(body),
        about(task, body),
        body.rendered());
    SendResult result = channel.show(body.signal(), body.rendered(), secret, DEADLINE);
    conclude(
        task, body, Optional.of(id), SendOutcome.of(result, false), result.exchange().status());
    return result;
  }

  private void refuse(Task task, SignalBody body, Reason.Code code, String why)
      throws InterruptedException {
    conclude(task, body, Optional.empty(), SendOutcome.rejected(new Reason(code, why), false), 0);
  }

  private void conclude(
      Task task, SignalBody body, Optional<Ulid> attempt, SendOutcome outcome, int status)
      throws InterruptedException {
    ObjectNode record = outcome.toJson(task, new MessageId(body.event().id().value()));
    record.remove("message");
    record.remove("via");
    record.setAll(about(task, body));
    record.put("status", status);
    outcomes.append(
        body.account(),
        attempt.orElse(body.event().id().value()),
        owner(body),
        record,
        Bytes.EMPTY);
  }

  private static ObjectNode about(Task task, SignalBody body) {
    ObjectNode json = Outcomes.record(task, KIND);
    json.put("event", body.event().id().toString());
    json.put("event_kind", body.event().kind().name());
    json.put("channel", body.recipient().channel().value());
    // By which the fold knows whom to look up.
    task.contact().ifPresent(contact -> json.put(Changes.CONTACT, contact.toString()));
    return json;
  }

  private static Owner.Person owner(SignalBody body) {
    return Owners.person(body.project(), body.app(), body.recipient());
  }
}
