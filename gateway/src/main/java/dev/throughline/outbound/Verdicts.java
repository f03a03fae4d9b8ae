package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.DeliveryEvent.Verdict;
import dev.throughline.task.Task;
import java.time.Instant;
import java.util.Optional;

/** What a plan makes of the outcome of a send. Pure. */
final class Verdicts {
  private Verdicts() {}

  /**
   * @param began when the step did
   * @param planned whether the request says itself what is done about unknown outcomes
   */
  static Verdict of(
      AtHand hand, Channel.Way way, App app, Instant now, Instant began, boolean planned) {
    SendOutcome result = hand.result().orElseThrow();
    Task task = hand.task();
    Instant patience = began.plus(Patience.retryDuration(app));
    return switch (result.result()) {
      case ACCEPTED, ALREADY_ACCEPTED -> new Verdict.Taken();
      case REJECTED -> {
        Reason reason = result.reason().orElseGet(Verdicts::unexplained);
        yield new Verdict.Refused(reason, provesTheRest(reason));
      }
      // The same is said once more, by another way of the channel's.
      case REPLY_TOKEN_INVALID, WITHDRAWN -> new Verdict.NotNow(unexplained(), Optional.of(now));
      case THROTTLED, UNREACHABLE ->
          new Verdict.NotNow(
              result.reason().orElseGet(Verdicts::unexplained),
              Patience.next(task, now, result.retryAfter(), patience));
      case UNKNOWN, LOST, KEY_EXPIRED -> {
        Optional<Instant> resend = Patience.next(task, now, Optional.empty(), patience);
        yield new Verdict.Unknown(
            unanswered(), repeat(hand, result, way, app, now, patience, planned), resend);
      }
    };
  }

  /** When it is repeated, where a repeat is safe, or the app wants one all the same. */
  private static Optional<Instant> repeat(
      AtHand hand,
      SendOutcome result,
      Channel.Way way,
      App app,
      Instant now,
      Instant patience,
      boolean planned) {
    Task task = hand.task();
    if (result.reply()) {
      boolean push = app.settings().unknownReply() == App.UnknownReply.PUSH && !planned;
      return push ? Optional.of(now) : Optional.empty();
    }
    if (!way.repeatable()) {
      return Optional.empty();
    }
    return switch (result.result()) {
      case LOST -> Optional.of(now);
      case UNKNOWN -> {
        Instant keyEnds = task.attemptAt().orElse(now).plus(SendHandler.RETRY_KEY_AGE);
        yield Patience.next(task, now, Optional.empty(), patience)
            .filter(next -> !next.isAfter(keyEnds));
      }
      case ACCEPTED,
          ALREADY_ACCEPTED,
          THROTTLED,
          REJECTED,
          REPLY_TOKEN_INVALID,
          UNREACHABLE,
          KEY_EXPIRED,
          WITHDRAWN ->
          Optional.empty();
    };
  }

  /**
   * Whether a refusal says as well that no earlier attempt was taken: what is wrong with the very
   * request was wrong with it before. A revoked token or a spent quota say nothing of earlier ones.
   */
  private static boolean provesTheRest(Reason reason) {
    return reason.code() == Reason.Code.BAD_REQUEST
        || reason.code() == Reason.Code.RECIPIENT_INVALID_CHANNEL_IDENTITY;
  }

  private static Reason unexplained() {
    return new Reason(Reason.Code.CHANNEL_FAILURE, "The channel did not take the message.");
  }

  private static Reason unanswered() {
    return new Reason(
        Reason.Code.UNKNOWN,
        "The channel did not answer: the message may or may not have been taken.");
  }
}
