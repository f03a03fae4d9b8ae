package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Person;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppBusinessAccountEventDestination;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppPhoneNumberSummary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * WhatsApp over an emulated AWS End User Messaging Social, by the wire: what people write comes by
 * SNS, what is answered arrives once, and its receipts find it by the tag, whatever AWS answered.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WhatsAppOverAwsTest {
  private static final String BUCKET = "files-in";

  private final AwsWorld cloud;
  private final AwsControl aws;
  private final World world;
  private final CustomerApp app;
  private final String topic;
  private final WhatsAppPhoneNumberSummary number;

  WhatsAppOverAwsTest() throws Exception {
    cloud = new AwsWorld(account -> account);
    aws = cloud.aws;
    world = cloud.world;
    topic = aws.topic("whatsapp", "2");
    number = number();
    app = app();
  }

  /** As its owner would set it up: notifications of the account go to a topic, and that to us. */
  private CustomerApp app() throws Exception {
    CustomerApp created = CustomerApp.create(world, settings(Optional.of(BUCKET)));
    cloud.subscribe(topic, "whatsapp", created);
    return created;
  }

  private WhatsAppPhoneNumberSummary number() {
    aws.bucket(BUCKET);
    var destination =
        WhatsAppBusinessAccountEventDestination.builder().eventDestinationArn(topic).build();
    String account =
        call(client -> client.listLinkedWhatsAppBusinessAccounts(all -> {}))
            .linkedAccounts()
            .getFirst()
            .id();
    call(client ->
        client.putWhatsAppBusinessAccountEventDestinations(
            put -> put.id(account).eventDestinations(destination)));
    return call(client -> client.getLinkedWhatsAppBusinessAccount(get -> get.id(account)))
        .account()
        .phoneNumbers()
        .getFirst();
  }

  private ObjectNode settings(Optional<String> bucket) {
    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry =
        settings.putArray("channel_credentials").addObject().put("channel", "WHATSAPP");
    ObjectNode account = cloud.account(entry.putObject("whatsapp_aws_social"), topic);
    account
        .put("origination_phone_number_id", number.phoneNumberId())
        .put("meta_phone_number_id", number.metaPhoneNumberId());
    bucket.ifPresent(name -> account.put("media_bucket", name));
    return settings;
  }

  private void uses(Optional<String> bucket) {
    world.api().patch("/apps/" + app.id(), settings(bucket).toString()).ok();
  }

  private <R> R call(Function<SocialMessagingClient, R> request) {
    return cloud.call(SocialMessagingClient::builder, request);
  }

  @AfterAll
  void close() throws Exception {
    cloud.close();
  }

  /** Somebody new, who has written. */
  private String friend() throws ControlRefusal {
    Person person = cloud.somebody();
    String phone = person.phone().substring(1);
    ObjectNode message = (ObjectNode) Api.json("{\"type\":\"text\"}");
    message.putObject("text").put("body", "hello from " + phone);
    aws.whatsApp(person.phone(), person.name(), Optional.empty(), message);
    app.called("message", "hello from " + phone);
    return phone;
  }

  private String send(String phone, String text) {
    return cloud.send(app, "WHATSAPP", phone, AwsWorld.text(text));
  }

  private long taken(String text) {
    return aws.accepted().after(0, 1_000).entries().stream()
        .filter(each -> each.value().text().contains(text))
        .count();
  }

  @Test
  void awsKnowsTheNumber() {
    assertThat(cloud.state(app)).isEqualTo("ACTIVE");

    ObjectNode settings = (ObjectNode) Api.json("{}");
    ObjectNode entry =
        settings.putArray("channel_credentials").addObject().put("channel", "WHATSAPP");
    cloud
        .account(entry.putObject("whatsapp_aws_social"), "arn:aws:sns:us-east-1:123456789012:none")
        .put("origination_phone_number_id", "phone-number-id-" + "0".repeat(32));
    assertThat(cloud.state(CustomerApp.create(world, settings))).startsWith("FAILING AWS knows no");
  }

  @Test
  void whatIsAnsweredArrivesOnceAndSaysSo() throws Exception {
    String phone = friend();

    String message = send(phone, "over AWS to " + phone);

    app.comesTo(message, "DELIVERED", "");
    assertThat(taken("over AWS to " + phone)).isEqualTo(1);
  }

  @Test
  void whatAwsTookWithoutAnAnswerIsKnownByItsReceipt() throws Exception {
    String phone = friend();
    aws.setFaults(List.of(Scripted.times("social.SendWhatsAppMessage", Fault.RESET_AFTER, 1)));

    String message = send(phone, "unanswered to " + phone);

    app.comesTo(message, "DELIVERED", "");
    assertThat(taken("unanswered to " + phone)).isEqualTo(1);
    assertThat(aws.activeFaults()).hasSize(1).allMatch(fault -> fault.struck() == 1);
  }

  /** AWS hands on Meta's own JSON, so a file goes by its link here as well: nothing is uploaded. */
  @Test
  void aFileGoesByItsLink() throws Exception {
    String phone = friend();
    String file = "https://example.com/" + phone + "/menu.pdf";
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("media_message").put("url", file);

    String sent = cloud.send(app, "WHATSAPP", phone, message);

    app.comesTo(sent, "DELIVERED", "");
    Person person =
        cloud.people.all().stream()
            .filter(one -> one.phone().endsWith(phone))
            .findFirst()
            .orElseThrow();
    assertThat(
            cloud
                .people
                .messages(person.id(), Optional.empty(), false, 0, Duration.ZERO)
                .toString())
        .contains(file);
  }

  /** Somebody new sends a picture; what the app was told of it. */
  private JsonNode picture(byte[] bytes) throws ControlRefusal {
    Person person = cloud.somebody();
    String caption = "my shoe, says " + person.phone();
    ObjectNode message = (ObjectNode) Api.json("{\"type\":\"image\"}");
    message
        .putObject("image")
        .put("id", aws.media(Bytes.of(bytes), "image/jpeg"))
        .put("mime_type", "image/jpeg")
        .put("caption", caption);
    aws.whatsApp(person.phone(), person.name(), Optional.empty(), message);
    return app.called("message", caption).payload();
  }

  private JsonNode shown(JsonNode told) {
    return world.api().get("/media/" + told.path("id").asString()).ok();
  }

  private void comesTo(JsonNode told, String state) {
    World.eventually(() -> assertThat(shown(told).path("state").asString()).isEqualTo(state));
  }

  private byte[] served(JsonNode told) throws Exception {
    String url = told.at("/contact_message/media_card_message/url").asString();
    return new Api("http://127.0.0.1:" + world.gateway().publicPort(), "")
        .bytes(url.substring(url.indexOf("/media/")));
  }

  private List<String> asked(String operation) {
    return aws.calls().after(0, 1_000).entries().stream()
        .map(each -> each.value().operation())
        .filter(operation::equals)
        .toList();
  }

  private static byte[] jpeg(int seed) {
    byte[] bytes = new byte[100_000];
    new Random(seed).nextBytes(bytes);
    System.arraycopy(
        new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0}, 0, bytes, 0, 4);
    return bytes;
  }

  @Test
  void aPictureComesThroughTheBucketAndIsKeptHereOnly() throws Exception {
    byte[] sent = jpeg(1);

    JsonNode told = picture(sent);

    comesTo(told, "ready");
    assertThat(shown(told).path("length").asInt()).isEqualTo(sent.length);
    assertThat(shown(told).path("content_type").asString()).isEqualTo("image/jpeg");
    assertThat(served(told)).isEqualTo(sent);
    assertThat(asked("social.GetWhatsAppMessageMedia")).isNotEmpty();
    assertThat(aws.objects(BUCKET)).isEmpty();
  }

  /** What cannot be taken away would be out of our hands: so it is not told to be there yet. */
  @Test
  void aPictureThatStaysInTheBucketIsFetchedAgain() throws Exception {
    byte[] sent = jpeg(2);
    aws.setFaults(
        List.of(
            Scripted.times("s3.DeleteObject", Fault.REJECT, 1).withDetail("AccessDenied"),
            Scripted.times("s3.GetObject", Fault.ERROR_BEFORE, 1)));

    JsonNode told = picture(sent);

    World.eventually(
        () -> assertThat(aws.activeFaults()).hasSize(2).allMatch(fault -> fault.struck() == 1));
    assertThat(shown(told).path("state").asString()).isEqualTo("waiting");
    assertThat(aws.objects(BUCKET)).hasSize(1);
    World.eventually(() -> {
      world.advance(Duration.ofSeconds(1));
      assertThat(shown(told).path("state").asString()).isEqualTo("ready");
    });
    assertThat(served(told)).isEqualTo(sent);
    assertThat(aws.objects(BUCKET)).isEmpty();
  }

  @Test
  void withoutABucketAPictureIsToldOfAndSaysWhatToSet() throws Exception {
    uses(Optional.empty());
    try {
      JsonNode told = picture(jpeg(3));

      comesTo(told, "failed");
      assertThat(shown(told).path("reason").asString()).isEqualTo("NO_MEDIA_BUCKET");
    } finally {
      uses(Optional.of(BUCKET));
    }
    assertThat(cloud.state(app)).isEqualTo("ACTIVE");
  }

  @Test
  void aBucketThatDoesNotServeIsSaidWhenItIsNamed() throws Exception {
    try {
      uses(Optional.of("no-such-bucket"));
      assertThat(cloud.state(app)).startsWith("FAILING AWS knows no such bucket");
      aws.setFaults(
          List.of(Scripted.times("s3.DeleteObject", Fault.REJECT, 1).withDetail("AccessDenied")));
      uses(Optional.of(BUCKET));
      assertThat(cloud.state(app)).startsWith("FAILING The access key may not use media_bucket");
    } finally {
      aws.clearFaults();
      uses(Optional.of(BUCKET));
    }
    assertThat(cloud.state(app)).isEqualTo("ACTIVE");
    assertThat(aws.objects(BUCKET)).isEmpty();
    assertThat(
            world.api().patch("/apps/" + app.id(), settings(Optional.of("A.b")).toString()).text())
        .contains("media_bucket");
  }
}
