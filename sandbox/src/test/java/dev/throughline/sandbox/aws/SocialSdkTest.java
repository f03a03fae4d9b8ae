package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Written;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.socialmessaging.model.InvalidParametersException;
import software.amazon.awssdk.services.socialmessaging.model.ResourceNotFoundException;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppBusinessAccountEventDestination;
import tools.jackson.databind.JsonNode;

/**
 * End User Messaging Social as Amazon's own client sees it: Meta's JSON goes in, the phone shows it
 * once, and Meta's statuses and messages come out in AWS's envelope, of which only the first
 * carries AWS's message id.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SocialSdkTest {
  private final Cloud cloud = new Cloud();
  private final Inbox inbox = new Inbox();
  private final String waba;

  SocialSdkTest() {
    String topic = cloud.topic("whatsapp", inbox);
    waba =
        cloud.social.listLinkedWhatsAppBusinessAccounts(all -> {}).linkedAccounts().getFirst().id();
    cloud.social.putWhatsAppBusinessAccountEventDestinations(request ->
        request
            .id(waba)
            .eventDestinations(
                WhatsAppBusinessAccountEventDestination.builder()
                    .eventDestinationArn(topic)
                    .build()));
  }

  @AfterAll
  void close() {
    cloud.close();
    inbox.close();
  }

  private String send(String json) {
    return cloud
        .social
        .sendWhatsAppMessage(request ->
            request
                .originationPhoneNumberId(Cloud.WHATSAPP)
                .metaApiVersion("v20.0")
                .message(SdkBytes.fromUtf8String(json)))
        .messageId();
  }

  private static String text(String to, String body) {
    var json = Json.object().put("messaging_product", "whatsapp").put("to", to);
    json.put("type", "text").putObject("text").put("body", body);
    return Json.string(json.put("biz_opaque_callback_data", "01K0"));
  }

  private static String template(String to, String name) {
    var json = Json.object().put("messaging_product", "whatsapp").put("to", to);
    var template = json.put("type", "template").putObject("template").put("name", name);
    template.putObject("language").put("code", "ja");
    return Json.string(json);
  }

  /** The person writes first, which opens the window; the event is taken. */
  private void open(String person) {
    cloud.emulator.bring(
        new Written(PhoneChannel.WHATSAPP, person, "花子", Optional.empty(), Optional.empty(), "hi"));
    inbox.next();
  }

  /** One envelope and what is in it. */
  private record Told(String messageId, JsonNode value) {
    JsonNode status() {
      return value.path("statuses").path(0);
    }

    String word() {
      return status().path("status").stringValue("");
    }
  }

  private Told told() {
    JsonNode envelope = inbox.next().message();
    assertThat(envelope.path("aws_account_id").stringValue("")).isEqualTo("123456789012");
    assertThat(envelope.path("context").path("MetaWabaIds").path(0).path("wabaId").stringValue(""))
        .isEqualTo("102290129340398");
    JsonNode entry = Json.trusted(envelope.path("whatsAppWebhookEntry").stringValue(""));
    assertThat(entry.path("id").stringValue("")).isEqualTo("102290129340398");
    JsonNode change = entry.path("changes").path(0);
    assertThat(change.path("field").stringValue("")).isEqualTo("messages");
    return new Told(envelope.path("messageId").stringValue(""), change.path("value"));
  }

  private List<String> words(int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(told().word());
    }
    return words;
  }

  @Test
  void aTextInTheWindowIsShownAndItsStatusesFollow() {
    String person = "+819010000001";
    open(person);

    String id = send(text(person, "こんにちは"));

    assertThat(cloud.phones.texts(person)).containsExactly("こんにちは");
    Told accepted = told();
    assertThat(accepted.word()).isEqualTo("accepted");
    assertThat(accepted.messageId).isEqualTo(id);
    String wamid = accepted.status().path("id").stringValue("");
    assertThat(wamid).startsWith("wamid.");
    for (String word : List.of("sent", "delivered")) {
      Told next = told();
      assertThat(next.word()).isEqualTo(word);
      assertThat(next.messageId).isNotEqualTo(id);
      assertThat(next.status().path("id").stringValue("")).isEqualTo(wamid);
      assertThat(next.status().path("recipient_id").stringValue("")).isEqualTo("819010000001");
      assertThat(next.status().path("biz_opaque_callback_data").stringValue("")).isEqualTo("01K0");
    }
    cloud.control.read(wamid);
    assertThat(words(1)).containsExactly("read");
    assertThat(cloud.accepted("social"))
        .filteredOn(one -> one.messageId().equals(id))
        .singleElement()
        .satisfies(one -> assertThat(one.to()).containsExactly(person));
  }

  @Test
  void outsideTheWindowOnlyATemplateArrives() {
    String person = "+819010000002";
    send(text(person, "cold"));
    assertThat(words(1)).containsExactly("accepted");
    Told failed = told();
    assertThat(failed.word()).isEqualTo("failed");
    assertThat(failed.status().path("errors").path(0).path("code").intValue(0)).isEqualTo(131047);
    send(template(person, "reminder"));
    assertThat(words(3)).containsExactly("accepted", "sent", "delivered");
    assertThat(cloud.phones.texts(person)).containsExactly("[reminder]");

    open(person);
    cloud.clock.advance(Duration.ofHours(24));
    send(text(person, "too late"));
    assertThat(words(2)).containsExactly("accepted", "failed");
  }

  @ParameterizedTest
  @EnumSource(
      value = Condition.class,
      names = {"UNREACHABLE", "BLOCKED", "NO_APP", "NOBODY"})
  void whoCannotBeReachedFailsWith131026(Condition condition) {
    String person = Cloud.numberOf("+8190100001", condition);
    open(person);
    cloud.phones.set(person, condition);
    send(text(person, "x"));
    assertThat(words(1)).containsExactly("accepted");
    assertThat(told().status().path("errors").path(0).path("code").intValue(0)).isEqualTo(131026);
    assertThat(cloud.phones.shown(person)).isEmpty();
  }

  @Test
  void aPhoneThatIsOffGetsItLater() {
    String person = "+819010000003";
    open(person);
    cloud.phones.set(person, Condition.AIRPLANE);
    send(text(person, "wait"));
    assertThat(words(2)).containsExactly("accepted", "sent");
    assertThat(inbox.quiet(Duration.ofMillis(50))).isTrue();
    cloud.phones.set(person, Condition.OK);
    assertThat(words(1)).containsExactly("delivered");
    assertThat(cloud.phones.texts(person)).containsExactly("wait");
  }

  @Test
  void deliveredMayComeAfterFailedAndAnyCodeOfMetaCanBeScripted() {
    String person = "+819010000004";
    open(person);
    cloud.control.setFaults(
        List.of(
            Scripted.times("events.social", Fault.CONTRADICT, 1).about(person),
            Scripted.times("events.social", Fault.STATUS, 1).withDetail("131049").about(person)));
    send(text(person, "one"));
    assertThat(words(4)).containsExactly("accepted", "sent", "delivered", "failed");
    send(text(person, "two"));
    assertThat(words(1)).containsExactly("accepted");
    assertThat(told().status().path("errors").path(0).path("code").intValue(0)).isEqualTo(131049);
    assertThat(cloud.phones.texts(person)).containsExactly("one");
  }

  @Test
  void whatIsNoMessageIsRefusedAtOnce() {
    for (String broken : List.of("not json", "[]", "{}", text("0123", "x"))) {
      assertThat(catchThrowableOfType(InvalidParametersException.class, () -> send(broken)))
          .isNotNull();
    }
    assertThat(
            catchThrowableOfType(
                ResourceNotFoundException.class,
                () ->
                    cloud.social.sendWhatsAppMessage(request ->
                        request
                            .originationPhoneNumberId("phone-number-id-" + "f".repeat(32))
                            .metaApiVersion("v20.0")
                            .message(SdkBytes.fromUtf8String(text("+819010000005", "x"))))))
        .isNotNull();
    assertThat(inbox.quiet(Duration.ofMillis(50))).isTrue();
  }

  @Test
  void whatAPersonWritesComesAsMetaWritesIt() {
    String id =
        cloud.emulator.bring(
            new Written(
                PhoneChannel.WHATSAPP,
                "+819010000006",
                "花子",
                Optional.empty(),
                Optional.empty(),
                "予約したい"));
    JsonNode value = told().value;
    assertThat(value.path("contacts").path(0).path("profile").path("name").stringValue(""))
        .isEqualTo("花子");
    assertThat(value.path("metadata").path("phone_number_id").stringValue(""))
        .isEqualTo("106540352242922");
    JsonNode message = value.path("messages").path(0);
    assertThat(message.path("id").stringValue("")).isEqualTo(id);
    assertThat(message.path("from").stringValue("")).isEqualTo("819010000006");
    assertThat(message.path("text").path("body").stringValue("")).isEqualTo("予約したい");
  }

  @Test
  void mediaGoFromBucketToMetaAndBack() {
    cloud.control.putObject(
        "media", "in/a.png", Bytes.of("picture".getBytes(StandardCharsets.UTF_8)));
    String id =
        cloud
            .social
            .postWhatsAppMessageMedia(request ->
                request
                    .originationPhoneNumberId(Cloud.WHATSAPP)
                    .sourceS3File(file -> file.bucketName("media").key("in/a.png")))
            .mediaId();
    var got =
        cloud.social.getWhatsAppMessageMedia(request ->
            request
                .originationPhoneNumberId(Cloud.WHATSAPP)
                .mediaId(id)
                .destinationS3File(file -> file.bucketName("media").key("out/")));
    assertThat(got.mimeType()).isEqualTo("image/png");
    assertThat(got.fileSize()).isEqualTo(7);
    assertThat(cloud.control.object("media", "out/" + id + ".png").orElseThrow().text())
        .isEqualTo("picture");
    cloud.social.deleteWhatsAppMessageMedia(
        request -> request.originationPhoneNumberId(Cloud.WHATSAPP).mediaId(id));
    assertThat(
            catchThrowableOfType(
                ResourceNotFoundException.class,
                () ->
                    cloud.social.getWhatsAppMessageMedia(request ->
                        request
                            .originationPhoneNumberId(Cloud.WHATSAPP)
                            .mediaId(id)
                            .metadataOnly(true))))
        .isNotNull();
  }
}
