package dev.throughline.channel.sms;

import dev.throughline.channel.Inlet;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jsmpp.bean.BindType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of one account, each bound again when it is lost. */
final class SmppPool {
  private static final Logger LOG = LoggerFactory.getLogger(SmppPool.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration PLACE_PAUSE = Duration.ofMillis(5);
  private static final Duration JOIN = Duration.ofSeconds(4);

  private final SmsCredentials.Smpp account;
  private final SmppConnections connections;
  private final Inlet.Keep keep;
  private final InstantSource clock;
  private final List<SmppSession> transmitters = new CopyOnWriteArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  SmppPool(
      SmsCredentials.Smpp account,
      SmppConnections connections,
      Inlet.Keep keep,
      InstantSource clock) {
    this.account = account;
    this.connections = connections;
    this.keep = keep;
    this.clock = clock;
  }

  /** Holds all sessions until it is interrupted. */
  void run() throws InterruptedException {
    List<Thread> holding = new ArrayList<>();
    for (int i = 0; i < account.binds(); i++) {
      if (account.pair()) {
        holding.add(hold(BindType.BIND_RX));
        holding.add(hold(BindType.BIND_TX));
      } else {
        holding.add(hold(BindType.BIND_TRX));
      }
    }
    try {
      for (Thread thread : holding) {
        thread.join();
      }
    } finally {
      holding.forEach(Thread::interrupt);
      for (Thread thread : holding) {
        joinQuietly(thread);
      }
    }
  }

  private static void joinQuietly(Thread thread) {
    boolean interrupted = Thread.interrupted();
    try {
      thread.join(JOIN);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the SMSC has let in a session by which messages can go out, and it stands. */
  boolean isBound() {
    return transmitters.stream().anyMatch(SmppSession::isBound);
  }

  /** A session with a free place in its window, waited for. */
  Optional<SmppSession> enter(long untilNanos) {
    while (true) {
      List<SmppSession> bound = List.copyOf(transmitters);
      int first = Math.floorMod(next.getAndIncrement(), Math.max(1, bound.size()));
      for (int i = 0; i < bound.size(); i++) {
        SmppSession session = bound.get((first + i) % bound.size());
        if (session.tryEnter()) {
          return Optional.of(session);
        }
      }
      if (System.nanoTime() >= untilNanos) {
        return Optional.empty();
      }
      try {
        Thread.sleep(PLACE_PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
  }

  private Thread hold(BindType type) {
    return Thread.ofVirtual()
        .name("smpp-" + type)
        .start(() -> {
          Duration pause = FIRST_PAUSE;
          try {
            while (true) {
              pause = bindOnce(type) ? FIRST_PAUSE : doubled(pause);
              Thread.sleep(pause);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Whether a session came to be; it is over then. */
  private boolean bindOnce(BindType type) throws InterruptedException {
    SmppSession session;
    try {
      session = SmppSession.open(account, type, connections, keep, clock);
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      LOG.warn("no session with {}: {}", account, String.valueOf(e.getMessage()));
      return false;
    }
    boolean transmits = type != BindType.BIND_RX;
    try (session) {
      if (transmits) {
        transmitters.add(session);
      }
      session.await();
      LOG.info("the session with {} has ended", account);
      return true;
    } finally {
      transmitters.remove(session);
    }
  }

  private static Duration doubled(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
  }
}
