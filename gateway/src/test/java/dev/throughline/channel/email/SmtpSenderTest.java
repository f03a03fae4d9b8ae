package dev.throughline.channel.email;

import static dev.throughline.channel.email.ScriptedMailServer.DOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.channel.Channel.Composed;
import dev.throughline.channel.Channel.Outgoing;
import dev.throughline.channel.Channel.Rendered;
import dev.throughline.channel.Channel.Via;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.aws.AwsClients;
import dev.throughline.channel.aws.AwsSettings;
import dev.throughline.channel.aws.SnsCertificates;
import dev.throughline.channel.aws.SnsSignature;
import dev.throughline.channel.email.EmailCredentials.Login;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.EmailCredentials.Tls;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.http.TestCertificate;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sesv2.SesV2Client;

/**
 * A mail is said to be taken, refused, to be tried again or unknown exactly as the server's side of
 * the conversation went: unknown from the final dot until its answer, and at no other time. No
 * secret and no mail goes over a connection that is not what the account asks for.
 */
class SmtpSenderTest {
  @TempDir static Path folder;

  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static SSLContext theirs;
  private static SSLContext ours;
  private final ScriptedMailServer server = new ScriptedMailServer();

  @BeforeAll
  static void certificate() throws Exception {
    TestCertificate certificate = TestCertificate.create(folder, "mail.test");
    theirs = certificate.serverContext();
    ours = certificate.clientContext();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aMailIsTaken() {
    SendResult result = send(account(Tls.NONE, "mail.test"));

    assertThat(result)
        .isInstanceOfSatisfying(
            SendResult.Accepted.class,
            taken -> {
              assertThat(taken.exchange().status()).isEqualTo(250);
              assertThat(taken.platformMessageIds())
                  .containsExactly(
                      "tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA@example.com");
            });
    assertThat(server.commands)
        .contains(
            "MAIL FROM:<bounces+tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA@example.com>"
                + " SIZE=%d RET=HDRS ENVID=tl-01K9Z0000000000000000MESSA-01K9Z0000000000000000MESSA"
                    .formatted(server.mails.getFirst().length()),
            "RCPT TO:<ta+ro@example.org> NOTIFY=SUCCESS,FAILURE,DELAY"
                + " ORCPT=rfc822;ta+2Bro@example.org");
    assertThat(server.mails.getFirst())
        .contains("\r\nSubject: .\r\n")
        .contains("\r\n\r\n.\r\n..\r\nHello\r\n");
  }

  @Test
  void aServerThatKnowsNoReportsIsNotAskedForThem() {
    server.offers("");

    send(account(Tls.NONE, "mail.test"));

    assertThat(server.commands)
        .contains("RCPT TO:<ta+ro@example.org>")
        .noneMatch(command -> command.contains("ENVID") || command.contains("SIZE"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RCPT       | 550 5.1.1 no such user      | RECIPIENT_INVALID_CHANNEL_IDENTITY
          RCPT       | 550 no such user            | RECIPIENT_NOT_REACHABLE
          RCPT       | 552 5.2.2 mailbox full      | RECIPIENT_NOT_REACHABLE
          RCPT       | 550 5.7.1 relaying denied   | DELIVERY_REJECTED_DUE_TO_POLICY
          MAIL       | 553 5.1.8 no such sender    | CHANNEL_REJECT
          MAIL       | 530 5.7.0 login first       | CHANNEL_BAD_CONFIGURATION
          MAIL       | 552 5.3.4 too large         | BAD_REQUEST
          DATA       | 554 5.5.1 no valid rcpt     | CHANNEL_REJECT
          .          | 554 5.7.1 spam              | DELIVERY_REJECTED_DUE_TO_POLICY
          .          | 554 5.6.0 content           | BAD_REQUEST
          (greeting) | 554 5.7.1 go away           | CHANNEL_BAD_CONFIGURATION
          """)
  void whatTheServerRefusesForGoodIsRejected(String verb, String answer, Reason.Code code) {
    server.says(verb, answer);

    assertThat(send(account(Tls.NONE, "mail.test")))
        .isInstanceOfSatisfying(
            SendResult.Rejected.class, no -> assertThat(no.reason().code()).isEqualTo(code));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          (greeting) | 421 4.3.2 busy          | 10
          MAIL       | 451 4.3.0 later         | 60
          RCPT       | 450 4.7.1 greylisted    | 300
          RCPT       | 452 4.2.2 full for now  | 60
          DATA       | 421 4.3.2 going down    | 60
          .          | 454 Throttling failure  | 60
          """)
  void whatTheServerPutsOffIsTriedAgain(String verb, String answer, int seconds) {
    server.says(verb, answer);

    assertThat(send(account(Tls.NONE, "mail.test")))
        .isInstanceOfSatisfying(
            SendResult.Throttled.class,
            later -> assertThat(later.retryAfter()).contains(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource({
    "(greeting),(drop)",
    "EHLO,(drop)",
    "MAIL,(drop)",
    "RCPT,(drop)",
    "DATA,(drop)",
    "(greeting),(silence)",
    "MAIL,(silence)",
    "RCPT,(silence)",
    "DATA,(silence)"
  })
  void beforeTheFinalDotNothingWasTaken(String verb, String what) {
    server.says(verb, what);

    assertThat(send(account(Tls.NONE, "mail.test"), Duration.ofMillis(400)))
        .isInstanceOf(SendResult.Unreachable.class);
  }

  @ParameterizedTest
  @CsvSource({"(drop)", "(silence)", "what?"})
  void fromTheFinalDotNobodyKnows(String what) {
    server.says(DOT, what);

    assertThat(send(account(Tls.NONE, "mail.test"), Duration.ofMillis(400)))
        .isInstanceOf(SendResult.Unknown.class);
    assertThat(server.mails).hasSize(1);
  }

  @Test
  void nobodyThereIsUnreachable() throws IOException {
    Smtp account = account(Tls.NONE, "mail.test");
    server.close();

    assertThat(send(account)).isInstanceOf(SendResult.Unreachable.class);
  }

  @Test
  void aHostInsideIsNotCalledForAnApp() {
    assertThat(send(account(Tls.NONE, "mail.test"), DEADLINE, TargetPolicy.PUBLIC, ours))
        .isInstanceOfSatisfying(
            SendResult.Rejected.class,
            no -> assertThat(no.reason().code()).isEqualTo(Reason.Code.CHANNEL_BAD_CONFIGURATION));
    assertThat(server.connections).hasValue(0);
  }

  @ParameterizedTest
  @CsvSource({"STARTTLS", "IMPLICIT"})
  void overTlsItLogsInAndSends(Tls tls) {
    server.withTls(theirs, tls == Tls.IMPLICIT).offers("250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n");

    assertThat(send(account(tls, "mail.test"))).isInstanceOf(SendResult.Accepted.class);
    assertThat(server.commands).anyMatch(command -> command.startsWith("AUTH PLAIN"));
    if (tls == Tls.STARTTLS) {
      assertThat(server.commands.get(1)).isEqualTo("STARTTLS");
    }
  }

  @Test
  void anAccountWithoutALoginDoesNotLogInWhereOthersMay() {
    server.offers("250-AUTH PLAIN LOGIN\r\n").says("AUTH", "535 5.7.8 wrong");

    assertThat(send(account(Tls.NONE, "mail.test"))).isInstanceOf(SendResult.Accepted.class);
    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
  }

  @Test
  void aServerWithoutTheTlsItShouldHaveGetsNothing() {
    server.offers("250-AUTH PLAIN LOGIN\r\n");

    assertThat(send(account(Tls.STARTTLS, "mail.test")))
        .isInstanceOfSatisfying(
            SendResult.Rejected.class,
            no -> assertThat(no.reason().description()).contains("STARTTLS"));
    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
    assertThat(server.mails).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"STARTTLS", "IMPLICIT"})
  void aCertificateOfAnotherNameIsNotTrusted(Tls tls) {
    server.withTls(theirs, tls == Tls.IMPLICIT).offers("250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n");

    assertThat(send(account(tls, "another.test"))).isInstanceOf(SendResult.Unreachable.class);
    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
  }

  @Test
  void aCertificateThatNobodyVouchesForIsNotTrusted() throws Exception {
    server.withTls(theirs, false).offers("250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n");

    assertThat(
            send(
                account(Tls.STARTTLS, "mail.test"),
                DEADLINE,
                TargetPolicy.SANDBOX,
                SSLContext.getDefault()))
        .isInstanceOf(SendResult.Unreachable.class);
    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
  }

  @Test
  void aWrongPasswordIsAConfiguration() {
    server.withTls(theirs, true).offers("250-AUTH PLAIN LOGIN\r\n").says("AUTH", "535 5.7.8 wrong");

    assertThat(send(account(Tls.IMPLICIT, "mail.test")))
        .isInstanceOfSatisfying(
            SendResult.Rejected.class,
            no -> {
              assertThat(no.reason().code()).isEqualTo(Reason.Code.CHANNEL_BAD_CONFIGURATION);
              assertThat(no.toString()).doesNotContain("secret-word");
            });
  }

  @Test
  void aConnectionServesOneMailAfterTheOther() {
    try (World world = new World(TargetPolicy.SANDBOX, ours)) {
      Smtp account = account(Tls.NONE, "mail.test");
      world.send(account, DEADLINE);
      server.says("RCPT", "550 5.1.1 no");
      world.send(account, DEADLINE);
      server.says("RCPT", "250 ok");
      world.send(account, DEADLINE);

      assertThat(server.connections).hasValue(1);
      assertThat(server.mails).hasSize(2);
    }
  }

  @Test
  void aKeptConnectionThatEndedMeanwhileIsReplaced() {
    try (World world = new World(TargetPolicy.SANDBOX, ours)) {
      Smtp account = account(Tls.NONE, "mail.test");
      server.says(DOT, "250 ok");
      world.send(account, DEADLINE);
      // The next command on the old connection ends it; the new one is told apart by its greeting.
      server.says("MAIL", "421 4.4.2 timeout, closing");

      assertThat(world.send(account, DEADLINE)).isInstanceOf(SendResult.Throttled.class);
      assertThat(server.connections).hasValue(2);
    }
  }

  @Test
  void anAnswerWithoutEndIsCutOff() {
    server.says("MAIL", "250-" + "x".repeat(400_000) + "\r\n250 ok");

    assertThat(send(account(Tls.NONE, "mail.test"))).isInstanceOf(SendResult.Unreachable.class);
  }

  private Smtp account(Tls tls, String host) {
    return new Smtp(
        new MailSender("shop@example.com", Optional.empty(), Optional.empty()),
        Optional.empty(),
        host,
        server.port(),
        tls,
        tls == Tls.NONE ? Optional.empty() : Optional.of(new Login("shop", "secret-word")),
        Optional.of("bounces@example.com"),
        2);
  }

  private SendResult send(Smtp account) {
    return send(account, DEADLINE);
  }

  private SendResult send(Smtp account, Duration deadline) {
    return send(account, deadline, TargetPolicy.SANDBOX, ours);
  }

  private static SendResult send(
      Smtp account, Duration deadline, TargetPolicy policy, SSLContext trust) {
    try (World world = new World(policy, trust)) {
      return world.send(account, deadline);
    }
  }

  /** A channel, and the names of this test: all of them this machine. */
  private static final class World implements AutoCloseable {
    private final Http http =
        new Http(
            Http.Settings.of("test").resolver(_ -> List.of(InetAddress.getByName("127.0.0.1"))));
    private final EmailChannel channel;

    World(TargetPolicy policy, SSLContext trust) {
      InstantSource clock = () -> Instant.parse("2026-11-21T10:00:00Z");
      channel =
          new EmailChannel(
              http,
              new EmailChannel.Mailing(policy, trust, "gateway.test"),
              AwsClients.of(SesV2Client::builder, AwsSettings.AWS, http, clock),
              new SnsSignature(new SnsCertificates(http, AwsSettings.AWS, clock)),
              clock);
    }

    SendResult send(Smtp account, Duration deadline) {
      Bytes rendered =
          ((Rendered.Ready)
                  channel.render(
                      new Composed(EmailGoldenTest.ID, new Content.Text(".\n..\nHello"), Map.of())))
              .body();
      return channel.send(
          new Outgoing(
              rendered,
              new Identity(ChannelName.EMAIL, "ta+ro@example.org"),
              new Via.Once(EmailGoldenTest.TAG)),
          account,
          deadline);
    }

    @Override
    public void close() {
      channel.close();
      http.close();
    }
  }
}
