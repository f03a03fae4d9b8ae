package dev.throughline.channel.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.FreePort;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.line.ScriptedServer;
import dev.throughline.http.Http;
import dev.throughline.message.Reason.Code;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ConflictException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.SendTextMessageResponse;

/**
 * A call of AWS goes out at most once, and what is said of it afterwards is what was known on the
 * wire: never "not sent" once a byte has left, never "accepted" without AWS's own word.
 */
final class AwsClientsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final AwsCredentials ACCOUNT =
      new AwsCredentials(
          "AKIDEXAMPLE", "secret", Optional.empty(), "eu-west-1", List.of(), Optional.empty());

  private final Http http = new Http(Http.Settings.of("test"));
  private final ScriptedServer server =
      new ScriptedServer(ScriptedServer.answer(200, "x-amzn-requestid: r-1", "{}"));

  @AfterEach
  void close() throws IOException {
    http.close();
    server.close();
  }

  @Test
  void whatAwsTookIsAcceptedUnderItsName() {
    server.script(ScriptedServer.answer(200, "x-amzn-requestid: r-1", "{\"MessageId\":\"m-1\"}"));

    SendResult result = send(server.address(), DEADLINE);

    assertThat(result).isInstanceOf(SendResult.Accepted.class);
    assertThat(((SendResult.Accepted) result).platformMessageIds()).containsExactly("m-1");
    assertThat(result.exchange().requestId()).contains("r-1");
    assertThat(result.exchange().response().asUtf8()).isEqualTo("{\"MessageId\":\"m-1\"}");
    assertThat(server.received).hasSize(1);
    assertThat(server.last().headers())
        .containsEntry("x-amz-target", "PinpointSMSVoiceV2.SendTextMessage");
    assertThat(server.last().headers().get("authorization"))
        .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        .contains("/eu-west-1/sms-voice/aws4_request");
  }

  @Test
  void theErrorsOwnFieldsAreReadAndItsTextIsNot() {
    server.script(
        ScriptedServer.answer(
            400,
            "content-type: application/x-amz-json-1.0",
            "{\"__type\":\"ConflictException\",\"Message\":\"+819012345678 opted out\","
                + "\"Reason\":\"DESTINATION_PHONE_NUMBER_OPTED_OUT\"}"));

    AwsResult<SendTextMessageResponse> result = call(server.address(), DEADLINE);

    assertThat(result).isInstanceOf(AwsResult.Refused.class);
    var refused = (AwsResult.Refused<SendTextMessageResponse>) result;
    assertThat(refused.code()).isEqualTo("ConflictException");
    assertThat(((ConflictException) refused.error()).reasonAsString())
        .isEqualTo("DESTINATION_PHONE_NUMBER_OPTED_OUT");
    assertThat(refused.toString()).doesNotContain("819012345678");
    assertThat(verdict(result).toString()).doesNotContain("819012345678");
  }

  @ParameterizedTest
  @CsvSource({
    "400, ThrottlingException, Throttled, RATE_LIMITED",
    "429, TooManyRequestsException, Throttled, RATE_LIMITED",
    "400, UnrecognizedClientException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "403, InvalidSignatureException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "400, ExpiredTokenException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "400, AccessDeniedException, Rejected, NO_PERMISSION",
    "400, ValidationException, Rejected, CHANNEL_REJECT",
    "500, InternalServerException, Unknown, CHANNEL_FAILURE",
    "503, ServiceUnavailable, Unknown, CHANNEL_FAILURE",
    "408, RequestTimeout, Unknown, CHANNEL_FAILURE",
  })
  void eachErrorAsksForAnotherNextStep(int status, String type, String verdict, Code code) {
    server.script(
        ScriptedServer.answer(
            status,
            "content-type: application/x-amz-json-1.0\r\nretry-after: 7",
            "{\"__type\":\"" + type + "\",\"Message\":\"what somebody wrote\"}"));

    SendResult result = send(server.address(), DEADLINE);

    assertThat(result.getClass().getSimpleName()).isEqualTo(verdict);
    assertThat(reason(result)).isEqualTo(code);
    assertThat(server.received).hasSize(1);
    if (result instanceof SendResult.Throttled throttled) {
      assertThat(throttled.retryAfter()).contains(Duration.ofSeconds(7));
    }
  }

  @Test
  void whereNobodyListensNothingWasSent() throws IOException {
    URI nobody = URI.create("http://127.0.0.1:" + FreePort.find());

    assertThat(send(nobody, DEADLINE)).isInstanceOf(SendResult.Unreachable.class);
  }

  @Test
  void aConnectionThatBreaksAfterTheRequestLeavesItUnknown() {
    server.script(ScriptedServer.reset());
    assertThat(send(server.address(), DEADLINE)).isInstanceOf(SendResult.Unknown.class);

    server.script((connection, out) -> {});
    assertThat(send(server.address(), DEADLINE)).isInstanceOf(SendResult.Unknown.class);

    assertThat(server.received).hasSize(2);
  }

  @Test
  void anAnswerThatDoesNotComeInTimeLeavesItUnknown() {
    // The SDK's classes are loaded with the first call of all.
    send(server.address(), DEADLINE);
    server.script(ScriptedServer.hang());

    SendResult result = send(server.address(), Duration.ofMillis(500));

    assertThat(result).isInstanceOf(SendResult.Unknown.class);
    assertThat(server.received).hasSize(2);
  }

  @Test
  void anAnswerThatIsNoneOfAwsLeavesItUnknown() {
    server.script(ScriptedServer.answer(200, "content-type: text/html", "<html>hello</html>"));
    assertThat(send(server.address(), DEADLINE)).isInstanceOf(SendResult.Unknown.class);

    server.script(ScriptedServer.answer(200, "", "{}"));
    assertThat(send(server.address(), DEADLINE)).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void credentialsShowNothingSecret() {
    AwsCredentials account =
        new AwsCredentials(
            "AKIDEXAMPLE",
            "hush",
            Optional.of("token-hush"),
            "eu-west-1",
            List.of(),
            Optional.empty());

    assertThat(account.toString()).doesNotContain("hush").doesNotContain("AKID");
  }

  private SendResult send(URI address, Duration deadline) {
    return verdict(call(address, deadline));
  }

  private static SendResult verdict(AwsResult<SendTextMessageResponse> result) {
    return AwsVerdict.of(
        result,
        answer -> Optional.ofNullable(answer.messageId()).stream().toList(),
        refused -> Optional.empty());
  }

  private AwsResult<SendTextMessageResponse> call(URI address, Duration deadline) {
    AwsClients<PinpointSmsVoiceV2Client> clients =
        AwsClients.of(
            PinpointSmsVoiceV2Client::builder,
            new AwsSettings(Optional.of(address), AwsSettings.SNS),
            http,
            InstantSource.system());
    return clients.call(
        ACCOUNT,
        deadline,
        client ->
            client.sendTextMessage(
                request -> request.destinationPhoneNumber("+819012345678").messageBody("hello")));
  }

  private static Code reason(SendResult result) {
    return switch (result) {
      case SendResult.Throttled throttled -> throttled.ifGivenUp().code();
      case SendResult.Rejected rejected -> rejected.reason().code();
      case SendResult.Unknown unknown -> unknown.ifGivenUp().code();
      case SendResult.Unreachable unreachable -> unreachable.ifGivenUp().code();
      case SendResult.Accepted _, SendResult.AlreadyAccepted _, SendResult.ReplyTokenInvalid _ ->
          throw new AssertionError(result.toString());
    };
  }
}
