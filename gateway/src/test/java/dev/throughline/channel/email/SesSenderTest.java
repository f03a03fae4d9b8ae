package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.email.EmailCredentials.Ses;
import dev.throughline.channel.line.ScriptedServer;
import dev.throughline.http.Http;
import dev.throughline.message.Content;
import dev.throughline.message.Reason;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sesv2.SesV2Client;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * SendEmail is called once for one recipient, says what was rendered, and names our tag; each of
 * SES's errors asks for its own next step, and none of its sentences is repeated.
 */
class SesSenderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Ses ACCOUNT =
      new Ses(
          new MailSender("shop@example.com", Optional.of("山田商店"), Optional.of("help@example.com")),
          Optional.empty(),
          new AwsCredentials(
              "AKIDEXAMPLE", "secret", Optional.empty(), "eu-west-1", List.of(), Optional.empty()),
          Optional.of("events"));

  private final Http http = new Http(Http.Settings.of("test"));
  private final ScriptedServer server =
      new ScriptedServer(
          ScriptedServer.answer(200, "x-amzn-requestid: r-1", "{\"MessageId\":\"0106-abc\"}"));

  @AfterEach
  void close() throws IOException {
    http.close();
    server.close();
  }

  @Test
  void aRenderedMailIsSaidAsItIs() {
    SendResult result =
        send(
            rendered(
                new Content.Text("Hello"),
                Map.of(
                    EmailProperties.UNSUBSCRIBE_URL, "https://gateway.example.com/u/1",
                    EmailProperties.FROM_NAME, "News")));

    assertThat(result)
        .isInstanceOfSatisfying(
            SendResult.Accepted.class,
            taken -> assertThat(taken.platformMessageIds()).containsExactly("0106-abc"));
    assertThat(server.received).hasSize(1);
    assertThat(server.last().path()).isEqualTo("/v2/email/outbound-emails");
    JsonNode sent = JSON.readTree(server.last().body());
    assertThat(sent.path("FromEmailAddress").asString()).isEqualTo("News <shop@example.com>");
    assertThat(sent.path("Destination").toString())
        .isEqualTo("{\"ToAddresses\":[\"taro@example.org\"]}");
    assertThat(sent.path("ReplyToAddresses").toString()).isEqualTo("[\"help@example.com\"]");
    assertThat(sent.path("ConfigurationSetName").asString()).isEqualTo("events");
    assertThat(sent.path("EmailTags").toString())
        .isEqualTo(
            "[{\"Name\":\"throughline\",\"Value\":"
                + "\"tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA\"}]");
    JsonNode simple = sent.path("Content").path("Simple");
    assertThat(simple.path("Subject").path("Data").asString()).isEqualTo("Hello");
    assertThat(simple.path("Body").path("Text").path("Data").asString()).startsWith("Hello\n");
    assertThat(simple.path("Headers").toString())
        .isEqualTo(
            "[{\"Name\":\"List-Unsubscribe\",\"Value\":\"<https://gateway.example.com/u/1>\"},"
                + "{\"Name\":\"List-Unsubscribe-Post\",\"Value\":\"List-Unsubscribe=One-Click\"}]");
  }

  @Test
  void aTemplateIsSesToFillIn() {
    send(
        rendered(
            new Content.Native(
                "{\"Content\":{\"Template\":{\"TemplateName\":\"order\",\"TemplateData\":\"{}\"}}}"),
            Map.of()));

    assertThat(JSON.readTree(server.last().body()).path("Content").toString())
        .isEqualTo("{\"Template\":{\"TemplateName\":\"order\",\"TemplateData\":\"{}\"}}");
    assertThat(JSON.readTree(server.last().body()).path("FromEmailAddress").asString())
        .isEqualTo("=?UTF-8?B?5bGx55Sw5ZWG5bqX?= <shop@example.com>");
  }

  @ParameterizedTest
  @CsvSource({
    "429, TooManyRequestsException, Throttled, RATE_LIMITED",
    "400, LimitExceededException, Rejected, RATE_LIMITED",
    "400, MessageRejected, Rejected, CHANNEL_REJECT",
    "400, AccountSuspendedException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "400, SendingPausedException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "400, MailFromDomainNotVerifiedException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "404, NotFoundException, Rejected, CHANNEL_BAD_CONFIGURATION",
    "400, BadRequestException, Rejected, BAD_REQUEST",
    "403, AccessDeniedException, Rejected, NO_PERMISSION",
    "500, InternalFailure, Unknown, CHANNEL_FAILURE",
  })
  void eachErrorAsksForItsNextStep(int status, String type, String verdict, Reason.Code code) {
    server.script(
        ScriptedServer.answer(
            status, "x-amzn-ErrorType: " + type, "{\"message\":\"taro@example.org is bad\"}"));

    SendResult result = send(rendered(new Content.Text("Hello"), Map.of()));

    assertThat(result.getClass().getSimpleName()).isEqualTo(verdict);
    Reason reason =
        switch (result) {
          case SendResult.Throttled later -> later.ifGivenUp();
          case SendResult.Rejected no -> no.reason();
          case SendResult.Unknown unknown -> unknown.ifGivenUp();
          default -> throw new AssertionError(result);
        };
    assertThat(reason.code()).isEqualTo(code);
    assertThat(reason.description()).doesNotContain("taro");
    assertThat(server.received).hasSize(1);
  }

  private SendResult send(MailContent mail) {
    AwsSettings settings = new AwsSettings(Optional.of(server.address()), AwsSettings.SNS);
    SesSender sender =
        new SesSender(
            AwsClients.of(SesV2Client::builder, settings, http, Instant::now), Instant::now);
    return sender.send(
        mail, "taro@example.org", ACCOUNT, EmailGoldenTest.TAG, Duration.ofSeconds(5));
  }

  private static MailContent rendered(Content.Outbound content, Map<String, String> properties) {
    Rendered rendered =
        EmailRendering.render(new Composed(EmailGoldenTest.ID, content, properties));
    return MailContent.of(((Rendered.Ready) rendered).body());
  }
}
