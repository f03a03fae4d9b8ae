package dev.throughline.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * From the command to the first signed webhook that is answered 200: on an empty data directory, so
 * with PostgreSQL unpacked and initialised, and on the same directory again.
 */
final class StartBench {
  private final Supplier<GatewayUnderTest> gateways;
  private final Consumer<String> progress;

  StartBench(Supplier<GatewayUnderTest> gateways, Consumer<String> progress) {
    this.gateways = gateways;
    this.progress = progress;
  }

  /** One first and one second start; resident memory of the JVM right after the second. */
  record Round(int round, double firstSeconds, double secondSeconds, long residentBytes) {}

  /** What {@code bench start} writes. */
  record Report(
      String benchmark,
      String at,
      Machine machine,
      String fileSystem,
      List<Round> rounds,
      Spread firstSeconds,
      Spread secondSeconds,
      Spread residentBytes,
      List<IngestReport.Verdict> verdicts) {}

  List<Round> run(int rounds, Path folder) throws IOException, InterruptedException {
    List<Round> results = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      Path data = Files.createDirectories(folder.resolve("start-" + round));
      Started first = start(data);
      Started second = start(data);
      results.add(new Round(round, first.seconds, second.seconds, second.residentBytes));
      progress.accept(
          String.format(
              Locale.ROOT,
              "round %d of %d: first %.2f s, second %.2f s, %.0f MB",
              round,
              rounds,
              first.seconds,
              second.seconds,
              second.residentBytes / 1e6));
    }
    return results;
  }

  private record Started(double seconds, long residentBytes) {}

  private Started start(Path data) throws IOException, InterruptedException {
    try (GatewayUnderTest gateway = gateways.get()) {
      long before = System.nanoTime();
      gateway.start(data);
      double seconds = (System.nanoTime() - before) / 1e9;
      return new Started(seconds, gateway.residentBytes());
    }
  }
}
