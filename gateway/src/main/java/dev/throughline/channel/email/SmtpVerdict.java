package dev.throughline.channel.email;

import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.channel.email.SmtpConnection.Opening;
import dev.throughline.channel.email.SmtpPool.Lease;
import dev.throughline.http.HttpResult;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a mail server's answers mean for a send. */
final class SmtpVerdict {
  /** Greylisting servers take a mail that comes again after some minutes (spec B.1.4). */
  private static final Duration GREYLISTED = Duration.ofMinutes(5);

  private static final Duration LATER = Duration.ofMinutes(1);

  private SmtpVerdict() {}

  /** No connection: nothing of the mail was said to anybody. */
  static SendResult of(Lease lease) {
    return switch (lease) {
      case Lease.Held _ -> throw new IllegalArgumentException("a connection is no verdict");
      case Lease.Busy() ->
          new SendResult.Throttled(
              unanswered("all connections of the account are in use"),
              Optional.of(Duration.ofSeconds(1)),
              new Reason(Code.RATE_LIMITED, "The account's mail server takes no more at once."));
      case Lease.NotDialled(HttpResult.Cause cause) when cause == HttpResult.Cause.REFUSED_TARGET ->
          configuration(
              unanswered("the host may not be called"),
              "The account's mail server has no address that may be called: name a public host.");
      case Lease.NotDialled(HttpResult.Cause cause) -> unreachable(cause.name());
      case Lease.NotOpened(Opening opening) -> of(opening);
    };
  }

  private static SendResult of(Opening opening) {
    return switch (opening) {
      case Opening.Ready _ -> throw new IllegalArgumentException("a connection is no verdict");
      case Opening.NoTls() ->
          configuration(
              unanswered("the server does not offer STARTTLS"),
              "The mail server offers no STARTTLS, so nothing was sent: somebody may be removing it"
                  + " on the way; or the account needs tls: implicit.");
      case Opening.TlsFailed() -> unreachable("no TLS: certificate, host name or protocol");
      case Opening.Broken() -> unreachable("the connection broke before the server was ready");
      case Opening.Refused(SmtpReply reply, boolean login) when reply.isTransient() ->
          throttled(reply, login ? LATER : Duration.ofSeconds(10));
      case Opening.Refused(SmtpReply reply, boolean login) when login && reply.code() == 0 ->
          unreachable("the connection broke while logging in");
      case Opening.Refused(SmtpReply reply, boolean login) ->
          configuration(
              exchange(reply),
              login
                  ? "The mail server refused the account's username or password (%s)."
                      .formatted(reply.shown())
                  : "The mail server refuses this client (%s).".formatted(reply.shown()));
    };
  }

  /** An answer other than the one that lets the mail go on; before the final dot. */
  static SendResult before(SmtpReply reply) {
    if (reply.isTransient()) {
      return throttled(reply, pause(reply));
    }
    return reply.isPermanent()
        ? rejected(reply)
        : unreachable("the connection broke before the mail was whole");
  }

  /** What came after the final dot. */
  static SendResult after(SmtpReply reply, String messageId) {
    if (reply.isOk()) {
      return new SendResult.Accepted(exchange(reply, messageId), List.of(bare(messageId)));
    }
    if (reply.isTransient() || reply.isPermanent()) {
      return before(reply);
    }
    return new SendResult.Unknown(
        unanswered("no answer to the whole mail"),
        new Reason(
            Code.CHANNEL_FAILURE,
            "The mail server gave no answer to the whole mail; it may or may not have taken it."));
  }

  /** As it stands in a head without its brackets: by this an answer names what it answers. */
  static String bare(String messageId) {
    return messageId.replaceAll("^<|>$", "");
  }

  static SendResult configuration(Exchange exchange, String sentence) {
    return new SendResult.Rejected(exchange, new Reason(Code.CHANNEL_BAD_CONFIGURATION, sentence));
  }

  static Exchange unanswered(String why) {
    return new Exchange(0, Optional.empty(), Bytes.EMPTY, why);
  }

  private static SendResult unreachable(String why) {
    return new SendResult.Unreachable(
        unanswered(why), new Reason(Code.CHANNEL_FAILURE, "The mail server could not be reached."));
  }

  private static SendResult throttled(SmtpReply reply, Duration pause) {
    return new SendResult.Throttled(
        exchange(reply),
        Optional.of(pause),
        new Reason(
            Code.RATE_LIMITED,
            "The mail server asked to come again (%s).".formatted(reply.shown())));
  }

  private static Duration pause(SmtpReply reply) {
    return reply.enhanced().filter("4.7.1"::equals).isPresent() ? GREYLISTED : LATER;
  }

  private static SendResult rejected(SmtpReply reply) {
    return new SendResult.Rejected(
        exchange(reply), MailStatus.reason(reply.enhanced(), reply.code(), reply.shown()));
  }

  private static Exchange exchange(SmtpReply reply) {
    return new Exchange(reply.code(), Optional.empty(), Bytes.utf8(reply.text()), "");
  }

  /** The id of the mail goes first: by it the mail can be answered later. */
  private static Exchange exchange(SmtpReply reply, String messageId) {
    return new Exchange(
        reply.code(),
        Optional.empty(),
        Bytes.utf8("Message-ID: " + messageId + "\r\n" + reply.text()),
        "");
  }
}
