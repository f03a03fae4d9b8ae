package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import org.jsmpp.InvalidResponseException;
import org.jsmpp.PDUException;
import org.jsmpp.SMPPConstant;
import org.jsmpp.bean.DataCoding;
import org.jsmpp.bean.ESMClass;
import org.jsmpp.bean.NumberingPlanIndicator;
import org.jsmpp.bean.OptionalParameter;
import org.jsmpp.bean.RawDataCoding;
import org.jsmpp.bean.RegisteredDelivery;
import org.jsmpp.bean.TypeOfNumber;
import org.jsmpp.extra.NegativeResponseException;
import org.jsmpp.extra.ResponseTimeoutException;
import org.jsmpp.session.SMPPServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes to the customer, one after the other over whatever session can receive. Without one it
 * waits, and with a customer who says "not now"; what was not confirmed is sent again a few times.
 */
final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int WAITING_LIMIT = 100_000;
  private static final int TRIES = 3;

  /** Who says "not now" is asked for ten minutes. */
  private static final int LATER_TRIES = 6_000;

  private static final int LATER_MILLIS = 100;
  private static final int LOOK_EVERY_MILLIS = 10;

  /** A deliver_sm. */
  record Letter(
      String from,
      String to,
      int esmClass,
      int dataCoding,
      Bytes message,
      List<OptionalParameter> parameters) {
    Letter {
      parameters = List.copyOf(parameters);
    }
  }

  private final List<SMPPServerSession> sessions = new ArrayList<>();
  private final LinkedBlockingDeque<Letter> waiting = new LinkedBlockingDeque<>(WAITING_LIMIT);
  private final Thread thread;
  private volatile boolean closed;

  Outbox() {
    thread = Thread.ofVirtual().name("smpp-outbox").start(this::run);
  }

  void add(SMPPServerSession session) {
    synchronized (sessions) {
      sessions.add(session);
      sessions.notifyAll();
    }
  }

  void remove(SMPPServerSession session) {
    synchronized (sessions) {
      sessions.remove(session);
    }
  }

  List<SMPPServerSession> sessions() {
    synchronized (sessions) {
      return List.copyOf(sessions);
    }
  }

  void put(Letter letter) {
    if (!waiting.offer(letter)) {
      LOG.warn("{} deliver_sm wait for the customer; one more is lost", WAITING_LIMIT);
    }
  }

  private void run() {
    try {
      while (!closed) {
        bring(waiting.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void bring(Letter letter) throws InterruptedException {
    int tries = 0;
    int later = 0;
    while (!closed && tries < TRIES && later < LATER_TRIES) {
      switch (deliver(letter, receiving())) {
        case TAKEN -> {
          return;
        }
        case NOT_NOW -> {
          later++;
          Thread.sleep(LATER_MILLIS);
        }
        case NOT_CONFIRMED -> {
          tries++;
          Thread.sleep(LOOK_EVERY_MILLIS);
        }
      }
    }
  }

  /** Waits for a session that can receive, and looks for none while there is nobody. */
  private SMPPServerSession receiving() throws InterruptedException {
    while (true) {
      synchronized (sessions) {
        while (sessions.isEmpty()) {
          sessions.wait();
        }
      }
      for (SMPPServerSession session : sessions()) {
        if (session.getSessionState().isReceivable()) {
          return session;
        }
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
  }

  private enum Outcome {
    TAKEN,
    NOT_NOW,
    NOT_CONFIRMED
  }

  private static Outcome deliver(Letter letter, SMPPServerSession session) {
    DataCoding coding = new RawDataCoding((byte) letter.dataCoding);
    try {
      session.deliverShortMessage(
          "",
          TypeOfNumber.INTERNATIONAL,
          NumberingPlanIndicator.ISDN,
          letter.from,
          TypeOfNumber.INTERNATIONAL,
          NumberingPlanIndicator.ISDN,
          letter.to,
          new ESMClass(letter.esmClass),
          (byte) 0,
          (byte) 0,
          new RegisteredDelivery(0),
          coding,
          letter.message.copy(),
          letter.parameters.toArray(OptionalParameter[]::new));
      return Outcome.TAKEN;
    } catch (NegativeResponseException e) {
      LOG.debug("The customer refused a deliver_sm with {}", e.getCommandStatus());
      return e.getCommandStatus() == SMPPConstant.STAT_ESME_RX_T_APPN
          ? Outcome.NOT_NOW
          : Outcome.NOT_CONFIRMED;
    } catch (ResponseTimeoutException | InvalidResponseException | PDUException | IOException e) {
      LOG.debug("A deliver_sm was not confirmed: {}", e.getClass().getSimpleName());
      return Outcome.NOT_CONFIRMED;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
