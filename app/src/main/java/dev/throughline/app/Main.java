package dev.throughline.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./throughline}: words and their help. */
@Command(
    name = "throughline",
    description = "A self-hosted conversation gateway.",
    synopsisSubcommandLabel = "WORD",
    subcommands = {
      SandboxCommand.class,
      ServeCommand.class,
      ProjectCommand.class,
      KeyCommand.class,
      DoctorCommand.class,
      VerifyCommand.class,
      FsckCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "./throughline test    runs every test.",
      "./throughline check   looks at the sources: format, warnings, Error Prone and NullAway.",
      "./throughline bench   runs the benchmarks of this repository; 'bench help' lists them.",
      "",
      "Start with:  ./throughline sandbox"
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    configureLogging();
    System.exit(run(arguments));
  }

  /** Runs one command and returns its exit code: 0 done, 1 failed, 2 not understood. */
  static int run(String... arguments) {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((failure, command, _) -> {
          command.getErr().println("throughline: " + Failures.sentence(failure));
          return 1;
        })
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do; './throughline help' lists the words.");
  }

  private static void configureLogging() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    try (InputStream settings = Main.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(settings);
    } catch (IOException e) {
      throw new UncheckedIOException("the logging settings of this build cannot be read", e);
    }
  }
}
