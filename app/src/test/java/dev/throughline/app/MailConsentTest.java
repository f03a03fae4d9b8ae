package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * By mail, too, people are heard: in the subject or below it, by a complaint to their provider, by
 * the address that a mail names for it; and an address that there is not is left alone.
 */
final class MailConsentTest {
  private static final String SECRET = "a secret of the mail server's";

  private static World world;
  private static GreenMail mails;
  private static CustomerApp app;

  private String person;
  private String text;

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    mails = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
    mails.start();
    mails.setUser("shop@example.com", "shop", "secret");
    app =
        world.app(
            """
            {"channel_credentials":[{"channel":"EMAIL","callback_secret":"%s","smtp_credentials":
              {"host":"127.0.0.1","port":%d,"tls":"none","username":"shop",
              "password":"secret","from":"shop@example.com"}},%s]}
            """
                .formatted(
                    SECRET,
                    mails.getSmtp().getPort(),
                    CustomerApp.account(World.CHANNEL_TOKEN, World.CHANNEL_SECRET, 0)));
  }

  @AfterAll
  static void stop() throws Exception {
    mails.stop();
    world.close();
  }

  @BeforeEach
  void someoneToWriteTo() {
    person = "hanako" + world.number() + "@example.net";
    text = "text " + world.number();
  }

  @ParameterizedTest
  @CsvSource({"unsubscribe, Thank you.", "Spring offers, 配信停止", "Re: Spring offers, STOP"})
  void aMailStopsMessagesByItsSubjectOrBelowIt(String subject, String words) {
    handIn(subject, words);
    app.called("opt_out_notification", person);

    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  /** RFC 5965; who complains of advertising still wants the receipt. */
  @Test
  void aComplaintStopsAdvertisingUntilSomebodyTakesItBack() {
    complain();
    JsonNode complaint = suppressions();
    assertThat(complaint.path("reason").asString()).isEqualTo("COMPLAINT");
    assertThat(complaint.path("channel").asString()).isEqualTo("EMAIL");
    assertThat(complaint.path("since").asString()).isEqualTo(world.clock.instant().toString());
    assertThat(complaint.has("expires")).isFalse();
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");

    String path = "/apps/" + app.id() + "/suppressions/" + complaint.path("id").asString();
    world.api().delete(path).ok();

    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    assertThat(world.api().delete(path).status()).isEqualTo(404);
    assertThat(suppressions().isMissingNode()).isTrue();
  }

  @Test
  void whoComplainedMayComeBack() {
    complain();
    suppressions();
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");

    handIn("START", "");
    app.called("opt_in_notification", person);

    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
  }

  /** RFC 8058; what is no advertising names no way out of it. */
  @Test
  void anAdvertisementNamesThePageThatEndsIt() throws Exception {
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");
    assertThat(received(1).getHeader("List-Unsubscribe")).isNull();
    app.comesTo(send("CONTENT_MARKETING"), "QUEUED_ON_CHANNEL", "");
    MimeMessage mail = received(2);
    assertThat(mail.getHeader("List-Unsubscribe-Post"))
        .containsExactly("List-Unsubscribe=One-Click");
    String url = MimeUtility.unfold(mail.getHeader("List-Unsubscribe", null));
    assertThat(url).matches("<http://127.0.0.1:[0-9]+/u/[A-Za-z0-9_-]+>");

    Api.Answer done =
        new Api(url.substring(1, url.length() - 1), "")
            .post(
                "",
                "List-Unsubscribe=One-Click",
                "Content-Type",
                "application/x-www-form-urlencoded");

    assertThat(done.status()).isEqualTo(200);
    app.comesTo(send("CONTENT_MARKETING"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");
  }

  /** RFC 3464: nothing more goes there for half a year. */
  @Test
  void anAddressThatThereIsNotIsLeftAlone() throws Exception {
    app.comesTo(send("CONTENT_NOTIFICATION"), "QUEUED_ON_CHANNEL", "");

    bounce(received(1).getMessageID());
    World.eventually(() -> assertThat(suppressions().isObject()).isTrue());

    JsonNode bounce = suppressions();
    assertThat(bounce.path("reason").asString()).isEqualTo("HARD_BOUNCE");
    assertThat(bounce.path("expires").asString())
        .isEqualTo(world.clock.instant().plus(Duration.ofDays(180)).toString());
    app.comesTo(send("CONTENT_CONVERSATION"), "FAILED", "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  /** Each step of a plan is asked for itself. */
  @Test
  void whoWantsNothingOnOneChannelGetsItOnTheNext() throws Exception {
    String user = world.friend();
    ObjectNode stop = (ObjectNode) Api.json(app.sendBody(user, text));
    stop.retain("app_id", "recipient");
    world.api().post("/optouts:register", stop.toString()).ok();
    ObjectNode send = body("CONTENT_MARKETING");
    ((ArrayNode) send.at("/recipient/identified_by/channel_identities"))
        .addObject()
        .put("channel", "LINE")
        .put("identity", user);
    send.putArray("channel_priority_order").add("LINE").add("EMAIL");

    String message =
        world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();

    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    received(1);
    assertThat(world.accepted(text)).isEmpty();
    assertThat(app.told(message)).contains("SWITCHING_CHANNEL DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  private MimeMessage received(int count) {
    AtomicReference<MimeMessage> last = new AtomicReference<>();
    World.eventually(() -> {
      List<MimeMessage> own = new ArrayList<>();
      for (MimeMessage mail : mails.getReceivedMessages()) {
        if (mail.getAllRecipients()[0].toString().equals(person)) {
          own.add(mail);
        }
      }
      assertThat(own).hasSize(count);
      last.set(own.getLast());
    });
    return Objects.requireNonNull(last.get());
  }

  private void bounce(String messageId) {
    handIn(
        """
        From: mailer-daemon@provider.example
        To: shop@example.com
        Subject: Undelivered mail
        Message-ID: <bounce-%1$s>
        Return-Path: <>
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=b

        --b
        Content-Type: text/plain

        There is nobody of that name.
        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; provider.example

        Final-Recipient: rfc822; %1$s
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 unknown user

        --b
        Content-Type: text/rfc822-headers

        From: shop@example.com
        To: %1$s
        Subject: Spring offers
        Message-ID: %2$s

        --b--
        """
            .formatted(person, messageId));
  }

  private void complain() {
    handIn(
        """
        From: feedback@provider.example
        To: complaints@example.com
        Subject: complaint
        MIME-Version: 1.0
        Message-ID: <complaint-%1$s>
        Content-Type: multipart/report; report-type=feedback-report; boundary=b

        --b
        Content-Type: text/plain

        A mail was called spam.
        --b
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: Provider/1.0
        Version: 1
        Original-Rcpt-To: <%1$s>

        --b
        Content-Type: text/rfc822-headers

        From: shop@example.com
        To: %1$s
        Subject: Spring offers

        --b--
        """
            .formatted(person));
    World.eventually(() -> assertThat(suppressions().isObject()).isTrue());
  }

  private JsonNode suppressions() {
    return world
        .api()
        .get("/apps/" + app.id() + "/suppressions?page_size=1000")
        .ok()
        .path("suppressions")
        .valueStream()
        .filter(each -> each.path("identity").asString().equals(person))
        .findFirst()
        .orElse(Api.json("{}").path("none"));
  }

  private void handIn(String subject, String words) {
    handIn(
        """
        From: %s
        To: shop@example.com
        Subject: %s
        Message-ID: <%s@example.net>
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 8bit

        %s
        """
            .formatted(person, subject, text.replace(' ', '-'), words));
  }

  /** As a mail server does. */
  private void handIn(String mail) {
    Api.Answer answer =
        new Api("http://127.0.0.1:" + world.gateway().publicPort(), "")
            .post(
                "/hooks/email/" + app.id(),
                mail.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8),
                "x-throughline-secret",
                SECRET,
                "Content-Type",
                "message/rfc822");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  private String send(String type) {
    return world
        .api()
        .post("/messages:send", body(type).toString())
        .ok()
        .path("message_id")
        .asString();
  }

  private ObjectNode body(String type) {
    ObjectNode send = (ObjectNode) Api.json("{}");
    send.put("app_id", app.id());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "EMAIL")
        .put("identity", person);
    send.putObject("message").putObject("text_message").put("text", text);
    send.put("message_content_type", type);
    return send;
  }
}
