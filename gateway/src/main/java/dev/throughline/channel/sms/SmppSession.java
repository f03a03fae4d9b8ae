package dev.throughline.channel.sms;

import dev.throughline.channel.Inlet;
import dev.throughline.message.Bytes;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jsmpp.InvalidResponseException;
import org.jsmpp.PDUException;
import org.jsmpp.bean.AlertNotification;
import org.jsmpp.bean.BindType;
import org.jsmpp.bean.DataCodings;
import org.jsmpp.bean.DataSm;
import org.jsmpp.bean.DeliverSm;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.extra.NegativeResponseException;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.extra.ResponseTimeoutException;
import org.jsmpp.extra.SessionState;
import org.jsmpp.session.BindParameter;
import org.jsmpp.session.DataSmResult;
import org.jsmpp.session.MessageReceiverListener;
import org.jsmpp.session.SMPPSession;
import org.jsmpp.session.Session;
import org.jsmpp.session.connection.Connection;
import org.jsmpp.session.connection.ConnectionFactory;

/**
 * One session with an SMSC. What it delivers is acknowledged when it is durable; otherwise it is
 * told to try again.
 */
final class SmppSession implements AutoCloseable {
  /** How long an SMSC may take to answer a PDU. */
  static final Duration ANSWER = Duration.ofSeconds(10);

  private static final Duration FAREWELL = Duration.ofSeconds(2);

  /** ESME_RX_T_APPN: the SMSC delivers it again. */
  private static final int TRY_AGAIN = 0x64;

  private final SmsCredentials.Smpp account;
  private final Inlet.Keep keep;
  private final InstantSource clock;
  private final SMPPSession session;
  private final Semaphore window;
  private final CountDownLatch ended = new CountDownLatch(1);

  private SmppSession(
      SmsCredentials.Smpp account,
      ConnectionFactory connections,
      Inlet.Keep keep,
      InstantSource clock) {
    this.account = account;
    this.keep = keep;
    this.clock = clock;
    this.window = new Semaphore(account.window());
    this.session = new SMPPSession(connections);
  }

  /** Connects and binds; throws if that cannot be done. */
  static SmppSession open(
      SmsCredentials.Smpp account,
      BindType type,
      SmppConnections connections,
      Inlet.Keep keep,
      InstantSource clock)
      throws IOException {
    SmppSession opened = new SmppSession(account, connections.to(account), keep, clock);
    opened.bind(type, ANSWER);
    return opened;
  }

