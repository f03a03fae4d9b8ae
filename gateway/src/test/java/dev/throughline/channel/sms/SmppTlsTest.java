package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.throughline.Patience;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Inlet;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.channel.sms.SmsCredentials.Concatenation;
import dev.throughline.channel.sms.SmsCredentials.IdForm;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.http.TestCertificate;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jsmpp.session.connection.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * With {@code tls} an SMSC shows a certificate of the host that the account names, by an authority
 * that is trusted; whoever shows another learns neither password nor message.
 */
@Timeout(60)
final class SmppTlsTest {
  private static final String HOST = "localhost";

  private static TestCertificate certificate;

  private final Http http = new Http(Http.Settings.of("test"));
  private final List<Bytes> kept = new CopyOnWriteArrayList<>();
  private Smsc smsc;

  @BeforeAll
  static void certify(@TempDir Path folder) throws Exception {
    certificate = TestCertificate.create(folder, HOST);
  }

  @BeforeEach
  void open() throws Exception {
    smsc = new Smsc(certificate.serverContext());
  }

  @AfterEach
  void close() throws Exception {
    smsc.close();
    http.close();
  }

  @Test
  void underItsOwnCertificateAnSmscSendsAndDelivers() throws Exception {
    SmsCredentials.Smpp account = account(HOST);
    SmppSessions sessions =
        new SmppSessions(
            http, TargetPolicy.SANDBOX, certificate.clientContext(), InstantSource.system());
    Thread receiving = Thread.ofVirtual().start(() -> receive(sessions, account));
    try {
      Patience.await().until(() -> smsc.sessions.size() == 1);

      SendResult sent =
          sessions.send(
              new SmsMessage("hello", Optional.empty(), false, Optional.empty()),
              new Identity(ChannelName.SMS, "819012345678"),
              account,
              Duration.ofSeconds(15));
      smsc.deliver("819012345678", 0, 0, "Hi".getBytes(StandardCharsets.US_ASCII));

      assertThat(sent).isInstanceOf(SendResult.Accepted.class);
      assertThat(smsc.binds.getFirst().getPassword()).isEqualTo("secret");
      assertThat(kept).hasSize(1);
    } finally {
      receiving.interrupt();
      receiving.join();
    }
  }

  @Test
  void theCertificateOfAnotherHostIsRefused() throws Exception {
    refused(certificate.clientContext(), account("127.0.0.1"));
  }

  @Test
  void theCertificateOfAnAuthorityThatNobodyTrustsIsRefused() throws Exception {
    refused(SSLContext.getDefault(), account(HOST));
  }

  private void refused(SSLContext trust, SmsCredentials.Smpp account) throws Exception {
    SmppConnections connections = new SmppConnections(http, TargetPolicy.SANDBOX, trust);

    assertThatThrownBy(
            () -> {
              Connection open =
                  connections.to(account).createConnection(account.host(), smsc.port());
              open.close();
            })
        .isInstanceOf(SSLHandshakeException.class);
    assertThat(smsc.binds).isEmpty();
  }

  private void receive(SmppSessions sessions, SmsCredentials.Smpp account) {
    try {
      sessions.receive(
          account,
          new Inlet.Keep() {
            @Override
            public boolean keep(Bytes body, int secretVersion) {
              return kept.add(body);
            }

            @Override
            public void refused(Cause cause) {
              throw new AssertionError(cause);
            }
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private SmsCredentials.Smpp account(String host) {
    return new SmsCredentials.Smpp(
        host,
        smsc.port(),
        true,
        "esme",
        "secret",
        "",
        false,
        1,
        10,
        "Shop",
        Optional.empty(),
        Optional.empty(),
        Alphabet.GSM7,
        Concatenation.UDH,
        IdForm.TEXT,
        IdForm.TEXT,
        Optional.empty(),
        Duration.ofSeconds(30));
  }
}
