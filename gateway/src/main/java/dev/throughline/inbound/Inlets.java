package dev.throughline.inbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Inlet;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.message.Ids.AccountId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the inlets of all accounts open: one thread an account, begun when the account comes to be,
 * again when its credentials change or its provider was lost, ended when it goes. Who starts it
 * leads.
 */
public final class Inlets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Inlets.class);

  /** How soon a new account receives. */
  private static final Duration TICK = Duration.ofMillis(250);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final Directory directory;
  private final Function<Account, Optional<Channel.Credentials>> credentials;
  private final List<Inlet> inlets;
  private final Receiver receiver;
  private final Map<AccountId, Open> open = new HashMap<>();
  private final Thread watch;

  private record Open(Channel.Credentials credentials, Thread thread) {}

  public Inlets(
      Directory directory,
      Function<Account, Optional<Channel.Credentials>> credentials,
      List<Inlet> inlets,
      Receiver receiver) {
    this.directory = directory;
    this.credentials = credentials;
    this.inlets = List.copyOf(inlets);
    this.receiver = receiver;
    this.watch = Thread.ofPlatform().name("inlets").daemon(true).unstarted(this::watch);
  }

  public void start() {
    watch.start();
  }

  /** Waits until what came in last is acknowledged, or its time is over. */
  @Override
  public void close() {
    watch.interrupt();
    try {
      watch.join(CLOSE_PATIENCE.multipliedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    try {
      while (true) {
        adjust();
        Thread.sleep(TICK);
      }
    } catch (InterruptedException e) {
      open.values().forEach(one -> one.thread().interrupt());
      long until = System.nanoTime() + CLOSE_PATIENCE.toNanos();
      for (Open one : open.values()) {
        joinUntil(one.thread(), until);
      }
    }
  }

  private static void joinUntil(Thread thread, long untilNanos) {
    try {
      thread.join(Duration.ofNanos(Math.max(1, untilNanos - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("ReferenceEquality") // Changed credentials are another object.
  private void adjust() {
    Set<AccountId> wanted = new HashSet<>();
    for (App app : directory.apps()) {
      for (Account account : app.accounts()) {
        Optional<Channel.Credentials> own = credentials.apply(account);
        Optional<Inlet> inlet =
            own.flatMap(found -> inlets.stream().filter(one -> one.serves(found)).findFirst());
        if (inlet.isPresent()) {
          wanted.add(account.id());
          Open now = open.get(account.id());
          if (now == null || now.credentials() != own.get() || !now.thread().isAlive()) {
            end(account.id());
            open.put(account.id(), begin(account, inlet.get(), own.get()));
          }
        }
      }
    }
    Set.copyOf(open.keySet()).stream().filter(id -> !wanted.contains(id)).forEach(this::end);
  }

  private void end(AccountId account) {
    Open was = open.remove(account);
    if (was != null) {
      was.thread().interrupt();
      joinUntil(was.thread(), System.nanoTime() + CLOSE_PATIENCE.toNanos());
    }
  }

  private Open begin(Account account, Inlet inlet, Channel.Credentials own) {
    Inlet.Keep keep = receiver.keep(account);
    return new Open(
        own,
        Thread.ofVirtual()
            .name("inlet-" + account.id())
            .start(() -> run(account, inlet, own, keep)));
  }

  private static void run(Account account, Inlet inlet, Channel.Credentials own, Inlet.Keep keep) {
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        long began = System.nanoTime();
        try {
          inlet.receive(own, keep);
        } catch (RuntimeException e) {
          LOG.error("receiving for account {} failed", account.id(), e);
        }
        boolean lasted = System.nanoTime() - began > LONGEST_PAUSE.toNanos();
        pause = lasted ? FIRST_PAUSE : pause;
        Thread.sleep(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
