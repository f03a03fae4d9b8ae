package dev.throughline.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.MediaSource.Fetched;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.aws.S3Objects;
import dev.throughline.channel.line.ScriptedServer;
import dev.throughline.http.Headers;
import dev.throughline.http.Http;
import dev.throughline.http.Receiver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file that AWS holds is put into the account's bucket, read and taken away again; it counts as
 * fetched only if it lies there no more, and whatever else happens asks for its own next step.
 */
class SocialFilesTest {
  private static final String MEDIA = "POST";
  private static final String OBJECT = "/files-in/throughline/1234567890";

  private final Http http = new Http(Http.Settings.of("test"));
  private final Map<String, ScriptedServer.Script> answers = new HashMap<>();
  private final ScriptedServer server = new ScriptedServer(ScriptedServer.reset());
  private final SocialFiles files;
  private final ByteArrayOutputStream came = new ByteArrayOutputStream();
  private int most = 1_000;

  SocialFilesTest() {
    AwsSettings settings = new AwsSettings(Optional.of(server.address()), AwsSettings.SNS);
    files =
        new SocialFiles(
            AwsClients.of(SocialMessagingClient::builder, settings, http, Instant::now),
            new S3Objects(settings, http, () -> Instant.parse("2026-11-20T09:00:00Z")));
    server.script((connection, out) ->
        Objects.requireNonNull(answers.get(server.last().method())).run(connection, out));
    answer(MEDIA, 200, "", "{\"mimeType\":\"image/jpeg\",\"fileSize\":7}");
    answer("PUT", 200, "", "");
    answer("GET", 200, "", "picture");
    answer("DELETE", 204, "", "");
  }

  private void answer(String method, int status, String headers, String body) {
    answers.put(method, ScriptedServer.answer(status, headers, body));
  }

  @AfterEach
  void close() throws IOException {
    http.close();
    server.close();
  }

  private static SocialCredentials account(Optional<String> token, Optional<String> bucket) {
    return new SocialCredentials(
        new AwsCredentials(
            "AKIDEXAMPLE", "secret", token, "eu-west-1", List.of(), Optional.empty()),
        "phone-number-id-1",
        bucket);
  }

  private static SocialCredentials account() {
    return account(Optional.empty(), Optional.of("files-in"));
  }

  private Fetched fetch(SocialCredentials account) {
    Receiver receiver =
        new Receiver() {
          @Override
          public boolean begins(int status, Headers headers) {
            return true;
          }

          @Override
          public boolean takes(byte[] bytes, int from, int count) {
            came.write(bytes, from, count);
            return came.size() <= most;
          }
        };
    return files.fetch("1234567890", account, receiver, Duration.ofSeconds(60));
  }

  private List<String> asked() {
    return server.received.stream().map(one -> one.method() + " " + one.path()).toList();
  }

  @Test
  void whatIsFetchedIsReadAndTakenAway() {
    assertThat(fetch(account())).isEqualTo(new Fetched.Whole());

    assertThat(came.toString(StandardCharsets.UTF_8)).isEqualTo("picture");
    assertThat(asked())
        .containsExactly("POST /v1/whatsapp/media/get", "GET " + OBJECT, "DELETE " + OBJECT);
    JsonNode body = JsonMapper.shared().readTree(server.received.getFirst().body());
    assertThat(body.path("mediaId").asString()).isEqualTo("1234567890");
    assertThat(body.path("originationPhoneNumberId").asString()).isEqualTo("phone-number-id-1");
    assertThat(body.has("destinationS3File")).isFalse();
    JsonNode to = body.path("destinationS3PresignedUrl");
    assertThat(to.path("headers").isObject()).isTrue();
    assertThat(to.path("url").asString())
        .startsWith(server.address() + OBJECT + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
        .contains("%2F20261120%2Feu-west-1%2Fs3%2Faws4_request", "X-Amz-Expires=49&");
    assertThat(server.last().headers().get("authorization"))
        .contains("Credential=AKIDEXAMPLE/20261120/eu-west-1/s3/aws4_request");
  }

  @Test
  void anObjectOfABucketThatKeepsVersionsIsTakenAwayForGood() {
    answer("GET", 200, "x-amz-version-id: a/1", "picture");
    assertThat(fetch(account())).isEqualTo(new Fetched.Whole());
    assertThat(asked().getLast()).isEqualTo("DELETE " + OBJECT + "?versionId=a%2F1");

    answer("GET", 200, "x-amz-version-id: null", "picture");
    assertThat(fetch(account())).isEqualTo(new Fetched.Whole());
    assertThat(asked().getLast()).isEqualTo("DELETE " + OBJECT);
  }

  /** Then the bucket would hold what nobody erases. */
  @ParameterizedTest
  @CsvSource({"403", "500", "503"})
  void whatCannotBeTakenAwayDoesNotCountAsFetched(int status) {
    answer("DELETE", status, "retry-after: 7", "<Error><Code>AccessDenied</Code></Error>");

    assertThat(fetch(account()))
        .isInstanceOfSatisfying(
            Fetched.Unavailable.class,
            later -> {
              assertThat(later.why()).startsWith("the object could not be deleted");
              assertThat(later.retryAfter().isPresent()).isEqualTo(status >= 500);
            });
  }

  @Test
  void whatIsTooLargeIsTakenAwayToo() {
    most = 3;
    assertThat(fetch(account())).isEqualTo(new Fetched.Stopped());
    assertThat(asked().getLast()).isEqualTo("DELETE " + OBJECT);
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, Refused",
    "400, AuthorizationHeaderMalformed, Refused",
    "404, NoSuchKey, Unavailable",
    "503, SlowDown, Unavailable"
  })
  void whatCannotBeReadIsTakenAwayToo(int status, String code, String result) {
    answer("GET", status, "", "<Error><Code>" + code + "</Code></Error>");

    assertThat(fetch(account()).getClass().getSimpleName()).isEqualTo(result);
    assertThat(came.size()).isZero();
    assertThat(asked().getLast()).isEqualTo("DELETE " + OBJECT);
  }

