package dev.throughline.channel.aws;

import dev.throughline.channel.Channel;
import dev.throughline.channel.SendResult;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * What an answer of AWS to a send says of the message, as far as all of AWS's services agree; the
 * table stands in docs/channels/aws.md. No message of AWS's is repeated: it may hold what somebody
 * wrote.
 */
public final class AwsVerdict {
  private static final Set<String> KEY_REFUSED =
      Set.of(
          "UnrecognizedClientException",
          "InvalidClientTokenId",
          "InvalidAccessKeyId",
          "InvalidSignatureException",
          "SignatureDoesNotMatch",
          "IncompleteSignature",
          "IncompleteSignatureException",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "NotAuthorized");

  private static final Set<String> TOKEN_EXPIRED = Set.of("ExpiredToken", "ExpiredTokenException");

  private static final Set<String> CLOCK =
      Set.of("RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture");

  private static final Set<String> DENIED = Set.of("AccessDeniedException", "AccessDenied");

  private AwsVerdict() {}

  /**
   * @param ids what AWS calls the message that it took; AWS always names it
   * @param own the service's own reasons; empty where it has none for this error
   */
  public static <R> SendResult of(
      AwsResult<R> result,
      Function<R, List<String>> ids,
      Function<AwsResult.Refused<R>, Optional<Reason>> own) {
    return switch (result) {
      case AwsResult.Done<R>(R answer, var exchange) when ids.apply(answer).isEmpty() ->
          new SendResult.Unknown(
              exchange,
              new Reason(
                  Code.CHANNEL_FAILURE,
                  "Something other than AWS answered: check the configured address."));
      case AwsResult.Done<R>(R answer, var exchange) ->
          new SendResult.Accepted(exchange, ids.apply(answer));
      case AwsResult.Refused<R> refused -> refused(refused, own);
      case AwsResult.NotSent<R>(var exchange) ->
          new SendResult.Unreachable(
              exchange, new Reason(Code.CHANNEL_FAILURE, "AWS could not be reached."));
      case AwsResult.Unanswered<R>(var exchange) ->
          new SendResult.Unknown(
              exchange,
              new Reason(
                  Code.CHANNEL_FAILURE,
                  "AWS gave no usable answer in time; it may or may not have taken the message."));
    };
  }

  /**
   * What the answer to a question that sends nothing says of the account. A key that may not ask it
   * is a key all the same: only what sends need is needed.
   *
   * @param own the service's own refusals; empty where an error says nothing of the account
   */
  public static <R> Channel.Check check(
      AwsResult<R> result, Function<AwsResult.Refused<R>, Optional<Reason>> own) {
    return switch (result) {
      case AwsResult.Done<R> _ -> new Channel.Check.Good();
      case AwsResult.NotSent<R> _, AwsResult.Unanswered<R> _ -> new Channel.Check.Away();
      case AwsResult.Refused<R> refused when refused.throttled() || refused.status() >= 500 ->
          new Channel.Check.Away();
      case AwsResult.Refused<R> refused when DENIED.contains(refused.code()) ->
          new Channel.Check.Good();
      case AwsResult.Refused<R> refused ->
          own.apply(refused)
              .or(() -> common(refused))
              .<Channel.Check>map(reason -> new Channel.Check.Refused(reason.description()))
              .orElseGet(Channel.Check.Away::new);
    };
  }

  private static <R> SendResult refused(
      AwsResult.Refused<R> refused, Function<AwsResult.Refused<R>, Optional<Reason>> own) {
    if (refused.throttled()) {
      return new SendResult.Throttled(
          refused.exchange(),
          refused.retryAfter(),
          new Reason(Code.RATE_LIMITED, "AWS limits how fast one may send."),
          true);
    }
    int status = refused.status();
    if (status >= 500 || status == 408) {
      // It may come after AWS took the message, and nothing makes a repeat safe.
      return new SendResult.Unknown(
          refused.exchange(),
          new Reason(
              Code.CHANNEL_FAILURE,
              "AWS failed with status " + status + "; it may or may not have taken the message."));
    }
    return new SendResult.Rejected(
        refused.exchange(),
        own.apply(refused)
            .or(() -> common(refused))
            .orElseGet(() ->
                new Reason(
                    Code.CHANNEL_REJECT,
                    refused.code().isEmpty()
                        ? "AWS refused the message with status " + status + "."
                        : "AWS refused the message: " + word(refused.code()) + ".")));
  }

  /** What any service of AWS answers to who may not call it. */
  public static Optional<Reason> common(AwsResult.Refused<?> refused) {
    String code = refused.code();
    if (KEY_REFUSED.contains(code)) {
      return Optional.of(
          new Reason(
              Code.CHANNEL_BAD_CONFIGURATION,
              "AWS refuses the access key: check it and the region, or save a new one in the"
                  + " app."));
    }
    if (TOKEN_EXPIRED.contains(code)) {
      return Optional.of(
          new Reason(
              Code.CHANNEL_BAD_CONFIGURATION,
              "The session token has expired: save a new one in the app, or use a key without"
                  + " one."));
    }
    if (CLOCK.contains(code)) {
      return Optional.of(
          new Reason(
              Code.CHANNEL_BAD_CONFIGURATION,
              "AWS finds this machine's clock wrong: set it by the network."));
    }
    if (DENIED.contains(code) || refused.status() == 403) {
      return Optional.of(
          new Reason(
              Code.NO_PERMISSION,
              "The access key may not do this: add the call to its policy at AWS."));
    }
    if (refused.status() / 100 == 3 || refused.status() == 404 && code.isEmpty()) {
      return Optional.of(
          new Reason(
              Code.CHANNEL_BAD_CONFIGURATION,
              "Something other than AWS answered: check the configured address."));
    }
    return Optional.empty();
  }

  /** AWS's own names are words; anything else is not shown. */
  private static String word(String code) {
    return code.matches("[A-Za-z0-9_.]{1,64}") ? code : "an error without a name";
  }
}
