package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** A {@link Generator} in its own JVM, as the benchmarks use it. */
final class GeneratorProcess implements AutoCloseable {
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);
  private static final Duration PREPARED_WITHIN = Duration.ofSeconds(30);
  private static final int HEAP_MEGABYTES = 128;
  private static final String END = "end of output";

  private final JsonMapper json = JsonMapper.builder().build();
  private final Process process;
  private final OutputStream orders;
  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(1_000);

  private GeneratorProcess(Process process) {
    this.process = process;
    this.orders = process.getOutputStream();
  }

  static GeneratorProcess start(Path log) throws IOException {
    List<String> command =
        JavaProcess.command(
            Generator.class,
            List.of(
                "-XX:+UseSerialGC",
                "-Xms" + HEAP_MEGABYTES + "m",
                "-Xmx" + HEAP_MEGABYTES + "m",
                "-XX:MaxDirectMemorySize=" + (PreparedRequests.MAX_BYTES + (16 << 20))),
            List.of());
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    GeneratorProcess generator = new GeneratorProcess(process);
    BufferedReader output = process.inputReader(UTF_8);
    Thread.ofVirtual().name("generator-output").start(() -> generator.readLines(output));
    return generator;
  }

  long pid() {
    return process.pid();
  }

  /** Blocks until the window is over; fails if the generator dies or is far too late. */
  WindowResult run(Generator.Order order) throws IOException, InterruptedException {
    orders.write((json.writeValueAsString(order) + "\n").getBytes(UTF_8));
    orders.flush();
    Duration deadline =
        STARTED_WITHIN
            .plus(PREPARED_WITHIN)
            .plusMillis(order.millis())
            .plus(LoadClient.ANSWER_DEADLINE.multipliedBy(2));
    long until = System.nanoTime() + deadline.toNanos();
    while (true) {
      String line = lines.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null || line.equals(END)) {
        throw new IOException(
            line == null
                ? "the load generator gave no result within " + deadline.toSeconds() + " s"
                : "the load generator ended; its log says why");
      }
      if (line.startsWith(Generator.RESULT)) {
        return json.readValue(line.substring(Generator.RESULT.length()), WindowResult.class);
      }
    }
  }

  @Override
  public void close() throws IOException {
    orders.close();
    process.destroy();
  }

  private void readLines(BufferedReader output) {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.put(line);
      }
      lines.put(END);
    } catch (IOException e) {
      lines.offer(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
