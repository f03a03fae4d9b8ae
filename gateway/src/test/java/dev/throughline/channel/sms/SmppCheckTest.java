package dev.throughline.channel.sms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.Patience;
import dev.throughline.channel.Channel.Authenticity.Cause;
import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.Inlet;
import dev.throughline.channel.SendResult;
import dev.throughline.channel.sms.SmsCredentials.Alphabet;
import dev.throughline.channel.sms.SmsCredentials.Concatenation;
import dev.throughline.channel.sms.SmsCredentials.IdForm;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jsmpp.bean.BindType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An SMSC is asked about an account by one bind that ends at once, and that takes nothing away from
 * the sessions which are held. What it refuses is told with what to do; what it does not say in
 * time is not known.
 */
@Timeout(60)
final class SmppCheckTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final Identity SOMEBODY = new Identity(ChannelName.SMS, "819012345678");

  private final Http http = new Http(Http.Settings.of("test"));
  private Smsc smsc;
  private SmppSessions sessions;

  @BeforeEach
  void open() throws Exception {
    smsc = new Smsc();
    sessions = sessions(TargetPolicy.SANDBOX);
  }

  @AfterEach
  void close() throws Exception {
    smsc.close();
    http.close();
  }

  @ParameterizedTest
  @CsvSource({"false, BIND_TRX", "true, BIND_TX"})
  void oneBindAsTheAccountHasItEndsAtOnce(boolean pair, BindType type) {
    assertThat(sessions.check(account(pair, "secret"), DEADLINE)).isEqualTo(new Check.Good());

    assertThat(smsc.binds)
        .singleElement()
        .satisfies(bind -> {
          assertThat(bind.getBindType()).isEqualTo(type);
          assertThat(bind.getSystemId()).isEqualTo("esme");
          assertThat(bind.getPassword()).isEqualTo("secret");
        });
    Patience.await().until(() -> !smsc.sessions.getFirst().getSessionState().isBound());
    assertThat(smsc.unbinds).hasValue(1);
    assertThat(smsc.submits).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0x0D, 'system_id, password and system_type (command_status 0x0000000D)'",
    "0x0E, 'system_id, password and system_type (command_status 0x0000000E)'",
    "0x0F, 'system_id, password and system_type (command_status 0x0000000F)'",
    "0x53, 'system_id, password and system_type (command_status 0x00000053)'",
    "0x04, 'set bind to the other one (command_status 0x00000004)'",
    "0x03, 'set bind to the other one (command_status 0x00000003)'",
    "0x401, 'its operator knows why (command_status 0x00000401)'"
  })
  void whatIsRefusedSaysWhatToDo(String status, String words) {
    smsc.bindStatus = Integer.decode(status);

    assertThat(sessions.check(account(false, "pa55word"), DEADLINE))
        .isInstanceOfSatisfying(
            Check.Refused.class,
            no -> assertThat(no.sentence()).contains(words).doesNotContain("pa55word"));
  }

  /** Already bound, system error, queue full, throttled, not now. */
  @ParameterizedTest
  @ValueSource(ints = {0x05, 0x08, 0x14, 0x58, 0x64})
  void whatItDoesNotSayNowIsNotKnown(int status) {
    smsc.bindStatus = status;

    assertThat(sessions.check(account(false, "secret"), DEADLINE)).isEqualTo(new Check.Away());
  }

  @Test
  void nobodyThereIsNotKnown() throws Exception {
    try (Socket nobodyListens = new Socket()) {
      nobodyListens.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      SmsCredentials.Smpp account = account(nobodyListens.getLocalPort(), false, false, "secret");

      assertThat(sessions.check(account, Duration.ofSeconds(5))).isEqualTo(new Check.Away());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoTakesTheConnectionAndSaysNothingIsNotWaitedFor(boolean tls) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      long began = System.nanoTime();

      assertThat(
              sessions.check(
                  account(silent.getLocalPort(), tls, false, "secret"), Duration.ofMillis(300)))
          .isEqualTo(new Check.Away());

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SmppSession.ANSWER);
    }
  }

  @Test
  void aHostInsideIsNotCalledForAnApp() {
    assertThat(sessions(TargetPolicy.PUBLIC).check(account(false, "secret"), DEADLINE))
        .isInstanceOfSatisfying(
            Check.Refused.class, no -> assertThat(no.sentence()).contains("name a public host"));
    assertThat(smsc.binds).isEmpty();
  }

  @Test
  void aPortThatSpeaksNoTlsIsSaidToBeOne() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"))) {
      Thread answering = Thread.ofVirtual().start(() -> answer(plain, "220 mail.test ready\r\n"));

      assertThat(sessions.check(account(plain.getLocalPort(), true, false, "secret"), DEADLINE))
          .isInstanceOfSatisfying(
              Check.Refused.class, no -> assertThat(no.sentence()).contains("No TLS came about"));
      answering.join();
    }
  }

  private static void answer(ServerSocket server, String words) {
    try (Socket socket = server.accept()) {
      socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
      byte[] _ = socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The client left.
    }
  }

  /** An SMSC may allow no more binds than are held. */
  @Test
  void anAccountWhoseSessionIsBoundIsNotBoundOnceMore() throws Exception {
    SmsCredentials.Smpp account = account(false, "secret");
    Thread receiving = Thread.ofVirtual().start(() -> receive(account));
    try {
      SmsMessage message = new SmsMessage("hello", Optional.of("Shop"), false, Optional.empty());
      Patience.await()
          .until(() ->
              sessions.send(message, SOMEBODY, account, DEADLINE) instanceof SendResult.Accepted);

      assertThat(sessions.check(account(false, "secret"), DEADLINE)).isEqualTo(new Check.Good());
      assertThat(smsc.binds).hasSize(1);

      smsc.bindStatus = 0x0E;
      assertThat(sessions.check(account(false, "another"), DEADLINE))
          .isInstanceOf(Check.Refused.class);
      assertThat(smsc.binds).hasSize(2);
    } finally {
      receiving.interrupt();
      receiving.join();
    }
  }

  /** {@link SmppSessionsTest#whatCannotBeKeptIsToComeAgain} has what the SMSC is told then. */
  @Test
  void whatIsDeliveredMeanwhileIsNotKept() {
    assertThat(SmppCheck.NOTHING.keep(Bytes.utf8("{}"), 1)).isFalse();
  }

  private SmppSessions sessions(TargetPolicy policy) {
    try {
      return new SmppSessions(http, policy, SSLContext.getDefault(), InstantSource.system());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private void receive(SmsCredentials.Smpp account) {
    try {
      sessions.receive(
          account,
          new Inlet.Keep() {
            @Override
            public boolean keep(Bytes body, int secretVersion) {
              return true;
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

  private SmsCredentials.Smpp account(boolean pair, String password) {
    return account(smsc.port(), false, pair, password);
  }

  private static SmsCredentials.Smpp account(int port, boolean tls, boolean pair, String password) {
    return new SmsCredentials.Smpp(
        "127.0.0.1",
        port,
        tls,
        "esme",
        password,
        "",
        pair,
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
