package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.SmsText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jsmpp.InvalidResponseException;
import org.jsmpp.PDUException;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.AlertNotification;
import org.jsmpp.bean.BindType;
import org.jsmpp.bean.DataSm;
import org.jsmpp.bean.DeliverSm;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.RawDataCoding;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.extra.NegativeResponseException;
import org.jsmpp.extra.ProcessRequestException;
import org.jsmpp.extra.ResponseTimeoutException;
import org.jsmpp.session.BindParameter;
import org.jsmpp.session.DataSmResult;
import org.jsmpp.session.MessageReceiverListener;
import org.jsmpp.session.SMPPSession;
import org.jsmpp.session.Session;
import org.jspecify.annotations.Nullable;

/** A customer of the message centre: jsmpp's session, and what came to it. */
final class Client implements AutoCloseable {
  static final String SOURCE = "815012345678";
  private static final byte NONE = 0;
  private static final int FAREWELL_MILLIS = 500;

  final SMPPSession session = new SMPPSession();
  final LinkedBlockingQueue<DeliverSm> came = new LinkedBlockingQueue<>();

  /** So many of the next deliver_sm are to come again. */
  final AtomicInteger notNow = new AtomicInteger();

  /** What is submitted. */
  record Submit(
      String to,
      Bytes message,
      int coding,
      int esmClass,
      int registered,
      @Nullable String validity,
      List<OptionalParameter> parameters) {
    Submit {
      parameters = List.copyOf(parameters);
    }

    static Submit gsm(String to, String text) {
      return new Submit(to, Bytes.of(SmsText.encodeGsm(text)), 0, 0, 1, null, List.of());
    }

    static Submit ucs2(String to, String text) {
      return new Submit(
          to, Bytes.of(text.getBytes(StandardCharsets.UTF_16BE)), 8, 0, 1, null, List.of());
    }

    Submit wanting(int flags) {
      return new Submit(to, message, coding, esmClass, flags, validity, parameters);
    }

    Submit until(String time) {
      return new Submit(to, message, coding, esmClass, registered, time, parameters);
    }

    Submit headed(int reference, int parts, int part) {
      byte[] all = new byte[message.length() + 6];
      System.arraycopy(
          new byte[] {5, 0, 3, (byte) reference, (byte) parts, (byte) part}, 0, all, 0, 6);
      System.arraycopy(message.copy(), 0, all, 6, message.length());
      return new Submit(to, Bytes.of(all), coding, 0x40, registered, validity, parameters);
    }
  }

  Client(SmppEmulator emulator) throws IOException {
    this(emulator, BindType.BIND_TRX, "secret");
  }

  Client(SmppEmulator emulator, BindType type, String password) throws IOException {
    session.setMessageReceiverListener(
        new MessageReceiverListener() {
          @Override
          public void onAcceptDeliverSm(DeliverSm letter) throws ProcessRequestException {
            if (notNow.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
              throw new ProcessRequestException("not now", SMPPConstant.STAT_ESME_RX_T_APPN);
            }
            came.add(letter);
          }

          @Override
          public void onAcceptAlertNotification(AlertNotification alert) {
            // never sent
          }

          @Override
          public @Nullable DataSmResult onAcceptDataSm(DataSm data, Session source) {
            return null; // never sent
          }
        });
    session.setTransactionTimer(10_000);
    session.connectAndBind(
        "127.0.0.1",
        emulator.port(),
        new BindParameter(
            type,
            "customer",
            password,
            "",
            TypeOfNumber.UNKNOWN,
            NumberingPlanIndicator.UNKNOWN,
            null));
  }

  String submit(Submit one)
      throws PDUException,
          ResponseTimeoutException,
          InvalidResponseException,
          NegativeResponseException,
          IOException {
    return session
        .submitShortMessage(
            "",
            TypeOfNumber.INTERNATIONAL,
            NumberingPlanIndicator.ISDN,
            SOURCE,
            TypeOfNumber.INTERNATIONAL,
            NumberingPlanIndicator.ISDN,
            one.to(),
            new ESMClass(one.esmClass()),
            NONE,
            NONE,
            null,
            one.validity(),
            new RegisteredDelivery(one.registered()),
            NONE,
            new RawDataCoding((byte) one.coding()),
            NONE,
            one.message().copy(),
            one.parameters().toArray(OptionalParameter[]::new))
        .getMessageId();
  }

  DeliverSm next() throws InterruptedException {
    DeliverSm letter = came.poll(2, TimeUnit.MINUTES);
    if (letter == null) {
      throw new AssertionError("no deliver_sm came");
    }
    return letter;
  }

  static String text(DeliverSm letter) {
    return new String(letter.getShortMessage(), StandardCharsets.US_ASCII);
  }

  /** The answer to unbinding is at times not seen by jsmpp, which comes to the end of it first. */
  @Override
  public void close() {
    session.setTransactionTimer(FAREWELL_MILLIS);
    session.unbindAndClose();
  }
}
