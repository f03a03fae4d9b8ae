package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.emulator.Scripted;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.pinpointsmsvoicev2.PinpointSmsVoiceV2Client;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ConflictException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.InternalServerException;
import software.amazon.awssdk.services.pinpointsmsvoicev2.model.ThrottlingException;
import software.amazon.awssdk.services.sesv2.model.TooManyRequestsException;
import software.amazon.awssdk.services.socialmessaging.model.DependencyException;
import software.amazon.awssdk.services.socialmessaging.model.ThrottledRequestException;

/**
 * What goes wrong goes wrong as it does at AWS: a wrong signature is refused before anything
 * happens, a scripted fault strikes where and as often as it was told to, and the record says for
 * each request whether it had its effect, whatever was answered.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AwsFaultTest {
  private final Cloud cloud = new Cloud();

  @AfterAll
  void close() {
    cloud.close();
  }

  private void send(PinpointSmsVoiceV2Client client, String to) {
    client.sendTextMessage(request -> request.destinationPhoneNumber(to).messageBody("hello"));
  }

  @Test
  void aWrongSecretIsRefusedAndNothingHappens() {
    try (var wrong = cloud.with(PinpointSmsVoiceV2Client.builder(), "another secret").build()) {
      AwsServiceException refused =
          catchThrowableOfType(AwsServiceException.class, () -> send(wrong, "+819030000001"));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("InvalidSignatureException");
    }
    assertThat(cloud.phones.shown("+819030000001")).isEmpty();
  }

  @Test
  void aScopeOfAnotherRegionIsRefused() {
    try (var elsewhere =
        cloud
            .with(PinpointSmsVoiceV2Client.builder(), Cloud.SECRET)
            .region(Region.EU_WEST_1)
            .build()) {
      AwsServiceException refused =
          catchThrowableOfType(AwsServiceException.class, () -> send(elsewhere, "+819030000002"));
      assertThat(refused.getMessage()).contains("scoped to region 'us-east-1'");
    }
  }

  @Test
  void anUnsignedRequestIsRefused() {
    assertThat(Inbox.get(cloud.emulator.baseUri() + "/v2/email/account").statusCode())
        .isEqualTo(403);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {
        "ERROR_BEFORE",
        "ERROR_AFTER",
        "HANG_BEFORE",
        "HANG_AFTER",
        "RESET_BEFORE",
        "RESET_AFTER"
      })
  void theRecordTellsWhetherItWasAccepted(Fault fault) {
    String to = Cloud.numberOf("+8190300001", fault);
    cloud.control.setFaults(
        List.of(
            Scripted.times("sms.SendTextMessage", fault, 1)
                .about(to)
                .withDelay(Duration.ofMillis(300))));

    Throwable failure = catchThrowable(() -> send(cloud.sms, to));

    boolean accepted = fault.afterAccepting();
    assertThat(failure)
        .isInstanceOf(
            fault.name().startsWith("ERROR")
                ? InternalServerException.class
                : SdkClientException.class);
    assertThat(cloud.phones.shown(to)).hasSize(accepted ? 1 : 0);
    assertThat(cloud.accepted("sms").stream().filter(one -> one.to().contains(to)))
        .hasSize(accepted ? 1 : 0);
    assertThat(cloud.calls().stream().filter(call -> call.body().contains(to)))
        .allSatisfy(call -> {
          assertThat(call.accepted()).isEqualTo(accepted);
          assertThat(call.fault()).contains(fault.label());
        });
    send(cloud.sms, to);
    assertThat(cloud.phones.shown(to)).hasSize(accepted ? 2 : 1);
  }

  @Test
  void eachServiceThrottlesInItsOwnWords() {
    cloud.control.setFaults(
        List.of(
            Scripted.always("sms.*", Fault.THROTTLE),
            Scripted.always("ses.GetAccount", Fault.THROTTLE),
            Scripted.always("social.SendWhatsAppMessage", Fault.THROTTLE).about("81903000")));
    assertThat(
            catchThrowableOfType(ThrottlingException.class, () -> send(cloud.sms, "+819030000003")))
        .isNotNull();
    TooManyRequestsException mail =
        catchThrowableOfType(
            TooManyRequestsException.class, () -> cloud.ses.getAccount(request -> {}));
    assertThat(mail.statusCode()).isEqualTo(429);
    assertThat(
            catchThrowableOfType(ThrottledRequestException.class, () -> whatsApp("819030000003")))
        .isNotNull();
    whatsApp("819040000003");
    cloud.control.clearFaults();
    send(cloud.sms, "+819030000003");
  }

  private void whatsApp(String to) {
    cloud.social.sendWhatsAppMessage(request ->
        request
            .originationPhoneNumberId(Cloud.WHATSAPP)
            .metaApiVersion("v20.0")
            .message(
                SdkBytes.fromUtf8String(
                    "{\"messaging_product\":\"whatsapp\",\"to\":\"" + to + "\"}")));
  }

  @Test
  void aRejectionCarriesCodeAndReason() {
    cloud.control.setFaults(
        List.of(
            Scripted.times("sms.SendTextMessage", Fault.REJECT, 1)
                .withDetail("ConflictException/DESTINATION_PHONE_NUMBER_NOT_VERIFIED"),
            Scripted.times("social.SendWhatsAppMessage", Fault.REJECT, 1)
                .withDetail("DependencyException")));
    ConflictException conflict =
        catchThrowableOfType(ConflictException.class, () -> send(cloud.sms, "+819030000004"));
    assertThat(conflict.reasonAsString()).isEqualTo("DESTINATION_PHONE_NUMBER_NOT_VERIFIED");
    DependencyException meta =
        catchThrowableOfType(DependencyException.class, () -> whatsApp("819030000004"));
    assertThat(meta.statusCode()).isEqualTo(502);
  }

  @ParameterizedTest
  @CsvSource({
    "sms.SendTextMessage, DUPLICATE",
    "sms.SendNothing, REJECT",
    "events.sms, HANG_AFTER",
    "events.sms, BAD_SIGNATURE",
    "notices, LATE",
    "*, REJECT"
  })
  void aFaultThatCouldNeverStrikeIsRefused(String endpoint, Fault fault) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> cloud.control.setFaults(List.of(Scripted.always(endpoint, fault))))
        .withMessageContaining(fault.label());
  }
}
