package dev.throughline.app;

import dev.throughline.GatewayConfig;
import dev.throughline.app.Failures.CommandFailed;
import dev.throughline.http.TargetPolicy;
import dev.throughline.http.TlsFiles;
import dev.throughline.store.DatabaseConfig;
import dev.throughline.store.EmbeddedConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The configuration file. Everything in it has a default, so that an empty one is valid; a word
 * that is not known is refused, since it would be a setting that its author believes in.
 */
final class Settings {
  private static final Set<String> KNOWN =
      Set.of(
          "public.host",
          "public.port",
          "public.url",
          "public.tls.certificate",
          "public.tls.key",
          "operations.host",
          "operations.port",
          "database.url",
          "database.user",
          "database.password",
          "database.connections",
          "ledger.origin",
          "line.api",
          "callbacks.allow_loopback");

  private final JsonNode root;

  private Settings(JsonNode root) {
    this.root = root;
  }

  static Settings none() {
    return new Settings(JsonNodeFactory.instance.objectNode());
  }

  static Settings read(Path file) {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new CommandFailed("The configuration file " + file + " cannot be read.", e);
    } catch (JacksonException e) {
      throw new CommandFailed(
          "The configuration file " + file + " is not YAML: " + e.getOriginalMessage(), e);
    }
    if (root == null || root.isMissingNode() || root.isNull()) {
      return none();
    }
    Set<String> names = new TreeSet<>();
    collect("", root, names);
    names.removeAll(KNOWN);
    if (!names.isEmpty()) {
      throw new CommandFailed(
          "The configuration file "
              + file
              + " has settings that do not exist: "
              + String.join(", ", names)
              + ". Known are: "
              + String.join(", ", new TreeSet<>(KNOWN))
              + ".");
    }
    return new Settings(root);
  }

  /**
   * @param data the data directory
   * @param sandbox whether customers' callback addresses may be on this machine
   */
  GatewayConfig config(
      Path data,
      Optional<Integer> port,
      Optional<Integer> opsPort,
      Optional<URI> lineApi,
      boolean sandbox) {
    return new GatewayConfig(
        data,
        database(data),
        text("public.host").orElse(sandbox ? "127.0.0.1" : "0.0.0.0"),
        port.or(() -> number("public.port")).orElse(GatewayConfig.PUBLIC_PORT),
        text("operations.host").orElse("127.0.0.1"),
        opsPort.or(() -> number("operations.port")).orElse(GatewayConfig.OPS_PORT),
        tls(),
        text("ledger.origin").orElseGet(Settings::hostName),
        text("public.url").map(value -> uri("public.url", value)),
        lineApi
            .or(() -> text("line.api").map(value -> uri("line.api", value)))
            .orElse(GatewayConfig.LINE),
        sandbox || flag("callbacks.allow_loopback") ? TargetPolicy.SANDBOX : TargetPolicy.PUBLIC);
  }

  private DatabaseConfig database(Path data) {
    DatabaseConfig config =
        text("database.url")
            .map(url ->
                DatabaseConfig.external(
                    url,
                    text("database.user").orElse("throughline"),
                    text("database.password").orElse("")))
            .orElseGet(() -> DatabaseConfig.embedded(EmbeddedConfig.in(data)));
    return number("database.connections")
        .map(connections -> config.withLimits(config.limits().withConnections(connections)))
        .orElse(config);
  }

  private Optional<TlsFiles> tls() {
    Optional<String> certificate = text("public.tls.certificate");
    Optional<String> key = text("public.tls.key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new CommandFailed("public.tls needs both certificate and key, two PEM files.");
    }
    return certificate.map(file -> new TlsFiles(Path.of(file), Path.of(key.orElseThrow())));
  }

  private Optional<String> text(String name) {
    JsonNode node = node(name);
    return node.isValueNode() && !node.isNull() ? Optional.of(node.asString()) : Optional.empty();
  }

  private Optional<Integer> number(String name) {
    Optional<String> text = text(name);
    if (text.isPresent() && !text.get().matches("[0-9]{1,5}")) {
      throw new CommandFailed(name + " must be a number, not " + text.get() + ".");
    }
    return text.map(Integer::valueOf);
  }

  private boolean flag(String name) {
    return text(name).filter("true"::equals).isPresent();
  }

  private JsonNode node(String name) {
    JsonNode node = root;
    for (String step : List.of(name.split("\\."))) {
      node = node.path(step);
    }
    return node;
  }

  private static URI uri(String name, String value) {
    try {
      return URI.create(value);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(name + " must be an address such as https://gateway.example.", e);
    }
  }

  private static void collect(String prefix, JsonNode node, Set<String> names) {
    if (!node.isObject()) {
      names.add(prefix);
      return;
    }
    node.properties()
        .forEach(member ->
            collect(
                prefix.isEmpty() ? member.getKey() : prefix + "." + member.getKey(),
                member.getValue(),
                names));
  }

  /** Only the first start decides: the origin is fixed then. */
  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName();
      return name.matches("[A-Za-z0-9.-]{1,200}") ? name : "throughline";
    } catch (UnknownHostException e) {
      return "throughline";
    }
  }
}
