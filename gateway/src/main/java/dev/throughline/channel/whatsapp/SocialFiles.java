package dev.throughline.channel.whatsapp;

import dev.throughline.channel.Channel;
import dev.throughline.channel.MediaSource.Fetched;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsVerdict;
import dev.throughline.channel.aws.S3Object;
import dev.throughline.channel.aws.S3Objects;
import dev.throughline.channel.aws.S3Result;
import dev.throughline.http.Headers;
import dev.throughline.http.Receiver;
import dev.throughline.http.Redacted;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import software.amazon.awssdk.services.socialmessaging.model.GetWhatsAppMessageMediaResponse;

/**
 * Files that people sent, where AWS stands before Meta. AWS gives them to S3 only, so each goes
 * through a bucket of the account's: AWS puts it there, we read it and take it away again. It
 * counts as fetched when it lies there no more, so that what is kept of somebody is here, and can
 * be erased.
 *
 * <p>AWS gets an address to put it at and not the bucket's name, because under the name it chooses
 * the rest of the key by itself ({@code S3File}: key, media id, ending) and does not tell it.
 */
final class SocialFiles {
  /** Why a file is not fetched from an account that names no bucket. */
  static final String NO_BUCKET = "NO_MEDIA_BUCKET";

  private static final String PREFIX = "throughline/";
  private static final String PROBE = PREFIX + "check";

  /** {@code S3PresignedUrl}: the longest that AWS takes; a long session token makes it longer. */
  private static final int MAX_ADDRESS = 2_000;

  /** Kept back for taking the object away, however long the rest took. */
  private static final Duration TO_DELETE = Duration.ofSeconds(10);

  private final AwsClients<SocialMessagingClient> clients;
  private final S3Objects objects;

  SocialFiles(AwsClients<SocialMessagingClient> clients, S3Objects objects) {
    this.clients = clients;
    this.objects = objects;
  }

  Fetched fetch(String fileId, SocialCredentials account, Receiver receiver, Duration deadline) {
    if (account.mediaBucket().isEmpty()) {
      return new Fetched.NotSetUp(NO_BUCKET);
    }
    if (!fileId.matches("[A-Za-z0-9]{1,100}")) {
      return new Fetched.Gone("not an id of Meta's");
    }
    // The same for each try, so that one finishes what another left.
    S3Object object = new S3Object(account.mediaBucket().get(), PREFIX + fileId);
    Time time = new Time(deadline.minus(TO_DELETE));
    Redacted address = objects.uploadAddress(account.aws(), object, time.left());
    if (address.reveal().length() > MAX_ADDRESS) {
      return new Fetched.Refused("the session token is too long: use a key without one");
    }
    Optional<Fetched> failed = handOver(fileId, account, address, time.left());
    return failed.orElseGet(() -> {
      S3Result read = objects.get(account.aws(), object, receiver, time.left());
      return taken(read, objects.delete(account.aws(), object, version(read), TO_DELETE));
    });
  }

  /** Has AWS put the file into the bucket; empty when it lies there. */
  private Optional<Fetched> handOver(
      String fileId, SocialCredentials account, Redacted address, Duration deadline) {
    AwsResult<GetWhatsAppMessageMediaResponse> result =
        clients.call(
            account.aws(),
            deadline,
            client ->
                client.getWhatsAppMessageMedia(media ->
                    media
                        .originationPhoneNumberId(account.originationId())
                        .mediaId(fileId)
                        .destinationS3PresignedUrl(
                            to -> to.url(address.reveal()).headers(Map.of()))));
    return switch (result) {
      case AwsResult.Done<GetWhatsAppMessageMediaResponse> _ -> Optional.empty();
      case AwsResult.Refused<GetWhatsAppMessageMediaResponse> refused ->
          Optional.of(refused(refused));
      case AwsResult.NotSent<GetWhatsAppMessageMediaResponse>(var exchange) ->
          Optional.of(new Fetched.Unavailable(Optional.empty(), exchange.error()));
      case AwsResult.Unanswered<GetWhatsAppMessageMediaResponse>(var exchange) ->
          Optional.of(new Fetched.Unavailable(Optional.empty(), exchange.error()));
    };
  }

