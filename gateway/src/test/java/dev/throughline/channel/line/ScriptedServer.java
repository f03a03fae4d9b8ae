package dev.throughline.channel.line;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on the loopback interface that keeps each request and does with the connection whatever
 * its script says.
 */
public final class ScriptedServer implements AutoCloseable {
  /** What to do once a whole request was read. */
  public interface Script {
    void run(Socket connection, OutputStream out) throws IOException;
  }

  public record Received(String method, String path, Map<String, String> headers, String body) {}

  public final List<Received> received = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private volatile Script script;

  public ScriptedServer(Script script) {
    this.script = script;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public void script(Script next) {
    script = next;
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  public Received last() {
    return received.getLast();
  }

  /** An answer that ends the connection. */
  public static Script answer(int status, String headers, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + " Whatever\r\nconnection: close\r\ncontent-length: "
            + bytes.length
            + "\r\n"
            + (headers.isEmpty() ? "" : headers + "\r\n")
            + "\r\n";
    return (connection, out) -> {
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(bytes);
    };
  }

  /** Nothing, for as long as the other end waits. */
  public static Script hang() {
    return (connection, out) -> connection.getInputStream().readAllBytes();
  }

  /** A TCP reset instead of an answer. */
  public static Script reset() {
    return (connection, out) -> connection.setSoLinger(true, 0);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket connection = server.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      Received request = read(connection.getInputStream());
      received.add(request);
      script.run(connection, connection.getOutputStream());
    } catch (SocketException e) {
      // The other end went away, as some tests want.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Received read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new SocketException("ended inside the head");
      }
      head.write(next);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n");
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    String[] request = lines[0].split(" ");
    return new Received(request[0], request[1], headers, body);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
