package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.emulator.Bytes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.socialmessaging.model.InvalidParametersException;
import software.amazon.awssdk.services.socialmessaging.model.SocialMessagingException;

/**
 * S3 as Amazon's own client sees it: what was put is there until it is deleted, under an address
 * that somebody was given too, and what is signed wrongly, late or not at all changes nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3SdkTest {
  private static final String BUCKET = "files-in";

  private final Cloud cloud = new Cloud();
  private final HttpClient http = HttpClient.newHttpClient();

  S3SdkTest() {
    cloud.s3.createBucket(bucket -> bucket.bucket(BUCKET));
  }

  @AfterAll
  void close() {
    http.close();
    cloud.close();
  }

  private byte[] get(String key) {
    return cloud.s3.getObjectAsBytes(object -> object.bucket(BUCKET).key(key)).asByteArray();
  }

  private int ask(String method, String url, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** An address by Amazon's signer. */
  private String presigned(String method, String key, String secret, Duration ago) {
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.fromValue(method))
            .uri(URI.create(cloud.emulator.baseUri() + "/" + BUCKET + "/" + key))
            .build();
    return AwsV4HttpSigner.create()
        .sign(signing ->
            signing
                .identity(AwsCredentialsIdentity.create(Cloud.KEY_ID, secret))
                .request(request)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)
                .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(1))
                .putProperty(
                    HttpSigner.SIGNING_CLOCK,
                    Clock.fixed(Instant.now().minus(ago), ZoneOffset.UTC)))
        .request()
        .getUri()
        .toString();
  }

  @Test
  void anObjectIsThereUntilItIsDeleted() {
    String key = "in/a file+ä.png";
    cloud.s3.putObject(
        object -> object.bucket(BUCKET).key(key).contentType("image/png"),
        RequestBody.fromString("picture"));

    var got = cloud.s3.getObjectAsBytes(object -> object.bucket(BUCKET).key(key));

    assertThat(got.asUtf8String()).isEqualTo("picture");
    assertThat(got.response().contentType()).isEqualTo("image/png");
    assertThat(cloud.control.objects(BUCKET)).contains(key);
    cloud.s3.deleteObject(object -> object.bucket(BUCKET).key(key));
    cloud.s3.deleteObject(object -> object.bucket(BUCKET).key(key));
    assertThat(catchThrowableOfType(NoSuchKeyException.class, () -> get(key))).isNotNull();
    assertThat(
            catchThrowableOfType(
                NoSuchBucketException.class,
                () ->
                    cloud.s3.putObject(
                        object -> object.bucket("no-such-bucket").key("k"),
                        RequestBody.fromString("x"))))
        .isNotNull();
  }

  @Test
  void anAddressServesOneKindOfRequestForAWhile() {
    String put = presigned("PUT", "given/a", Cloud.SECRET, Duration.ZERO);

    assertThat(ask("PUT", put, "from elsewhere", "content-type", "text/plain")).isEqualTo(200);

    assertThat(new String(get("given/a"), StandardCharsets.UTF_8)).isEqualTo("from elsewhere");
    assertThat(ask("DELETE", put, "")).isEqualTo(403);
    assertThat(ask("PUT", put.replace("given/a", "given/b"), "x")).isEqualTo(403);
    assertThat(ask("PUT", put + "&x-id=Other", "x")).isEqualTo(403);
    assertThat(ask("PUT", put, "x", "x-amz-acl", "public-read")).isEqualTo(403);
    assertThat(ask("PUT", presigned("PUT", "given/c", "another secret", Duration.ZERO), "x"))
        .isEqualTo(403);
    assertThat(ask("PUT", presigned("PUT", "given/c", Cloud.SECRET, Duration.ofMinutes(2)), "x"))
        .isEqualTo(403);
    assertThat(cloud.control.objects(BUCKET)).contains("given/a").doesNotContain("given/b");
    assertThat(cloud.control.objects(BUCKET)).doesNotContain("given/c");
    assertThat(new String(get("given/a"), StandardCharsets.UTF_8)).isEqualTo("from elsewhere");
  }

  @Test
  void whoHasAnotherSecretPutsNothing() {
    try (S3Client wrong = Cloud.s3(cloud.with(S3Client.builder(), "another secret"))) {
      S3Exception refused =
          catchThrowableOfType(
              S3Exception.class,
              () ->
                  wrong.putObject(
                      object -> object.bucket(BUCKET).key("wrong"), RequestBody.fromString("x")));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("SignatureDoesNotMatch");
    }
    assertThat(cloud.control.objects(BUCKET)).doesNotContain("wrong");
  }

  /** Amazon's own example: the key is where the name begins, and the rest is AWS's. */
  @Test
  void whatAPersonSentComesToABucketByNameOrByAddress() {
    String id =
        cloud.control.media(Bytes.of("photo".getBytes(StandardCharsets.UTF_8)), "image/jpeg");
    cloud.social.getWhatsAppMessageMedia(media ->
        media
            .originationPhoneNumberId(Cloud.WHATSAPP)
            .mediaId(id)
            .destinationS3File(file -> file.bucketName(BUCKET).key("inbound_")));
    assertThat(new String(get("inbound_" + id + ".jpeg"), StandardCharsets.UTF_8))
        .isEqualTo("photo");

    String address = presigned("PUT", "here", Cloud.SECRET, Duration.ZERO);
    var got =
        cloud.social.getWhatsAppMessageMedia(media ->
            media
                .originationPhoneNumberId(Cloud.WHATSAPP)
                .mediaId(id)
                .destinationS3PresignedUrl(to -> to.url(address).headers(Map.of())));
    assertThat(got.fileSize()).isEqualTo(5);
    assertThat(got.mimeType()).isEqualTo("image/jpeg");
    assertThat(new String(get("here"), StandardCharsets.UTF_8)).isEqualTo("photo");

    String late = presigned("PUT", "late", Cloud.SECRET, Duration.ofMinutes(2));
    assertThat(
            catchThrowableOfType(
                InvalidParametersException.class, () -> handOver(id, late, Map.of())))
        .isNotNull();
    assertThat(
            catchThrowableOfType(
                    SocialMessagingException.class,
                    () -> handOver(id, address + "&x=" + "x".repeat(2_000), Map.of()))
                .awsErrorDetails()
                .errorCode())
        .isEqualTo("ValidationException");
    assertThat(cloud.control.objects(BUCKET)).doesNotContain("late");
  }

  private void handOver(String id, String address, Map<String, String> headers) {
    cloud.social.getWhatsAppMessageMedia(media ->
        media
            .originationPhoneNumberId(Cloud.WHATSAPP)
            .mediaId(id)
            .destinationS3PresignedUrl(to -> to.url(address).headers(headers)));
  }
}