  private static Fetched refused(AwsResult.Refused<GetWhatsAppMessageMediaResponse> refused) {
    if (refused.throttled() || refused.status() >= 500 || refused.status() == 408) {
      return new Fetched.Unavailable(
          refused.retryAfter(), "AWS answered with status " + refused.status());
    }
    if (refused.code().equals("ResourceNotFoundException")) {
      return new Fetched.Gone("AWS has no such file, or not any more");
    }
    return new Fetched.Refused(
        AwsVerdict.common(refused)
            .map(Reason::description)
            .orElse("AWS refused to fetch the file"));
  }

  /** What is left in the bucket would be out of our hands, so then it is all done again. */
  private static Fetched taken(S3Result read, S3Result deleted) {
    if (deleted instanceof S3Result.Unavailable(Optional<Duration> retryAfter, String why)) {
      return new Fetched.Unavailable(retryAfter, "the object could not be deleted: " + why);
    }
    if (deleted instanceof S3Result.Refused(int status, String _)) {
      return new Fetched.Unavailable(
          Optional.empty(), "the object could not be deleted: S3 answered with status " + status);
    }
    return switch (read) {
      case S3Result.Done _ -> new Fetched.Whole();
      case S3Result.Stopped _ -> new Fetched.Stopped();
      case S3Result.Missing _ ->
          new Fetched.Unavailable(Optional.empty(), "AWS put no object into the bucket");
      case S3Result.Refused(int status, String _) ->
          new Fetched.Refused("S3 does not give the object to this key: status " + status);
      case S3Result.Unavailable(Optional<Duration> retryAfter, String why) ->
          new Fetched.Unavailable(retryAfter, why);
    };
  }

  private static Optional<String> version(S3Result result) {
    return switch (result) {
      case S3Result.Done(Optional<String> version) -> version;
      case S3Result.Stopped(Optional<String> version) -> version;
      case S3Result.Missing _, S3Result.Refused _, S3Result.Unavailable _ -> Optional.empty();
    };
  }

  /** Whether the bucket serves: puts an object of our own there, reads it and takes it away. */
  Channel.Check check(SocialCredentials account, Duration deadline) {
    if (account.mediaBucket().isEmpty()) {
      return new Channel.Check.Good();
    }
    S3Object object = new S3Object(account.mediaBucket().get(), PROBE);
    Time time = new Time(deadline);
    S3Result put = objects.put(account.aws(), object, Bytes.utf8("check"), time.left());
    if (!(put instanceof S3Result.Done(Optional<String> version))) {
      return unfit(put);
    }
    S3Result read = objects.get(account.aws(), object, new Nothing(), time.left());
    S3Result deleted = objects.delete(account.aws(), object, version, time.left());
    if (!(read instanceof S3Result.Done)) {
      return unfit(read);
    }
    if (!(deleted instanceof S3Result.Done)) {
      return unfit(deleted);
    }
    return version.isEmpty()
        ? new Channel.Check.Good()
        : new Channel.Check.Refused(
            "media_bucket keeps versions of its objects: name one that does not.");
  }

  private static Channel.Check unfit(S3Result result) {
    if (!(result instanceof S3Result.Refused(int status, String code))) {
      return new Channel.Check.Away();
    }
    return new Channel.Check.Refused(
        code.equals("NoSuchBucket")
            ? "AWS knows no such bucket: check media_bucket."
            : status == 403
                ? "The access key may not use media_bucket: allow it s3:PutObject, s3:GetObject and"
                    + " s3:DeleteObject there."
                : "S3 does not serve media_bucket so: it must be one of the account's region.");
  }

  /** What is left of a deadline; never less than a moment. */
  private static final class Time {
    private final long endNanos;

    Time(Duration time) {
      this.endNanos = System.nanoTime() + time.toNanos();
    }

    Duration left() {
      return Duration.ofNanos(
          Math.max(Duration.ofMillis(1).toNanos(), endNanos - System.nanoTime()));
    }
  }

  /** Reads what nobody wants. */
  private static final class Nothing implements Receiver {
    @Override
    public boolean begins(int status, Headers headers) {
      return true;
    }

    @Override
    public boolean takes(byte[] bytes, int from, int count) {
      return true;
    }
  }
}
