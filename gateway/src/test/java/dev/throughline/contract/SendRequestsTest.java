package dev.throughline.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.contract.SendRequests.Parsed;
import dev.throughline.message.AppMessage.Source;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A body of messages:send is either understood, always in the same way, or refused with the name of
 * the field that is wrong.
 */
class SendRequestsTest {
  private static final String APP = "01HZZZZZZZZZZZZZZZZZZZZZZZ";
  private static final String USER = "U0123456789abcdef0123456789abcdef";

  /** What the Java SDK sent when it was recorded, with an app and a user of ours. */
  private static final String RECORDED =
      """
      {"app_id":"01HZZZZZZZZZZZZZZZZZZZZZZZ","channel_priority_order":["LINE","SMS"],\
      "channel_properties":{"SMS_SENDER":"mysender"},"message":{"text_message":{"text":"Hello"}},\
      "message_metadata":"meta","conversation_metadata":{"k":"v"},"queue":"HIGH_PRIORITY",\
      "recipient":{"identified_by":{"channel_identities":[{"channel":"LINE",\
      "identity":"U0123456789abcdef0123456789abcdef"},\
      {"channel":"SMS","identity":"+46701234567"}]}},"ttl":"60s","correlation_id":"corr"}\
      """;

  @Test
  void readsWhatTheJavaSdkSends() {
    SendRequest send = SendRequests.parse(Bytes.utf8(RECORDED)).request().orElseThrow();

    assertThat(send.app()).hasToString(APP);
    assertThat(send.message().general()).contains(new Source.Given(new Content.Text("Hello")));
    assertThat(send.priority()).containsExactly(ChannelName.LINE, new ChannelName("SMS"));
    assertThat(send.recipient())
        .isEqualTo(
            new Recipient.ByIdentities(
                List.of(
                    new Identity(ChannelName.LINE, USER),
                    new Identity(new ChannelName("SMS"), "46701234567"))));
    assertThat(send.metadata()).isEqualTo("meta");
    assertThat(send.conversationMetadata()).contains("{\"k\":\"v\"}");
    assertThat(send.correlationId()).contains("corr");
    assertThat(send.ttl()).contains(Duration.ofSeconds(60));
    assertThat(send.highPriority()).isTrue();
    assertThat(send.dispatchOnly()).isFalse();
    assertThat(send.channelProperties()).containsEntry("SMS_SENDER", "mysender");
  }