  @ParameterizedTest
  @CsvSource({
    "404, ResourceNotFoundException, Gone",
    "400, InvalidParametersException, Refused",
    "403, AccessDeniedException, Refused",
    "403, AccessDeniedByMetaException, Refused",
    "429, ThrottledRequestException, Unavailable",
    "500, InternalServiceException, Unavailable",
    "502, DependencyException, Unavailable"
  })
  void whatAwsDoesNotHandOverIsNotLookedFor(int status, String error, String result) {
    answer(MEDIA, status, "x-amzn-errortype: " + error, "{\"message\":\"secret words\"}");

    Fetched fetched = fetch(account());

    assertThat(fetched.getClass().getSimpleName()).isEqualTo(result);
    assertThat(fetched.toString()).doesNotContain("secret words");
    assertThat(asked()).containsExactly("POST /v1/whatsapp/media/get");
  }

  @Test
  void anAccountWithoutABucketIsToldSoAndAsksNobody() {
    assertThat(fetch(account(Optional.empty(), Optional.empty())))
        .isEqualTo(new Fetched.NotSetUp("NO_MEDIA_BUCKET"));
    assertThat(files.check(account(Optional.empty(), Optional.empty()), Duration.ofSeconds(5)))
        .isEqualTo(new Check.Good());
    assertThat(asked()).isEmpty();
  }

  @Test
  void aSessionTokenGoesWithEachRequestUnlessItIsTooLong() {
    assertThat(fetch(account(Optional.of("a token"), Optional.of("files-in"))))
        .isEqualTo(new Fetched.Whole());
    assertThat(server.last().headers()).containsEntry("x-amz-security-token", "a token");
    int before = server.received.size();

    assertThat(fetch(account(Optional.of("t".repeat(2_000)), Optional.of("files-in"))))
        .isInstanceOf(Fetched.Refused.class);
    assertThat(server.received).hasSize(before);
  }

  @Test
  void aBucketIsTriedWhenTheAppIsSaved() {
    assertThat(files.check(account(), Duration.ofSeconds(5))).isEqualTo(new Check.Good());
    assertThat(asked())
        .containsExactly(
            "PUT /files-in/throughline/check",
            "GET /files-in/throughline/check",
            "DELETE /files-in/throughline/check");
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, 403, AccessDenied, allow it s3:PutObject",
    "GET, 403, AccessDenied, allow it s3:PutObject",
    "DELETE, 403, AccessDenied, allow it s3:PutObject",
    "PUT, 404, NoSuchBucket, check media_bucket",
    "PUT, 301, PermanentRedirect, one of the account's region"
  })
  void whatTheBucketDoesNotServeIsSaid(String method, int status, String code, String words) {
    answer(method, status, "", "<Error><Code>" + code + "</Code></Error>");
    assertThat(files.check(account(), Duration.ofSeconds(5)))
        .isInstanceOfSatisfying(
            Check.Refused.class, refused -> assertThat(refused.sentence()).contains(words));
  }

  @Test
  void aBucketThatKeepsVersionsIsNone() {
    answer("PUT", 200, "x-amz-version-id: v1", "");
    assertThat(files.check(account(), Duration.ofSeconds(5)))
        .isInstanceOfSatisfying(
            Check.Refused.class, refused -> assertThat(refused.sentence()).contains("versions"));
    assertThat(asked().getLast()).isEqualTo("DELETE /files-in/throughline/check?versionId=v1");
  }

  @Test
  void aBucketThatDoesNotAnswerNowIsAskedAgain() {
    answer("PUT", 503, "", "");
    assertThat(files.check(account(), Duration.ofSeconds(5))).isEqualTo(new Check.Away());
  }
}
