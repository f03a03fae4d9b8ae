package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.VirtualClock;
import dev.throughline.sandbox.people.ScriptedPhones;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** An emulated AWS for a test, with Amazon's clients, scripted phones and a clock that stands. */
final class Cloud implements AutoCloseable {
  static final String KEY_ID = "AKIAIOSFODNN7EXAMPLE";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  static final String OWN_NUMBER = "+12065550100";
  static final String WHATSAPP = "phone-number-id-0123456789abcdef0123456789abcdef";
  static final String ALICE = "+819012345678";

  final VirtualClock clock = new VirtualClock();
  final ScriptedPhones phones = new ScriptedPhones();
  final AwsEmulator emulator;
  final AwsControl control;
  final SesV2Client ses;
  final PinpointSmsVoiceV2Client sms;
  final SocialMessagingClient social;
  final SqsClient sqs;
  final S3Client s3;

  Cloud() {
    this(config -> config);
  }

  Cloud(UnaryOperator<AwsConfig> change) {
    AwsConfig config =
        AwsConfig.account(KEY_ID, SECRET)
            .withTexting(
                new AwsConfig.Texting(
                    List.of(
                        new AwsConfig.OwnNumber(OWN_NUMBER, false),
                        new AwsConfig.OwnNumber("+12065550102", true)),
                    List.of("EXAMPLE"),
                    Map.of("pool-1", OWN_NUMBER),
                    1_000));
    emulator = new AwsEmulator(change.apply(config), phones, clock, new SplittableRandom(20261121));
    control = emulator.control();
    ses = with(SesV2Client.builder(), SECRET).build();
    sms = with(PinpointSmsVoiceV2Client.builder(), SECRET).build();
    social = with(SocialMessagingClient.builder(), SECRET).build();
    sqs = with(SqsClient.builder(), SECRET).build();
    s3 = s3(with(S3Client.builder(), SECRET));
  }

  /** Signs bodies whole: not in pieces, as it does for streams. */
  static S3Client s3(S3ClientBuilder builder) {
    return builder
        .forcePathStyle(true)
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
        .build();
  }

  /** A client of this cloud that signs with the given secret and never tries again. */
  <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B with(
      B builder, String secret) {
    return builder
        .endpointOverride(emulator.baseUri())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY_ID, secret)))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(1)))
        .overrideConfiguration(
            ClientOverrideConfiguration.builder()
                .retryStrategy(retries -> retries.maxAttempts(1))
                .build());
  }

  /** A topic with one subscriber, confirmed. */
  String topic(String name, Inbox inbox) {
    String arn = control.topic(name, "2");
    control.subscribe(arn, "http", inbox.url());
    String url = inbox.next().json().path("SubscribeURL").stringValue("");
    if (Inbox.get(url).statusCode() != 200) {
      throw new AssertionError("the subscription was not confirmed");
    }
    return arn;
  }

  /** A number that is the constant's own: {@code prefix} and two digits. */
  static String numberOf(String prefix, Enum<?> one) {
    return prefix + (10 + Arrays.asList(one.getDeclaringClass().getEnumConstants()).indexOf(one));
  }

  /** The ARN of a queue, by its URL. */
  String arnOf(String queueUrl) {
    return Objects.requireNonNull(
        sqs.getQueueAttributes(
                request -> request.queueUrl(queueUrl).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN));
  }

  /** What was accepted by a service, oldest first. */
  List<AcceptedMessage> accepted(String service) {
    return control.accepted().after(0, 1_000).entries().stream()
        .map(entry -> entry.value())
        .filter(one -> one.service().equals(service))
        .toList();
  }

  List<AwsCall> calls() {
    return control.calls().after(0, 10_000).entries().stream().map(entry -> entry.value()).toList();
  }

  @Override
  public void close() {
    ses.close();
    sms.close();
    social.close();
    sqs.close();
    s3.close();
    emulator.close();
  }
}
