package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.AppMessages;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Party;
import dev.throughline.conversation.Reaction;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.AppMessage;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Identity;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.policy.Permission;
import dev.throughline.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Decides how a send goes out, and what the channel's answer makes of it. Pure: tasks are what it
 * brings about.
 */
public final class Outbound implements Reaction {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

  /** The contract's {@code message_retry_settings.retry_duration} where an app sets none. */
  private static final Duration RETRY_DURATION = Duration.ofHours(1);

  /** A file whose server fails is asked for again; then the message fails. */
  private static final int PROBES = 3;

  private static final Duration FIRST_PROBE_PAUSE = Duration.ofSeconds(2);

  private final Map<ChannelName, Channel> channels;
  private final Predicate<Content.Outbound> probed;

  /**
   * @param probed which contents have files that are looked at before they go out
   */
  public Outbound(Map<ChannelName, Channel> channels, Predicate<Content.Outbound> probed) {
    this.channels = Map.copyOf(channels);
    this.probed = probed;
  }

  @Override
  public void react(Fact fact, Effects effects) {
    switch (fact) {
      case Fact.SendRequested requested -> plan(requested, effects);
      case Fact.OutcomeKnown outcome when outcome.task().kind().equals(SendHandler.KIND) ->
          conclude(outcome, effects);
      case Fact.OutcomeKnown outcome when outcome.task().kind().equals(ProbeHandler.KIND) ->
          looked(outcome, effects);
      case Fact.OutcomeKnown outcome when outcome.task().kind().equals(ConfirmHandler.KIND) ->
          unconfirmed(outcome, effects);
      case Fact.DeliveryTold told -> delivered(told, effects);
      case Fact.ReplayAsked replay when replay.task().kind().equals(SendHandler.KIND) ->
          resend(replay, effects);
      case Fact.MessageReceived _,
          Fact.ContactCreated _,
          Fact.ConversationStarted _,
          Fact.Changed _,
          Fact.Opted _,
          Fact.NotMapped _,
          Fact.WebhookTaken _,
          Fact.SubscriptionOffered _,
          Fact.TakenBack _,
          Fact.StatusChanged _,
          Fact.Unaddressed _,
          Fact.Submitted _,
          Fact.EventRequested _,
          Fact.EventStatusChanged _,
          Fact.ReachAsked _,
          Fact.ReachKnown _,
          Fact.ConsentChanged _,
          Fact.AccountTroubled _,
          Fact.EventReceived _,
          Fact.ChannelTold _,
          Fact.OutcomeKnown _,
          Fact.Asked _,
          Fact.ReplayAsked _ -> {
        // Not ours.
      }
    }
  }

  private void plan(Fact.SendRequested requested, Effects effects) {
    Party party = requested.party();
    StoredMessage message = requested.message();
    Channel channel = channels.get(party.identity().channel());
    if (requested.account().isEmpty() || channel == null) {
      fail(
          party,
          message,
          Reason.Code.CHANNEL_CONFIGURATION_MISSING,
          "The app has no credential for the channel " + party.identity().channel() + ".",
          effects);
      return;
    }
    if (effects.permission(party, message.messageClass(), message.urgent())
        instanceof Permission.Refused(Reason reason)) {
      effects.status(party, message, DeliveryStatus.FAILED, Optional.of(reason));
      return;
    }
    Optional<Reason> refusal = refusal(channel, party.identity(), message.messageClass());
    if (refusal.isPresent()) {
      effects.status(party, message, DeliveryStatus.FAILED, refusal);
      return;
    }
    if (effects.isBlocked(party) && party.app().settings().knownBlock() == App.KnownBlock.FAIL) {
      fail(
          party,
          message,
          Reason.Code.RECIPIENT_NOT_OPTED_IN,
          "The recipient is known to have blocked the account, which the channel would not tell.",
          effects);
      return;
    }
    switch (requested.said()) {
      case Said.Nothing(Reason reason) ->
          effects.status(party, message, DeliveryStatus.FAILED, Optional.of(reason));
      case Said.Something something -> {
        SendRequest request = requested.request();
        Channel.Composed composed =
            new Channel.Composed(
                message.id(),
                something.content(),
                request.channelProperties(),
                request.message().agent(),
                requested.quote(),
                Optional.of(party.identity()));
        Account account = requested.account().get();
        Optional<Instant> expires = request.ttl().map(ttl -> effects.at().plus(ttl));
        if (probed.test(something.content())) {
          probe(party, account, message, composed, expires, request.highPriority(), effects);
        } else {
          rendered(new Step(party, account, message, expires), channel, composed, effects)
              .ifPresent(body ->
                  effects.add(
                      task(
                          SendHandler.KIND,
                          party,
                          body.reply().isPresent() || request.highPriority(),
                          body.toBytes(),
                          effects)));
        }
      }
    }
  }

