package dev.throughline.app;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code throughline key create} and {@code key revoke}. */
@Command(
    name = "key",
    description = "Make and revoke API keys.",
    mixinStandardHelpOptions = true,
    subcommands = {KeyCommand.Create.class, KeyCommand.Revoke.class})
final class KeyCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Say what to do: key create, or key revoke KEY_ID");
  }

  /** Prints the key's id and secret, once. */
  @Command(
      name = "create",
      description = "Make a key. The secret is printed this once.",
      mixinStandardHelpOptions = true)
  static final class Create implements Callable<Integer> {
    @Mixin private DataOption data = new DataOption();
    @Mixin private ConfigOption config = new ConfigOption();

    @Option(
        names = "--project",
        paramLabel = "PROJECT_ID",
        required = true,
        description = "Whose key it is.")
    private String project = "";

    @Override
    public Integer call() throws Exception {
      try (Administration administration = Administration.of(data.path(), config.settings())) {
        JsonNode key =
            administration.call(
                "POST",
                "/admin/projects/" + project + "/keys",
                Optional.of(JsonNodeFactory.instance.objectNode()));
        System.out.printf(
            "key_id      %s%nkey_secret  %s%n",
            key.path("key_id").asString(), key.path("key_secret").asString());
      }
      return 0;
    }
  }

  /** From the next request on the key and its tokens are refused. */
  @Command(
      name = "revoke",
      description = "Revoke a key: it and its tokens are refused from the next request on.",
      mixinStandardHelpOptions = true)
  static final class Revoke implements Callable<Integer> {
    @Mixin private DataOption data = new DataOption();
    @Mixin private ConfigOption config = new ConfigOption();

    @Option(
        names = "--project",
        paramLabel = "PROJECT_ID",
        required = true,
        description = "Whose key it is.")
    private String project = "";

    @Parameters(paramLabel = "KEY_ID", description = "The key.")
    private String key = "";

    @Override
    public Integer call() throws Exception {
      try (Administration administration = Administration.of(data.path(), config.settings())) {
        administration.call(
            "DELETE", "/admin/projects/" + project + "/keys/" + key, Optional.empty());
        System.out.println("revoked " + key);
      }
      return 0;
    }
  }
}
