package dev.throughline.app;

import static dev.throughline.app.BadBodies.ascii;
import static dev.throughline.app.BadBodies.bomb;
import static dev.throughline.app.BadBodies.concat;
import static dev.throughline.app.BadBodies.deep;
import static dev.throughline.app.BadBodies.event;
import static dev.throughline.app.BadBodies.names;
import static dev.throughline.app.BadBodies.ordinary;
import static dev.throughline.app.BadBodies.tenThousand;
import static dev.throughline.app.BadBodies.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever comes in at the public port is answered at once with the status that is meant for it,
 * takes no memory that stays, and has no effect but the alarm: unsigned, nothing is kept of it;
 * signed, all of it.
 */
@Tag("measured")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class BadInputTest {
  /** From the byte by which the answer is settled to its first byte. */
  private static final Duration AT_ONCE = Duration.ofMillis(50);

  /**
   * The quickest of a few counts; of more, while the machine is busy with something else, and then
   * without what the others took of it.
   */
  private static final int TRIES = 5;

  private static final int MOST_TRIES = 60;

  private static final int LIMIT = 1 << 20;
  private static final int PATIENCE_MILLIS = 60_000;
  private static final long HEAP_SLACK = 4L << 20;
  private static final String OTHER_SECRET = "fedcba9876543210fedcba9876543210";

  private static World world;
  private static CustomerApp app;
  private static CustomerApp other;

  /** What is told apart. */
  private enum Kept {
    NOTHING,
    ALL_AND_ALARMED
  }

  /**
   * One thing that may come in.
   *
   * @param request its bytes, new each time
   */
  private record Row(String name, Function<Integer, Sent> request, int status, Kept kept) {
    @Override
    public String toString() {
      return name + ": " + status;
    }
  }

  /** The bytes of a request, and at which of them, at the latest, the answer is settled. */
  private static final class Sent {
    private final byte[] bytes;
    private final int deciding;

    Sent(byte[] bytes, int deciding) {
      this.bytes = bytes;
      this.deciding = deciding;
    }

    static Sent whole(byte[] bytes) {
      return new Sent(bytes, bytes.length - 1);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    world = World.start();
    app = world.app();
    other =
        world.app(
            "{\"channel_credentials\":["
                + CustomerApp.account("token-of-another-account", OTHER_SECRET, 0)
                + "]}");
    world.api().delete("/webhooks/" + app.webhook()).ok();
    world.api().delete("/webhooks/" + other.webhook()).ok();
    // Warm: a first request pays for much that no later one does.
    exchangeAll(rows().toList());
    app.settled();
  }

  @AfterAll
  static void stop() throws Exception {
    world.close();
  }

  static Stream<Row> rows() {
    return Stream.of(signatures(), sizes(), unparsable(), requests()).flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("rows")
  @Order(1)
  void isAnsweredAtOnceWithoutEffect(Row row) throws Exception {
    Map<String, Long> before = state();
    long alarms = world.alarms("webhook_malformed");
    Duration quickest = Duration.ofDays(1);
    int tries = 0;
    while (tries < TRIES || (tries < MOST_TRIES && quickest.compareTo(AT_ONCE) > 0)) {
      Answer answer = exchange(row.request.apply(world.number()), tries >= TRIES);
      assertThat(answer.status).as(answer.text).isEqualTo(row.status);
      quickest = answer.after.compareTo(quickest) < 0 ? answer.after : quickest;
      tries++;
    }
    assertThat(quickest).isLessThanOrEqualTo(AT_ONCE);

    app.settled();
    switch (row.kept) {
      case NOTHING -> {
        assertThat(state()).isEqualTo(before);
        assertThat(world.alarms("webhook_malformed")).isEqualTo(alarms);
      }
      case ALL_AND_ALARMED -> {
        assertThat(world.alarms("webhook_malformed")).isEqualTo(alarms + tries);
        before.merge("entry", (long) tries, Long::sum);
        assertThat(state()).isEqualTo(before);
      }
    }
  }

  /** Such texts are JSON, though nothing that people write: they pass and break nothing. */
  @ParameterizedTest
  @MethodSource("oddTexts")
  @Order(2)
  void oddTextIsTakenAndPassedOnAsWellAsItCanBe(byte[] odd) throws Exception {
    String path = "/odd/" + world.number();
    CustomerApp.webhook(world, app.id(), path);
    String person = "U%032x".formatted(world.number());
    byte[] body = event(world, person, odd);

    assertThat(exchange(signed(body)).status).isEqualTo(200);
    assertThat(exchange(signed(event(world, person, ascii("afterwards")))).status).isEqualTo(200);

    World.eventually(() ->
        assertThat(world.customer.calls(path))
            .anyMatch(call -> call.text().contains("afterwards")));
    assertThat(world.customer.calls(path))
        .allMatch(call -> call.json().isObject() && !call.text().contains("\u0000"));
    assertThat(world.alarms("lane_parked")).isZero();
    assertThat(world.api().get("/messages?app_id=" + app.id()).status()).isEqualTo(200);
    world
        .api()
        .get("/apps/" + app.id() + "/webhooks")
        .ok()
        .path("webhooks")
        .forEach(webhook -> world.api().delete("/webhooks/" + webhook.path("id").asString()).ok());
  }

  static Stream<byte[]> oddTexts() {
    return Stream.of(
        ascii("\\ud800"),
        ascii("\\udc00 and \\ud83d"),
        ascii("\\u0000"),
        ascii("a\\u0000b"),
        HexFormat.of().parseHex("eda080"),
        HexFormat.of().parseHex("c080"),
        HexFormat.of().parseHex("fffe"),
        ascii("\\uffff\\u202e\\u200f"));
  }

  /** One entry an account and minute says how many were refused, and why; nothing of them. */
  @Test
  @Order(3)
  void whatWasRefusedIsCounted() throws Exception {
    world.advance(Duration.ofMinutes(1));
    // What the rows before this were refused for, on two accounts.
    World.eventually(() ->
        assertThat(world.count("select count(*) from entry where kind = 'refused'")).isEqualTo(2));
    long before = world.count("select count(*) from entry where kind = 'refused'");
    for (Row row : signatures()) {
      exchange(row.request.apply(world.number()));
    }
    assertThat(world.count("select count(*) from entry where kind = 'refused'")).isEqualTo(before);

    world.advance(Duration.ofMinutes(1));

    World.eventually(() ->
        assertThat(world.count("select count(*) from entry where kind = 'refused'"))
            .isEqualTo(before + 2));
    app.settled();
  }

  @Test
  @Order(4)
  void theHeapStaysFlat() throws Exception {
    Map<String, Long> before = state();
    List<Row> rows = rows().toList();
    exchangeAll(rows);
    app.settled();
    long heap = heap();
    for (int round = 0; round < 3; round++) {
      exchangeAll(rows);
    }
    app.settled();
    assertThat(heap()).isLessThan(heap + HEAP_SLACK);
    Map<String, Long> after = state();
    before.remove("entry");
    after.remove("entry");
    assertThat(after).isEqualTo(before);
  }

  // --- The rows ---------------------------------------------------------------------------------

  private static List<Row> signatures() {
    List<Row> rows = new ArrayList<>();
    Function<byte[], String> right = body -> Hmac.base64(World.CHANNEL_SECRET, body);
    rows.add(refused("no signature", n -> hook(text(n))));
    rows.add(refused("an empty one", n -> hook(text(n), "x-line-signature: ")));
    rows.add(forged("of somebody else's secret", body -> Hmac.base64(OTHER_SECRET, body)));
    rows.add(forged("of an empty body", body -> right.apply(new byte[0])));
    rows.add(forged("one bit off", body -> flip(right.apply(body))));
    rows.add(forged("in lower case", body -> right.apply(body).toLowerCase(Locale.ROOT)));
    rows.add(forged("in upper case", body -> right.apply(body).toUpperCase(Locale.ROOT)));
    rows.add(
        refused(
            "url-safe",
            n -> {
              byte[] body = text(n);
              while (!right.apply(body).matches(".*[+/].*")) {
                body = text(world.number());
              }
              String safe = right.apply(body).replace('+', '-').replace('/', '_');
              return hook(body, "x-line-signature: " + safe);
            }));
    rows.add(forged("without padding", body -> right.apply(body).replace("=", "")));
    rows.add(forged("with more padding", body -> right.apply(body) + "="));
    rows.add(forged("with escaped padding", body -> right.apply(body).replace("=", "%3D")));
    rows.add(forged("in hexadecimal", body -> hex(right.apply(body))));
    rows.add(forged("quoted", body -> '"' + right.apply(body) + '"'));
    rows.add(forged("with a prefix", body -> "sha256=" + right.apply(body)));
    rows.add(forged("in a list", body -> right.apply(body) + ", " + right.apply(body)));
    rows.add(forged("with loose last bits", body -> loosen(right.apply(body))));
    rows.add(forged("very long", body -> right.apply(body).repeat(100)));
    rows.add(
        refused(
            "two headers",
            n -> {
              byte[] body = text(n);
              String line = "x-line-signature: " + right.apply(body);
              return hook(body, line, line);
            }));
    rows.add(
        refused(
            "the wrong one before the right one",
            n -> {
              byte[] body = text(n);
              return hook(
                  body,
                  "x-line-signature: " + flip(right.apply(body)),
                  "x-line-signature: " + right.apply(body));
            }));
    rows.add(tampered("written anew", body -> (body + " ").replace("\":\"", "\" : \"").strip()));
    rows.add(
        tampered(
            "with another order", body -> body.replace("{\"destination\"", "{ \"destination\"")));
    rows.add(tampered("with escapes", body -> body.replace("text", "t\\u0065xt")));
    rows.add(tampered("after a byte order mark", body -> "\uFEFF" + body));
    rows.add(tampered("before a line feed", body -> body + "\n"));
    rows.add(tampered("cut short", body -> body.substring(0, body.length() - 1)));
    rows.add(
        refused(
            "right, at another's address",
            n ->
                post(
                    "/hooks/line/" + other.id(),
                    text(n),
                    "x-line-signature: " + right.apply(text(n)))));
    rows.add(refused("garbage without a signature", n -> hook(ascii("\u0000" + n))));
    rows.add(refused("depth without a signature", n -> hook(deep(n))));
    rows.add(refused("a bomb without a signature", n -> hook(bomb(), "Content-Encoding: gzip")));
    rows.add(refused("ten thousand events without a signature", n -> hook(tenThousand(n))));
    return rows;
  }

  private static List<Row> sizes() {
    List<Row> rows = new ArrayList<>();
    for (boolean api : new boolean[] {false, true}) {
      String where = api ? " at the API" : "";
      String head = api ? apiHead("/messages:send") : hookHead();
      rows.add(
          tooLarge("100 MB" + where, n -> atHead(head + "Content-Length: 104857600\r\n\r\n", n)));
      rows.add(
          tooLarge(
              "one byte too many" + where,
              n -> atHead(head + "Content-Length: " + (LIMIT + 1) + "\r\n\r\n", n)));
      rows.add(
          tooLarge(
              "100 MB, asking first" + where,
              n ->
                  Sent.whole(
                      ascii(head + "Expect: 100-continue\r\nContent-Length: 104857600\r\n\r\n"))));
      rows.add(tooLarge("chunks without end" + where, n -> endless(head, 8 << 10)));
      rows.add(tooLarge("small chunks without end" + where, n -> endless(head, 100)));
      rows.add(
          tooLarge(
              "a chunk of 2 GiB" + where,
              n -> atHead(head + "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n", n)));
    }
    rows.add(
        tooLarge(
            "ten thousand events of ordinary size",
            n -> {
              Sent signed = signed(ordinary(world, n));
              return new Sent(
                  signed.bytes,
                  new String(signed.bytes, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 3);
            }));
    return rows;
  }

  private static List<Row> unparsable() {
    return List.of(
        kept("depth 100,000", BadBodies::deep),
        kept("depth 100,000 without end", n -> ascii("{\"events\":" + "[".repeat(100_000) + n)),
        kept("a gzip bomb", n -> concat(bomb(), ascii("" + n))),
        kept("ten thousand events", BadBodies::tenThousand),
        kept("NUL", n -> ascii("\u0000" + n)),
        kept("NUL before a webhook", n -> concat(new byte[1], text(n))),
        kept("NUL after a webhook", n -> concat(text(n), new byte[1])),
        kept("two webhooks", n -> concat(text(n), text(n))),
        kept("a byte order mark", n -> concat(HexFormat.of().parseHex("efbbbf"), text(n))),
        kept(
            "UTF-16",
            n -> new String(text(n), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16)),
        kept("no events", n -> ascii("{\"destination\":\"" + n + "\"}")),
        kept("a list", n -> ascii("[" + n + "]")),
        kept("half a webhook", n -> Arrays.copyOf(text(n), 80)),
        kept("a number without end", n -> ascii("9".repeat(500_000) + n)),
        kept("a name without end", n -> ascii("{\"" + "k".repeat(1_000_000) + n)),
        kept("as much as may be", n -> Arrays.copyOf(ascii(n + "x".repeat(LIMIT)), LIMIT)));
  }

  private static List<Row> requests() {
    List<Row> rows = new ArrayList<>();
    String send = app.sendBody("U" + "0".repeat(32), "TEXT");
    Map<String, String> bodies = new TreeMap<>();
    bodies.put("nothing", "");
    bodies.put("no JSON", "{");
    bodies.put(
        "depth 100,000 of lists", "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    bodies.put("depth 100,000 of objects", "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000));
    bodies.put("depth without end", "[".repeat(LIMIT));
    bodies.put("half a surrogate pair", send.replace("TEXT", "\\ud800"));
    bodies.put("the other half", send.replace("TEXT", "\\udc00\\ud800"));
    bodies.put("NUL in a text", send.replace("TEXT", "a\\u0000"));
    bodies.put("NUL in a name", send.replace("text_message", "text_message\\u0000"));
    bodies.put("NUL", "\u0000");
    bodies.put("a name twice", "{\"app_id\":\"" + app.id() + "\"," + send.substring(1));
    bodies.put("many names", "{" + names(60_000) + "}");
    bodies.put("a huge number", send.replace("\"LINE\"]", "1e999999999]"));
    bodies.put("a long number", "{\"ttl\":" + "9".repeat(1_000_000) + "}");
    bodies.put("ten thousand events", new String(tenThousand(0), StandardCharsets.UTF_8));
    bodies.forEach((name, body) ->
        rows.add(
            new Row(
                name + " at the API",
                n -> request(body.getBytes(StandardCharsets.UTF_8)),
                400,
                Kept.NOTHING)));
    rows.add(
        new Row(
            "bytes that are not UTF-8 at the API",
            n -> {
              byte[] body = send.getBytes(StandardCharsets.UTF_8);
              body[send.indexOf("TEXT")] = (byte) 0xff;
              return request(body);
            },
            400,
            Kept.NOTHING));
    rows.add(
        new Row(
            "a gzip bomb at the API",
            n -> request(bomb(), "Content-Encoding: gzip"),
            400,
            Kept.NOTHING));
    rows.add(new Row("a nameless gzip bomb at the API", n -> request(bomb()), 400, Kept.NOTHING));
    rows.add(
        new Row(
            "a send without credentials",
            n -> post(apiPath("/messages:send"), ascii(send)),
            401,
            Kept.NOTHING));
    rows.add(
        new Row(
            "depth without credentials",
            n -> post(apiPath("/messages:send"), deep(n)),
            401,
            Kept.NOTHING));
    return rows;
  }

  private static Row refused(String name, Function<Integer, Sent> request) {
    return new Row("signature: " + name, request, 401, Kept.NOTHING);
  }

  private static Row forged(String name, Function<byte[], String> signature) {
    return refused(name, n -> hook(text(n), "x-line-signature: " + signature.apply(text(n))));
  }

  /** Signed rightly, and changed thereafter. */
  private static Row tampered(String name, Function<String, String> change) {
    return refused(
        "of a body " + name,
        n -> {
          String body = new String(text(n), StandardCharsets.UTF_8);
          String changed = change.apply(body);
          assertThat(changed).isNotEqualTo(body);
          return hook(
              changed.getBytes(StandardCharsets.UTF_8),
              "x-line-signature: " + Hmac.base64(World.CHANNEL_SECRET, text(n)));
        });
  }

  private static Row tooLarge(String name, Function<Integer, Sent> request) {
    return new Row(name, request, 413, Kept.NOTHING);
  }

  private static Row kept(String name, Function<Integer, byte[]> body) {
    return new Row("signed: " + name, n -> signed(body.apply(n)), 200, Kept.ALL_AND_ALARMED);
  }

  // --- Requests ---------------------------------------------------------------------------------

  private static Sent signed(byte[] body) {
    return hook(body, "x-line-signature: " + Hmac.base64(World.CHANNEL_SECRET, body));
  }

  private static Sent hook(byte[] body, String... lines) {
    return post("/hooks/line/" + app.id(), body, lines);
  }

  private static Sent request(byte[] body, String... lines) {
    List<String> all = new ArrayList<>(List.of(lines));
    all.add("Authorization: " + world.basic());
    return post(apiPath("/messages:send"), body, all.toArray(String[]::new));
  }

  private static Sent post(String path, byte[] body, String... lines) {
    StringBuilder head = new StringBuilder(head(path));
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
    return Sent.whole(concat(ascii(head.toString()), body));
  }

  private static String head(String path) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: gateway.example\r\nContent-Type: application/json\r\n";
  }

  private static String hookHead() {
    return head("/hooks/line/" + app.id())
        + "x-line-signature: "
        + Hmac.base64(World.CHANNEL_SECRET, new byte[0])
        + "\r\n";
  }

  private static String apiHead(String path) {
    return head(apiPath(path)) + "Authorization: " + world.basic() + "\r\n";
  }

  private static String apiPath(String path) {
    return "/v1/projects/" + world.project + path;
  }

  /** By its head alone it is too large; some of the body comes all the same. */
  private static Sent atHead(String head, int number) {
    return new Sent(ascii(head + number + "x".repeat(100_000)), head.length() - 1);
  }

  private static Sent endless(String head, int chunk) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(ascii(head + "Transfer-Encoding: chunked\r\n\r\n"));
    byte[] one = ascii(Integer.toHexString(chunk) + "\r\n" + "x".repeat(chunk) + "\r\n");
    int deciding = -1;
    for (int body = 0; body < LIMIT + 50_000; body += chunk) {
      if (body <= LIMIT && body + chunk > LIMIT) {
        deciding = bytes.size() + one.length - chunk - 2 + (LIMIT - body);
      }
      bytes.writeBytes(one);
    }
    return new Sent(bytes.toByteArray(), deciding);
  }

  // --- Signatures -------------------------------------------------------------------------------

  private static String flip(String signature) {
    byte[] bytes = Base64.getDecoder().decode(signature);
    bytes[7] ^= 1;
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** The same 32 bytes to a lenient decoder: the last two bits before the padding are not used. */
  private static String loosen(String signature) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int last = signature.length() - 2;
    char loose = alphabet.charAt(alphabet.indexOf(signature.charAt(last)) ^ 1);
    return signature.substring(0, last) + loose + "=";
  }

  private static String hex(String signature) {
    return HexFormat.of().formatHex(Base64.getDecoder().decode(signature));
  }

  // --- The wire ---------------------------------------------------------------------------------

  private record Answer(int status, String text, Duration after) {}

  /** Over a connection of its own, byte by byte as given; the clock runs from the deciding one. */
  private static Answer exchange(Sent sent) throws IOException {
    return exchange(sent, false);
  }

  /** Beside each other: none of them is measured. */
  private static void exchangeAll(List<Row> rows) {
    rows.parallelStream()
        .forEach(row -> {
          try {
            exchange(row.request.apply(world.number()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /**
   * @param busy whether the time is told as if we were alone on the machine
   */
  private static Answer exchange(Sent sent, boolean busy) throws IOException {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), world.gateway().publicPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      out.write(sent.bytes, 0, sent.deciding);
      // What went before is read by then.
      Thread.sleep(sent.deciding > 64 << 10 ? 30 : 2);
      Processors before = busy ? Processors.read() : new Processors(0, 0);
      long start = System.nanoTime();
      if (socket.getInputStream().available() == 0) {
        out.write(sent.bytes, sent.deciding, 1);
      }
      Thread _ =
          Thread.startVirtualThread(() -> {
            try {
              out.write(sent.bytes, sent.deciding + 1, sent.bytes.length - sent.deciding - 1);
            } catch (IOException closed) {
              // Nobody wants it.
            }
          });
      InputStream in = socket.getInputStream();
      int first = in.read();
      Duration clock = Duration.ofNanos(System.nanoTime() - start);
      Duration after = busy ? before.alone(clock) : clock;
      ByteBuffer line = ByteBuffer.allocate(512);
      int next = first;
      while (next >= 0 && line.hasRemaining()) {
        line.put((byte) next);
        next = in.available() > 0 ? in.read() : -1;
      }
      String text = new String(line.array(), 0, line.position(), StandardCharsets.ISO_8859_1);
      assertThat(text).startsWith("HTTP/1.1 ");
      return new Answer(Integer.parseInt(text.substring(9, 12)), text, after);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** How many there are of whatever a request may bring about. */
  private static Map<String, Long> state() {
    Map<String, Long> counts = new TreeMap<>();
    for (String table :
        List.of("entry", "contact", "identity", "conversation", "message", "task", "parked")) {
      counts.put(table, world.count("select count(*) from " + table));
    }
    return counts;
  }

  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }
}
