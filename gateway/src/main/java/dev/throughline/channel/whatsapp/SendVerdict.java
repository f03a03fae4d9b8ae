package dev.throughline.channel.whatsapp;

import dev.throughline.channel.SendResult;
import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.channel.Transport;
import dev.throughline.http.RetryAfter;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What Meta's answer says of the message; the table stands in docs/channels/whatsapp.md. */
final class SendVerdict {
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
  private static final String TRACE = "x-fb-trace-id";

  private SendVerdict() {}

  static SendResult of(Transport.Answer answer, Instant now) {
    return switch (answer) {
      case Transport.Answer.Answered answered -> of(answered, now);
      case Transport.Answer.TooLarge(int status, var _) ->
          new SendResult.Unknown(
              new Exchange(
                  status, Optional.empty(), Bytes.EMPTY, "the answer was too long to keep"),
              new Reason(Code.CHANNEL_FAILURE, "Meta's answer was longer than it ever is."));
      case Transport.Answer.NotSent(String why) ->
          new SendResult.Unreachable(
              unanswered(why), new Reason(Code.CHANNEL_FAILURE, "Meta could not be reached."));
      case Transport.Answer.Unknown(String why) ->
          new SendResult.Unknown(
              unanswered(why),
              new Reason(
                  Code.CHANNEL_FAILURE,
                  "Meta gave no answer in time; it may or may not have taken the message."));
    };
  }

  static Exchange unanswered(String why) {
    return new Exchange(0, Optional.empty(), Bytes.EMPTY, why);
  }

  static SendResult noAddress() {
    return new SendResult.Rejected(
        unanswered("not sent: no WhatsApp address"),
        new Reason(
            Code.RECIPIENT_INVALID_CHANNEL_IDENTITY,
            "A WhatsApp address is a phone number of 7 to 15 digits, a user id such as"
                + " JP.13491208655302741918, or a group's id."));
  }

  private static SendResult of(Transport.Answer.Answered answer, Instant now) {
    Optional<ObjectNode> json = WhatsAppJson.read(answer.body());
    Optional<MetaError> error = json.flatMap(body -> MetaError.of(body.path("error")));
    Exchange exchange =
        new Exchange(
            answer.status(),
            Transport.header(answer.headers(), TRACE).flatMap(WhatsAppIds::usable),
            answer.body(),
            "");
    if (answer.status() / 100 == 2) {
      return json.isPresent() && isMetas(json.get())
          ? new SendResult.Accepted(exchange, ids(json.get()))
          : unclear(exchange, "Something other than Meta answered: check the configured address.");
    }
    Optional<MetaError.Kind> kind = error.flatMap(MetaError::kind);
    return kind.isPresent()
        ? byKind(kind.get(), error.get(), exchange, answer, now)
        : byStatus(exchange, answer, now);
  }

  private static SendResult byKind(
      MetaError.Kind kind,
      MetaError error,
      Exchange exchange,
      Transport.Answer.Answered answer,
      Instant now) {
    return switch (kind) {
      case REFUSED -> new SendResult.Rejected(exchange, error.reason());
      case LATER -> {
        Optional<Duration> asked = retryAfter(answer, now);
        Optional<Duration> pause =
            error.pause().filter(own -> asked.isEmpty() || own.compareTo(asked.get()) > 0);
        yield new SendResult.Throttled(
            exchange, pause.or(() -> asked), error.reason(), error.isOfAccount());
      }
      case UNKNOWN -> new SendResult.Unknown(exchange, error.reason());
    };
  }

  private static SendResult byStatus(
      Exchange exchange, Transport.Answer.Answered answer, Instant now) {
    int status = answer.status();
    return switch (status) {
      case 401 ->
          rejected(
              exchange,
              Code.CHANNEL_BAD_CONFIGURATION,
              "Meta refused the account's token: issue a new one and save it in the app.");
      case 403 ->
          rejected(exchange, Code.NO_PERMISSION, "The account's token may not do this at Meta.");
      case 404, 405 ->
          rejected(
              exchange,
              Code.CHANNEL_BAD_CONFIGURATION,
              "Meta knows no such phone number, or nothing at the address takes messages.");
      // A time-out at the other end may be one between Meta's own servers.
      case 408 -> unclear(exchange, "Meta was too slow; it may or may not have taken the message.");
      case 413 -> rejected(exchange, Code.BAD_REQUEST, "The message is larger than Meta takes.");
      case 429 ->
          new SendResult.Throttled(
              exchange,
              retryAfter(answer, now),
              new Reason(Code.RATE_LIMITED, "Meta limits how fast the account may send."),
              true);
      default ->
          switch (status / 100) {
            case 3 ->
                rejected(
                    exchange,
                    Code.CHANNEL_BAD_CONFIGURATION,
                    "The configured address of Meta's answered with a redirect: check it.");
            case 4 ->
                rejected(
                    exchange,
                    Code.CHANNEL_REJECT,
                    "Meta refused the message with status " + status + ".");
            default ->
                unclear(
                    exchange,
                    "Meta failed with status "
                        + status
                        + "; it may or may not have taken the message.");
          };
    };
  }

  private static boolean isMetas(JsonNode answer) {
    return answer.path("messages").isArray() && !ids(answer).isEmpty()
        || answer.path("success").asBoolean(false);
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    for (JsonNode message : answer.path("messages")) {
      WhatsAppIds.usable(WhatsAppJson.text(message, "id")).ifPresent(ids::add);
    }
    return ids;
  }

  private static Optional<Duration> retryAfter(Transport.Answer.Answered answer, Instant now) {
    return Transport.header(answer.headers(), "retry-after")
        .flatMap(value -> RetryAfter.parse(value, now, LONGEST_RETRY_AFTER));
  }

  private static SendResult unclear(Exchange exchange, String sentence) {
    return new SendResult.Unknown(exchange, new Reason(Code.CHANNEL_FAILURE, sentence));
  }

  private static SendResult rejected(Exchange exchange, Code code, String sentence) {
    return new SendResult.Rejected(exchange, new Reason(code, sentence));
  }
}