  @Test
  void twoReadingsAreEqual() {
    assertThat(SendRequests.parse(Bytes.utf8(RECORDED)))
        .isEqualTo(SendRequests.parse(Bytes.utf8(RECORDED)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "app_id":"01HZZZZZZZZZZZZZZZZZZZZZZZ" | "app_id":"01APP"        | app_id
          "app_id":"01HZZZZZZZZZZZZZZZZZZZZZZZ" | "app_id":7              | app_id
          "app_id":"01HZZZZZZZZZZZZZZZZZZZZZZZ", | ``                     | app_id
          U0123456789abcdef0123456789abcdef | U4623a | recipient.identified_by.channel_identities[0].identity
          U0123456789abcdef0123456789abcdef | U0123456789ABCDEF0123456789ABCDEF | recipient.identified_by.channel_identities[0].identity
          "channel":"LINE", | ``                                           | recipient.identified_by.channel_identities[0].channel
          "channel":"LINE", | "channel":"line",                            | recipient.identified_by.channel_identities[0].channel
          "recipient":{ | "recipient":{"contact_id":"01HZZZZZZZZZZZZZZZZZZZZZZZ", | recipient
          {"text_message":{"text":"Hello"}} | {}                           | message.text_message
          {"text_message":{"text":"Hello"}} | {"text_message":{}}          | message.text_message.text
          {"text_message":{"text":"Hello"}} | {"text_message":{"text":""}} | message.text_message.text
          {"text_message":{"text":"Hello"}} | {"text_message":{"text":{}}} | message.text_message.text
          {"text_message":{"text":"Hello"}} | {"text_message":"Hello"}     | message.text_message
          {"text_message":{"text":"Hello"}} | {"template_message":{}} | message.template_message.omni_template
          {"text_message":{"text":"Hello"}} | {"template_message":{"omni_template":{"template_id":"a"}}} | message.template_message.omni_template.version
          {"text_message":{"text":"Hello"}} | {"explicit_channel_message":{"LINE":{}}} | message.explicit_channel_message.LINE
          {"text_message":{"text":"Hello"}} | {"explicit_channel_message":{"line":"{}"}} | message.explicit_channel_message.line
          {"text_message":{"text":"Hello"}} | {"explicit_channel_omni_message":{"LINE":{}}} | message.explicit_channel_omni_message.LINE
          {"text_message":{"text":"Hello"}} | {"channel_specific_message":{"LINE":{"message_type":"FLOWS","message":{}}}} | message.channel_specific_message.LINE.message_type
          {"text_message":{"text":"Hello"}} | {"channel_specific_message":{"LINE":{"message_type":"NOTIFICATION_MESSAGE_TEMPLATE","message":{"body":{}}}}} | message.channel_specific_message.LINE.message.template_key
          {"text_message":{"text":"Hello"}} | {"text_message":{"text":"a"},"reply_to":{"message_id":"1"}} | message.reply_to.message_id
          {"text_message":{"text":"Hello"}} | {"text_message":{"text":"a"},"agent":{"type":"ROBOT"}} | message.agent.type
          {"text_message":{"text":"Hello"}} | {"text_message":{"text":"a"},"card_message":{}} | message.text_message
          "queue":"HIGH_PRIORITY" | "queue":"FASTEST"                      | queue
          "ttl":"60s" | "ttl":60                                           | ttl
          "ttl":"60s" | "ttl":"60"                                         | ttl
          "ttl":"60s" | "ttl":"2s"                                         | ttl
          "ttl":"60s" | "ttl":"999999999999s"                              | ttl
          {"SMS_SENDER":"mysender"} | {"SMS_SENDER":1}                     | channel_properties.SMS_SENDER
          {"k":"v"} | "k"                                                  | conversation_metadata
          ["LINE","SMS"] | "LINE"                                          | channel_priority_order
          ["LINE","SMS"] | ["LINE","s m s"]                                | channel_priority_order[1]
          "ttl":"60s" | "callback_url":"ftp://a/b"                         | callback_url
          "ttl":"60s" | "callback_url":"not a url"                         | callback_url
          "ttl":"60s" | "processing_strategy":"NO"                         | processing_strategy
          "Hello" | "a\\u0000b"                                             | message.text_message.text
          "Hello" | "a\\ud800b"                                             | message.text_message.text
          "Hello" | "\\udc00\\ud800"                                         | message.text_message.text
          {"k":"v"} | {"k":1e999}                                          | conversation_metadata.k
          "ttl":"60s" | "ttl":"60s","ttl":"61s"                            | ``
          "ttl":"60s" | "ttl"                                              | ``
          """)
  void namesTheFieldThatIsWrong(String from, String to, String field) {
    assertThat(RECORDED).contains(from);

    Parsed parsed = SendRequests.parse(Bytes.utf8(RECORDED.replace(from, to)));

    assertThat(parsed)
        .isInstanceOfSatisfying(
            Parsed.Wrong.class,
            wrong -> {
              assertThat(wrong.field()).isEqualTo(field == null ? "" : field);
              assertThat(wrong.sentence()).endsWith(".").startsWith(wrong.field());
            });
  }

  @Test
  void keepsWhatItDoesNotKnow() {
    String newer = RECORDED.replace("\"ttl\":", "\"from_the_future\":{\"a\":[1,null]},\"ttl\":");
    assertThat(SendRequests.parse(Bytes.utf8(newer)))
        .isEqualTo(SendRequests.parse(Bytes.utf8(RECORDED)));
  }

  @Test
  void limitsCountCharacters() {
    assertThat(SendRequests.parse(Bytes.utf8(RECORDED.replace("\"meta\"", quoted(1_024)))))
        .isInstanceOf(Parsed.Valid.class);
    assertThat(SendRequests.parse(Bytes.utf8(RECORDED.replace("\"meta\"", quoted(1_025)))))
        .isInstanceOf(Parsed.Wrong.class);
    assertThat(SendRequests.parse(Bytes.utf8(RECORDED.replace("\"corr\"", quoted(129)))))
        .isInstanceOf(Parsed.Wrong.class);
  }

  private static String quoted(int length) {
    return "\"" + "あ".repeat(length) + "\"";
  }
}
