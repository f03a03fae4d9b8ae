package dev.throughline.sandbox.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.people.Condition;
import dev.throughline.sandbox.people.People;
import dev.throughline.sandbox.people.Person;
import dev.throughline.sandbox.people.PhoneChannel;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A real mail client sends through the server, every stage can be made to fail, and what people
 * answer or cannot get comes back to the hook as mail that the client can read.
 */
class MailEmulatorTest {
  private static final Person HANAKO = Person.numbered(1, "Hanako", "U" + "a".repeat(32));

  private record Posted(String secret, Bytes mail) {
    MimeMessage mime() throws MessagingException {
      return new MimeMessage(
          Session.getInstance(new Properties()), new ByteArrayInputStream(mail.copy()));
    }
  }

  private final People people = new People(InstantSource.system());
  private final BlockingQueue<Posted> posted = new LinkedBlockingQueue<>();
  private MailEmulator mail;
  private HttpServer hook;

  @BeforeEach
  void start() throws Exception {
    people.add(HANAKO);
    mail =
        new MailEmulator(
            MailConfig.relay("user", "password", "shop@shop.example"),
            people,
            InstantSource.system(),
            new SplittableRandom(8));
    people.connect(mail);
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hook.createContext(
        "/",
        exchange -> {
          String secret = exchange.getRequestHeaders().getFirst("X-Secret");
          posted.add(new Posted(secret, Bytes.of(exchange.getRequestBody().readAllBytes())));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    hook.start();
    mail.hook("http://127.0.0.1:" + hook.getAddress().getPort() + "/", "X-Secret", "s3cret");
  }

  @AfterEach
  void stop() {
    mail.close();
    people.close();
    hook.stop(0);
  }

  private void send(String password, boolean tls, String to, String text) throws Exception {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", "localhost");
    properties.put("mail.smtp.port", Integer.toString(mail.port()));
    properties.put("mail.smtp.auth", "true");
    properties.put("mail.smtp.timeout", "10000");
    properties.put("mail.smtp.connectiontimeout", "5000");
    if (tls) {
      properties.put("mail.smtp.starttls.required", "true");
      properties.put("mail.smtp.ssl.socketFactory", trusting().getSocketFactory());
      properties.put("mail.smtp.ssl.checkserveridentity", "true");
    }
    Session session = Session.getInstance(properties);
    SMTPMessage message = new SMTPMessage(session);
    message.setFrom(new InternetAddress("shop@shop.example", "店"));
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(to));
    message.setEnvelopeFrom("bounce+att-7@shop.example");
    message.setSubject("ご注文について", "UTF-8");
    message.setText(text, "UTF-8");
    message.saveChanges();
    try (Transport transport = session.getTransport("smtp")) {
      transport.connect("user", password);
      transport.sendMessage(message, message.getAllRecipients());
    }
  }

  private SSLContext trusting() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(
        "sandbox",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(mail.authority().getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private void send(String text) throws Exception {
    send("password", false, HANAKO.email(), text);
  }

  private JsonNode inbox() throws Exception {
    return people
        .messages(HANAKO.id(), Optional.of(PhoneChannel.EMAIL), false, 0, Duration.ZERO)
        .path("messages");
  }

  private JsonNode accepted() {
    return mail.accepted(0).path("accepted");
  }

  private Posted next() throws InterruptedException {
    Posted next = posted.poll(2, TimeUnit.MINUTES);
    if (next == null) {
      throw new AssertionError("nothing came to the hook");
    }
    return next;
  }

  @Test
  void aMailGoesEncryptedToTheInboxAndItsAnswerToTheHook() throws Exception {
    send("password", true, HANAKO.email(), "発送しました");
    JsonNode shown = inbox().path(0);
    assertThat(shown.path("_text").stringValue("")).isEqualTo("発送しました");
    assertThat(shown.path("subject").stringValue("")).isEqualTo("ご注文について");
    assertThat(shown.path("from").stringValue("")).isEqualTo("店 <shop@shop.example>");
    assertThat(accepted().path(0).path("tls").booleanValue(false)).isTrue();
    assertThat(accepted().path(0).path("sender").stringValue(""))
        .isEqualTo("bounce+att-7@shop.example");

    people.write(HANAKO.id(), PhoneChannel.EMAIL, Optional.empty(), Optional.empty(), "ありがとう");
    Posted answer = next();
    assertThat(answer.secret()).isEqualTo("s3cret");
    MimeMessage mime = answer.mime();
    assertThat(mime.getSubject()).isEqualTo("Re: ご注文について");
    assertThat(mime.getContent()).isEqualTo("ありがとう");
    assertThat(((InternetAddress) mime.getFrom()[0]).getAddress()).isEqualTo(HANAKO.email());
    assertThat(mime.getRecipients(Message.RecipientType.TO)[0]).hasToString("shop@shop.example");
    assertThat(mime.getHeader("In-Reply-To", null))
        .isEqualTo(accepted().path(0).path("messageId").stringValue(""));
  }

  @Test
  void whatCannotBeDeliveredIsReturnedToTheEnvelopesSender() throws Exception {
    people.state(HANAKO.id(), Map.of(PhoneChannel.EMAIL, Condition.BOUNCES));
    send("lost");
    assertThat(inbox()).isEmpty();
    MimeMessage report = next().mime();
    assertThat(report.getContentType())
        .contains("multipart/report")
        .contains("report-type=delivery-status");
    assertThat(report.getRecipients(Message.RecipientType.TO)[0])
        .hasToString("bounce+att-7@shop.example");
    assertThat(report.getHeader("Return-Path", null)).isEqualTo("<>");
    Multipart parts = (Multipart) report.getContent();
    assertThat(parts.getCount()).isEqualTo(3);
    assertThat(parts.getBodyPart(1).getContentType()).isEqualTo("message/delivery-status");
    String status =
        new String(parts.getBodyPart(1).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(status)
        .contains("Final-Recipient: rfc822; " + HANAKO.email())
        .contains("Action: failed")
        .contains("Status: 5.1.1");
    people.state(HANAKO.id(), Map.of(PhoneChannel.EMAIL, Condition.OK));
    mail.setFaults(
        List.of(Scripted.times(MailFault.DELIVERY, MailFault.BOUNCE, 1).withDetail("4.2.2")));
    send("full");
    assertThat(next().mail().text()).contains("Status: 4.2.2");
  }

  private int refused(String to) {
    try {
      send("password", false, to, "x");
      return 250;
    } catch (Exception e) {
      for (Exception at = e; at instanceof MessagingException chained; ) {
        if (chained instanceof SMTPAddressFailedException address) {
          return address.getReturnCode();
        }
        at = chained.getNextException();
      }
      return 0;
    }
  }

  @Test
  void theStateOfAnInboxIsAnsweredAtOnceWhereAServerWouldKnow() throws Exception {
    assertThat(refused("nobody@people.example")).isEqualTo(550);
    people.state(HANAKO.id(), Map.of(PhoneChannel.EMAIL, Condition.BLOCKED));
    assertThat(refused(HANAKO.email())).isEqualTo(550);
    people.state(HANAKO.id(), Map.of(PhoneChannel.EMAIL, Condition.UNREACHABLE));
    assertThat(refused(HANAKO.email())).isEqualTo(451);
    people.state(HANAKO.id(), Map.of(PhoneChannel.EMAIL, Condition.AIRPLANE));
    assertThat(refused(HANAKO.email())).isEqualTo(250);
    assertThat(inbox()).isEmpty();
    people.state(HANAKO.id(), Map.of(PhoneChannel.EMAIL, Condition.OK));
    assertThat(inbox()).hasSize(1);
    assertThatThrownBy(() -> send("wrong", false, HANAKO.email(), "x"))
        .isInstanceOf(AuthenticationFailedException.class);
    assertThat(accepted()).hasSize(1);
  }

  @Test
  void everyStageFailsAsItIsTold() throws Exception {
    for (String stage : List.of("connect", "mail", "rcpt", "data")) {
      mail.setFaults(
          List.of(
              Scripted.times(MailFault.SMTP + stage, MailFault.REJECT, 1)
                  .withDetail("452 4.2.2 Not now")));
      assertThatThrownBy(() -> send("x")).as(stage).isInstanceOf(MessagingException.class);
      mail.setFaults(List.of(Scripted.times(MailFault.SMTP + stage, MailFault.DROP, 1)));
      assertThatThrownBy(() -> send("x")).as(stage).isInstanceOf(MessagingException.class);
    }
    mail.setFaults(List.of(Scripted.times(MailFault.SMTP + "auth", MailFault.REJECT, 1)));
    assertThatThrownBy(() -> send("x")).isInstanceOf(AuthenticationFailedException.class);
    assertThat(accepted()).isEmpty();
    mail.setFaults(List.of(Scripted.times(MailFault.SMTP + "data", MailFault.DROP_AFTER, 1)));
    assertThatThrownBy(() -> send("taken all the same")).isInstanceOf(MessagingException.class);
    assertThat(accepted()).hasSize(1);
    assertThat(inbox()).hasSize(1);
    mail.setFaults(List.of(Scripted.times(MailFault.HOOK, MailFault.HOOK_TWICE, 1)));
    people.write(HANAKO.id(), PhoneChannel.EMAIL, Optional.empty(), Optional.of("Hi"), "twice");
    assertThat(next().mail().text()).isEqualTo(next().mail().text());
  }
}
