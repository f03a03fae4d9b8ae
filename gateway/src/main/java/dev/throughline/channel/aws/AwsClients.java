package dev.throughline.channel.aws;

import dev.throughline.channel.SendResult.Exchange;
import dev.throughline.http.Http;
import dev.throughline.http.RetryAfter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;

/**
 * Clients of one of AWS's services, one an account, and calls by them: once each, within a
 * deadline. Which exception the SDK throws decides nothing but what AWS's answer was; whether the
 * request left at all is seen where it leaves (docs/channels/aws.md).
 *
 * @param <C> the SDK's client of the service
 */
public final class AwsClients<C> {
  /** A client costs some tens of kilobytes, and milliseconds to build. */
  private static final int MAX_CLIENTS = 256;

  private static final int MAX_ANSWER_BYTES = 256 << 10;
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

  private final Function<AwsCredentials, C> build;
  private final InstantSource clock;
  private final int maxAnswerBytes;
  private final Map<AwsCredentials, C> clients =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<AwsCredentials, C> eldest) {
          return size() > MAX_CLIENTS;
        }
      };

  private AwsClients(Function<AwsCredentials, C> build, InstantSource clock, int maxAnswerBytes) {
    this.build = build;
    this.clock = clock;
    this.maxAnswerBytes = maxAnswerBytes;
  }

  /**
   * @param builder the service's, such as {@code SesV2Client::builder}
   */
  public static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> AwsClients<C> of(
      Supplier<B> builder, AwsSettings settings, Http http, InstantSource clock) {
    return of(builder, settings, http, clock, MAX_ANSWER_BYTES);
  }

  /**
   * @param maxAnswerBytes a longer answer is as good as none
   */
  public static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> AwsClients<C> of(
      Supplier<B> builder,
      AwsSettings settings,
      Http http,
      InstantSource clock,
      int maxAnswerBytes) {
    SdkHttpClient client = new AwsHttp(http);
    return new AwsClients<>(
        account -> {
          B made = builder.get();
          made.httpClient(client)
              .region(Region.of(account.region()))
              .credentialsProvider(credentials(account))
              // Neither the environment's nor the machine's settings: only what is written here.
              .overrideConfiguration(override ->
                  override
                      .retryStrategy(AwsRetryStrategy.doNotRetry())
                      .defaultProfileFile(ProfileFile.aggregator().build()));
          settings.endpoint().ifPresent(made::endpointOverride);
          return made.build();
        },
        clock,
        maxAnswerBytes);
  }

  /** Calls once. Never throws for what AWS or the network does. */
  public <R> AwsResult<R> call(AwsCredentials account, Duration deadline, Function<C, R> request) {
    C client = client(account);
    AwsCall call = new AwsCall(deadline, maxAnswerBytes);
    try {
      R answer = ScopedValue.where(AwsCall.CURRENT, call).call(() -> request.apply(client));
      return new AwsResult.Done<>(answer, call.wire().exchange());
    } catch (AwsServiceException e) {
      return refused(e, call.wire());
    } catch (SdkException e) {
      return unserved(call.wire());
    }
  }

  /** AWS said no; what the SDK made of the answer goes with it. */
  private <R> AwsResult<R> refused(AwsServiceException e, AwsCall.Wire wire) {
    if (!(wire instanceof AwsCall.Wire.Answered answered)) {
      return unserved(wire);
    }
    Optional<Duration> retryAfter =
        answered
            .retryAfter()
            .flatMap(value -> RetryAfter.parse(value, clock.instant(), LONGEST_RETRY_AFTER));
    String code =
        Optional.ofNullable(e.awsErrorDetails())
            .flatMap(details -> Optional.ofNullable(details.errorCode()))
            .orElse("");
    return new AwsResult.Refused<>(
        answered.status(), code, e.isThrottlingException(), retryAfter, e, wire.exchange());
  }

  /** The SDK gave up by itself: what the wire saw is all that is known. */
  private static <R> AwsResult<R> unserved(AwsCall.Wire wire) {
    return switch (wire) {
      case AwsCall.Wire.NotSent _ -> new AwsResult.NotSent<>(wire.exchange());
      case AwsCall.Wire.Unanswered _ -> new AwsResult.Unanswered<>(wire.exchange());
      case AwsCall.Wire.Answered(int status, var id, var _, var body) ->
          new AwsResult.Unanswered<>(
              new Exchange(status, id, body, "the answer could not be read"));
    };
  }

  private C client(AwsCredentials account) {
    synchronized (clients) {
      return clients.computeIfAbsent(account, build);
    }
  }

  private static StaticCredentialsProvider credentials(AwsCredentials account) {
    return StaticCredentialsProvider.create(
        account
            .sessionToken()
            .<software.amazon.awssdk.auth.credentials.AwsCredentials>map(token ->
                AwsSessionCredentials.create(
                    account.accessKeyId(), account.secretAccessKey(), token))
            .orElseGet(() ->
                AwsBasicCredentials.create(account.accessKeyId(), account.secretAccessKey())));
  }
}
