package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.AppMessages;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact;
import dev.throughline.conversation.Party;
import dev.throughline.media.MediaProbe.Probed;
import dev.throughline.message.AppMessage;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.MediaFacts;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.DeliveryEvent;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.task.Task;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What becomes of a message once its files were looked at. */
final class Looks {
  /** A file whose server fails is asked for again; then the step fails. */
  private static final int PROBES = 3;

  private static final Duration FIRST_PROBE_PAUSE = Duration.ofSeconds(2);

  private final Means means;
  private final Plans plans;

  Looks(Means means, Plans plans) {
    this.means = means;
    this.plans = plans;
  }

  void looked(Fact.OutcomeKnown outcome, Effects effects) {
    Task task = outcome.task();
    ProbeBody body = ProbeBody.of(outcome.body());
    Optional<Sent> sent = effects.sent(body.message().value());
    AtHand hand = new AtHand(task, Optional.empty(), Optional.empty());
    Optional<Course> course = sent.map(known -> plans.course(known, Optional.of(hand)));
    Optional<Integer> step =
        course.flatMap(known -> known.stepOf(Optional.of(task.id()), Optional.empty()));
    if (sent.isEmpty() || course.isEmpty() || step.isEmpty()) {
      effects.change(new Task.Change.Done(task.id()));
      return;
    }
    Turn turn =
        Turn.of(means, effects, sent.get(), Optional.of(hand), Turn.Tasks.KNOWN, course.get());
    switch (ProbeOutcome.of(outcome.result())) {
      case Probed.Unfit(Reason reason) -> unfit(turn, step.get(), reason);
      case Probed.Later(Reason reason) -> {
        if (task.tries() + 1 < PROBES) {
          effects.change(
              new Task.Change.Again(
                  task.id(),
                  effects.at().plus(FIRST_PROBE_PAUSE.multipliedBy(1L << 2 * task.tries())),
                  task.tries() + 1,
                  reason.code().name()));
        } else {
          unfit(turn, step.get(), reason);
        }
      }
      case Probed.Fit(Map<String, MediaFacts> media) ->
          send(turn, step.get(), body, sent.get(), media, effects);
    }
  }

  private static void unfit(Turn turn, int step, Reason reason) {
    turn.hear(new DeliveryEvent.Attempted(step, new Verdict.Refused(reason, true)));
  }

  private void send(
      Turn turn,
      int step,
      ProbeBody body,
      Sent sent,
      Map<String, MediaFacts> media,
      Effects effects) {
    ChannelName name = body.recipient().channel();
    Channel channel = means.channels().get(name);
    Optional<Account> account =
        sent.party().app().accounts().stream()
            .filter(candidate -> candidate.id().equals(body.account()))
            .findFirst();
    Optional<Content.Outbound> content = AppMessages.said(body.content(), body.filled(), name);
    if (channel == null || account.isEmpty() || content.isEmpty()) {
      unfit(
          turn,
          step,
          new Reason(
              Reason.Code.CHANNEL_CONFIGURATION_MISSING,
              "The app has no credential for the channel " + name + " any more."));
      return;
    }
    Channel.Composed composed =
        new Channel.Composed(
            sent.message().id(),
            content.get(),
            body.properties(),
            AppMessages.stored(body.content()).flatMap(AppMessage::agent),
            body.quote(),
            Optional.of(body.recipient()),
            media);
    Party party = sent.party().at(body.recipient());
    switch (channel.render(Bodies.timed(effects, channel, party, account.get(), composed))) {
      case Channel.Rendered.Impossible(Reason.Code code, String why) ->
          unfit(turn, step, new Reason(code, why));
      case Channel.Rendered.Ready rendered ->
          turn.looked(
              step,
              Bodies.send(
                  effects,
                  party,
                  account.get(),
                  sent.message(),
                  rendered,
                  body.expires(),
                  turn.usefulUntil(step),
                  sent.plan().isPresent()));
    }
  }
}
