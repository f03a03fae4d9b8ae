package dev.throughline.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command as a user runs it, with real processes and windows too short to mean anything. */
class BenchCommandTest {
  /** What is measured has to lie on a disk, as temporary folders may not. */
  @TempDir(factory = OnDisk.class)
  private Path root;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void onADisk() throws IOException {
    assumeFalse(Machine.inMemory(Machine.fileSystem(root)), "the project lies on tmpfs");
  }

  private static final class OnDisk implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
      return Files.createTempDirectory(target, "bench-");
    }
  }

  @Test
  void ingestMeasuresTheNoOpServerInProcessesOfTheirOwn() throws IOException {
    Path json = root.resolve("ingest.json");

    int code =
        run(
            "ingest",
            "--candidates",
            "gateway,noop",
            "--rounds",
            "2",
            "--window",
            "0.1",
            "--warmup",
            "0.1",
            "--connections",
            "2",
            "--rate",
            "100",
            "--json",
            json.toString());

    assertThat(output()).contains("skipped gateway: ").contains("round 2 of 2: noop ");
    assertThat(code).isEqualTo(BenchCommand.DONE);
    JsonNode report = new JsonMapper().readTree(Files.readString(json));
    assertThat(report.at("/candidates/0/product").asString())
        .startsWith("the gateway's HTTP server");
    assertThat(report.at("/skipped/0/name").asString()).isEqualTo("gateway");
    assertThat(report.at("/medians/noop/notOk").asLong(-1)).isZero();
    assertThat(report.at("/rounds/0/windows/1/statuses/200").asLong()).isEqualTo(10);
    assertThat(report.at("/gateway").isNull()).isTrue();
    assertThat(root.resolve("bench/target/run")).isEmptyDirectory();
  }

  @Test
  void appendMeasuresTheFile() throws IOException {
    Path json = root.resolve("append.json");

    int code =
        run(
            "append",
            "--rounds",
            "2",
            "--window",
            "0.1",
            "--warmup",
            "0.1",
            "--callers",
            "4",
            "--json",
            json.toString());

    assertThat(output()).contains("entries/s").contains("skipped log: ");
    assertThat(code).isEqualTo(BenchCommand.DONE);
    JsonNode report = new JsonMapper().readTree(Files.readString(json));
    assertThat(report.at("/windows").size()).isEqualTo(2);
    assertThat(report.at("/windows/0/entriesPerSecond").asDouble()).isPositive();
  }

  @Test
  void nothingIsMeasuredWhereNothingIsDurable() {
    Path memory = Path.of("/dev/shm");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.isWritable(memory), "there is no /dev/shm");
    assertThat(run("append", "--data", memory.toString())).isEqualTo(BenchCommand.REFUSED);
    assertThat(output()).contains("lies in memory");
  }

  @Test
  void helpIsHelpful() {
    assertThat(run("help")).isEqualTo(BenchCommand.DONE);
    assertThat(output()).contains("bench ingest").contains("--json FILE");
    assertThat(run("fly")).isEqualTo(BenchCommand.REFUSED);
    assertThat(output()).contains("bench does not know \"fly\".");
  }

  private int run(String... arguments) {
    return new BenchCommand(
            new PrintStream(printed, true, UTF_8),
            root,
            InstantSource.fixed(Instant.parse("2026-11-01T00:00:00Z")),
            Optional.empty())
        .execute(List.of(arguments));
  }

  private String output() {
    return printed.toString(UTF_8);
  }
}