  /**
   * As {@link #open}, within a time.
   *
   * @throws IOException if that cannot be done; caused by a {@link NegativeResponseException} where
   *     the SMSC said so
   */
  static SmppSession within(
      Duration time,
      SmsCredentials.Smpp account,
      BindType type,
      SmppConnections connections,
      Inlet.Keep keep,
      InstantSource clock)
      throws IOException {
    long end = System.nanoTime() + time.toNanos();
    Connection dialled =
        connections.to(account, time).createConnection(account.host(), account.port());
    SmppSession opened = new SmppSession(account, (host, port) -> dialled, keep, clock);
    opened.bind(type, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    return opened;
  }

  private void bind(BindType type, Duration answer) throws IOException {
    session.setTransactionTimer(ANSWER.toMillis());
    session.setEnquireLinkTimer((int) account.enquireLink().toMillis());
    session.setMessageReceiverListener(new Deliveries());
    session.addSessionStateListener((now, _, _) -> {
      // Also before it is said to be bound: a peer may hang up right after its answer, and jsmpp
      // then calls bound what is closed already.
      if (now == SessionState.CLOSED || now == SessionState.UNBOUND) {
        ended.countDown();
      }
    });
    try {
      var _ =
          session.connectAndBind(
              account.host(),
              account.port(),
              new BindParameter(
                  type,
                  account.systemId(),
                  account.password(),
                  account.systemType(),
                  TypeOfNumber.UNKNOWN,
                  NumberingPlanIndicator.UNKNOWN,
                  null),
              answer.toMillis());
    } catch (IOException e) {
      // jsmpp leaves the connection open where it cannot write the bind.
      session.close();
      throw e;
    }
  }

  boolean isBound() {
    return ended.getCount() > 0 && session.getSessionState().isBound();
  }

  /** Until the session has ended. */
  void await() throws InterruptedException {
    while (isBound()) {
      boolean _ = ended.await(1, TimeUnit.SECONDS);
    }
  }

  /** Whether one more submit may be under way; whoever gets true gives it back by a submit. */
  boolean tryEnter() {
    return isBound() && window.tryAcquire();
  }

  /** What became of one submit. */
  sealed interface Submitted {
    record Taken(String messageId) implements Submitted {}

    record Refused(int status) implements Submitted {}

    /** No byte of it left. */
    record NotSent() implements Submitted {}

    record Unanswered(String why) implements Submitted {}
  }

  /** Submits once, within {@link #ANSWER}, and leaves the window. */
  Submitted submit(SmppSubmit submit) {
    AtomicBoolean written = new AtomicBoolean();
    try {
      return ScopedValue.where(SmppConnections.WRITTEN, written)
          .call(() -> new Submitted.Taken(submitted(submit)));
    } catch (NegativeResponseException e) {
      if (e.getCommandStatus() == SmppStatus.NOT_BOUND) {
        session.close();
      }
      return new Submitted.Refused(e.getCommandStatus());
    } catch (ResponseTimeoutException e) {
      return new Submitted.Unanswered("no answer in time");
    } catch (InvalidResponseException e) {
      return new Submitted.Unanswered("the answer could not be read");
    } catch (PDUException e) {
      return new Submitted.NotSent();
    } catch (IOException e) {
      return written.get() ? new Submitted.Unanswered("broken") : new Submitted.NotSent();
    } catch (Exception e) {
      throw new IllegalStateException("submitting failed", e);
    } finally {
      window.release();
    }
  }

  private String submitted(SmppSubmit submit)
      throws PDUException,
          ResponseTimeoutException,
          InvalidResponseException,
          NegativeResponseException,
          IOException {
    return session
        .submitShortMessage(
            "",
            TypeOfNumber.valueOf((byte) submit.sourceNumbering().ton()),
            NumberingPlanIndicator.valueOf((byte) submit.sourceNumbering().npi()),
            submit.source(),
            TypeOfNumber.valueOf((byte) submit.destinationNumbering().ton()),
            NumberingPlanIndicator.valueOf((byte) submit.destinationNumbering().npi()),
            submit.destination(),
            new ESMClass(submit.esmClass()),
            (byte) 0,
            (byte) 0,
            null,
            submit.validity().isEmpty() ? null : submit.validity(),
            // 2 asks for a receipt of a failure only (SMPP 3.4, 5.2.17).
            new RegisteredDelivery(submit.receipt() ? 1 : 2),
            (byte) 0,
            DataCodings.newInstance((byte) submit.dataCoding()),
            (byte) 0,
            submit.octets().array(),
            submit.parameters().toArray(OptionalParameter[]::new))
        .getMessageId();
  }

  /** Takes leave of the SMSC. */
  @Override
  public void close() {
    leave(FAREWELL);
  }

  /** Takes leave; the SMSC's answer is waited for at most so long. */
  void leave(Duration time) {
    session.setTransactionTimer(Math.min(time.toMillis(), FAREWELL.toMillis()));
    session.unbindAndClose();
  }

  private final class Deliveries implements MessageReceiverListener {
    @Override
    public void onAcceptDeliverSm(DeliverSm pdu) throws ProcessRequestException {
      if (!keep.keep(delivery(pdu).toJson(), 1)) {
        throw new ProcessRequestException("nothing was kept", TRY_AGAIN);
      }
    }

    @Override
    public void onAcceptAlertNotification(AlertNotification notification) {
      // A phone is in reach again: nobody asked.
    }

    @Override
    public DataSmResult onAcceptDataSm(DataSm data, Session source) throws ProcessRequestException {
      throw new ProcessRequestException("data_sm is not taken here", 0x03);
    }
  }

  private SmppDelivery delivery(DeliverSm pdu) {
    Map<Integer, Bytes> tlvs = new HashMap<>();
    if (pdu.getOptionalParameters() != null) {
      for (OptionalParameter parameter : pdu.getOptionalParameters()) {
        byte[] serialized = parameter.serialize();
        // Two octets each of tag and length before the value.
        tlvs.put(
            parameter.tag & 0xFFFF,
            Bytes.wrap(Arrays.copyOfRange(serialized, 4, serialized.length)));
      }
    }
    byte[] octets = pdu.getShortMessage();
    return new SmppDelivery(
        clock.instant(),
        pdu.getSequenceNumber(),
        text(pdu.getSourceAddr()),
        text(pdu.getDestAddress()),
        pdu.getEsmClass() & 0xFF,
        pdu.getDataCoding() & 0xFF,
        octets == null ? Bytes.EMPTY : Bytes.wrap(octets),
        tlvs,
        account.alphabet(),
        account.submitIds(),
        account.receiptIds());
  }

  private static String text(@org.jspecify.annotations.Nullable String value) {
    return value == null ? "" : value;
  }
}
