package dev.throughline.log;

import dev.throughline.store.Database;
import dev.throughline.store.DatabaseConfig;
import dev.throughline.store.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A line to PostgreSQL that can be cut, once, at a message of one purpose's connections: before it
 * arrives, before its answer, or so that it arrives late, when everybody has given it up.
 */
final class CuttingLine implements AutoCloseable {
  enum Cut {
    BEFORE_IT_ARRIVES,
    BEFORE_ITS_ANSWER,
    SO_THAT_IT_ARRIVES_LATE
  }

  /** Where the line is to be cut: at the next message with this text, of connections like this. */
  private record Plan(Cut cut, String purpose, String text) {}

  static final Duration LATE = Duration.ofMillis(400);

  private final ServerSocket listener;
  private final String url;
  private final DatabaseConfig config;
  private final int target;
  private final AtomicReference<Plan> plan = new AtomicReference<>();

  CuttingLine(TestDatabase database) throws IOException {
    this.config = database.config();
    DatabaseConfig.Location.External server = (DatabaseConfig.Location.External) config.location();
    URI address = URI.create(server.jdbcUrl().substring("jdbc:".length()));
    this.target = address.getPort();
    this.listener = new ServerSocket(0, 50, loopback());
    this.url = server.jdbcUrl().replace(":" + target + "/", ":" + listener.getLocalPort() + "/");
    Thread.ofVirtual().start(this::accept);
  }

  /** The same database, through this line. */
  Database open() {
    DatabaseConfig.Location.External server = (DatabaseConfig.Location.External) config.location();
    return Database.open(
        DatabaseConfig.external(url, server.user(), server.password()).withLimits(config.limits()));
  }

  /**
   * @param purpose a word in the name that the connection gave itself
   * @param text in the message, or empty for any message
   */
  void cut(Cut cut, String purpose, String text) {
    plan.set(new Plan(cut, purpose, text));
  }

  /** Whether what was planned has happened. */
  boolean isCut() {
    return plan.get() == null;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(loopback(), target);
        Thread.ofVirtual().start(() -> toServer(client, server));
        Thread.ofVirtual().start(() -> toClient(client, server));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void toServer(Socket client, Socket server) {
    byte[] buffer = new byte[1 << 16];
    String purpose = "";
    try (client;
        server) {
      InputStream in = client.getInputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        String text = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
        if (text.contains("throughline ")) {
          purpose = text;
        }
        Plan planned = plan.get();
        if (planned == null
            || !purpose.contains(planned.purpose())
            || !text.contains(planned.text())
            || !plan.compareAndSet(planned, null)) {
          server.getOutputStream().write(buffer, 0, length);
          continue;
        }
        switch (planned.cut()) {
          case BEFORE_IT_ARRIVES -> {}
          case BEFORE_ITS_ANSWER -> {
            client.shutdownOutput();
            server.getOutputStream().write(buffer, 0, length);
            Thread.sleep(LATE); // PostgreSQL does what it was asked, and nobody hears of it
          }
          case SO_THAT_IT_ARRIVES_LATE -> {
            client.close();
            Thread.sleep(LATE);
            server.getOutputStream().write(buffer, 0, length);
            Thread.sleep(LATE);
          }
        }
        return;
      }
    } catch (IOException e) {
      // One side is gone; try-with-resources tells the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Passes on that PostgreSQL hung up, too: else the client would wait for its own deadline. */
  private static void toClient(Socket client, Socket server) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // Gone with a reset, as from a server that was ended with something left to read; or as
      // above.
    }
    try {
      client.shutdownOutput();
    } catch (IOException e) {
      // It knows.
    }
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
