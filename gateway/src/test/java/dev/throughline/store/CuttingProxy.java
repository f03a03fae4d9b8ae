package dev.throughline.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Stands between a client and PostgreSQL, and cuts the line at the client's next message. */
final class CuttingProxy implements AutoCloseable {
  /** When the line is cut. */
  enum Cut {
    NEVER,
    BEFORE_IT_ARRIVES,
    BEFORE_ITS_ANSWER
  }

  private final ServerSocket listener;
  private final int target;
  volatile Cut cut = Cut.NEVER;

  CuttingProxy(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, loopback());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
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
    try (client;
        server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (cut == Cut.BEFORE_IT_ARRIVES) {
          return;
        }
        if (cut == Cut.BEFORE_ITS_ANSWER) {
          client.shutdownOutput();
          out.write(buffer, 0, length);
          // PostgreSQL does what it was asked, and nobody hears of it.
          server.getInputStream().read();
          return;
        }
        out.write(buffer, 0, length);
      }
    } catch (IOException e) {
      // One side is gone; try-with-resources tells the other.
    }
  }

  private void toClient(Socket client, Socket server) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // As above.
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
