package dev.throughline.sandbox.smpp;

import dev.throughline.sandbox.emulator.Ids;
import dev.throughline.sandbox.people.Network;
import dev.throughline.sandbox.people.PhoneChannel;
import dev.throughline.sandbox.people.Phones;
import dev.throughline.sandbox.people.Written;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message centre on a port of the loopback address. Lives by the clock that is passed in; waits
 * for the network go by real time. Until somebody connects, texts or steers it, it is a port and
 * nothing more: no class of jsmpp is loaded.
 */
public final class SmppEmulator implements Network, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SmppEmulator.class);
  private static final int CONNECTIONS_LIMIT = 100;

  private final SmppConfig config;
  private final Supplier<Reception> opening;
  private final ServerSocket server;
  private @Nullable Reception reception;
  private volatile boolean closed;

  /**
   * Starts at once.
   *
   * @throws IllegalStateException if the port is taken
   */
  public SmppEmulator(
      SmppConfig config, Phones phones, InstantSource clock, RandomGenerator random) {
    this.config = config;
    this.opening =
        () -> new Reception(config, phones, clock, new Ids(random, clock), CONNECTIONS_LIMIT);
    try {
      server =
          new ServerSocket(config.port(), CONNECTIONS_LIMIT, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new IllegalStateException(
          "The emulated SMSC cannot listen on port " + config.port() + "; is the port taken?", e);
    }
    Thread.ofVirtual().name("smpp-accept").start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  public SmppControl control() {
    return reception().control();
  }

  private synchronized Reception reception() {
    if (reception == null) {
      reception = opening.get();
      if (closed) {
        reception.close();
      }
    }
    return reception;
  }

  /** {@link #control} over HTTP, to be mounted where the sandbox has its pages. */
  public HttpService controlService() {
    return new SmppControlApi(this::control);
  }

  @Override
  public boolean carries(PhoneChannel channel) {
    return channel == PhoneChannel.SMS;
  }

  @Override
  public String bring(Written written) {
    if (written.channel() != PhoneChannel.SMS) {
      throw new IllegalArgumentException("SMPP does not carry " + written.channel() + ".");
    }
    Optional<String> to = written.to().map(number -> number.replaceFirst("^\\+", ""));
    if (to.isPresent() && !config.has(to.get())) {
      throw new IllegalArgumentException("The SMSC's customer has no number " + to.get() + ".");
    }
    return control().text(written.from(), to, written.text());
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = server.accept();
        reception().receive(socket);
      } catch (IOException e) {
        if (!closed) {
          LOG.warn("A connection could not be accepted: {}", e.getMessage());
        }
      }
    }
  }

  /** Breaks all connections and stops. */
  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      LOG.debug("The listener did not close: {}", e.getMessage());
    }
    synchronized (this) {
      if (reception != null) {
        reception.close();
      }
    }
  }
}
