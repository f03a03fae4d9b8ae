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
import dev.throughline.contract.Json;
import dev.throughline.http.Http;
import dev.throughline.http.TargetPolicy;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Reason.Code;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jsmpp.bean.BindType;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.SubmitSm;
import org.jsmpp.extra.NegativeResponseException;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.session.SMPPServerSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is said of a submit is what is known of it; no more are under way than the window allows; a
 * session that is lost is bound again; and what an SMSC delivers is acknowledged once it is kept,
 * and never before.
 */
@Timeout(60)
final class SmppSessionsTest {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final Identity SOMEBODY = new Identity(ChannelName.SMS, "819012345678");

  private final Http http = new Http(Http.Settings.of("test"));
  private final List<Bytes> kept = new CopyOnWriteArrayList<>();
  private final AtomicBoolean keeps = new AtomicBoolean(true);
  private Smsc smsc;
  private SmppSessions sessions;
  private Optional<Thread> receiving = Optional.empty();

  @BeforeEach
  void open() throws Exception {
    smsc = new Smsc();
    sessions =
        new SmppSessions(
            http, TargetPolicy.SANDBOX, SSLContext.getDefault(), InstantSource.system());
  }

  @AfterEach
  void close() throws Exception {
    if (receiving.isPresent()) {
      receiving.get().interrupt();
      receiving.get().join();
    }
    smsc.close();
    http.close();
  }

