package dev.throughline.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.contract.Omnichannel.Part;
import dev.throughline.contract.OmnichannelSends.Step;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.SendRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * The AWS sample's request is read as its documentation has it, says by name what is wrong with it,
 * and becomes a send that says the same.
 */
class OmnichannelTest {
  private static final AppId APP = new AppId(new Ulid(1, 1));
  private static final String USER = "U0123456789abcdef0123456789abcdef";

  private static final String REQUEST =
      """
      {"use_case":"fallback","fallback_seconds":"90",
       "pc":{"channel":"whatsapp","sender":"phone-number-id-1","recipient":"+819012345678",
         "whatsapp":{"message":"Hello"}},
       "fc":{"channel":"sms","sender":"pool-1","recipient":"+819012345678",
         "sms":{"message":"Hi","message_type":"PROMOTIONAL","configuration_set":"set"}}}
      """;

  @Test
  void aFallbackIsAPlanOfTwoSteps() {
    SendRequest send = send(REQUEST);

    assertThat(send.app()).isEqualTo(APP);
    assertThat(send.plan())
        .extracting(PlannedStep::channel, PlannedStep::until, PlannedStep::within)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                ChannelName.WHATSAPP, Assurance.DEVICE, Optional.of(Duration.ofSeconds(90))),
            org.assertj.core.groups.Tuple.tuple(
                ChannelName.SMS, Assurance.ACCEPTED, Optional.empty()));
    assertThat(send.plan()).extracting(PlannedStep::sender).containsOnly(Optional.of("3"));
    assertThat(send.message().json()).contains("Hello");
    assertThat(send.plan().getLast().message().orElseThrow().json()).contains("Hi");
    assertThat(send.messageClass()).contains(MessageClass.MARKETING);
    assertThat(send.channelProperties()).containsEntry("SMS_MESSAGE_TYPE", "PROMOTIONAL");
  }

  @ParameterizedTest
  @CsvSource({
    "line,     ACCEPTED",
    "whatsapp, DEVICE",
    "sms,      CARRIER",
    "email,    CARRIER",
  })
  void whatEndsTheWaitIsTheSamples(String channel, Assurance until) {
    ObjectNode request = Json.request(Bytes.utf8(REQUEST));
    ObjectNode part = request.putObject("pc").put("channel", channel);
    part.put(
        "recipient",
        switch (channel) {
          case "line" -> USER;
          case "email" -> "taro@example.com";
          default -> "+819012345678";
        });
    ObjectNode content = part.putObject(channel);
    content.put("message", "Hello").put("subject", "Hello").put("html", "<p>Hello</p>");

    assertThat(send(Json.text(request)).plan().getFirst().until()).isEqualTo(until);
  }

  @Test
  void whatIsSaidOfASendIsSaidOfIt() {
    SendRequest send =
        send(
            REQUEST.replace(
                "\"fallback_seconds\":\"90\"",
                "\"fallback_seconds\":90,\"validate_only\":true,\"ttl\":\"60s\","
                    + "\"message_content_type\":\"CONTENT_NOTIFICATION\",\"urgent\":true"));

    assertThat(send.validateOnly()).isTrue();
    assertThat(send.ttl()).contains(Duration.ofSeconds(60));
    assertThat(send.messageClass()).contains(MessageClass.NOTIFICATION);
    assertThat(send.urgent()).isTrue();
    assertThat(send.plan().getFirst().within()).contains(Duration.ofSeconds(90));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "fallback","fallback_s    | "blast","fallback_s        | use_case
          "use_case":"fallback",    | ''                         | use_case
          "90"                      | "0"                        | fallback_seconds
          "90"                      | 0.5                        | fallback_seconds
          "90"                      | "2592001"                  | fallback_seconds
          "90"                      | ["90"]                     | fallback_seconds
          "pc":                     | "px":                      | pc
          "fc":                     | "fx":                      | fc
          "channel":"whatsapp"      | "channel":"fax"            | pc.channel
          "channel":"whatsapp"      | "channel":"line"           | pc.line
          "whatsapp":{"message"     | "whatsapp":{"text"         | pc.whatsapp.message
          "message":"Hi"            | "message":""               | fc.sms.message
          PROMOTIONAL               | BULK                       | fc.sms.message_type
          "recipient":"+819012345678", "whatsapp" | "whatsapp"   | pc.recipient
          "channel":"sms"           | "channel":"email"          | fc.email
          """)
  void whatIsWrongIsNamed(String part, String instead, String field) {
    String request = REQUEST.replaceAll("\\s*\\n\\s*", " ");
    assertThat(request).contains(part);
    WrongFieldException wrong =
        catchThrowableOfType(
            WrongFieldException.class,
            () -> send(request.replace(part, instead.equals("''") ? "" : instead)));

    assertThat(wrong.field()).isEqualTo(field);
  }

  @Test
  void aMailIsAsItWasWrittenOrAsSesKeepsIt() {
    String mail =
        """
        {"use_case":"broadcast",
         "pc":{"channel":"email","recipient":"taro@example.com",
           "email":{"subject":"S","text":"T","html":"<b>H</b>"}},
         "fc":{"channel":"email","recipient":"taro@example.com","email":{"template":"welcome"}}}
        """;
    Omnichannel asked = Omnichannel.read(Bytes.utf8(mail));

    assertThat(Json.text(asked.part("pc").message()))
        .contains("\\\"Subject\\\":\\\"S\\\"", "\\\"Html\\\":\\\"<b>H</b>\\\"");
    assertThat(Json.text(asked.part("fc").message()))
        .contains("\\\"TemplateName\\\":\\\"welcome\\\"");
    WrongFieldException empty =
        catchThrowableOfType(
            WrongFieldException.class,
            () ->
                Omnichannel.read(
                        Bytes.utf8(mail.replace(",\"text\":\"T\",\"html\":\"<b>H</b>\"", "")))
                    .part("pc"));
    assertThat(empty.field()).isEqualTo("pc.email.text");
  }

  /** As if one app had all accounts under the ordinal 3. */
  private static SendRequest send(String request) {
    Omnichannel asked = Omnichannel.read(Bytes.utf8(request));
    List<Step> steps = new ArrayList<>();
    for (String name : List.of(Omnichannel.PRIMARY, Omnichannel.FALLBACK)) {
      Part part = asked.part(name);
      steps.add(new Step(part, 3));
    }
    return SendRequests.parse(OmnichannelSends.of(asked, APP, steps)).request().orElseThrow();
  }
}
