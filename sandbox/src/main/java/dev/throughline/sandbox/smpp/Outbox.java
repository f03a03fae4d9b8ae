package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import org.jsmpp.InvalidResponseException;
import org.jsmpp.PDUException;
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
 * waits; what was not confirmed is sent again a few times.
 */
final class Outbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int WAITING_LIMIT = 100_000;
  private static final int TRIES = 3;
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
        Letter letter = waiting.take();
        for (int i = 0; i < TRIES && !closed && !sent(letter, receiving()); i++) {
          Thread.sleep(LOOK_EVERY_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a session that can receive. */
  private SMPPServerSession receiving() throws InterruptedException {
    while (true) {
      for (SMPPServerSession session : sessions()) {
        if (session.getSessionState().isReceivable()) {
          return session;
        }
      }
      Thread.sleep(LOOK_EVERY_MILLIS);
    }
  }

  /** Returns whether it is done with, one way or the other. */
  boolean sent(Letter letter, SMPPServerSession session) {
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
      return true;
    } catch (NegativeResponseException e) {
      LOG.debug("The customer refused a deliver_sm with {}", e.getCommandStatus());
      return false;
    } catch (ResponseTimeoutException | InvalidResponseException | PDUException | IOException e) {
      LOG.debug("A deliver_sm was not confirmed: {}", e.getClass().getSimpleName());
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
