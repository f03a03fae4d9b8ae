package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Signal;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Fact.StoredEvent;
import dev.throughline.conversation.Party;
import dev.throughline.conversation.Reaction;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryStatus;
import dev.throughline.message.Reason;
import dev.throughline.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Decides what of an app event a channel can show, and what its answer makes of it. */
public final class Signals implements Reaction {
  /** Nobody is to be told of an answer being written that may be there by now. */
  static final Duration TYPING_PATIENCE = Duration.ofSeconds(20);

  private static final Duration READ_PATIENCE = Duration.ofHours(1);
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final int MAX_DOUBLINGS = 6;

  private final Map<ChannelName, Channel> channels;

  public Signals(Map<ChannelName, Channel> channels) {
    this.channels = Map.copyOf(channels);
  }

  @Override
  public void react(Fact fact, Effects effects) {
    if (fact instanceof Fact.EventRequested(Party party, Optional<Account> account, var event)) {
      plan(party, account, event, effects);
    } else if (fact instanceof Fact.OutcomeKnown outcome
        && outcome.task().kind().equals(SignalHandler.KIND)) {
      conclude(outcome, effects);
    }
  }

  private void plan(Party party, Optional<Account> account, StoredEvent event, Effects effects) {
    Channel channel = channels.get(party.identity().channel());
    if (account.isEmpty() || channel == null) {
      fail(
          party,
          event,
          Reason.Code.CHANNEL_CONFIGURATION_MISSING,
          "The app has no credential for the channel " + party.identity().channel() + ".",
          effects);
      return;
    }
    if (effects.isBlocked(party) && party.app().settings().knownBlock() == App.KnownBlock.FAIL) {
      fail(
          party,
          event,
          Reason.Code.RECIPIENT_NOT_OPTED_IN,
          "The recipient is known to have blocked the account, which the channel would not tell.",
          effects);
      return;
    }
    Optional<Signal> signal =
        switch (event.kind()) {
          case COMPOSING ->
              Optional.of(new Signal.Typing(effects.readToken(party, account.get().id())));
          case READ_MESSAGE -> effects.readToken(party, account.get().id()).map(Signal.Read::new);
          case COMPOSING_END, COMMENT_REPLY, AGENT_JOINED, AGENT_LEFT, GENERIC -> Optional.empty();
        };
    Optional<Bytes> rendered = signal.flatMap(shown -> channel.render(shown, party.identity()));
    if (rendered.isEmpty()) {
      fail(party, event, Reason.Code.UNSUPPORTED_OPERATION, unsupported(event), effects);
      return;
    }
    Duration patience = signal.get() instanceof Signal.Typing ? TYPING_PATIENCE : READ_PATIENCE;
    effects.add(
        new Effects.NewTask(
            SignalHandler.KIND,
            "send:" + party.contact(),
            event.highPriority() ? Task.Priority.REPLY : Task.Priority.SINGLE,
            effects.at(),
            Optional.of(party.app().id()),
            party.contact(),
            Optional.empty(),
            party.key(),
            new SignalBody(
                    event,
                    party.app().project(),
                    party.app().id(),
                    account.get().id(),
                    party.identity(),
                    signal.get(),
                    rendered.get(),
                    event.acceptedAt().plus(patience))
                .toBytes()));
  }

  private static String unsupported(StoredEvent event) {
    return switch (event.kind()) {
      case COMPOSING -> "The channel shows single people only that an answer is being written.";
      case READ_MESSAGE -> "No message of theirs is kept that can be marked as read.";
      case COMPOSING_END, COMMENT_REPLY, AGENT_JOINED, AGENT_LEFT, GENERIC ->
          "The channel has nothing that shows this event.";
    };
  }

  private static void conclude(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    SignalBody body = SignalBody.of(outcome.body());
    SendOutcome result = SendOutcome.of(outcome.result());
    Optional<Party> party = effects.party(body.app(), body.recipient());
    if (party.isEmpty()) {
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    switch (result.result()) {
      case ACCEPTED, ALREADY_ACCEPTED -> {
        effects.change(new Task.Change.Done(task.id()));
        effects.status(
            party.get(), body.event(), DeliveryStatus.QUEUED_ON_CHANNEL, Optional.empty());
      }
      case REJECTED, REPLY_TOKEN_INVALID, KEY_EXPIRED, WITHDRAWN -> {
        effects.change(new Task.Change.Done(task.id()));
        effects.status(party.get(), body.event(), DeliveryStatus.FAILED, result.reason());
        Troubles.tell(outcome, party.get(), body.account(), result, effects);
      }
      // Whether it was shown or not, it may be shown again.
      case THROTTLED, UNREACHABLE, UNKNOWN, LOST -> again(task, body, result, party.get(), effects);
    }
  }

  private static void again(
      Task task, SignalBody body, SendOutcome result, Party party, Effects effects) {
    Duration backoff = FIRST_BACKOFF.multipliedBy(1L << Math.min(task.tries(), MAX_DOUBLINGS));
    Duration wait =
        result.retryAfter().filter(asked -> asked.compareTo(backoff) > 0).orElse(backoff);
    Instant next = effects.at().plus(wait);
    if (next.isBefore(body.until())) {
      effects.change(
          new Task.Change.Again(task.id(), next, task.tries() + 1, result.result().name()));
    } else {
      effects.change(new Task.Change.Done(task.id()));
      effects.status(
          party,
          body.event(),
          DeliveryStatus.FAILED,
          result
              .reason()
              .or(() ->
                  Optional.of(
                      new Reason(
                          Reason.Code.DELIVERY_TIMED_OUT, "The channel did not answer in time."))));
    }
  }

  private static void fail(
      Party party, StoredEvent event, Reason.Code code, String why, Effects effects) {
    effects.status(party, event, DeliveryStatus.FAILED, Optional.of(new Reason(code, why)));
  }
}
