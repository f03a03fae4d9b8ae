package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel;
import dev.throughline.channel.MediaSource;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.S3Objects;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.OutgoingRequest;
import dev.throughline.http.Receiver;
import dev.throughline.http.RetryAfter;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;

/**
 * Files that people sent (spec providers.md B.3.1): Meta gives an address for a file's id, which is
 * good for five minutes and wants the token. So each fetch asks for it anew. The token goes to
 * Meta's own hosts only, whatever the answer names.
 */
public final class WhatsAppContent implements MediaSource {
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);
  private static final Duration LOOK_DEADLINE = Duration.ofSeconds(10);

  private final Http http;
  private final WhatsAppHost host;
  private final SocialFiles social;
  private final InstantSource clock;

  /**
   * @param social AWS's clients, and buckets, for accounts that AWS stands before
   */
  public WhatsAppContent(
      Http http,
      WhatsAppHost host,
      AwsClients<SocialMessagingClient> social,
      S3Objects objects,
      InstantSource clock) {
    this.http = http;
    this.host = host;
    this.social = new SocialFiles(social, objects);
    this.clock = clock;
  }

  @Override
  public Fetched fetch(
      String fileId, Channel.Credentials credentials, Receiver receiver, Duration deadline) {
    return switch (WhatsAppCredentials.of(credentials)) {
      case MetaCredentials meta -> fetch(fileId, meta, receiver, deadline);
      case SocialCredentials aws -> social.fetch(fileId, aws, receiver, deadline);
    };
  }

  private Fetched fetch(String fileId, MetaCredentials meta, Receiver receiver, Duration deadline) {
    if (!fileId.matches("[A-Za-z0-9_-]{1,128}")) {
      return new Fetched.Gone("not an id of Meta's");
    }
    URI look = host.at("/" + fileId + "?phone_number_id=" + meta.phoneNumberId());
    Duration within = deadline.compareTo(LOOK_DEADLINE) < 0 ? deadline : LOOK_DEADLINE;
    return switch (http.send(request(look, meta), within)) {
      case HttpResult.Answered(int status, Headers _, Bytes body) when status == 200 ->
          address(body)
              .map(address -> bytes(address, meta, receiver, deadline))
              .orElseGet(() -> new Fetched.Refused("Meta named no address of its own"));
      case HttpResult.Answered(int status, Headers headers, Bytes body) ->
          refused(status, headers, body);
      case HttpResult.TooLarge _ ->
          new Fetched.Unavailable(Optional.empty(), "the answer was too long");
      case HttpResult.NotSent(HttpResult.Cause cause) ->
          new Fetched.Unavailable(Optional.empty(), cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) ->
          new Fetched.Unavailable(Optional.empty(), cause.name());
    };
  }

  private Optional<URI> address(Bytes body) {
    return WhatsAppJson.read(body)
        .map(json -> WhatsAppJson.text(json, "url"))
        .flatMap(WhatsAppContent::uri)
        .filter(host::isMetas)
        .filter(WhatsAppContent::isTarget);
  }

  private static boolean isTarget(URI address) {
    try {
      Target.parse(address.toString());
      return true;
    } catch (Target.InvalidTargetException e) {
      return false;
    }
  }

  private static Optional<URI> uri(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private Fetched bytes(URI address, MetaCredentials meta, Receiver receiver, Duration deadline) {
    return switch (http.receive(request(address, meta), deadline, receiver.onSuccess())) {
      case HttpResult.Answered(int status, Headers headers, Bytes body) ->
          status == 200 ? new Fetched.Whole() : expired(status, headers, body);
      case HttpResult.TooLarge(int status, Headers headers) ->
          status == 200 ? new Fetched.Stopped() : expired(status, headers, Bytes.EMPTY);
      case HttpResult.NotSent(HttpResult.Cause cause) ->
          new Fetched.Unavailable(Optional.empty(), cause.name());
      case HttpResult.Unknown(HttpResult.Cause cause, var _) ->
          new Fetched.Unavailable(Optional.empty(), cause.name());
    };
  }

  /** An address that is too old is asked for anew, with the next try. */
  private Fetched expired(int status, Headers headers, Bytes body) {
    return status == 404 || status == 410
        ? new Fetched.Unavailable(Optional.empty(), "the file's address is no longer good")
        : refused(status, headers, body);
  }

  private Fetched refused(int status, Headers headers, Bytes body) {
    Optional<MetaError> error =
        WhatsAppJson.read(body).flatMap(json -> MetaError.of(json.path("error")));
    if (error.flatMap(MetaError::kind).filter(MetaError.Kind.LATER::equals).isPresent()) {
      return unavailable(status, headers);
    }
    return switch (status) {
      case 400, 404, 410 ->
          error.filter(known -> known.code() == 190).isPresent()
              ? new Fetched.Refused("Meta refused the account's token")
              : new Fetched.Gone("Meta has no such file, or not any more");
      case 401, 403 -> new Fetched.Refused("Meta refused the account's token");
      default -> unavailable(status, headers);
    };
  }

  private Fetched unavailable(int status, Headers headers) {
    return new Fetched.Unavailable(
        headers
            .first("retry-after")
            .flatMap(value -> RetryAfter.parse(value, clock.instant(), LONGEST_RETRY_AFTER)),
        "Meta answered with status " + status);
  }

  private static OutgoingRequest request(URI address, MetaCredentials meta) {
    try {
      return OutgoingRequest.get(Target.parse(address.toString()), TargetPolicy.OPERATOR)
          .with("authorization", meta.bearer());
    } catch (Target.InvalidTargetException e) {
      throw new IllegalStateException("the address of Meta's files is not valid", e);
    }
  }
}
