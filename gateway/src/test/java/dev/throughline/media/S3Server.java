package dev.throughline.media;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * As much of S3 as is used, in memory. It works out each request's signature from what came over
 * the wire, by Amazon's description and not by our code, and refuses what is not signed so.
 */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "AKIDEXAMPLE";
  public static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  public static final String REGION = "ap-northeast-1";

  public final Map<String, byte[]> objects = new ConcurrentHashMap<>();
  final Map<String, TreeMap<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
  public final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger numbers = new AtomicInteger();
  private final HttpServer server;

  public S3Server() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (!isSigned(exchange, body)) {
        refused.incrementAndGet();
        answer(
            exchange,
            403,
            "<Error><Code>SignatureDoesNotMatch</Code></Error>".getBytes(StandardCharsets.UTF_8));
        return;
      }
      String name = exchange.getRequestURI().getRawPath();
      String query =
          exchange.getRequestURI().getRawQuery() == null
              ? ""
              : exchange.getRequestURI().getRawQuery();
      switch (exchange.getRequestMethod()) {
        case "PUT" -> put(exchange, name, query, body);
        case "POST" -> post(exchange, name, query, new String(body, StandardCharsets.UTF_8));
        case "GET" -> get(exchange, name);
        case "DELETE" -> {
          if (query.startsWith("uploadId=")) {
            uploads.remove(query.substring("uploadId=".length()));
          } else {
            objects.remove(name);
          }
          answer(exchange, 204, new byte[0]);
        }
        default -> answer(exchange, 405, new byte[0]);
      }
    }
  }

  private void put(HttpExchange exchange, String name, String query, byte[] body)
      throws IOException {
    if (query.isEmpty()) {
      objects.put(name, body);
    } else {
      String[] parts = query.replace("partNumber=", "").replace("uploadId=", "").split("&");
      int number = Integer.parseInt(parts[0]);
      uploads.computeIfAbsent(parts[1], _ -> new TreeMap<>()).put(number, body);
      exchange.getResponseHeaders().add("ETag", "\"tag-" + number + "\"");
    }
    answer(exchange, 200, new byte[0]);
  }

  private void post(HttpExchange exchange, String name, String query, String body)
      throws IOException {
    if (query.equals("uploads=")) {
      String fresh = "upload-" + numbers.incrementAndGet();
      uploads.put(fresh, new TreeMap<>());
      answer(
          exchange,
          200,
          ("<R><UploadId>" + fresh + "</UploadId></R>").getBytes(StandardCharsets.UTF_8));
      return;
    }
    String id = query.substring("uploadId=".length());
    TreeMap<Integer, byte[]> parts = uploads.getOrDefault(id, new TreeMap<>());
    uploads.remove(id);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (var part : parts.entrySet()) {
      if (!body.contains(
          "<PartNumber>%d</PartNumber><ETag>\"tag-%d\"</ETag>"
              .formatted(part.getKey(), part.getKey()))) {
        answer(
            exchange,
            400,
            "<Error><Code>InvalidPart</Code></Error>".getBytes(StandardCharsets.UTF_8));
        return;
      }
      whole.writeBytes(part.getValue());
    }
    objects.put(name, whole.toByteArray());
    answer(exchange, 200, "<CompleteMultipartUploadResult/>".getBytes(StandardCharsets.UTF_8));
  }

  private void get(HttpExchange exchange, String name) throws IOException {
    byte[] object = objects.get(name);
    if (object == null) {
      answer(
          exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
      return;
    }
    String[] ends = exchange.getRequestHeaders().getFirst("range").substring(6).split("-");
    int from = Integer.parseInt(ends[0]);
    int to = Math.min(object.length, Integer.parseInt(ends[1]) + 1);
    if (from >= object.length) {
      answer(exchange, 416, new byte[0]);
    } else {
      answer(exchange, 206, Arrays.copyOfRange(object, from, to));
    }
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static boolean isSigned(HttpExchange exchange, byte[] body) {
    try {
      String given = exchange.getRequestHeaders().getFirst("authorization");
      String time = exchange.getRequestHeaders().getFirst("x-amz-date");
      String names = given.replaceAll(".*SignedHeaders=([^,]*),.*", "$1");
      String day = time.substring(0, 8);
      StringBuilder headers = new StringBuilder();
      for (String name : names.split(";")) {
        headers
            .append(name)
            .append(':')
            .append(exchange.getRequestHeaders().getFirst(name).strip())
            .append('\n');
      }
      String query =
          exchange.getRequestURI().getRawQuery() == null
              ? ""
              : Arrays.stream(exchange.getRequestURI().getRawQuery().split("&"))
                  .sorted()
                  .collect(Collectors.joining("&"));
      String request =
          exchange.getRequestMethod()
              + "\n"
              + exchange.getRequestURI().getRawPath()
              + "\n"
              + query
              + "\n"
              + headers
              + "\n"
              + names
              + "\n"
              + hex(sha256(body));
      String scope = day + "/" + REGION + "/s3/aws4_request";
      String text =
          "AWS4-HMAC-SHA256\n"
              + time
              + "\n"
              + scope
              + "\n"
              + hex(sha256(request.getBytes(StandardCharsets.UTF_8)));
      byte[] key = hmac(("AWS4" + SECRET_KEY).getBytes(StandardCharsets.UTF_8), day);
      key = hmac(hmac(hmac(key, REGION), "s3"), "aws4_request");
      return names.contains("host")
          && names.contains("x-amz-content-sha256")
          && hex(sha256(body)).equals(exchange.getRequestHeaders().getFirst("x-amz-content-sha256"))
          && given.contains("Credential=" + ACCESS_KEY + "/" + scope)
          && given.endsWith("Signature=" + hex(hmac(key, text)));
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
