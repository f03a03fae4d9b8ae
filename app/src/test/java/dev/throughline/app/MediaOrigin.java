package dev.throughline.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.throughline.http.TestKeys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The web server on which a customer keeps pictures and films, under TLS, on this machine. */
final class MediaOrigin implements AutoCloseable {
  private final HttpsServer server;
  private final SSLContext clients;
  private final Map<String, HttpHandler> files = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

  MediaOrigin() throws Exception {
    KeyStore keys =
        TestKeys.of(
                List.of(
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=origin",
                    "-ext",
                    "SAN=ip:127.0.0.1,dns:files.example,dns:moved.example"))
            .store();
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, TestKeys.PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("test", keys.getCertificate("test"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    clients = SSLContext.getInstance("TLS");
    clients.init(null, trust.getTrustManagers(), null);
  }

  /** Trusts this server and no other. */
  SSLContext clients() {
    return clients;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Serves a file; parts of it where they are asked for. */
  String serves(String path, byte[] bytes) {
    return serves(path, exchange -> parts(exchange, bytes, bytes.length));
  }

  String serves(String path, HttpHandler handler) {
    files.put(path, handler);
    return "https://127.0.0.1:" + port() + path;
  }

  /** Answers with the part that is asked for, of a file that says it is so long. */
  static void parts(HttpExchange exchange, byte[] bytes, long length) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("range");
    if (range == null) {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
      return;
    }
    String[] ends = range.substring("bytes=".length()).split("-");
    int from = (int) Math.min(bytes.length, Long.parseLong(ends[0]));
    int to = (int) Math.min(bytes.length, Long.parseLong(ends[1]) + 1);
    exchange
        .getResponseHeaders()
        .add("content-range", "bytes " + from + "-" + (to - 1) + "/" + length);
    exchange.sendResponseHeaders(206, to == from ? -1 : to - from);
    exchange.getResponseBody().write(bytes, from, to - from);
  }

  /** How often a path was asked for. */
  long asked(String path) {
    return asked.stream().filter(path::equals).count();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      asked.add(path);
      HttpHandler handler = files.get(path);
      if (handler == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        handler.handle(exchange);
      }
    }
  }
}