  /** Why the channel may not be used for this at such an address, if it may not. */
  public static Optional<Reason> refusal(Channel channel, Identity recipient, MessageClass sent) {
    return sent == MessageClass.MARKETING && !channel.way(recipient).advertising()
        ? Optional.of(
            new Reason(
                Reason.Code.DELIVERY_REJECTED_DUE_TO_POLICY,
                "The channel takes no advertising to such an address: notification messages of"
                    + " LINE are for what somebody waits for."))
        : Optional.empty();
  }

  /** Of a message, what its send needs besides its content. */
  private record Step(
      Party party, Account account, StoredMessage message, Optional<Instant> expires) {}

  /** What is to be sent; empty if the channel cannot carry it, and then the message has failed. */
  private static Optional<SendBody> rendered(
      Step step, Channel channel, Channel.Composed composed, Effects effects) {
    Channel.Composed timed =
        channel.hasWindow()
            ? composed.after(effects.silence(step.party, step.account.id()))
            : composed;
    return switch (channel.render(timed)) {
      case Channel.Rendered.Impossible(Reason.Code code, String why) -> {
        fail(step.party, step.message, code, why, effects);
        yield Optional.empty();
      }
      case Channel.Rendered.Ready ready -> {
        Optional<SendBody.Reply> reply =
            ready.replyable()
                ? effects
                    .takeReplyToken(step.party, step.account.id(), SendHandler.REPLY_TOKEN_AGE)
                    .map(token -> new SendBody.Reply(token.token(), token.received()))
                : Optional.empty();
        yield Optional.of(
            new SendBody(
                step.message.id(),
                effects.newId(),
                step.party.app().project(),
                step.party.app().id(),
                step.account.id(),
                step.party.identity(),
                ready.body(),
                reply,
                step.expires));
      }
    };
  }

  private static Effects.NewTask task(
      String kind, Party party, boolean first, Bytes body, Effects effects) {
    return new Effects.NewTask(
        kind,
        "send:" + party.contact(),
        first ? Task.Priority.REPLY : Task.Priority.SINGLE,
        effects.at(),
        Optional.of(party.app().id()),
        party.contact(),
        Optional.empty(),
        party.key(),
        body);
  }

  /** Nothing in a fold calls out: what its files are is found out by a task. */
  private static void probe(
      Party party,
      Account account,
      StoredMessage message,
      Channel.Composed composed,
      Optional<Instant> expires,
      boolean first,
      Effects effects) {
    ProbeBody body =
        new ProbeBody(
            message.id(),
            party.app().project(),
            party.app().id(),
            account.id(),
            party.identity(),
            message.content(),
            message.said(),
            composed.properties(),
            composed.quote(),
            expires);
    effects.add(task(ProbeHandler.KIND, party, first, body.toBytes(), effects));
  }

