package dev.throughline.app;

import dev.throughline.ledger.Verify;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code throughline verify …}: needs no server; all of it is in the ledger module. */
@Command(
    name = "verify",
    description = "Check a receipt or checkpoints offline; 'verify --help' shows how.",
    mixinStandardHelpOptions = false)
final class VerifyCommand implements Callable<Integer> {
  @Unmatched private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    return Verify.run(words, System.out);
  }
}
