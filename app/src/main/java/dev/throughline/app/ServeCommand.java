package dev.throughline.app;

import dev.throughline.Gateway;
import dev.throughline.GatewayConfig;
import dev.throughline.store.DatabaseException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code throughline serve}. */
@Command(
    name = "serve",
    description = "Run the gateway.",
    mixinStandardHelpOptions = true,
    footer = {"", "Embedded PostgreSQL is for trying out: production sets database.url."})
final class ServeCommand implements Callable<Integer> {
  @Mixin private DataOption data = new DataOption();
  @Mixin private ServerOptions options = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    GatewayConfig config =
        options
            .settings()
            .config(data.path(), options.port(), options.opsPort(), Optional.empty(), false);
    long began = System.nanoTime();
    Gateway gateway = Gateway.start(config, InstantSource.system(), Map.of());
    Shutdown.onExit(gateway::close);
    System.out.printf(
        "Throughline %s is ready after %.1f s.%n  public     %s%n  operations %s%n",
        Gateway.VERSION,
        (System.nanoTime() - began) / 1e9,
        Addresses.publicUrl(config, gateway),
        Addresses.opsUrl(config, gateway));
    if (hasNoProject(gateway)) {
      System.out.printf(
          "There is no project yet. Make one, and a key for it, in another shell:%n"
              + "  ./throughline project create --data %s%n",
          config.data());
    }
    Shutdown.await();
    return 0;
  }

  /** Only for the hint: a database that is away for a moment is no reason to end. */
  private static boolean hasNoProject(Gateway gateway) {
    try {
      return gateway.projects() == 0;
    } catch (DatabaseException away) {
      return false;
    }
  }
}
