package dev.throughline.channel.aws;

import dev.throughline.channel.Subscriptions;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.Optional;

/**
 * Confirms subscriptions of SNS: a visit of the address in the confirmation, if it is one of SNS's.
 * Whether the topic is the account's own was seen when the webhook came.
 */
public final class SnsSubscriptions implements Subscriptions {
  private final Http http;
  private final SnsCertificates places;

  public SnsSubscriptions(Http http, SnsCertificates places) {
    this.http = http;
    this.places = places;
  }

  @Override
  public Accepted accept(Bytes webhook, Duration deadline) {
    Optional<Target> target =
        SnsEnvelope.of(webhook)
            .filter(given -> given.type() == SnsEnvelope.Type.SUBSCRIPTION_CONFIRMATION)
            .flatMap(SnsEnvelope::subscribeUrl)
            .flatMap(places::target);
    if (target.isEmpty()) {
      return new Accepted.Refused("the address is none of SNS's");
    }
    return switch (http.send(OutgoingRequest.get(target.get(), TargetPolicy.OPERATOR), deadline)) {
      case HttpResult.Answered(int status, Headers _, Bytes _) -> answered(status);
      case HttpResult.TooLarge(int status, Headers _) -> answered(status);
      case HttpResult.NotSent(HttpResult.Cause cause) -> new Accepted.Failed(cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) -> new Accepted.Failed(cause.name());
    };
  }

  /** A token lives three days; SNS answers one that it does not know with a 4xx. */
  private static Accepted answered(int status) {
    String why = "HTTP " + status;
    if (status >= 200 && status < 300) {
      return new Accepted.Done();
    }
    return status / 100 == 4 && status != 408 && status != 429
        ? new Accepted.Refused(why)
        : new Accepted.Failed(why);
  }
}
