package dev.throughline.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message goes out as a mail, once; what the mail server says of it, at once or later by a report
 * that is handed in, becomes the message's status; and what a person answers comes to the app as
 * the answer that it is. Over HTTP and SMTP, with mail servers that others wrote.
 */
final class EmailTest {
  private static final String SECRET = "secret-of-the-mail-server";
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static World world;
  private static SMTPServer server;
  private static final List<String> MAILS = new CopyOnWriteArrayList<>();
  private static final AtomicInteger PUT_OFF = new AtomicInteger();

  private CustomerApp app;
  private String taro;

  @BeforeAll
  static void start() throws Exception {
    server =
        SMTPServer.port(0)
            .bindAddress(InetAddress.getByName("127.0.0.1"))
            .messageHandlerFactory(Scripted::new)
            .build();
    server.start();
    world = World.start();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
    server.stop();
  }

  /** Does what the recipient's name says. */
  private record Scripted(MessageContext context) implements MessageHandler {
    @Override
    public void from(String from) {
      // All are welcome.
    }

    @Override
    public void recipient(String recipient) throws RejectException {
      if (recipient.startsWith("nobody")) {
        throw new RejectException(550, "5.1.1 no such user");
      }
      if (recipient.startsWith("later") && PUT_OFF.incrementAndGet() <= 2) {
        throw new RejectException(451, "4.7.1 greylisted");
      }
    }

    @Override
    public String data(InputStream in) throws IOException {
      String mail = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      MAILS.add(mail);
      if (mail.contains("To: cut")) {
        throw new IOException("the wire is cut");
      }
      return "2.0.0 queued";
    }

    @Override
    public void done() {
      // Nothing is held.
    }
  }

  @BeforeEach
  void somebody() throws Exception {
    app = world.app(settings(server.getPortAllocated(), ""));
    taro = "taro" + world.number() + "@example.org";
  }

  private static String settings(int port, String more) {
    return """
    {"channel_credentials":[{"channel":"EMAIL","callback_secret":"%s","smtp_credentials":{
      "host":"127.0.0.1","port":%d,"tls":"none","from":"shop@Example.COM","from_name":"Shop",
      "bounce_address":"bounces@example.com"%s}}]}\
    """
        .formatted(SECRET, port, more);
  }

  @Test
  void aMailGoesOutAndItsAnswerComesIn() throws Exception {
    String message = send(taro.replace("example.org", "EXAMPLE.org"), text("Will you come?"), "{}");
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    String mail = mail(taro);
    assertThat(mail)
        .contains("From: Shop <shop@example.com>")
        .contains("Subject: Will you come?")
        .contains("multipart/alternative");
    String id = messageId(mail);

    assertThat(
            handIn(
                """
                From: Taro <%s>
                Subject: Re: Will you come?
                Message-ID: <answer-%s>
                In-Reply-To: %s

                Yes, gladly.

                On 21 Nov 2026, Shop wrote:
                > Will you come?
                """
                    .formatted(taro, taro, id)))
        .isEqualTo(200);

    JsonNode told = app.called("message", "gladly").payload();
    assertThat(told.path("contact_message").path("text_message").path("text").asString())
        .isEqualTo("Yes, gladly.");
    assertThat(told.path("contact_message").path("reply_to").path("message_id").asString())
        .isEqualTo(message);
    assertThat(told.path("channel_identity").path("identity").asString()).isEqualTo(taro);

    String answer = told.path("id").asString();
    ObjectNode reply = (ObjectNode) Api.json(text("See you"));
    reply.putObject("reply_to").put("message_id", answer);
    app.comesTo(send(taro, reply.toString(), "{}"), "QUEUED_ON_CHANNEL", "");
    World.eventually(() ->
        assertThat(MAILS).anyMatch(other -> other.contains("In-Reply-To: <answer-" + taro + ">")));
  }