  /** The files are known: the send takes the probe's place. */
  private void looked(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    ProbeBody body = ProbeBody.of(outcome.body());
    Optional<Effects.Sent> sent = effects.sent(body.message().value());
    if (sent.isEmpty()) {
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    Party party = sent.get().party();
    StoredMessage message = sent.get().message();
    switch (ProbeOutcome.of(outcome.result())) {
      case Probed.Unfit(Reason reason) -> unfit(task, party, message, reason, effects);
      case Probed.Later(Reason reason) -> {
        if (task.tries() + 1 < PROBES) {
          effects.change(
              new Task.Change.Again(
                  task.id(),
                  effects.at().plus(FIRST_PROBE_PAUSE.multipliedBy(1L << 2 * task.tries())),
                  task.tries() + 1,
                  reason.code().name()));
        } else {
          unfit(task, party, message, reason, effects);
        }
      }
      case Probed.Fit(Map<String, MediaFacts> media) ->
          send(task, body, party, message, media, effects);
    }
  }

  private void send(
      Task task,
      ProbeBody body,
      Party party,
      StoredMessage message,
      Map<String, MediaFacts> media,
      Effects effects) {
    ChannelName name = body.recipient().channel();
    Channel channel = channels.get(name);
    Optional<Account> account =
        party.app().accounts().stream()
            .filter(candidate -> candidate.id().equals(body.account()))
            .findFirst();
    Optional<Content.Outbound> content = AppMessages.said(body.content(), body.filled(), name);
    if (channel == null || account.isEmpty() || content.isEmpty()) {
      unfit(
          task,
          party,
          message,
          new Reason(
              Reason.Code.CHANNEL_CONFIGURATION_MISSING,
              "The app has no credential for the channel " + name + " any more."),
          effects);
      return;
    }
    Channel.Composed composed =
        new Channel.Composed(
            message.id(),
            content.get(),
            body.properties(),
            AppMessages.stored(body.content()).flatMap(AppMessage::agent),
            body.quote(),
            Optional.of(body.recipient()),
            media);
    rendered(new Step(party, account.get(), message, body.expires()), channel, composed, effects)
        .ifPresentOrElse(
            sending ->
                effects.replace(
                    task, SendHandler.KIND, party.key(), sending.toBytes(), effects.at()),
            () -> effects.change(new Task.Change.Done(task.id())));
  }

  private static void unfit(
      Task task, Party party, StoredMessage message, Reason reason, Effects effects) {
    effects.change(new Task.Change.Done(task.id()));
    effects.status(party, message, DeliveryStatus.FAILED, Optional.of(reason));
  }

  private void conclude(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    SendBody body = SendBody.of(outcome.body());
    SendOutcome result = SendOutcome.of(outcome.result());
    Optional<Effects.Sent> sent = effects.sent(body.message().value());
    if (sent.isEmpty()) {
      // The message was deleted meanwhile: there is nobody left to tell.
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    Party party = sent.get().party();
    StoredMessage message = sent.get().message();
    switch (result.result()) {
      case ACCEPTED, ALREADY_ACCEPTED -> {
        effects.change(new Task.Change.Done(task.id()));
        // The channel may tell of the delivery before it answers.
        if (message.status() != DeliveryStatus.DELIVERED) {
          effects.status(party, message, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.empty());
          way(party)
              .confirmedWithin()
              .ifPresent(time -> awaitDelivery(party, message, time, effects));
        }
        effects.emit(new Fact.Submitted(party, message, outcome.at()));
      }
      case REJECTED -> {
        if (task.doubtful() && result.reason().filter(Outbound::provesTheRest).isEmpty()) {
          shelve(task, party, message, effects);
        } else {
          effects.change(new Task.Change.Done(task.id()));
          effects.status(party, message, DeliveryStatus.FAILED, result.reason());
        }
        Troubles.tell(outcome, party, body.account(), result, effects);
      }
      case REPLY_TOKEN_INVALID ->
          effects.replace(task, party.key(), body.withoutReply().toBytes(), effects.at());
      case THROTTLED, UNREACHABLE -> again(outcome, result, party, message, effects);
      case UNKNOWN -> {
        if (result.reply()) {
          unknownReply(task, body, party, message, effects);
        } else if (!way(party).repeatable()) {
          shelve(task, party, message, effects);
        } else {
          againUnderKey(outcome, party, message, effects);
        }
      }
      case LOST -> {
        if (result.reply()) {
          unknownReply(task, body, party, message, effects);
        } else if (!way(party).repeatable()) {
          shelve(task, party, message, effects);
        } else {
          effects.change(
              new Task.Change.Again(task.id(), effects.at(), task.tries(), "lost", true));
        }
      }
      case KEY_EXPIRED -> shelve(task, party, message, effects);
    }
  }

  private Channel.Way way(Party party) {
    Channel channel = channels.get(party.identity().channel());
    return channel == null
        ? new Channel.Way(false, Optional.empty(), false)
        : channel.way(party.identity());
  }

  private static void awaitDelivery(
      Party party, StoredMessage message, Duration time, Effects effects) {
    effects.add(
        new Effects.NewTask(
            ConfirmHandler.KIND,
            "confirm:" + message.id(),
            Task.Priority.SINGLE,
            effects.at().plus(time),
            Optional.of(party.app().id()),
            party.contact(),
            Optional.empty(),
            party.key(),
            ConfirmHandler.body(message.id())));
  }

  /** Facts of the channel go before what we know: an unknown outcome is known by it. */
  private static void delivered(Fact.DeliveryTold told, Effects effects) {
    switch (told.message().status()) {
      case QUEUED, SWITCHING_CHANNEL, QUEUED_ON_CHANNEL -> {
        effects
            .shelved(told.party(), told.message())
            .ifPresent(task -> effects.change(new Task.Change.Done(task.id())));
        effects.status(told.party(), told.message(), DeliveryStatus.DELIVERED, Optional.empty());
      }
      case DELIVERED, READ, FAILED -> {
        // Told twice, or after the time in which it counts.
      }
    }
  }

  private static void unconfirmed(Fact.OutcomeKnown outcome, Effects effects) {
    effects.change(new Task.Change.Done(outcome.task().id()));
    effects
        .sent(ConfirmHandler.message(outcome.body()).value())
        .filter(sent -> sent.message().status() == DeliveryStatus.QUEUED_ON_CHANNEL)
        .ifPresent(sent ->
            fail(
                sent.party(),
                sent.message(),
                Reason.Code.DELIVERY_TIMED_OUT,
                "The channel took the message, and told of no delivery in the time in which it"
                    + " does.",
                effects));
  }

  /**
   * Whether a refusal says as well that no earlier attempt was taken: what is wrong with the very
   * request was wrong with it before. A revoked token or a spent quota say nothing of earlier ones.
   */
  private static boolean provesTheRest(Reason reason) {
    return reason.code() == Reason.Code.BAD_REQUEST
        || reason.code() == Reason.Code.RECIPIENT_INVALID_CHANNEL_IDENTITY;
  }

  /** Certainly not taken this time: try until the app's patience ends. */
  private void again(
      Fact.OutcomeKnown outcome,
      SendOutcome result,
      Party party,
      StoredMessage message,
      Effects effects) {
    Task task = outcome.task();
    Instant cutOff = message.acceptedAt().plus(retryDuration(party.app()));
    Instant next = atLatest(cutOff, next(task, effects.at(), result.retryAfter()), effects.at());
    if (!next.isAfter(cutOff)) {
      effects.change(
          new Task.Change.Again(task.id(), next, task.tries() + 1, result.result().name()));
    } else if (task.doubtful()) {
      shelve(task, party, message, effects);
    } else {
      effects.change(new Task.Change.Done(task.id()));
      effects.status(party, message, DeliveryStatus.FAILED, result.reason());
    }
  }

  /** Perhaps taken: the same key makes the repeat safe, as long as it lives. */
  private void againUnderKey(
      Fact.OutcomeKnown outcome, Party party, StoredMessage message, Effects effects) {
    Task task = outcome.task();
    Instant patience = message.acceptedAt().plus(retryDuration(party.app()));
    Instant next = atLatest(patience, next(task, effects.at(), Optional.empty()), effects.at());
    Instant keyEnds = task.attemptAt().orElse(effects.at()).plus(SendHandler.RETRY_KEY_AGE);
    if (next.isAfter(patience) || next.isAfter(keyEnds)) {
      shelve(task, party, message, effects);
    } else {
      effects.change(new Task.Change.Again(task.id(), next, task.tries() + 1, "UNKNOWN", true));
    }
  }

  private void unknownReply(
      Task task, SendBody body, Party party, StoredMessage message, Effects effects) {
    if (party.app().settings().unknownReply() == App.UnknownReply.PUSH) {
      effects.replace(task.inDoubt(), party.key(), body.withoutReply().toBytes(), effects.at());
    } else {
      shelve(task, party, message, effects);
    }
  }

  /** Nobody knows whether it was taken: shown as such, and sent again only when asked. */
  private static void shelve(Task task, Party party, StoredMessage message, Effects effects) {
    if (message.status() == DeliveryStatus.DELIVERED || message.status() == DeliveryStatus.READ) {
      // The channel told of the delivery, and so nothing is unknown any more.
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    effects.change(new Task.Change.Shelved(task.id(), Task.Shelf.UNKNOWN, task.tries(), "UNKNOWN"));
    effects.status(
        party,
        message,
        DeliveryStatus.QUEUED_ON_CHANNEL,
        Optional.of(
            new Reason(
                Reason.Code.UNKNOWN,
                "The channel did not answer: the message may or may not have been taken. It is not"
                    + " sent again unless asked for by :resend.")));
  }

  private void resend(Fact.ReplayAsked replay, Effects effects) {
    Task task = replay.task();
    SendBody body = SendBody.of(replay.body());
    Optional<Effects.Sent> sent = effects.sent(body.message().value());
    if (sent.isEmpty()) {
      return;
    }
    if (sent.get().message().status() == DeliveryStatus.DELIVERED) {
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    boolean keyLives =
        body.reply().isEmpty()
            && way(sent.get().party()).repeatable()
            && task.attemptAt()
                .filter(t -> replay.at().isBefore(t.plus(SendHandler.RETRY_KEY_AGE)))
                .isPresent();
    if (keyLives) {
      effects.change(new Task.Change.Again(task.id(), effects.at(), 0, ""));
    } else {
      effects.replace(
          task, sent.get().party().key(), body.anew(effects.newId()).toBytes(), effects.at());
    }
  }

  private static void fail(
      Party party, StoredMessage message, Reason.Code code, String why, Effects effects) {
    effects.status(party, message, DeliveryStatus.FAILED, Optional.of(new Reason(code, why)));
  }

  /** The last try is made when the app's patience ends (contract, 3.4). */
  private static Instant atLatest(Instant cutOff, Instant next, Instant now) {
    return next.isAfter(cutOff) && now.isBefore(cutOff) ? cutOff : next;
  }

  private static Duration retryDuration(App app) {
    return Json.string(Json.object(app.json()), "message_retry_settings", "retry_duration")
        .map(text -> Duration.ofSeconds(Long.parseLong(text.replaceAll("\\D", ""))))
        .or(() -> {
          long seconds =
              Json.object(app.json())
                  .path("message_retry_settings")
                  .path("retry_duration")
                  .asLong(0);
          return seconds > 0 ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty();
        })
        .orElse(RETRY_DURATION);
  }

  /**
   * Doubling from a second to five minutes, spread by a fifth either way. The spread comes from the
   * task's id, since a fold has no randomness: done again, it decides the same.
   */
  private static Instant next(Task task, Instant now, Optional<Duration> retryAfter) {
    Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(task.tries(), 10));
    if (backoff.compareTo(LONGEST_BACKOFF) > 0) {
      backoff = LONGEST_BACKOFF;
    }
    long spread = Math.floorMod(task.id().low() * 31L + task.tries(), 401L) - 200L;
    Duration spreadOut = backoff.plus(backoff.multipliedBy(spread).dividedBy(1_000));
    Duration wait = retryAfter.filter(asked -> asked.compareTo(spreadOut) > 0).orElse(spreadOut);
    return now.plus(wait);
  }
}
