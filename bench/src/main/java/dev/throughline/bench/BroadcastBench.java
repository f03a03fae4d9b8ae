package dev.throughline.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One message to a million: how long it takes until the audience is taken in and looked at, at what
 * rate the multicasts then go out, and how soon a pause stops them. The judge is the emulated
 * LINE's own record, which applies LINE's published rate of multicasts.
 */
final class BroadcastBench {
  /** Multicasts a second that LINE takes from an account (spec of the Messaging API). */
  static final double PUBLISHED_PER_SECOND = 200;

  private static final String TEXT = "bench broadcast";
  private static final Duration CALL = Duration.ofMinutes(5);
  private static final Duration SENDING = Duration.ofMinutes(10);
  private static final Duration POLL = Duration.ofMillis(200);

  private final SandboxGateway.Facts gateway;
  private final LongSupplier residentBytes;
  private final Path folder;
  private final Consumer<String> progress;
  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  BroadcastBench(
      SandboxGateway.Facts gateway,
      LongSupplier residentBytes,
      Path folder,
      Consumer<String> progress) {
    this.gateway = gateway;
    this.residentBytes = residentBytes;
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * What was measured.
   *
   * @param plannedSeconds from the first byte of the file to the answer that says who can be
   *     reached
   * @param multicastsPerSecond accepted by the emulator, over the window
   * @param stopMillis from the pause's answer to the last acceptance after it; 0 if there was none
   * @param repeated people who were sent to more than once
   */
  record Measured(
      int people,
      double plannedSeconds,
      double residentMegabytesBefore,
      double residentMegabytesAfter,
      double multicastsPerSecond,
      double peoplePerSecond,
      double stopMillis,
      long accepted,
      long repeated,
      double sentSeconds) {}

  /** What {@code bench broadcast} writes. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      String product,
      Measured measured,
      List<IngestReport.Verdict> verdicts) {}

  Measured run(int people, Duration window) throws IOException, InterruptedException {
    Path audience = audience(people);
    double before = residentBytes.getAsLong() / 1e6;
    String made =
        "{\"send\":{\"app_id\":\""
            + gateway.appId()
            + "\",\"message\":{\"text_message\":{\"text\":\""
            + TEXT
            + "\"}}},\"audience\":{\"upload\":true},\"stages\":[{\"percent\":100}]}";
    String id = call("POST", "", HttpRequest.BodyPublishers.ofString(made)).path("id").asString();
    progress.accept("handing in " + people + " people");
    long start = System.nanoTime();
    JsonNode ready =
        call("PUT", "/" + id + "/audience", HttpRequest.BodyPublishers.ofFile(audience));
    double planned = (System.nanoTime() - start) / 1e9;
    double after = residentBytes.getAsLong() / 1e6;
    progress.accept(
        String.format(
            Locale.ROOT, "%,d planned in %.1f s", ready.path("recipients").asInt(), planned));
    try (MulticastRecord judge = new MulticastRecord(gateway.line(), TEXT)) {
      long sending = System.nanoTime();
      call("POST", "/" + id + ":start", HttpRequest.BodyPublishers.noBody());
      Thread.sleep(Duration.ofSeconds(2));
      MulticastRecord.Count from = judge.count();
      Thread.sleep(window);
      MulticastRecord.Count to = judge.count();
      double seconds = window.toMillis() / 1e3;
      call("POST", "/" + id + ":pause", HttpRequest.BodyPublishers.noBody());
      Instant paused = Instant.now();
      Thread.sleep(Duration.ofSeconds(3));
      double stop = Math.max(0, Duration.between(paused, judge.count().last()).toMillis());
      progress.accept(
          String.format(
              Locale.ROOT,
              "%.1f multicasts/s; nothing more %.0f ms after the pause",
              (to.requests() - from.requests()) / seconds,
              stop));
      call("POST", "/" + id + ":resume", HttpRequest.BodyPublishers.noBody());
      await(id);
      double sent = (System.nanoTime() - sending) / 1e9;
      Thread.sleep(Duration.ofSeconds(1));
      MulticastRecord.Count all = judge.count();
      return new Measured(
          people,
          planned,
          before,
          after,
          (to.requests() - from.requests()) / seconds,
          (to.people() - from.people()) / seconds,
          stop,
          all.people(),
          all.repeated(),
          sent);
    }
  }

  static List<IngestReport.Verdict> verdicts(Measured measured) {
    return List.of(
        Conditions.atMost(
            "planned, seconds a million people",
            measured.plannedSeconds() * 1e6 / measured.people(),
            Conditions.PLANNED_SECONDS),
        Conditions.atLeast(
            "of the published rate of multicasts",
            measured.multicastsPerSecond() / PUBLISHED_PER_SECOND,
            Conditions.OF_THE_PUBLISHED_RATE),
        Conditions.atMost(
            "stopped by a pause, milliseconds", measured.stopMillis(), Conditions.STOP_MILLIS),
        Conditions.atMost("sent to more than once", (double) measured.repeated(), 0),
        Conditions.atLeast("sent to", (double) measured.accepted(), measured.people()));
  }

  private Path audience(int people) throws IOException {
    Path file = folder.resolve("audience.csv");
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.US_ASCII)) {
      out.write("line\n");
      for (int i = 0; i < people; i++) {
        out.write(String.format(Locale.ROOT, "U%032x%n", 0x5eed0000000L + i));
      }
    }
    return file;
  }

  private void await(String id) throws IOException, InterruptedException {
    long end = System.nanoTime() + SENDING.toNanos();
    while (true) {
      JsonNode shown = call("GET", "/" + id, HttpRequest.BodyPublishers.noBody());
      if (shown.path("state").asString().equals("COMPLETED")) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IOException("the broadcast did not end in time: " + shown);
      }
      Thread.sleep(POLL);
    }
  }

  private JsonNode call(String method, String path, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    URI uri = gateway.api().resolve("/v1/projects/" + gateway.projectId() + "/broadcasts" + path);
    String basic =
        Base64.getEncoder()
            .encodeToString(
                (gateway.keyId() + ":" + gateway.keySecret()).getBytes(StandardCharsets.UTF_8));
    HttpResponse<byte[]> answer =
        client.send(
            HttpRequest.newBuilder(uri)
                .timeout(CALL)
                .header("authorization", "Basic " + basic)
                .header("content-type", method.equals("PUT") ? "text/csv" : "application/json")
                .method(method, body)
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException(
          method
              + " "
              + uri.getPath()
              + " answered "
              + answer.statusCode()
              + " "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return json.readTree(answer.body());
  }
}
