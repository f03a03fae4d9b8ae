package dev.throughline.channel.line.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The table of operations is LINE's own: each is in LINE's OpenAPI files with that method, path,
 * host and query; and what those files have and the table has not is known by name here.
 */
class OperationsTest {
  private static final List<String> FILES =
      List.of("messaging-api.yml", "manage-audience.yml", "insight.yml");

  private static final Set<Object> METHODS = Set.of("get", "post", "put", "delete");

  /** Newer than LINE's files, from its documentation (spec line.md, gap G2). */
  private static final Set<String> NOT_IN_FILES =
      Set.of("GET /v2/bot/message/delivery/pnp/templated API");

  /** Sending to people, what they sent, and what other parts of the gateway call. */
  private static final Set<String> NOT_OURS =
      Set.of(
          "POST /v2/bot/message/reply API",
          "POST /v2/bot/message/push API",
          "POST /v2/bot/message/multicast API",
          "POST /v2/bot/message/broadcast API",
          "POST /bot/pnp/push API",
          "POST /v2/bot/message/markAsRead API",
          "POST /v2/bot/chat/markAsRead API",
          "GET /v2/bot/message/{messageId}/content DATA",
          "GET /v2/bot/message/{messageId}/content/preview DATA",
          "GET /v2/bot/message/{messageId}/content/transcoding DATA");

  @Test
  void everyOperationIsOneOfLines() throws IOException {
    Map<String, Set<String>> lines = lines();
    Set<String> ours = new TreeSet<>();
    for (Operation operation : Operations.all()) {
      String call = operation.method() + " " + operation.path() + " " + operation.host();
      assertThat(ours.add(call)).as(call).isTrue();
      if (!NOT_IN_FILES.contains(call)) {
        assertThat(lines).containsKey(call);
        assertThat(operation.query()).as(call).isEqualTo(lines.get(call));
      }
    }
    Set<String> left = new TreeSet<>(lines.keySet());
    left.removeAll(ours);
    assertThat(left).isEqualTo(new TreeSet<>(NOT_OURS));
  }

  @Test
  void namesAreDistinct() {
    Set<String> names = new HashSet<>();
    for (Operation operation : Operations.all()) {
      assertThat(names.add(operation.name())).as(operation.name()).isTrue();
    }
  }

  /** Each call as "METHOD path HOST", with the names of its query's parameters. */
  private static Map<String, Set<String>> lines() throws IOException {
    Map<String, Set<String>> calls = new TreeMap<>();
    for (String file : FILES) {
      Path path =
          Path.of(System.getProperty("throughline.root"), "..", "shared", "contracts", "line", file)
              .normalize();
      assumeTrue(Files.isRegularFile(path), "LINE's OpenAPI file " + file + " is not there");
      LoaderOptions options = new LoaderOptions();
      options.setMaxAliasesForCollections(10_000);
      try (Reader reader = Files.newBufferedReader(path)) {
        Map<?, ?> root = new Yaml(new SafeConstructor(options)).load(reader);
        map(root.get("paths"))
            .forEach((at, methods) ->
                map(methods)
                    .forEach((method, operation) -> {
                      if (METHODS.contains(method)) {
                        calls.put(
                            method.toString().toUpperCase(Locale.ROOT)
                                + " "
                                + at
                                + " "
                                + host(map(operation)),
                            query(map(operation)));
                      }
                    }));
      }
    }
    return calls;
  }

  private static String host(Map<?, ?> operation) {
    return operation.containsKey("servers") ? "DATA" : "API";
  }

  private static Set<String> query(Map<?, ?> operation) {
    Set<String> names = new HashSet<>();
    if (operation.get("parameters") instanceof Collection<?> parameters) {
      for (Object parameter : parameters) {
        if ("query".equals(map(parameter).get("in"))) {
          names.add(String.valueOf(map(parameter).get("name")));
        }
      }
    }
    return names;
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }
}
