package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Party;
import dev.throughline.conversation.Reaction;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Reason;
import dev.throughline.message.Said;
import dev.throughline.message.SendRequest;
import dev.throughline.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Decides how a send goes out, and what the channel's answer makes of it. Pure: tasks are what it
 * brings about.
 */
public final class Outbound implements Reaction {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

  /** The contract's {@code message_retry_settings.retry_duration} where an app sets none. */
  private static final Duration RETRY_DURATION = Duration.ofHours(1);

  private final Map<ChannelName, Channel> channels;

  public Outbound(Map<ChannelName, Channel> channels) {
    this.channels = Map.copyOf(channels);
  }

  @Override
  public void react(Fact fact, Effects effects) {
    switch (fact) {
      case Fact.SendRequested requested -> plan(requested, effects);
      case Fact.OutcomeKnown outcome when outcome.task().kind().equals(SendHandler.KIND) ->
          conclude(outcome, effects);
      case Fact.ReplayAsked replay when replay.task().kind().equals(SendHandler.KIND) ->
          resend(replay, effects);
      case Fact.MessageReceived _,
          Fact.ContactCreated _,
          Fact.ConversationStarted _,
          Fact.Changed _,
          Fact.Opted _,
          Fact.NotMapped _,
          Fact.TakenBack _,
          Fact.StatusChanged _,
          Fact.Submitted _,
          Fact.EventRequested _,
          Fact.EventStatusChanged _,
          Fact.ReachAsked _,
          Fact.ReachKnown _,
          Fact.ConsentChanged _,
          Fact.AccountTroubled _,
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
    if (effects.isOptedOut(party, requested.request().purpose())) {
      fail(
          party,
          message,
          Reason.Code.DELIVERY_REJECTED_DUE_TO_POLICY,
          "The recipient's address is on a list of those who want no such messages.",
          effects);
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
        Channel.Composed composed =
            new Channel.Composed(
                message.id(),
                something.content(),
                requested.request().channelProperties(),
                requested.request().message().agent(),
                requested.quote(),
                Optional.of(party.identity()));
        switch (channel.render(composed)) {
          case Channel.Rendered.Impossible(String why) ->
              fail(party, message, Reason.Code.BAD_REQUEST, why, effects);
          case Channel.Rendered.Ready ready ->
              step(requested, requested.account().get(), ready, effects);
        }
      }
    }
  }

  private static void step(
      Fact.SendRequested requested,
      Account account,
      Channel.Rendered.Ready ready,
      Effects effects) {
    Party party = requested.party();
    SendRequest request = requested.request();
    Optional<SendBody.Reply> reply =
        ready.replyable()
            ? effects
                .takeReplyToken(party, account.id(), SendHandler.REPLY_TOKEN_AGE)
                .map(token -> new SendBody.Reply(token.token(), token.received()))
            : Optional.empty();
    SendBody body =
        new SendBody(
            requested.message().id(),
            effects.newId(),
            party.app().project(),
            party.app().id(),
            account.id(),
            party.identity(),
            ready.body(),
            reply,
            request.ttl().map(ttl -> effects.at().plus(ttl)));
    effects.add(
        new Effects.NewTask(
            SendHandler.KIND,
            "send:" + party.contact(),
            reply.isPresent() || request.highPriority()
                ? Task.Priority.REPLY
                : Task.Priority.SINGLE,
            effects.at(),
            Optional.of(party.app().id()),
            party.contact(),
            Optional.empty(),
            party.key(),
            body.toBytes()));
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
        effects.status(party, message, DeliveryStatus.QUEUED_ON_CHANNEL, Optional.empty());
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
        } else {
          againUnderKey(outcome, party, message, effects);
        }
      }
      case LOST -> {
        if (result.reply()) {
          unknownReply(task, body, party, message, effects);
        } else {
          effects.change(
              new Task.Change.Again(task.id(), effects.at(), task.tries(), "lost", true));
        }
      }
      case KEY_EXPIRED -> shelve(task, party, message, effects);
    }
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

  private static void resend(Fact.ReplayAsked replay, Effects effects) {
    Task task = replay.task();
    SendBody body = SendBody.of(replay.body());
    Optional<Effects.Sent> sent = effects.sent(body.message().value());
    if (sent.isEmpty()) {
      return;
    }
    boolean keyLives =
        body.reply().isEmpty()
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