  @Test
  void whatTheServerSaysAtOnceIsTheStatus() throws Exception {
    app.comesTo(
        send("nobody@example.org", text("a"), "{}"),
        "FAILED",
        "RECIPIENT_INVALID_CHANNEL_IDENTITY");

    String later = send("later@example.org", text("b"), "{}");
    assertThat(app.advance()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6));
    app.advance();
    app.comesTo(later, "QUEUED_ON_CHANNEL", "");
    assertThat(MAILS).filteredOn(mail -> mail.contains("To: later@")).hasSize(1);
  }

  @Test
  void aReportThatIsHandedInIsTheStatus() throws Exception {
    String gone = send(taro, text("a"), "{}");
    app.comesTo(gone, "QUEUED_ON_CHANNEL", "");
    handIn(report(messageId(mail(taro)), "failed", "5.1.1"));
    app.comesTo(gone, "FAILED", "RECIPIENT_INVALID_CHANNEL_IDENTITY");

    String other = "hana" + taro;
    String arrived = send(other, text("b"), "{}");
    app.comesTo(arrived, "QUEUED_ON_CHANNEL", "");
    handIn(report(messageId(mail(other)), "delivered", "2.0.0"));
    app.comesTo(arrived, "DELIVERED", "");
  }

  @Test
  void aLinkThatWasFollowedIsTheChoice() throws Exception {
    String message =
        send(
            taro,
            """
            {"choice_message":{"text_message":{"text":"Which?"},"choices":[
              {"text_message":{"text":"Tea"}},
              {"text_message":{"text":"Coffee"},"postback_data":"c=1"}]}}\
            """,
            "{}");
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    assertThat(mail(taro)).contains("- Coffee");

    handIn(
        "From: %s\nMessage-ID: <c-%s>\nSubject: Coffee [tl:%s/1]\n\nCoffee\n"
            .formatted(taro, taro, message));

    JsonNode told = app.called("message", "choice_response_message").payload();
    assertThat(told.path("contact_message").path("choice_response_message"))
        .isEqualTo(Api.json("{\"message_id\":\"" + message + "\",\"postback_data\":\"c=1\"}"));
  }

  @Test
  void aFileThatWasAttachedIsKept() throws Exception {
    handIn(
        """
        From: %s
        Message-ID: <f-%s>
        Subject: Photo
        Content-Type: multipart/mixed; boundary=b

        --b
        Content-Type: text/plain

        Look
        --b
        Content-Type: text/plain; name="notes.txt"
        Content-Disposition: attachment; filename="notes.txt"
        Content-Transfer-Encoding: base64

        VGhyZWUgc2l4dHkgZml2ZQ==
        --b--
        """
            .formatted(taro, taro));

    assertThat(
            app.called("message", "Photo\\n\\nLook").payload().path("contact_message").toString())
        .contains("text_message");
    String url =
        app.called("message", "media_message")
            .payload()
            .path("contact_message")
            .path("media_message")
            .path("url")
            .asString();
    World.eventually(() -> {
      HttpResponse<String> file =
          HTTP.send(
              HttpRequest.newBuilder(URI.create(url)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(file.statusCode() + " " + file.body()).isEqualTo("200 Three sixty five");
    });
  }

  @Test
  void advertisingCanBeEndedByOneClick() throws Exception {
    String message = send(taro, text("Sale!"), "{\"message_content_type\":\"CONTENT_MARKETING\"}");
    app.comesTo(message, "QUEUED_ON_CHANNEL", "");
    String mail = mail(taro).replaceAll("\r\n[ \t]+", " ");
    assertThat(mail).contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    Matcher link = Pattern.compile("List-Unsubscribe: <(https?://[^>]+)>").matcher(mail);
    assertThat(link.find()).isTrue();

    HttpResponse<String> ended =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(link.group(1)))
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("List-Unsubscribe=One-Click"))
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(ended.statusCode()).isEqualTo(200);
    app.comesTo(
        send(taro, text("Sale again!"), "{\"message_content_type\":\"CONTENT_MARKETING\"}"),
        "FAILED",
        "DELIVERY_REJECTED_DUE_TO_POLICY");
  }

  @Test
  void whoeverDoesNotKnowTheSecretHandsNothingIn() throws Exception {
    String mail = "From: %s\nSubject: x\n\nforged\n".formatted(taro);

    assertThat(post(mail, "another secret")).isEqualTo(401);
    assertThat(post(mail, "")).isEqualTo(401);
    assertThat(handIn("not a mail")).isEqualTo(200);
    handIn(mail.replace("forged", "real"));
    app.called("message", "real");
    assertThat(app.calls("message", "forged")).isEmpty();
  }

  @Test
  void anotherMailServerReadsItToo() throws Exception {
    GreenMail green = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    green.start();
    try {
      green.setUser("shop", "shop", "word");
      CustomerApp other =
          world.app(
              settings(green.getSmtp().getPort(), ",\"username\":\"shop\",\"password\":\"word\""));
      app = other;
      other.comesTo(send(taro, text("こんにちは"), "{}"), "QUEUED_ON_CHANNEL", "");

      assertThat(green.waitForIncomingEmail(60_000, 1)).isTrue();
      MimeMessage mail = green.getReceivedMessages()[0];
      assertThat(mail.getSubject()).isEqualTo("こんにちは");
      assertThat(mail.getAllRecipients()).hasSize(1);
      assertThat(mail.getHeader("Return-Path")[0]).contains("bounces+tl-");
    } finally {
      green.stop();
    }
  }

  private String send(String to, String message, String more) {
    ObjectNode send = (ObjectNode) Api.json(more);
    send.put("app_id", app.id());
    send.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", "EMAIL")
        .put("identity", to);
    send.set("message", Api.json(message));
    return world.api().post("/messages:send", send.toString()).ok().path("message_id").asString();
  }

  private static String text(String text) {
    ObjectNode message = (ObjectNode) Api.json("{}");
    message.putObject("text_message").put("text", text);
    return message.toString();
  }

  private static String mail(String to) {
    World.eventually(() -> assertThat(MAILS).anyMatch(mail -> mail.contains("To: " + to + "\r\n")));
    return MAILS.stream().filter(mail -> mail.contains("To: " + to + "\r\n")).findFirst().get();
  }

  private static String messageId(String mail) {
    Matcher id = Pattern.compile("Message-ID:\\s*(<[^>]+>)").matcher(mail);
    assertThat(id.find()).isTrue();
    return id.group(1);
  }

  private static String report(String id, String action, String status) {
    return """
    From: Mailer-Daemon@mx.example.org
    To: bounces@example.com
    Content-Type: multipart/report; report-type=delivery-status; boundary=b

    --b
    Content-Type: message/delivery-status

    Reporting-MTA: dns; mx.example.org

    Action: %s
    Final-Recipient: rfc822; somebody@example.org
    Status: %s

    --b
    Content-Type: text/rfc822-headers

    Message-ID: %s

    --b--
    """
        .formatted(action, status, id);
  }

  private int handIn(String mail) throws Exception {
    return post(mail, SECRET);
  }

  private int post(String mail, String secret) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + world.gateway().publicPort()
                        + "/hooks/email/"
                        + app.id()))
            .header("content-type", "message/rfc822")
            .POST(HttpRequest.BodyPublishers.ofString(mail.replace("\n", "\r\n")));
    if (!secret.isEmpty()) {
      request.header("x-throughline-secret", secret);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
  }
}
