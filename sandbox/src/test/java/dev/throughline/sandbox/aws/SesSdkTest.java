package dev.throughline.sandbox.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sesv2.model.Attachment;
import software.amazon.awssdk.services.sesv2.model.BadRequestException;
import software.amazon.awssdk.services.sesv2.model.EventType;
import software.amazon.awssdk.services.sesv2.model.LimitExceededException;
import software.amazon.awssdk.services.sesv2.model.MessageHeader;
import software.amazon.awssdk.services.sesv2.model.MessageRejectedException;
import software.amazon.awssdk.services.sesv2.model.MessageTag;
import software.amazon.awssdk.services.sesv2.model.NotFoundException;
import software.amazon.awssdk.services.sesv2.model.SendEmailRequest;
import software.amazon.awssdk.services.sesv2.model.SendingPausedException;
import software.amazon.awssdk.services.sesv2.model.SuppressionListReason;
import software.amazon.awssdk.services.sesv2.model.TooManyRequestsException;
import tools.jackson.databind.JsonNode;

/**
 * SES v2 as Amazon's own client sees it: an accepted mail reaches the inbox once and well formed, a
 * refused one reaches nobody, and the events of the configuration set say what became of it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SesSdkTest {
  private static final String FROM = "shop@example.com";

  private final Cloud cloud =
      new Cloud(config ->
          config.withMailing(new AwsConfig.Mailing(List.of("example.com"), true, 50_000, 10_000)));
  private final Inbox inbox = new Inbox();

  SesSdkTest() {
    String topic = cloud.topic("mail-events", inbox);
    cloud.ses.createConfigurationSet(set -> set.configurationSetName("all"));
    cloud.ses.createConfigurationSetEventDestination(destination ->
        destination
            .configurationSetName("all")
            .eventDestinationName("topic")
            .eventDestination(definition ->
                definition
                    .enabled(true)
                    .matchingEventTypes(EventType.knownValues().stream().toList())
                    .snsDestination(sns -> sns.topicArn(topic))));
  }

  @AfterAll
  void close() {
    cloud.close();
    inbox.close();
  }

  private String send(String to, Consumer<SendEmailRequest.Builder> more) {
    return cloud
        .ses
        .sendEmail(request -> {
          request
              .fromEmailAddress(FROM)
              .destination(destination -> destination.toAddresses(to))
              .configurationSetName("all")
              .content(content ->
                  content.simple(mail ->
                      mail.subject(subject -> subject.data("予約の確認"))
                          .body(body ->
                              body.text(text -> text.data("明日 10 時"))
                                  .html(html -> html.data("<p>明日</p>")))));
          more.accept(request);
        })
        .messageId();
  }

  /** The types of the next events, which are all of one mail. */
  private List<String> types(String messageId, int count) {
    List<String> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      JsonNode event = inbox.next().message();
      assertThat(event.path("mail").path("messageId").stringValue("")).isEqualTo(messageId);
      types.add(event.path("eventType").stringValue(""));
    }
    return types;
  }

  @Test
  void aSimpleMailArrivesWithBothPartsHeadersAndAttachment() {
    String to = "hanako@example.org";
    String id =
        send(
            to,
            request ->
                request
                    .emailTags(MessageTag.builder().name("attempt").value("01K0").build())
                    .replyToAddresses("answers@example.com")
                    .content(content ->
                        content.simple(mail ->
                            mail.subject(subject -> subject.data("予約の確認"))
                                .body(body ->
                                    body.text(text -> text.data("明日 10 時"))
                                        .html(html -> html.data("<p>明日</p>")))
                                .headers(
                                    MessageHeader.builder()
                                        .name("List-Unsubscribe")
                                        .value("<https://example.com/u>")
                                        .build())
                                .attachments(
                                    Attachment.builder()
                                        .fileName("a.txt")
                                        .contentType("text/plain")
                                        .rawContent(SdkBytes.fromUtf8String("attached"))
                                        .build()))));

    String mime = cloud.phones.texts(to).getFirst();
    assertThat(cloud.phones.shown(to)).hasSize(1);
    assertThat(mime)
        .contains("Subject: =?UTF-8?B?" + base64("予約の確認") + "?=")
        .contains("From: " + FROM)
        .contains("To: " + to)
        .contains("Reply-To: answers@example.com")
        .contains("List-Unsubscribe: <https://example.com/u>")
        .contains("Message-ID: <" + id + "@email.amazonses.com>")
        .contains("multipart/mixed")
        .contains("multipart/alternative")
        .contains(base64("明日 10 時"))
        .contains(base64("<p>明日</p>"))
        .contains(base64("attached"));
    JsonNode send = inbox.next().message();
    assertThat(send.path("eventType").stringValue("")).isEqualTo("Send");
    assertThat(send.path("mail").path("tags").path("attempt").path(0).stringValue(""))
        .isEqualTo("01K0");
    assertThat(send.path("mail").path("tags").path("ses:configuration-set").path(0).stringValue(""))
        .isEqualTo("all");
    assertThat(send.path("mail").path("destination").path(0).stringValue("")).isEqualTo(to);
    JsonNode delivery = inbox.next().message();
    assertThat(delivery.path("delivery").path("recipients").path(0).stringValue("")).isEqualTo(to);
    assertThat(cloud.accepted("ses"))
        .filteredOn(one -> one.messageId().equals(id))
        .singleElement()
        .satisfies(one -> assertThat(one.tags()).containsEntry("attempt", "01K0"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aRawMailKeepsItsBytesButForWhatIsSesOwn() {
    String mime =
        """
        From: Shop <shop@example.com>\r
        To: Taro <taro@example.org>\r
        Bcc: secret@example.org\r
        Message-ID: <mine@example.com>\r
        X-SES-CONFIGURATION-SET: all\r
        X-SES-MESSAGE-TAGS: attempt=01K1\r
        Subject: Raw\r
        \r
        Body stays = as it is\r
        """;
    String id =
        cloud
            .ses
            .sendEmail(request ->
                request.content(
                    content -> content.raw(raw -> raw.data(SdkBytes.fromUtf8String(mime)))))
            .messageId();

    String got = cloud.phones.texts("taro@example.org").getFirst();
    assertThat(got)
        .contains("Body stays = as it is\r\n")
        .contains("<" + id + "@email.amazonses.com>")
        .doesNotContain("mine@example.com")
        .doesNotContain("Bcc:")
        .doesNotContain("X-SES-");
    assertThat(cloud.phones.shown("secret@example.org")).hasSize(1);
    JsonNode send = inbox.next().message();
    assertThat(send.path("mail").path("tags").path("attempt").path(0).stringValue(""))
        .isEqualTo("01K1");
    assertThat(inbox.next().message().path("eventType").stringValue("")).isEqualTo("Delivery");
    assertThat(inbox.next().message().path("eventType").stringValue("")).isEqualTo("Delivery");
  }

  @Test
  void aTemplateIsFilledAndEscapedAndWhatItLacksIsTold() {
    cloud.ses.createEmailTemplate(template ->
        template
            .templateName("order")
            .templateContent(content ->
                content
                    .subject("Order {{order.id}}")
                    .text("{{name}}: {{#each items}}{{this}};{{/each}}")
                    .html(
                        "{{#if vip}}<b>VIP</b>{{else}}<i>you</i>{{/if}} {{name}}" + " {{{raw}}}")));
    String to = "jiro@example.org";
    String data =
        "{\"order\":{\"id\":7},\"name\":\"A & B\",\"items\":[\"x\",\"y\"],\"vip\":true,"
            + "\"raw\":\"<hr>\"}";
    Consumer<String> order =
        values ->
            send(
                to,
                request ->
                    request.content(content ->
                        content.template(use -> use.templateName("order").templateData(values))));
    order.accept(data);

    assertThat(cloud.phones.texts(to))
        .singleElement()
        .asString()
        .contains("Subject: Order 7")
        .contains(base64("A & B: x;y;"))
        .contains(base64("<b>VIP</b> A &amp; B <hr>"));
    inbox.next();
    inbox.next();

    order.accept("{\"name\":\"only\"}");
    JsonNode failure = inbox.next().message();
    assertThat(failure.path("eventType").stringValue("")).isEqualTo("Rendering Failure");
    assertThat(failure.path("failure").path("templateName").stringValue("")).isEqualTo("order");
    assertThat(failure.path("failure").path("errorMessage").stringValue(""))
        .contains("is not present in the rendering data");
    assertThat(cloud.phones.shown(to)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "NOBODY, Send Bounce, Permanent/NoEmail, true",
    "BLOCKED, Send Bounce, Permanent/General, false",
    "NO_APP, Send Bounce, Transient/MailboxFull, false",
    "UNREACHABLE, Send DeliveryDelay Bounce, Transient/General, false",
    "BOUNCES, Send Delivery Bounce, Permanent/General, true"
  })
  void whatAnInboxDoesIsToldAsABounce(
      Condition condition, String events, String kind, boolean suppressed) {
    String to = condition.label() + "@example.org";
    cloud.phones.set(to, condition);

    String id = send(to, request -> {});

    List<String> wanted = List.of(events.split(" "));
    assertThat(types(id, wanted.size() - 1)).isEqualTo(wanted.subList(0, wanted.size() - 1));
    JsonNode bounce = inbox.next().message().path("bounce");
    assertThat(
            bounce.path("bounceType").stringValue("")
                + "/"
                + bounce.path("bounceSubType").stringValue(""))
        .isEqualTo(kind);
    assertThat(bounce.path("bouncedRecipients").path(0).path("emailAddress").stringValue(""))
        .isEqualTo(to);
    assertThat(cloud.phones.shown(to)).isEmpty();
    NotFoundException missing =
        catchThrowableOfType(
            NotFoundException.class,
            () -> cloud.ses.getSuppressedDestination(one -> one.emailAddress(to)));
    assertThat(missing == null).isEqualTo(suppressed);
  }

  @Test
  void aSuppressedAddressIsNotSentToUntilItIsTakenOffTheList() {
    String to = "saburo@example.org";
    cloud.ses.putSuppressedDestination(
        one -> one.emailAddress(to).reason(SuppressionListReason.COMPLAINT));
    assertThat(
            cloud
                .ses
                .getSuppressedDestination(one -> one.emailAddress(to))
                .suppressedDestination()
                .reason())
        .isEqualTo(SuppressionListReason.COMPLAINT);

    String id = send(to, request -> {});
    assertThat(types(id, 1)).containsExactly("Send");
    assertThat(inbox.next().message().path("bounce").path("bounceSubType").stringValue(""))
        .isEqualTo("OnAccountSuppressionList");
    assertThat(cloud.phones.shown(to)).isEmpty();

    cloud.ses.deleteSuppressedDestination(one -> one.emailAddress(to));
    assertThat(types(send(to, request -> {}), 2)).containsExactly("Send", "Delivery");
    assertThat(cloud.phones.shown(to)).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "success, Send Delivery",
    "ooto, Send Delivery",
    "bounce, Send Bounce",
    "suppressionlist, Send Bounce",
    "complaint, Send Delivery Complaint"
  })
  void theSimulatorsMailboxesDoWhatTheyAreFor(String mailbox, String events) {
    List<String> wanted = List.of(events.split(" "));
    String id = send(mailbox + "@simulator.amazonses.com", request -> {});
    assertThat(types(id, wanted.size())).isEqualTo(wanted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Open", "Click", "Complaint", "Subscription", "Reject", "DeliveryDelay"})
  void whatHappensLaterCanBeMadeToHappen(String type) {
    String to = "later-" + type.toLowerCase(Locale.ROOT) + "@example.org";
    String id = send(to, request -> {});
    types(id, 2);

    cloud.control.mailEvent(id, type);

    assertThat(types(id, 1)).containsExactly(type);
  }

  @Test
  void aVirusIsRejectedAfterItWasAccepted() {
    String to = "virus@example.org";
    String id =
        send(
            to,
            request ->
                request.content(content ->
                    content.raw(raw ->
                        raw.data(
                            SdkBytes.fromUtf8String(
                                "From: shop@example.com\r\nTo: "
                                    + to
                                    + "\r\n\r\nX5O!P%@AP[4\\PZX54(P^)7CC)7}"
                                    + "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")))));
    assertThat(types(id, 2)).containsExactly("Send", "Reject");
    assertThat(cloud.phones.shown(to)).isEmpty();
  }

  @Test
  void whatBreaksALimitIsRefusedAndReachesNobody() {
    String to = "nobody-gets-this@example.org";
    List<Consumer<SendEmailRequest.Builder>> all = new ArrayList<>();
    all.add(request -> request.emailTags(MessageTag.builder().name("a b").value("x").build()));
    all.add(request -> request.emailTags(MessageTag.builder().name("a").value("x.y").build()));
    all.add(request ->
        request.content(content ->
            content.simple(mail ->
                mail.subject(s -> s.data("s"))
                    .body(b -> b.text(t -> t.data("t")))
                    .headers(MessageHeader.builder().name("X").value("v".repeat(996)).build()))));
    all.add(request ->
        request.content(content -> content.simple(mail -> mail.subject(s -> s.data("only")))));
    for (Consumer<SendEmailRequest.Builder> broken : all) {
      assertThat(catchThrowableOfType(BadRequestException.class, () -> send(to, broken)))
          .isNotNull();
    }
    assertThat(
            catchThrowableOfType(
                MessageRejectedException.class,
                () -> send(to, request -> request.fromEmailAddress("x@elsewhere.org"))))
        .hasMessageContaining("Email address is not verified");
    List<String> many = new ArrayList<>();
    for (int i = 0; i <= 50; i++) {
      many.add("n" + i + "@example.org");
    }
    assertThat(
            catchThrowableOfType(
                MessageRejectedException.class,
                () -> send(to, request -> request.destination(list -> list.toAddresses(many)))))
        .isNotNull();
    assertThat(
            catchThrowableOfType(
                NotFoundException.class,
                () -> send(to, request -> request.configurationSetName("none"))))
        .isNotNull();
    assertThat(cloud.phones.shown(to)).isEmpty();
    assertThat(inbox.quiet(Duration.ofMillis(50))).isTrue();
  }

  @Test
  void rateQuotaAndPauseHoldAndAreShownByGetAccount() {
    try (Cloud small =
        new Cloud(config ->
            config.withMailing(new AwsConfig.Mailing(List.of("example.com"), false, 3, 2)))) {
      Runnable send =
          () ->
              small.ses.sendEmail(request ->
                  request
                      .fromEmailAddress(FROM)
                      .destination(list -> list.toAddresses("a@example.com"))
                      .content(content ->
                          content.simple(mail ->
                              mail.subject(s -> s.data("s")).body(b -> b.text(t -> t.data("t"))))));
      send.run();
      send.run();
      assertThat(catchThrowableOfType(TooManyRequestsException.class, send::run)).isNotNull();
      small.clock.advance(Duration.ofSeconds(2));
      send.run();
      small.clock.advance(Duration.ofSeconds(2));
      assertThat(catchThrowableOfType(LimitExceededException.class, send::run)).isNotNull();
      var account = small.ses.getAccount(request -> {});
      assertThat(account.sendQuota().max24HourSend()).isEqualTo(3);
      assertThat(account.sendQuota().sentLast24Hours()).isEqualTo(3);
      assertThat(account.sendQuota().maxSendRate()).isEqualTo(2);
      assertThat(account.productionAccessEnabled()).isFalse();
      assertThat(account.sendingEnabled()).isTrue();
      small.clock.advance(Duration.ofDays(1));
      send.run();
      small.control.limits(new AwsControl.Limits(3, 2, false, false, 1_000, Set.of()));
      assertThat(catchThrowableOfType(SendingPausedException.class, send::run)).isNotNull();
      assertThat(small.ses.getAccount(request -> {}).sendingEnabled()).isFalse();
      assertThat(small.phones.shown("a@example.com")).hasSize(4);
    }
  }

  @Test
  void receiptsCanContradictEachOther() {
    String to = "contradiction@example.org";
    cloud.control.setFaults(List.of(Scripted.times("events.ses", Fault.CONTRADICT, 1).about(to)));
    assertThat(types(send(to, request -> {}), 3)).containsExactly("Send", "Delivery", "Bounce");
    cloud.control.setFaults(
        List.of(Scripted.times("events.ses", Fault.STATUS, 1).withDetail("Complaint").about(to)));
    assertThat(types(send(to, request -> {}), 2)).containsExactly("Send", "Complaint");
  }
}
