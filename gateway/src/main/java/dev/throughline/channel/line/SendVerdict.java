package dev.throughline.channel.line;

import dev.throughline.channel.Channel.Via;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.channel.Transport;
import dev.throughline.http.RetryAfter;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What LINE's answer to a reply or push says of the message; the table stands in
 * docs/channels/line.md. It goes by the status, then by the properties that LINE names, and by
 * LINE's words only where nothing else tells two cases apart, because they are not guaranteed.
 */
final class SendVerdict {
  /** The rest of a 429 is a matter of waiting. */
  private static final String MONTHLY_QUOTA = "monthly limit";

  private static final String UNKNOWN_RECIPIENT = "Failed to send messages";

  /**
   * LINE documents no such header, yet what stands in front of LINE may send one; asking again once
   * an hour costs nothing.
   */
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

  private SendVerdict() {}

  static SendResult of(Via via, Transport.Answer answer, Instant now) {
    return switch (answer) {
      case Transport.Answer.Answered answered -> of(via, LineAnswer.of(answered), now);
      case Transport.Answer.TooLarge tooLarge -> of(via, LineAnswer.of(tooLarge), now);
      case Transport.Answer.NotSent notSent ->
          new SendResult.Unreachable(
              unanswered(notSent.why()),
              new Reason(Code.CHANNEL_FAILURE, "LINE could not be reached."));
      case Transport.Answer.Unknown unknown ->
          new SendResult.Unknown(
              unanswered(unknown.why()),
              new Reason(
                  Code.CHANNEL_FAILURE,
                  "LINE gave no answer in time; it may or may not have taken the message."));
    };
  }

  static Exchange unanswered(String why) {
    return new Exchange(0, Optional.empty(), Bytes.EMPTY, why);
  }

  private static SendResult of(Via via, LineAnswer answer, Instant now) {
    Exchange exchange =
        new Exchange(
            answer.status(),
            answer.requestId(),
            answer.body(),
            answer.bodyRead() ? "" : "the answer was too long to keep");
    return switch (answer.status()) {
      case 400 -> badRequest(via, answer, exchange);
      case 401 ->
          rejected(
              exchange,
              Code.CHANNEL_BAD_CONFIGURATION,
              "LINE refused the channel access token: issue a new one and save it in the app.");
      case 403 ->
          rejected(
              exchange,
              Code.NO_PERMISSION,
              "This LINE Official Account is not entitled to this call.");
      case 404, 405 ->
          rejected(
              exchange,
              Code.CHANNEL_BAD_CONFIGURATION,
              "Nothing at the configured LINE address takes messages: check the address.");
      // A time-out at the other end may be one between LINE's own servers.
      case 408 -> unclear(exchange);
      case 409 -> conflict(via, answer, exchange);
      case 413 ->
          rejected(exchange, Code.BAD_REQUEST, "The message is larger than LINE takes (2 MB).");
      case 415 ->
          rejected(exchange, Code.BAD_REQUEST, "LINE refused the content type of the request.");
      case 422 ->
          rejected(
              exchange,
              Code.RECIPIENT_NOT_REACHABLE,
              "LINE cannot deliver to this recipient: nobody on LINE has the number, or they refuse"
                  + " notification messages.");
      case 423 ->
          rejected(
              exchange, Code.CHANNEL_REJECT, "Another module channel holds control of this chat.");
      case 429 -> tooMany(answer, exchange, now);
      default -> byClass(answer, exchange);
    };
  }

  private static SendResult byClass(LineAnswer answer, Exchange exchange) {
    return switch (answer.status() / 100) {
      case 2 ->
          answer.isLines()
              ? new SendResult.Accepted(exchange, answer.sentMessageIds())
              : new SendResult.Unknown(
                  exchange,
                  new Reason(
                      Code.CHANNEL_FAILURE,
                      "Something other than LINE answered: check the configured LINE address."));
      case 3 ->
          rejected(
              exchange,
              Code.CHANNEL_BAD_CONFIGURATION,
              "The configured LINE address answered with a redirect, which LINE never does:"
                  + " check the address.");
      case 4 ->
          rejected(
              exchange,
              Code.CHANNEL_REJECT,
              "LINE refused the message with status " + answer.status() + ".");
      default -> unclear(exchange);
    };
  }

  /**
   * 400 always means that nothing was sent. LINE names the property that is wrong, except for a
   * reply token that it no longer takes and for a recipient that it does not know.
   */
  private static SendResult badRequest(Via via, LineAnswer answer, Exchange exchange) {
    RefusedRequest refused = RefusedRequest.of(answer);
    return switch (via) {
      case Via.Reply reply ->
          refused.namesOnly("replyToken")
              ? new SendResult.ReplyTokenInvalid(exchange)
              : rejected(exchange, Code.BAD_REQUEST, refused.sentence());
      case Via.Once once ->
          refused.names("to")
              ? rejected(
                  exchange,
                  Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
                  "LINE takes no notification messages to this phone number.")
              : rejected(exchange, Code.BAD_REQUEST, refused.sentence());
      case Via.Push push ->
          refused.names("to") || answer.message().startsWith(UNKNOWN_RECIPIENT)
              ? rejected(
                  exchange,
                  Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
                  "LINE knows no such user, group or room for this account.")
              : rejected(exchange, Code.BAD_REQUEST, refused.sentence());
    };
  }

  /** 409 is only defined for a retry key, and a reply has none. */
  private static SendResult conflict(Via via, LineAnswer answer, Exchange exchange) {
    return switch (via) {
      case Via.Push push ->
          new SendResult.AlreadyAccepted(
              exchange, answer.acceptedRequestId(), answer.sentMessageIds());
      case Via.Reply _, Via.Once _ ->
          rejected(exchange, Code.CHANNEL_REJECT, "LINE refused the message with status 409.");
    };
  }

  private static SendResult tooMany(LineAnswer answer, Exchange exchange, Instant now) {
    if (answer.message().contains(MONTHLY_QUOTA)) {
      return rejected(
          exchange,
          Code.CHANNEL_REJECT,
          "The LINE Official Account has used up its messages of this month.");
    }
    Optional<Duration> retryAfter =
        Transport.header(answer.headers(), "retry-after")
            .flatMap(value -> RetryAfter.parse(value, now, LONGEST_RETRY_AFTER));
    return new SendResult.Throttled(
        exchange,
        retryAfter,
        new Reason(Code.RATE_LIMITED, "LINE limits how fast one may send."),
        true);
  }

  /** A server error may come after LINE took the message; only a retry key makes a repeat safe. */
  private static SendResult unclear(Exchange exchange) {
    return new SendResult.Unknown(
        exchange,
        new Reason(
            Code.CHANNEL_FAILURE,
            "LINE failed with status "
                + exchange.status()
                + "; it may or may not have taken the message."));
  }

  private static SendResult rejected(Exchange exchange, Code code, String sentence) {
    return new SendResult.Rejected(exchange, new Reason(code, sentence));
  }
}
