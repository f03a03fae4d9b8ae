package dev.throughline.api;

import dev.throughline.contract.WrongFieldException;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Directory;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** What must hold of a send, beyond its form, before it is taken. */
final class SendChecks {
  /** Well within the time for which the contract keeps messages where nobody says otherwise. */
  private static final Duration LONGEST_SCHEDULE = Duration.ofDays(90);

  private final Directory directory;
  private final TargetCheck targets;
  private final InstantSource clock;

  SendChecks(Directory directory, TargetCheck targets, InstantSource clock) {
    this.directory = directory;
    this.targets = targets;
    this.clock = clock;
  }

  /** The app that sends it; whatever is wrong is thrown. */
  App app(ProjectId project, SendRequest send) {
    App app = directory.app(project, send.app()).orElseThrow(AppRoutes::unknown);
    requireChannels(app, send.priority());
    requireSteps(app, send);
    requireSoon(send);
    send.callbackUrl()
        .flatMap(targets::refusal)
        .ifPresent(sentence -> {
          throw Refusal.invalid("TARGET_REFUSED", "callback_url", sentence);
        });
    if (app.processingMode() == App.ProcessingMode.DISPATCH
        && send.recipient() instanceof Recipient.ByContact) {
      throw new WrongFieldException(
          "recipient.contact_id", "cannot be used with an app in DISPATCH mode.");
    }
    return app;
  }

  /** Each step has a channel and a sender of the app's, and an address of the recipient's. */
  private static void requireSteps(App app, SendRequest send) {
    for (int i = 0; i < send.plan().size(); i++) {
      PlannedStep step = send.plan().get(i);
      String place = "delivery_plan.steps[" + i + "].";
      if (app.account(step.channel()).isEmpty()) {
        throw new WrongFieldException(
            place + "channel", "is a channel that the app is not set up for.");
      }
      if (step.sender().isPresent() && app.account(step.channel(), step.sender().get()).isEmpty()) {
        throw new WrongFieldException(
            place + "sender",
            "is none of the app's accounts on the channel: give its credential_ordinal_number, or"
                + " its own id at the provider.");
      }
      if (send.recipient() instanceof Recipient.ByIdentities(List<Identity> named)
          && named.stream().noneMatch(each -> each.channel().equals(step.channel()))) {
        throw new WrongFieldException(
            place + "channel", "is a channel on which the recipient has no address.");
      }
    }
  }

  private void requireSoon(SendRequest send) {
    Instant latest = clock.instant().plus(LONGEST_SCHEDULE);
    if (send.notBefore().filter(latest::isBefore).isPresent()) {
      throw new WrongFieldException(
          "schedule.at", "must be at most " + LONGEST_SCHEDULE.toDays() + " days from now.");
    }
  }

  private static void requireChannels(App app, List<ChannelName> priority) {
    for (int i = 0; i < priority.size(); i++) {
      if (app.account(priority.get(i)).isEmpty()) {
        throw new WrongFieldException(
            "channel_priority_order[" + i + "]", "is a channel that the app is not set up for.");
      }
    }
  }
}
