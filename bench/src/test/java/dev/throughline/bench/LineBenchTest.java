package dev.throughline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.bench.LineBench.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * JMH finds both benchmarks, every golden file is measured, and what is counted are messages and
 * events, not calls. The windows are too short for the numbers to mean anything.
 */
class LineBenchTest {
  private static final Path ROOT = Path.of(System.getProperty("throughline.root", ".."));

  @Test
  void everyKindIsMeasuredAndSaidAsItIsDone() throws Exception {
    List<String> said = new ArrayList<>();

    LineBench.Report report =
        new LineBench(
                ROOT,
                Options.Kinds.ALL,
                1,
                Duration.ofMillis(5),
                Duration.ofMillis(1),
                false,
                said::add)
            .run("2026-11-21T00:00:00Z", Machine.here());

    assertThat(report.rows())
        .filteredOn(row -> row.function().equals(LineBench.RENDER))
        .extracting(Row::kind)
        .contains("mix", "large", "text_message", "carousel_message", "list_message");
    assertThat(report.rows())
        .filteredOn(row -> row.function().equals(LineBench.PARSE))
        .extracting(Row::kind)
        .contains("mix", "message text", "message sticker", "unsend", "membership");
    assertThat(report.rows()).allMatch(row -> row.perSecond().median() > 0);
    assertThat(said).hasSameSizeAs(report.rows());
    assertThat(report.verdicts())
        .extracting(IngestReport.Verdict::condition)
        .containsExactly(
            "messages/s rendered by one core >= 100000", "events/s parsed by one core >= 100000");
  }

  @Test
  void everyEventOfABodyCounts() {
    assertThat(LineInputs.events(LineInputs.webhooks(ROOT).getOrDefault("membership", List.of())))
        .as("three memberships in one body")
        .isEqualTo(3);
  }

  @Test
  void onlyTheMixOfAllKindsIsJudged() {
    Row slowKind =
        new Row(
            LineBench.PARSE,
            "message text",
            1,
            Spread.of(List.of(9.0)),
            Spread.of(List.of(9.0)),
            0);
    Spread slow = Spread.of(List.of(99_999.0));
    Row slowMix = new Row(LineBench.RENDER, LineInputs.MIX, 1, slow, Spread.of(List.of(1e6)), 0);

    assertThat(LineBench.verdicts(List.of(slowKind, slowMix)))
        .singleElement()
        .matches(verdict -> !verdict.met());
  }
}
