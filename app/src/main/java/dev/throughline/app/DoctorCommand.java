package dev.throughline.app;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code throughline doctor}. */
@Command(
    name = "doctor",
    description = "Look at what bites in production, and say what to do.",
    mixinStandardHelpOptions = true,
    footer = {"", "Exit code: 0 nothing failed, 1 something did."})
final class DoctorCommand implements Callable<Integer> {
  @Mixin private DataOption data = new DataOption();
  @Mixin private ConfigOption config = new ConfigOption();

  @Override
  public Integer call() throws Exception {
    boolean failed = false;
    try (Administration administration = Administration.of(data.path(), config.settings())) {
      JsonNode answer = administration.call("GET", "/doctor", Optional.empty());
      for (JsonNode finding : answer.path("findings")) {
        String verdict = finding.path("verdict").asString();
        failed |= verdict.equals("fail");
        System.out.printf(
            "%-4s  %s: %s%n",
            verdict.toUpperCase(Locale.ROOT),
            finding.path("check").asString(),
            finding.path("sentence").asString());
      }
    }
    return failed ? 1 : 0;
  }
}
