package dev.throughline.channel.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.channel.AccountForm;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.line.ScriptedServer;
import dev.throughline.contract.Fields;
import dev.throughline.contract.Json;
import dev.throughline.contract.WrongFieldException;
import dev.throughline.http.Http;
import dev.throughline.message.Bytes;
import dev.throughline.message.Reason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Over AWS End User Messaging Social the same message of Meta's goes out once, as the blob that AWS
 * passes on; each of AWS's errors asks for its own next step, and none of its sentences is
 * repeated.
 */
class SocialSenderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String ENTRY =
      """
      {"channel":"WHATSAPP","whatsapp_aws_social":{"access_key_id":"AKIDEXAMPLE",
        "secret_access_key":"secret","region":"eu-west-1",
        "origination_phone_number_id":"phone-number-id-0123456789abcdef0123456789abcdef",
        "meta_phone_number_id":"1065"}}\
      """;

  private final Http http = new Http(Http.Settings.of("test"));
  private final ScriptedServer server =
      new ScriptedServer(
          ScriptedServer.answer(200, "x-amzn-requestid: r-1", "{\"messageId\":\"8a3f\"}"));
  private final SocialSender sender =
      new SocialSender(
          AwsClients.of(
              SocialMessagingClient::builder,
              new AwsSettings(Optional.of(server.address()), AwsSettings.SNS),
              http,
              Instant::now),
          "v23.0");

  @AfterEach
  void close() throws IOException {
    http.close();
    server.close();
  }

  private static AccountForm.Given given(String entry) {
    return new WhatsAppAccountForm().read(Fields.of((ObjectNode) JSON.readTree(entry)));
  }

  private static SocialCredentials credentials(String entry) {
    return (SocialCredentials)
        new WhatsAppAccountForm().credentials(Json.bytes(given(entry).kept())).orElseThrow();
  }

  private SendResult send(String message) {
    return sender.send(credentials(ENTRY), Bytes.utf8(message), Duration.ofSeconds(5));
  }

  @Test
  void aMessageOfMetasIsPassedOnAsItIs() {
    String message = "{\"to\":\"819012345678\",\"type\":\"text\",\"text\":{\"body\":\"こんにちは\"}}";

    SendResult result = send(message);

    assertThat(((SendResult.Accepted) result).platformMessageIds()).containsExactly("8a3f");
    assertThat(server.received).hasSize(1);
    assertThat(server.last().path()).isEqualTo("/v1/whatsapp/send");
    assertThat(server.last().headers().get("authorization"))
        .contains("/eu-west-1/social-messaging/aws4_request");
    JsonNode body = JSON.readTree(server.last().body());
    assertThat(body.path("originationPhoneNumberId").asString())
        .isEqualTo("phone-number-id-0123456789abcdef0123456789abcdef");
    assertThat(body.path("metaApiVersion").asString()).isEqualTo("v23.0");
    assertThat(Bytes.wrap(Base64.getDecoder().decode(body.path("message").asString())).asUtf8())
        .isEqualTo(message);
  }

  @Test
  void aTemplateForMarketingGoesTheUsualWay() {
    send("{\"type\":\"template\",\"product_policy\":\"CLOUD_API_FALLBACK\"}");

    JsonNode body = JSON.readTree(server.last().body());
    assertThat(Bytes.wrap(Base64.getDecoder().decode(body.path("message").asString())).asUtf8())
        .isEqualTo("{\"type\":\"template\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "400, ValidationException, Rejected, BAD_REQUEST",
    "400, InvalidParametersException, Rejected, BAD_REQUEST",
    "403, AccessDeniedException, Rejected, NO_PERMISSION",
    "403, AccessDeniedByMetaException, Rejected, NO_PERMISSION",
    "404, ResourceNotFoundException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "429, ThrottledRequestException, Throttled, RATE_LIMITED",
    "500, InternalServiceException, Unknown, CHANNEL_FAILURE",
    "502, DependencyException, Unknown, CHANNEL_FAILURE"
  })
  void errorsOfAwsAskForTheirOwnNextStep(
      int status, String error, String result, Reason.Code reason) {
    server.script(
        ScriptedServer.answer(
            status, "x-amzn-errortype: " + error, "{\"message\":\"secret words\"}"));

    SendResult sent = send("{\"type\":\"text\"}");

    assertThat(sent.getClass().getSimpleName()).isEqualTo(result);
    Reason why =
        switch (sent) {
          case SendResult.Rejected rejected -> rejected.reason();
          case SendResult.Throttled throttled -> throttled.ifGivenUp();
          case SendResult.Unknown unknown -> unknown.ifGivenUp();
          default -> throw new AssertionError(sent.toString());
        };
    assertThat(why.code()).isEqualTo(reason);
    assertThat(why.description()).doesNotContain("secret words");
    assertThat(server.received).hasSize(1);
  }

  @Test
  void anAccountIsKnownByItsNumberAtMeta() {
    assertThat(given(ENTRY).platformId()).contains("1065");
    assertThat(given(ENTRY).kept().toString()).contains("AKIDEXAMPLE");
  }

  @Test
  void theBucketOfFilesIsOptionalAndOneThatS3Has() {
    assertThat(credentials(ENTRY).mediaBucket()).isEmpty();
    assertThat(credentials(withBucket("our-files-1")).mediaBucket()).contains("our-files-1");
    for (String wrong : List.of("a", "Files", "our.files", "-files", "x".repeat(64), "a/b")) {
      assertThatThrownBy(() -> given(withBucket(wrong)))
          .isInstanceOf(WrongFieldException.class)
          .hasMessageContaining("name of an S3 bucket");
    }
  }

  private static String withBucket(String name) {
    return ENTRY.replace("\"1065\"", "\"1065\",\"media_bucket\":\"" + name + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"whatsapp_aws_social\":{}}",
        "{\"whatsapp_aws_social\":{\"access_key_id\":\"A\",\"secret_access_key\":\"s\",\"region\":\"eu-west-1\"}}",
        "{\"whatsapp_aws_social\":{\"access_key_id\":\"A\",\"secret_access_key\":\"s\",\"region\":\"here\","
            + "\"origination_phone_number_id\":\"p\"}}",
        "{\"static_bearer\":{\"claimed_identity\":\"1\",\"token\":\"t\"},\"whatsapp_aws_social\":{}}"
      })
  void whatIsNoAccountIsRefused(String entry) {
    assertThatThrownBy(() -> given(entry)).isInstanceOf(WrongFieldException.class);
  }
}
