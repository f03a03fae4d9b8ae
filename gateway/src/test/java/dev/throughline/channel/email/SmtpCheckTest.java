package dev.throughline.channel.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.email.EmailCredentials.Login;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.EmailCredentials.Tls;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.http.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A mail server is asked about an account by a login and nothing more: no mail is spoken of. What
 * it refuses is told with what to do, and never with a secret or its own words; what it does not
 * say in time is not known.
 */
@Timeout(60)
class SmtpCheckTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final String PASSWORD = "secret-word";

  private static SSLContext theirs;
  private static SSLContext ours;
  private final ScriptedMailServer server = new ScriptedMailServer();

  @BeforeAll
  static void certificate(@TempDir Path folder) throws Exception {
    TestCertificate certificate = TestCertificate.create(folder, "mail.test");
    theirs = certificate.serverContext();
    ours = certificate.clientContext();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void aLoginIsTriedAndNoMailIsSpokenOf(Tls tls) {
    server.withTls(theirs, tls == Tls.IMPLICIT).offers("250-STARTTLS\r\n250-AUTH PLAIN\r\n");

    assertThat(ask(account(tls, "mail.test", true))).isEqualTo(new Check.Good());

    // Nobody waits for the answer to the last.
    Patience.await().until(() -> server.commands.contains("QUIT"));
    assertThat(
            server.commands.stream()
                .map(command -> command.split("[ :]", 2)[0].toUpperCase(Locale.ROOT)))
        .containsExactlyElementsOf(
            tls == Tls.STARTTLS
                ? List.of("EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT")
                : List.of("EHLO", "AUTH", "QUIT"));
  }

  @Test
  void whoeverNeedsNoLoginIsGreeted() {
    server.offers("250-AUTH PLAIN\r\n");

    assertThat(ask(account(Tls.NONE, "mail.test", false))).isEqualTo(new Check.Good());

    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AUTH       | 535 5.7.8 wrong for shop | username or password (535 5.7.8)
          AUTH       | 535 no                   | username or password (535)
          AUTH       | 534 5.7.9 too weak       | username or password (534 5.7.9)
          (greeting) | 554 5.7.1 go away        | this client (554 5.7.1)
          EHLO       | 550 5.7.1 go away        | lets nobody log in by PLAIN or LOGIN
          EHLO       | 250 mail.test            | lets nobody log in by PLAIN or LOGIN
          EHLO       | 250-a;250 AUTH CRAM-MD5  | lets nobody log in by PLAIN or LOGIN
          """)
  void whatIsRefusedSaysWhatToDo(String verb, String answer, String words) {
    server.offers("250-AUTH PLAIN\r\n").says(verb, answer.replace(";", "\r\n"));

    assertThat(ask(account(Tls.NONE, "mail.test", true)))
        .isInstanceOfSatisfying(
            Check.Refused.class,
            no ->
                assertThat(no.sentence())
                    .contains(words)
                    .contains(":")
                    .doesNotContain("go away", "shop", PASSWORD));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AUTH       | 454 4.7.0 try later
          AUTH       | 421 4.3.2 closing
          AUTH       | (drop)
          (greeting) | 421 4.3.2 busy
          (greeting) | (drop)
          EHLO       | (drop)
          """)
  void whatItDoesNotSayNowIsNotKnown(String verb, String answer) {
    server.offers("250-AUTH PLAIN\r\n").says(verb, answer);

    assertThat(ask(account(Tls.NONE, "mail.test", true))).isEqualTo(new Check.Away());
  }

  @ParameterizedTest
  @CsvSource({"NONE, AUTH", "NONE, (greeting)", "STARTTLS, STARTTLS", "IMPLICIT, (greeting)"})
  void aServerThatFallsSilentIsNotWaitedFor(Tls tls, String verb) {
    server
        .withTls(theirs, tls == Tls.IMPLICIT)
        .offers("250-STARTTLS\r\n250-AUTH PLAIN\r\n")
        .says(verb, ScriptedMailServer.SILENCE);

    assertThat(ask(account(tls, "mail.test", true), Duration.ofMillis(400)))
        .isEqualTo(new Check.Away());
  }

  @Test
  void aHandshakeThatDoesNotEndIsNotWaitedFor() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      Smtp account = account(Tls.IMPLICIT, "mail.test", true, silent.getLocalPort());

      assertThat(ask(account, Duration.ofMillis(400))).isEqualTo(new Check.Away());
    }
  }

  @Test
  void nobodyThereIsNotKnown() throws IOException {
    Smtp account = account(Tls.NONE, "mail.test", true);
    server.close();

    assertThat(ask(account)).isEqualTo(new Check.Away());
  }

  @Test
  void withoutTheTlsItShouldHaveItLearnsNoPassword() {
    server.offers("250-AUTH PLAIN\r\n");

    assertThat(refusal(account(Tls.STARTTLS, "mail.test", true))).contains("offers no STARTTLS");
    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
  }

  @ParameterizedTest
  @EnumSource(names = {"STARTTLS", "IMPLICIT"})
  void underACertificateOfAnotherNameItLearnsNoPassword(Tls tls) {
    server.withTls(theirs, tls == Tls.IMPLICIT).offers("250-STARTTLS\r\n250-AUTH PLAIN\r\n");

    assertThat(refusal(account(tls, "another.test", true))).contains("its certificate must be");
    assertThat(server.commands).noneMatch(command -> command.startsWith("AUTH"));
  }

  @Test
  void aHostInsideIsNotCalledForAnApp() {
    assertThat(ask(account(Tls.NONE, "mail.test", true), DEADLINE, TargetPolicy.PUBLIC))
        .isInstanceOfSatisfying(
            Check.Refused.class, no -> assertThat(no.sentence()).contains("name a public host"));
    assertThat(server.connections).hasValue(0);
  }

  private String refusal(Smtp account) {
    return ((Check.Refused) ask(account)).sentence();
  }

  private static Check ask(Smtp account) {
    return ask(account, DEADLINE);
  }

  private static Check ask(Smtp account, Duration deadline) {
    return ask(account, deadline, TargetPolicy.SANDBOX);
  }

  /** By the names of this test: all of them this machine. */
  private static Check ask(Smtp account, Duration deadline, TargetPolicy policy) {
    try (Http http =
            new Http(
                Http.Settings.of("test")
                    .resolver(_ -> List.of(InetAddress.ofLiteral("127.0.0.1"))));
        SmtpPool pool = new SmtpPool(http, policy, ours, "gateway.test")) {
      return SmtpCheck.ask(pool, account, deadline);
    }
  }

  private Smtp account(Tls tls, String host, boolean login) {
    return account(tls, host, login, server.port());
  }

  private static Smtp account(Tls tls, String host, boolean login, int port) {
    return new Smtp(
        new MailSender("shop@example.com", Optional.empty(), Optional.empty()),
        Optional.empty(),
        host,
        port,
        tls,
        login ? Optional.of(new Login("shop", PASSWORD)) : Optional.empty(),
        Optional.empty(),
        2);
  }
}
