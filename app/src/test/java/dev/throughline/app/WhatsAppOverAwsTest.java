package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Gateway;
import dev.throughline.Providers;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.AwsResult;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.http.Http;
import dev.throughline.sandbox.aws.AwsConfig;
import dev.throughline.sandbox.aws.AwsControl;
import dev.throughline.sandbox.aws.AwsEmulator;
import dev.throughline.sandbox.aws.Fault;
import dev.throughline.sandbox.aws.Subscription;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.socialmessaging.SocialMessagingClient;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppBusinessAccountEventDestination;
import software.amazon.awssdk.services.socialmessaging.model.WhatsAppPhoneNumberSummary;
import tools.jackson.databind.node.ObjectNode;

/**
 * WhatsApp over an emulated AWS End User Messaging Social, by the wire: what people write comes by
 * SNS, what is answered arrives once, and its receipts find it by the tag, whatever AWS answered.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WhatsAppOverAwsTest {
  private static final String KEY = "AKIAIOSFODNN7EXAMPLE";
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

  private final AtomicReference<@Nullable World> opened = new AtomicReference<>();
  private final InstantSource clock =
      () -> {
        World world = opened.get();
        return world == null ? Instant.parse("2026-11-20T09:00:00Z") : world.clock.instant();
      };
  private final People people = new People(clock);
  private final AwsEmulator emulator =
      new AwsEmulator(
          AwsConfig.account(KEY, SECRET).withPace(AwsConfig.Pace.AT_ONCE),
          people,
          clock,
          new Random(7));
  private final AwsControl aws = emulator.control();
  private final AwsSettings settings = settings();
  private final Http http = new Http(Http.Settings.of(Gateway.VERSION));
  private final World world = open();
  private final CustomerApp app = app();

  private AwsSettings settings() {
    try {
      byte[] pem = emulator.certificateAuthority().getBytes(StandardCharsets.US_ASCII);
      X509Certificate authority =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(pem));
      return new AwsSettings(
          Optional.of(emulator.baseUri()),
          Pattern.compile("http://127\\.0\\.0\\.1:" + emulator.port()),
          Optional.of(authority));
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  private World open() {
    try {
      people.connect(emulator);
      World started = World.reaching(Providers.REAL.aws(settings));
      opened.set(started);
      return started;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** As its owner would set it up: notifications of the account go to a topic, and that to us. */
  private CustomerApp app() {
    String topic = aws.topic("whatsapp", "2");
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
    WhatsAppPhoneNumberSummary number =
        call(client -> client.getLinkedWhatsAppBusinessAccount(get -> get.id(account)))
            .account()
            .phoneNumbers()
            .getFirst();
    CustomerApp created =
        CustomerApp.create(
            world,
            (ObjectNode)
                Api.json(
                    """
                    {"channel_credentials":[{"channel":"WHATSAPP","whatsapp_aws_social":{
                      "access_key_id":"%s","secret_access_key":"%s","region":"us-east-1",
                      "topic_arns":["%s"],"origination_phone_number_id":"%s",
                      "meta_phone_number_id":"%s"}}]}\
                    """
                        .formatted(
                            KEY,
                            SECRET,
                            topic,
                            number.phoneNumberId(),
                            number.metaPhoneNumberId())));
    aws.subscribe(
        topic,
        "http",
        "http://127.0.0.1:" + world.gateway().publicPort() + "/hooks/whatsapp/" + created.id());
    World.eventually(
        () -> assertThat(aws.subscriptions()).filteredOn(Subscription::confirmed).hasSize(1));
    return created;
  }

  private <R> R call(Function<SocialMessagingClient, R> request) {
    AwsCredentials owner =
        new AwsCredentials(KEY, SECRET, Optional.empty(), "us-east-1", List.of(), Optional.empty());
    AwsResult<R> result =
        AwsClients.of(SocialMessagingClient::builder, settings, http, clock)
            .call(owner, Duration.ofSeconds(10), request);
    assertThat(result).isInstanceOf(AwsResult.Done.class);
    return ((AwsResult.Done<R>) result).answer();
  }

  @AfterAll
  void close() throws Exception {
    emulator.close();
    people.close();
    world.close();
    http.close();
  }

  /** Somebody new, who has written. */
  private String friend() throws ControlRefusal {
    int number = world.number();
    String phone = "8190%08d".formatted(number);
    people.add(
        new Person(
            "p" + number,
            "Hanako",
            "U" + "%032x".formatted(number),
            "+" + phone,
            "h" + number + "@example.com"));
    ObjectNode message = (ObjectNode) Api.json("{\"type\":\"text\"}");
    message.putObject("text").put("body", "hello from " + phone);
    aws.whatsApp("+" + phone, "Hanako", Optional.empty(), message);
    app.called("message", "hello from " + phone);
    return phone;
  }

  private String send(String phone, String text) {
    ObjectNode send = (ObjectNode) Api.json(app.sendBody(phone, text));
    send.remove("channel_priority_order");
    ((ObjectNode) send.path("recipient").path("identified_by").path("channel_identities").path(0))
        .put("channel", "WHATSAPP");
    return world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
  }

  private long taken(String text) {
    return aws.accepted().after(0, 1_000).entries().stream()
        .filter(each -> each.value().text().contains(text))
        .count();
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
}
