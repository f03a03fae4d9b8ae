package dev.throughline.channel.email;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A mail server on the loopback interface that answers by script: what it says to a command, where
 * it ends the connection and where it falls silent. It offers what it is told to.
 */
final class ScriptedMailServer implements AutoCloseable {
  /** In place of an answer. */
  static final String DROP = "(drop)";

  static final String SILENCE = "(silence)";

  /** Under which the script holds what is answered to the final dot, and on connecting. */
  static final String DOT = ".";

  static final String GREETING = "(greeting)";

  final List<String> commands = new CopyOnWriteArrayList<>();
  final List<String> mails = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final ServerSocket server;
  private volatile String offers = "250-SIZE 1000000\r\n250-DSN\r\n";
  private volatile boolean implicitTls;
  private final List<SSLContext> tls = new CopyOnWriteArrayList<>();

  ScriptedMailServer() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** What it says to a command, by the command's verb. */
  ScriptedMailServer says(String verb, String answer) {
    answers.put(verb, answer);
    return this;
  }

  /**
   * @param lines as they stand in its answer to EHLO, between the first and the last
   */
  ScriptedMailServer offers(String lines) {
    offers = lines;
    return this;
  }

  ScriptedMailServer withTls(SSLContext context, boolean implicit) {
    tls.add(context);
    implicitTls = implicit;
    return this;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket accepted) {
    try (Socket socket = accepted) {
      converse(implicitTls ? encrypted(socket) : socket);
    } catch (IOException e) {
      // The client left.
    }
  }

  private Socket encrypted(Socket socket) throws IOException {
    SSLSocket secure =
        (SSLSocket)
            tls.getFirst()
                .getSocketFactory()
                .createSocket(socket, "client", socket.getPort(), false);
    secure.setUseClientMode(false);
    secure.startHandshake();
    return secure;
  }

  private void converse(Socket first) throws IOException {
    Socket socket = first;
    BufferedReader in = reader(socket);
    if (!answer(socket, answers.getOrDefault(GREETING, "220 mail.test ready"))) {
      return;
    }
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      commands.add(line);
      String verb = line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT);
      String usual =
          switch (verb) {
            case "EHLO" -> "250-mail.test\r\n" + offers + "250 ENHANCEDSTATUSCODES";
            case "AUTH" -> "235 2.7.0 welcome";
            case "STARTTLS" -> "220 2.0.0 go ahead";
            case "DATA" -> "354 go on";
            case "QUIT" -> "221 2.0.0 bye";
            default -> "250 2.0.0 ok";
          };
      String answer = answers.getOrDefault(verb, usual);
      if (!answer(socket, answer)) {
        return;
      }
      if (verb.equals("STARTTLS")) {
        socket = encrypted(socket);
        in = reader(socket);
      } else if (answer.startsWith("354")) {
        if (!mail(in) || !answer(socket, answers.getOrDefault(DOT, "250 2.0.0 queued as 42"))) {
          return;
        }
      }
    }
  }

  /** False if the client ended the connection within the mail. */
  private boolean mail(BufferedReader in) throws IOException {
    StringBuilder mail = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals(".")) {
        mails.add(mail.toString());
        return true;
      }
      mail.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
    }
    return false;
  }

  private static boolean answer(Socket socket, String answer) throws IOException {
    if (answer.equals(DROP)) {
      return false;
    }
    if (!answer.equals(SILENCE)) {
      OutputStream out = socket.getOutputStream();
      out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    return true;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }
}
