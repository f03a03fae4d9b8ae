package dev.throughline.app;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code throughline project create}. */
@Command(
    name = "project",
    description = "Make projects.",
    mixinStandardHelpOptions = true,
    subcommands = ProjectCommand.Create.class)
final class ProjectCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Say what to do: project create");
  }

  /** Prints the project's id, and its first key with the secret, once. */
  @Command(
      name = "create",
      description = "Make a project and a first key for it. The secret is printed this once.",
      mixinStandardHelpOptions = true)
  static final class Create implements Callable<Integer> {
    @Mixin private DataOption data = new DataOption();
    @Mixin private ConfigOption config = new ConfigOption();

    @Option(names = "--name", paramLabel = "NAME", description = "What people call it.")
    private Optional<String> name = Optional.empty();

    @Override
    public Integer call() throws Exception {
      try (Administration administration = Administration.of(data.path(), config.settings())) {
        JsonNode project =
            administration.call(
                "POST",
                "/admin/projects",
                Optional.of(
                    JsonNodeFactory.instance.objectNode().put("display_name", name.orElse(""))));
        String id = project.path("project_id").asString();
        JsonNode key =
            administration.call(
                "POST",
                "/admin/projects/" + id + "/keys",
                Optional.of(JsonNodeFactory.instance.objectNode()));
        System.out.printf(
            "project_id  %s%nkey_id      %s%nkey_secret  %s%n",
            id, key.path("key_id").asString(), key.path("key_secret").asString());
      }
      return 0;
    }
  }
}