  @Test
  void aTextIsSubmittedWithAllThatPhonesNeed() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 10, false));

    SendResult result = send(account, "Größe €5");

    assertThat(ids(result)).containsExactly("id-1");
    SubmitSm submit = smsc.submits.getFirst();
    assertThat(Gsm7.decode(submit.getShortMessage())).isEqualTo("Größe €5");
    assertThat(submit.getDestAddress()).isEqualTo("819012345678");
    assertThat(submit.getDestAddrTon()).isEqualTo((byte) 1);
    assertThat(submit.getSourceAddr()).isEqualTo("Shop");
    assertThat(submit.getSourceAddrTon()).isEqualTo((byte) 5);
    assertThat(submit.getRegisteredDelivery()).isEqualTo((byte) 1);
    assertThat(submit.getDataCoding()).isEqualTo((byte) 0);
    assertThat(smsc.binds.getFirst().getSystemId()).isEqualTo("esme");
    assertThat(smsc.binds.getFirst().getPassword()).isEqualTo("secret");
  }

  @ParameterizedTest
  @CsvSource({"UDH", "SAR"})
  void aLongTextGoesInPartsThatBelongTogether(Concatenation concatenation) throws Exception {
    SmsCredentials.Smpp account = bound(account(concatenation, 10, false));
    String text = "あ".repeat(60) + "😀".repeat(40);

    assertThat(ids(send(account, text))).hasSize(3);

    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      SubmitSm submit = smsc.submits.get(i);
      byte[] octets = submit.getShortMessage();
      if (concatenation == Concatenation.UDH) {
        assertThat(submit.isUdhi()).isTrue();
        assertThat(octets).startsWith(5, 0, 3, octets[3], 3, i + 1);
        assertThat(octets[3]).isEqualTo(smsc.submits.getFirst().getShortMessage()[3]);
        assertThat(octets.length).isLessThanOrEqualTo(140);
        joined.append(new String(octets, 6, octets.length - 6, StandardCharsets.UTF_16BE));
      } else {
        assertThat(
                submit.getOptionalParameter(OptionalParameter.Sar_total_segments.class).getValue())
            .isEqualTo((byte) 3);
        assertThat(
                submit.getOptionalParameter(OptionalParameter.Sar_segment_seqnum.class).getValue())
            .isEqualTo((byte) (i + 1));
        joined.append(new String(octets, StandardCharsets.UTF_16BE));
      }
      // Of the whole one receipt, and one of any part that fails.
      assertThat(submit.getRegisteredDelivery()).isEqualTo((byte) (i == 2 ? 1 : 2));
      assertThat(submit.getDataCoding()).isEqualTo((byte) 8);
    }
    assertThat(joined.toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"90061, 000001010101000R", "-5, 000000000001000R"})
  void howLongItIsOfUseIsTheSmscsValidity(long seconds, String validity) throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 10, false));
    SmsMessage message = message("hello").within(Optional.of(Duration.ofSeconds(seconds)));

    assertThat(ids(sessions.send(message, SOMEBODY, account, DEADLINE))).hasSize(1);

    assertThat(smsc.submits.getFirst().getValidityPeriod()).isEqualTo(validity);
  }

  @Test
  void theShorterOfTheAccountsTimeAndTheMessagesCounts() {
    Optional<Duration> minute = Optional.of(Duration.ofMinutes(1));
    Optional<Duration> hour = Optional.of(Duration.ofHours(1));

    assertThat(message("hello").within(minute).validity(hour)).isEqualTo(minute);
    assertThat(message("hello").within(hour).validity(minute)).isEqualTo(minute);
    assertThat(message("hello").within(hour).validity(Optional.empty())).isEqualTo(hour);
    assertThat(message("hello").validity(hour)).isEqualTo(hour);
    assertThat(message("hello").validity(Optional.empty())).isEmpty();
  }

  @Test
  void aLongTextMayGoWhole() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.PAYLOAD, 10, false));

    assertThat(ids(send(account, "a".repeat(500)))).hasSize(1);

    assertThat(
            smsc.submits
                .getFirst()
                .getOptionalParameter(OptionalParameter.Message_payload.class)
                .getValue())
        .hasSize(500);
  }

  @ParameterizedTest
  @CsvSource({
    "0x14, Throttled, RATE_LIMITED",
    "0x58, Throttled, RATE_LIMITED",
    "0x08, Throttled, CHANNEL_FAILURE",
    "0x45, Throttled, CHANNEL_FAILURE",
    "0x64, Throttled, CHANNEL_FAILURE",
    "0x0B, Rejected, RECIPIENT_INVALID_CHANNEL_IDENTITY",
    "0x0A, Rejected, CHANNEL_BAD_CONFIGURATION",
    "0x0E, Rejected, CHANNEL_BAD_CONFIGURATION",
    "0x01, Rejected, BAD_REQUEST",
    "0x65, Rejected, CHANNEL_REJECT",
    "0x66, Rejected, CHANNEL_REJECT",
    "0x04, Unreachable, CHANNEL_FAILURE",
  })
  void eachRefusalAsksForAnotherNextStep(String status, String verdict, Code code)
      throws Exception {
    int number = Integer.decode(status);
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 10, false));
    smsc.script =
        (submit, session) -> {
          throw new ProcessRequestException("scripted", number);
        };

    SendResult result = send(account, "hello");

    assertThat(result.getClass().getSimpleName()).isEqualTo(verdict);
    assertThat(
            switch (result) {
              case SendResult.Throttled throttled -> throttled.ifGivenUp().code();
              case SendResult.Rejected rejected -> rejected.reason().code();
              case SendResult.Unreachable unreachable -> unreachable.ifGivenUp().code();
              default -> throw new AssertionError(result.toString());
            })
        .isEqualTo(code);
    assertThat(smsc.submits).hasSize(1);
  }

  @Test
  void withoutASessionNothingIsSent() {
    SendResult result =
        sessions.send(
            message("hello"),
            SOMEBODY,
            account(Concatenation.UDH, 10, false),
            SmppSession.ANSWER.plusMillis(200));

    assertThat(result).isInstanceOf(SendResult.Unreachable.class);
  }

  @Test
  void aSubmitWithoutAnAnswerIsUnknownAndNotRepeated() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 10, false));
    CountDownLatch never = new CountDownLatch(1);
    smsc.script =
        (submit, session) -> {
          session.close();
          awaitQuietly(never);
          return "late";
        };

    SendResult result = send(account, "hello");
    never.countDown();

    assertThat(result).isInstanceOf(SendResult.Unknown.class);
    assertThat(smsc.submits).hasSize(1);
  }

  @Test
  void partsThatTheSmscDoesNotTakeNowComeAgainAndOthersDoNot() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 10, false));
    AtomicInteger calls = new AtomicInteger();
    smsc.script =
        (submit, session) -> {
          int call = calls.incrementAndGet();
          if (call == 2) {
            throw new ProcessRequestException("scripted", 0x58);
          }
          return "id-" + call;
        };

    assertThat(ids(send(account, "a".repeat(200)))).containsExactly("id-1", "id-3");
    assertThat(smsc.submits.get(1).getShortMessage())
        .isEqualTo(smsc.submits.get(2).getShortMessage());

    smsc.script =
        (submit, session) -> {
          if (submit.getShortMessage()[5] == 2) {
            throw new ProcessRequestException("scripted", 0x0B);
          }
          return "id";
        };
    assertThat(send(account, "a".repeat(200))).isInstanceOf(SendResult.Unknown.class);
  }

  @Test
  void noMoreAreUnderWayThanTheWindowAllows() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 2, false));
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    smsc.script =
        (submit, session) -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          sleep(20);
          now.decrementAndGet();
          return "id";
        };
    List<Thread> senders = new CopyOnWriteArrayList<>();
    List<SendResult> results = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 12; i++) {
      senders.add(Thread.ofVirtual().start(() -> results.add(send(account, "hello"))));
    }
    for (Thread sender : senders) {
      sender.join();
    }

    assertThat(results).hasSize(12).allMatch(SendResult.Accepted.class::isInstance);
    assertThat(most.get()).isEqualTo(2);
  }

  /** Each has a window of its own, and they are used in turn. */
  @Test
  void anAccountHoldsAsManySessionsAsItNames() throws Exception {
    SmsCredentials.Smpp account = account(Concatenation.UDH, 1, false, 3);
    receive(account);
    Patience.await().until(() -> smsc.sessions.size() == 3);
    CountDownLatch all = new CountDownLatch(3);
    Set<SMPPServerSession> used = ConcurrentHashMap.newKeySet();
    smsc.script =
        (submit, session) -> {
          used.add(session);
          all.countDown();
          awaitQuietly(all);
          return "id";
        };
    List<Thread> senders = new CopyOnWriteArrayList<>();
    List<SendResult> results = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 3; i++) {
      senders.add(Thread.ofVirtual().start(() -> results.add(send(account, "hello"))));
    }
    for (Thread sender : senders) {
      sender.join();
    }

    assertThat(results).hasSize(3).allMatch(SendResult.Accepted.class::isInstance);
    assertThat(used).hasSize(3);
  }

  @Test
  void aWindowThatStaysFullIsNotWaitedForLongerThanTheCallMayTake() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 1, false));
    CountDownLatch submitted = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    smsc.script =
        (submit, session) -> {
          submitted.countDown();
          awaitQuietly(answered);
          return "id";
        };
    Thread first = Thread.ofVirtual().start(() -> send(account, "hello"));
    submitted.await();

    SendResult second =
        sessions.send(message("second"), SOMEBODY, account, SmppSession.ANSWER.plusMillis(200));
    answered.countDown();
    first.join();

    assertThat(second).isInstanceOf(SendResult.Unreachable.class);
    assertThat(smsc.submits).hasSize(1);
  }

  @Test
  void aSessionThatIsLostIsBoundAgain() throws Exception {
    SmsCredentials.Smpp account = bound(account(Concatenation.UDH, 10, false));

    smsc.sessions.getFirst().close();

    Patience.await().until(() -> smsc.sessions.size() == 2);
    assertThat(ids(send(account, "hello"))).hasSize(1);
  }

  @Test
  void aBindThatIsRefusedIsTriedAgain() throws Exception {
    smsc.bindStatus = 0x0E;
    SmsCredentials.Smpp account = account(Concatenation.UDH, 10, false);
    receive(account);
    Patience.await().until(() -> !smsc.binds.isEmpty());

    smsc.bindStatus = 0;

    Patience.await().until(() -> smsc.sessions.size() == 1);
    assertThat(ids(send(account, "hello"))).hasSize(1);
  }

  @Test
  void aPairSendsByOneAndReceivesByTheOther() throws Exception {
    SmsCredentials.Smpp account = account(Concatenation.UDH, 10, true);
    receive(account);
    Patience.await().until(() -> smsc.sessions.size() == 2);

    assertThat(smsc.binds.stream().map(bind -> bind.getBindType()))
        .containsExactlyInAnyOrder(BindType.BIND_RX, BindType.BIND_TX);
    assertThat(ids(send(account, "hello"))).hasSize(1);
  }

  @Test
  void whatIsDeliveredIsAcknowledgedOnceItIsKept() throws Exception {
    bound(account(Concatenation.UDH, 10, false));

    smsc.deliver("819012345678", 0, 0, "Hi".getBytes(StandardCharsets.US_ASCII));

    assertThat(kept).hasSize(1);
    SmppDelivery delivery =
        SmppDelivery.of(Json.parse(kept.getFirst()).orElseThrow()).orElseThrow();
    assertThat(delivery.source()).isEqualTo("819012345678");
    assertThat(delivery.destination()).isEqualTo("81000");
    assertThat(delivery.octets().asUtf8()).isEqualTo("Hi");
  }

  @Test
  void parametersAreKeptAsTheyCame() throws Exception {
    bound(account(Concatenation.UDH, 10, false));

    smsc.deliver(
        "819012345678",
        4,
        0,
        new byte[0],
        new OptionalParameter.Receipted_message_id("7f"),
        new OptionalParameter.Message_state((byte) 2));

    SmppDelivery delivery =
        SmppDelivery.of(Json.parse(kept.getFirst()).orElseThrow()).orElseThrow();
    assertThat(delivery.number(0x0427)).contains(2);
    assertThat(delivery.tlv(0x001E).orElseThrow().asUtf8()).startsWith("7f");
  }

  @Test
  void whatCannotBeKeptIsToComeAgain() throws Exception {
    bound(account(Concatenation.UDH, 10, false));
    keeps.set(false);

    assertThatThrownBy(() -> smsc.deliver("819012345678", 0, 0, new byte[] {65}))
        .isInstanceOfSatisfying(
            NegativeResponseException.class,
            refused -> assertThat(refused.getCommandStatus()).isEqualTo(0x64));
  }

  @Test
  void anAppCannotHaveUsDialTheOwnNetwork() {
    SmppSessions strict =
        new SmppSessions(http, TargetPolicy.PUBLIC, context(), InstantSource.system());
    SmsCredentials.Smpp account = account(Concatenation.UDH, 10, false);
    Thread thread = Thread.ofVirtual().start(() -> receive(strict, account));
    sleep(300);
    thread.interrupt();

    assertThat(smsc.binds).isEmpty();
  }

  private SmsCredentials.Smpp bound(SmsCredentials.Smpp account) {
    receive(account);
    Patience.await().until(() -> smsc.sessions.size() == 1);
    return account;
  }

  private void receive(SmsCredentials.Smpp account) {
    receiving = Optional.of(Thread.ofVirtual().start(() -> receive(sessions, account)));
  }

  private void receive(SmppSessions by, SmsCredentials.Smpp account) {
    try {
      by.receive(
          account,
          new Inlet.Keep() {
            @Override
            public boolean keep(Bytes body, int secretVersion) {
              return keeps.get() && kept.add(body);
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

  private SendResult send(SmsCredentials.Smpp account, String text) {
    return sessions.send(message(text), SOMEBODY, account, DEADLINE);
  }

  private static SmsMessage message(String text) {
    return new SmsMessage(text, Optional.of("Shop"), false, Optional.empty());
  }

  private static List<String> ids(SendResult result) {
    assertThat(result).isInstanceOf(SendResult.Accepted.class);
    return ((SendResult.Accepted) result).platformMessageIds();
  }

  private SmsCredentials.Smpp account(Concatenation concatenation, int window, boolean pair) {
    return account(concatenation, window, pair, 1);
  }

  private SmsCredentials.Smpp account(
      Concatenation concatenation, int window, boolean pair, int binds) {
    return account(smsc.port(), concatenation, window, pair, binds);
  }

  /** Of an SMSC that listens at a port of this machine. */
  static SmsCredentials.Smpp account(
      int port, Concatenation concatenation, int window, boolean pair, int binds) {
    return new SmsCredentials.Smpp(
        "127.0.0.1",
        port,
        false,
        "esme",
        "secret",
        "",
        pair,
        binds,
        window,
        "",
        Optional.empty(),
        Optional.empty(),
        Alphabet.GSM7,
        concatenation,
        IdForm.TEXT,
        IdForm.TEXT,
        Optional.empty(),
        Duration.ofSeconds(30));
  }

  private static SSLContext context() {
    try {
      return SSLContext.getDefault();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
