package dev.throughline.app;

import dev.throughline.Gateway;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code throughline sandbox}. */
@Command(
    name = "sandbox",
    description = "Run everything on this machine: gateway, database, emulated providers, a phone.",
    mixinStandardHelpOptions = true)
final class SandboxCommand implements Callable<Integer> {
  @Mixin private DataOption data = new DataOption();
  @Mixin private ServerOptions options = new ServerOptions();

  @Option(
      names = "--line-port",
      paramLabel = "PORT",
      defaultValue = "" + SandboxWorld.LINE_PORT,
      description = "The emulated LINE's port (default: ${DEFAULT-VALUE}; 0 for a free one).")
  private int linePort = SandboxWorld.LINE_PORT;

  @Option(
      names = "--smpp-port",
      paramLabel = "PORT",
      description = "The emulated SMSC's port (default: as the last time; 0 for a free one).")
  private Optional<Integer> smppPort = Optional.empty();

  @Option(
      names = "--sms",
      paramLabel = "PROVIDER",
      defaultValue = "aws",
      description = "What the app sends SMS by, aws or smpp (default: ${DEFAULT-VALUE}).")
  private SmsProvider sms = SmsProvider.AWS;

  @Option(names = "--headless", description = "Print nothing but one line when it is ready.")
  private boolean headless;

  @Override
  public Integer call() throws Exception {
    long began = System.nanoTime();
    Path directory = data.path();
    Settings settings = options.settings();
    if (!headless) {
      System.out.println("Starting; data lies in " + directory);
    }
    SandboxWorld world =
        SandboxWorld.start(
            directory,
            settings,
            options.port(),
            options.opsPort(),
            new Emulators.Options(linePort, smppPort, sms),
            InstantSource.system());
    Shutdown.onExit(world::close);
    double seconds = (System.nanoTime() - began) / 1e9;
    if (headless) {
      System.out.printf("ready %s%n", directory.resolve("sandbox.json"));
    } else {
      System.out.print(banner(world.file(), directory, seconds));
    }
    Shutdown.await();
    return 0;
  }

  private static String banner(SandboxFile file, Path directory, double seconds) {
    return """

    Throughline %s is ready after %.1f s. Ctrl-C stops it.

      Phone        %s/sandbox
      API          %s        (Conversation API; OAuth at /oauth2/token)
      LINE         %s        (emulated, as are WhatsApp, SMS and mail; docs/sandbox.md)
      Operations   %s

      project_id   %s
      app_id       %s
      key_id       %s
      key_secret   %s
      LINE user    %s
      phone        %s        (SMS, WhatsApp)
      e-mail       %s

    All of it, for programs: %s

    """
        .formatted(
            Gateway.VERSION,
            seconds,
            file.get("ops"),
            file.get("api"),
            file.get("line"),
            file.get("ops"),
            file.get("project_id"),
            file.get("app_id"),
            file.get("key_id"),
            file.get("key_secret"),
            file.get("line_user_id"),
            file.people().getFirst().phone(),
            file.people().getFirst().email(),
            directory.resolve("sandbox.json"));
  }
}
