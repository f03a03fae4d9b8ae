package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.emulator.Scripted;
import dev.throughline.sandbox.emulator.Timers;
import dev.throughline.sandbox.people.Phones;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jsmpp.DefaultPDUReader;
import org.jsmpp.PDUStringException;
import org.jsmpp.SMPPConstant;
import org.jsmpp.SynchronizedPDUSender;
import org.jsmpp.extra.SessionState;
import org.jsmpp.session.BindRequest;
import org.jsmpp.session.SMPPServerSession;
import org.jsmpp.session.Session;
import org.jsmpp.session.connection.socket.SocketConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the customer in, and has everything that a session needs. */
final class Reception implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
  private static final Duration BIND_TIMEOUT = Duration.ofSeconds(5);
  private static final int ENQUIRE_LINK_MILLIS = 30_000;
  private static final int QUEUE = 100;
  private static final int REFUSED_LEAVE_TRIES = 100;
  private static final int REFUSED_LEAVE_MILLIS = 20;

  private final SmppConfig config;
  private final Timers timers;
  private final Outbox outbox = new Outbox();
  private final Centre centre;
  private final Desk desk;
  private final SmppControl control;
  private final Set<String> withheld = ConcurrentHashMap.newKeySet();
  private final Semaphore connections;

  /**
   * @param connections how many there may be at once
   */
  Reception(SmppConfig config, Phones phones, InstantSource clock, Ids ids, int connections) {
    this.config = config;
    this.connections = new Semaphore(connections);
    timers = new Timers("smpp", clock);
    centre = new Centre(config, phones, clock, ids, timers, outbox);
    desk = new Desk(centre, config.window(), withheld);
    control = new SmppControl(config, centre, desk, outbox, ids);
  }

  SmppControl control() {
    return control;
  }

  void receive(Socket socket) {
    if (connections.tryAcquire()) {
      Thread.ofVirtual().name("smpp-bind").start(() -> serve(socket));
    } else {
      closeQuietly(socket);
    }
  }

  private void serve(Socket socket) {
    AtomicBoolean counted = new AtomicBoolean(true);
    try {
      SMPPServerSession session =
          new SMPPServerSession(
              new SocketConnection(socket),
              (now, before, one) -> {
                if (now == SessionState.CLOSED) {
                  gone(one, counted);
                }
              },
              desk,
              desk,
              // more hands than the window, so that a submit too many is answered and not kept
              config.window() + 4,
              QUEUE,
              new SynchronizedPDUSender(new Silence(withheld)),
              new DefaultPDUReader());
      BindRequest request = session.waitForBind(BIND_TIMEOUT.toMillis());
      Optional<Integer> refusal = refusal(request);
      if (refusal.isPresent()) {
        request.reject(refusal.get());
        // who closes at once may close before the answer is read; the refused one closes first
        for (int i = 0; i < REFUSED_LEAVE_TRIES && session.getSessionState().isNotClosed(); i++) {
          Thread.sleep(REFUSED_LEAVE_MILLIS);
        }
        session.close();
        return;
      }
      outbox.add(session);
      session.setEnquireLinkTimer(ENQUIRE_LINK_MILLIS);
      request.accept("sandbox");
    } catch (IOException | PDUStringException | TimeoutException | IllegalStateException e) {
      LOG.debug("A connection did not bind: {}", e.getMessage());
      if (counted.compareAndSet(true, false)) {
        connections.release();
      }
      closeQuietly(socket);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("A socket did not close: {}", e.getMessage());
    }
  }

  private Optional<Integer> refusal(BindRequest request) {
    Optional<Scripted<SmppFault>> fault =
        centre.faults.strike(SmppFault.BIND, request::getSystemId);
    if (fault.isPresent()) {
      return Optional.of(Integer.decode(fault.get().detail()));
    }
    if (!config.systemId().equals(request.getSystemId())) {
      return Optional.of(SMPPConstant.STAT_ESME_RINVSYSID);
    }
    if (!config.password().equals(request.getPassword())) {
      return Optional.of(SMPPConstant.STAT_ESME_RINVPASWD);
    }
    return outbox.sessions().size() >= config.binds()
        ? Optional.of(SMPPConstant.STAT_ESME_RALYBND)
        : Optional.empty();
  }

  private void gone(Session session, AtomicBoolean counted) {
    if (session instanceof SMPPServerSession bound) {
      outbox.remove(bound);
    }
    desk.gone(session);
    if (counted.compareAndSet(true, false)) {
      connections.release();
    }
  }

  /** Breaks all connections. */
  @Override
  public void close() {
    timers.close();
    outbox.close();
    outbox.sessions().forEach(SMPPServerSession::close);
    control.close();
  }
}
