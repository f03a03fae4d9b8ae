package dev.throughline.app;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code throughline fsck}. */
@Command(
    name = "fsck",
    description = "Rebuild the ledger from its entries, and compare everything with it.",
    mixinStandardHelpOptions = true,
    footer = {"", "Exit code: 0 everything holds, 1 something does not."})
final class FsckCommand implements Callable<Integer> {
  @Mixin private DataOption data = new DataOption();
  @Mixin private ConfigOption config = new ConfigOption();

  @Override
  public Integer call() throws Exception {
    AtomicReference<String> last = new AtomicReference<>("");
    try (Administration administration = Administration.of(data.path(), config.settings())) {
      administration.stream(
          "/fsck",
          line -> {
            String before = last.getAndSet(line);
            if (!before.isEmpty()) {
              System.out.println(before);
            }
          });
    }
    return "clean".equals(last.get()) ? 0 : 1;
  }
}
