package dev.throughline.channel.email;

import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.SmtpConnection.Opening;
import dev.throughline.http.Dialled;
import dev.throughline.http.Http;
import dev.throughline.http.HttpResult;
import dev.throughline.http.Target;
import dev.throughline.http.TargetPolicy;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * The connections to mail servers, a few an account; those that are not in use are kept for a
 * while, since a handshake and a login cost more than a mail.
 */
final class SmtpPool implements AutoCloseable {
  /** Where mail servers take mails to relay. */
  private static final Set<Integer> MAIL_PORTS = Set.of(25, 465, 587);

  /** Servers end connections that say nothing for longer. */
  private static final Duration KEPT = Duration.ofSeconds(20);

  /** Some servers end a connection after so many mails, in the middle of one. */
  private static final int MAX_MAILS = 50;

  private final Http http;
  private final TargetPolicy policy;
  private final SSLContext trust;
  private final String helo;
  private final Map<Smtp, Slots> accounts = new HashMap<>();
  private boolean closed;

  /**
   * @param policy where hosts that apps name may be; the ports of mail are allowed besides
   */
  SmtpPool(Http http, TargetPolicy policy, SSLContext trust, String helo) {
    this.http = http;
    this.policy = policy.onPorts(MAIL_PORTS);
    this.trust = trust;
    this.helo = helo;
  }

  /** What an account uses; nobody keeps it who has no part in it. */
  private static final class Slots {
    private final Semaphore free;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private int users;

    Slots(int connections) {
      free = new Semaphore(connections, true);
    }
  }

  private record Kept(SmtpConnection connection, int mails, long since) {}

  /** A connection of an account, or why there is none. */
  sealed interface Lease {
    /**
     * @param mails that went over it before
     */
    record Held(SmtpConnection connection, int mails) implements Lease {}

    /** All are in use, and stayed so until the deadline. */
    record Busy() implements Lease {}

    record NotDialled(HttpResult.Cause cause) implements Lease {}

    record NotOpened(Opening opening) implements Lease {}
  }

  /** Whoever gets one gives it back. */
  Lease take(Smtp account, Duration time) throws InterruptedException {
    Slots slots = slots(account);
    long end = System.nanoTime() + time.toNanos();
    boolean free = false;
    try {
      free = slots.free.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      if (!free) {
        left(account, slots);
      }
    }
    if (!free) {
      return new Lease.Busy();
    }
    Optional<Kept> kept = kept(slots);
    Lease lease =
        kept.isPresent()
            ? new Lease.Held(kept.get().connection(), kept.get().mails())
            : open(account, Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    if (!(lease instanceof Lease.Held)) {
      slots.free.release();
      left(account, slots);
    }
    return lease;
  }

  /** Another connection in place of one that had ended while it was kept. */
  Lease replace(Smtp account, SmtpConnection ended, Duration time) {
    ended.abort();
    return open(account, time);
  }

  /**
   * @param lease empty where it was lost on the way
   * @param reusable whether the server waits for the next mail
   */
  void giveBack(Smtp account, Optional<Lease.Held> lease, boolean reusable) {
    Slots slots;
    List<SmtpConnection> ended = new ArrayList<>();
    synchronized (this) {
      slots = accounts.get(account);
      if (lease.isPresent()) {
        Lease.Held held = lease.get();
        if (reusable && !closed && slots != null && held.mails() + 1 < MAX_MAILS) {
          slots.kept.push(new Kept(held.connection(), held.mails() + 1, System.nanoTime()));
        } else {
          ended.add(held.connection());
        }
      }
      ended.addAll(tidied());
    }
    ended.forEach(SmtpConnection::quit);
    if (slots != null) {
      slots.free.release();
      left(account, slots);
    }
  }

  @Override
  public void close() {
    List<SmtpConnection> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      accounts
          .values()
          .forEach(slots -> {
            slots.kept.forEach(kept -> all.add(kept.connection()));
            slots.kept.clear();
          });
    }
    all.forEach(SmtpConnection::quit);
  }

  /** One beside those that are held; {@link #take} keeps to what the account allows. */
  Lease open(Smtp account, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Target target;
    try {
      target = Target.parse("http://" + account.host() + ":" + account.port());
    } catch (Target.InvalidTargetException e) {
      return new Lease.NotDialled(HttpResult.Cause.REFUSED_TARGET);
    }
    return switch (http.dial(target, policy, time)) {
      case Dialled.Failed(HttpResult.Cause cause) -> new Lease.NotDialled(cause);
      case Dialled.Connected(Socket socket) -> {
        try (Alarm _ = Alarm.in(Duration.ofNanos(end - System.nanoTime()), socket)) {
          yield switch (SmtpConnection.open(account, socket, trust, helo)) {
            case Opening.Ready(SmtpConnection connection) -> new Lease.Held(connection, 0);
            case Opening other -> new Lease.NotOpened(other);
          };
        }
      }
    };
  }

  private synchronized Slots slots(Smtp account) {
    Slots slots = accounts.computeIfAbsent(account, a -> new Slots(a.connections()));
    slots.users++;
    return slots;
  }

  private synchronized void left(Smtp account, Slots slots) {
    slots.users--;
    if (slots.users == 0 && slots.kept.isEmpty()) {
      accounts.remove(account, slots);
    }
  }

  private Optional<Kept> kept(Slots slots) {
    List<SmtpConnection> ended;
    Optional<Kept> found;
    synchronized (this) {
      ended = tidied();
      found = Optional.ofNullable(slots.kept.poll());
    }
    ended.forEach(SmtpConnection::quit);
    return found;
  }

  /** Takes out those that were kept long enough, of all accounts. */
  private List<SmtpConnection> tidied() {
    long oldest = System.nanoTime() - KEPT.toNanos();
    List<SmtpConnection> ended = new ArrayList<>();
    accounts
        .values()
        .removeIf(slots -> {
          slots.kept.removeIf(kept -> {
            boolean old = kept.since() - oldest < 0;
            if (old) {
              ended.add(kept.connection());
            }
            return old;
          });
          return slots.users == 0 && slots.kept.isEmpty();
        });
    return ended;
  }
}
