package dev.throughline.api;

import dev.throughline.api.Schemas.Side;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * {@code docs/api/openapi.yaml} as the judge of what programs and the gateway say to each other.
 * All traffic of the tests passes here: what was accepted must be what the document allows, and
 * every answer and callback must be what it promises.
 */
public final class ApiDocument {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  /** Read once: it is large. */
  private static final ApiDocument OURS = new ApiDocument(file());

  private final JsonNode root;
  private final Schemas schemas;
  private final List<Operation> operations = new ArrayList<>();

  private ApiDocument(Path file) {
    root = new YAMLMapper().readTree(file.toFile());
    schemas = new Schemas(root);
    for (Map.Entry<String, JsonNode> path : root.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        if (METHODS.contains(operation.getKey())) {
          operations.add(
              new Operation(
                  operation.getKey().toUpperCase(Locale.ROOT),
                  path.getKey(),
                  pattern(path.getKey()),
                  operation.getValue()));
        }
      }
    }
  }

  public static ApiDocument ours() {
    return OURS;
  }

  /** Where it lies in the checkout. */
  public static Path file() {
    return Path.of(System.getProperty("throughline.root", "..")).resolve("docs/api/openapi.yaml");
  }

  private record Operation(String method, String template, Pattern path, JsonNode json) {
    /** Without the names of its parameters: how many are alike, literals first. */
    String shape() {
      return method + " " + template.replaceAll("\\{[^}]*}", "{}");
    }
  }

  /**
   * A request and its answer.
   *
   * @param target path and query as they were sent
   * @param type of the answer's body, or empty
   */
  public record Exchange(
      String method, String target, String request, int status, String type, String answer) {}

  /** What contradicts the document. */
  public List<String> problems(Exchange exchange) {
    String[] target = exchange.target().split("\\?", 2);
    Optional<Operation> found = operation(exchange.method(), target[0]);
    List<String> problems = new ArrayList<>();
    if (found.isEmpty()) {
      if (!isUnknown(exchange)) {
        problems.add("is not in the document");
      }
    } else {
      JsonNode operation = found.get().json();
      if (exchange.status() < 300) {
        request(operation, exchange.request(), problems);
        query(operation, target.length > 1 ? target[1] : "", problems);
      }
      answer(operation, exchange, problems);
    }
    return problems.stream()
        .map(problem ->
            exchange.method() + " " + target[0] + " → " + exchange.status() + ": " + problem)
        .toList();
  }

  /** What contradicts the document in the body of a callback. */
  public List<String> callbackProblems(String body) {
    return schemas.problems(
        root.at("/components/schemas/Callback"), JSON.readTree(body), Side.ANSWER);
  }

  /** Every call, without the names of the parameters: {@code GET /v1/projects/{}/apps/{}}. */
  public Set<String> shapes() {
    Set<String> shapes = new TreeSet<>();
    operations.forEach(operation -> shapes.add(operation.shape()));
    return shapes;
  }

  /** Every example of the document that contradicts its schema. */
  public List<String> wrongExamples() {
    List<String> wrong = new ArrayList<>();
    examples(root, "", wrong);
    return wrong;
  }

  int examples() {
    return examples(root, "", new ArrayList<>());
  }

  private int examples(JsonNode node, String at, List<String> wrong) {
    int count = 0;
    if (node.has("schema") && node.has("example")) {
      count++;
      Side side = at.contains("/requestBody") ? Side.REQUEST : Side.ANSWER;
      schemas.problems(node.path("schema"), node.path("example"), side).stream()
          .map(problem -> at + ": " + problem)
          .forEach(wrong::add);
    }
    for (Map.Entry<String, JsonNode> child : node.properties()) {
      count += examples(child.getValue(), at + "/" + child.getKey(), wrong);
    }
    return count;
  }

  /** A literal segment goes before a parameter, as in the gateway's routes. */
  private Optional<Operation> operation(String method, String path) {
    String wanted = method.equals("HEAD") ? "GET" : method;
    return operations.stream()
        .filter(operation -> operation.method().equals(wanted))
        .filter(operation -> operation.path().matcher(path).matches())
        .min((one, other) -> Integer.compare(freedom(one), freedom(other)));
  }

  private static int freedom(Operation operation) {
    return 1_000 * (int) operation.template().chars().filter(c -> c == '{').count()
        - operation.template().length();
  }

  private static Pattern pattern(String template) {
    StringBuilder pattern = new StringBuilder();
    Stream.of(template.split("(?=\\{)|(?<=})"))
        .forEach(part -> pattern.append(part.startsWith("{") ? "[^/]+?" : Pattern.quote(part)));
    return Pattern.compile(pattern.toString());
  }

  /** What the gateway has no route for, the document has no path for. */
  private static boolean isUnknown(Exchange exchange) {
    return exchange.status() == 405
        || exchange.status() == 404
        || exchange.status() == 400 && exchange.answer().contains("\"REQUEST_MALFORMED\"");
  }

  private void request(JsonNode operation, String body, List<String> problems) {
    JsonNode content = operation.path("requestBody").path("content");
    JsonNode json = content.path("application/json").path("schema");
    if (json.isMissingNode()) {
      return;
    }
    if (body.isEmpty()) {
      if (operation.path("requestBody").path("required").booleanValue(false)) {
        problems.add("was accepted without the body that the document requires");
      }
      return;
    }
    schemas
        .problems(json, JSON.readTree(body), Side.REQUEST)
        .forEach(problem -> problems.add("was accepted, though in the request " + problem));
  }

  private void query(JsonNode operation, String query, List<String> problems) {
    for (String pair : query.split("&")) {
      if (pair.isEmpty()) {
        continue;
      }
      String name = pair.split("=", 2)[0];
      String value = pair.contains("=") ? decoded(pair.split("=", 2)[1]) : "";
      Optional<JsonNode> parameter =
          operation
              .path("parameters")
              .valueStream()
              .map(schemas::resolve)
              .filter(known -> known.path("in").stringValue("").equals("query"))
              .filter(known -> known.path("name").stringValue("").equals(name))
              .findFirst();
      if (parameter.isEmpty()) {
        problems.add(
            "was accepted with a query parameter " + name + " that is not in the document");
      } else if (!value.isEmpty()) {
        parameter(parameter.get().path("schema"), name, value, problems);
      }
    }
  }

  private void parameter(JsonNode reference, String name, String text, List<String> problems) {
    JsonNode schema = schemas.resolve(reference);
    JsonNodeFactory json = JsonNodeFactory.instance;
    JsonNode value =
        switch (schema.path("type").stringValue("")) {
          case "integer" ->
              text.matches("[0-9]{1,18}")
                  ? json.numberNode(Long.parseLong(text))
                  : json.stringNode(text);
          case "boolean" ->
              text.matches("true|false")
                  ? json.booleanNode(text.equals("true"))
                  : json.stringNode(text);
          case "array" -> json.arrayNode().add(text);
          default -> json.stringNode(text);
        };
    schemas
        .problems(schema, value, Side.REQUEST)
        .forEach(problem -> problems.add("was accepted, though in the query " + name + problem));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private void answer(JsonNode operation, Exchange exchange, List<String> problems) {
    JsonNode answers = operation.path("responses");
    String range = exchange.status() / 100 + "XX";
    JsonNode answer = answers.path(Integer.toString(exchange.status()));
    if (answer.isMissingNode()) {
      answer = answers.path(range);
    }
    if (answer.isMissingNode()) {
      if (exchange.status() < 300) {
        problems.add("is answered with a status that is not in the document");
        return;
      }
      answer = answers.path("default");
    }
    JsonNode content = schemas.resolve(answer).path("content");
    String type = exchange.type().split(";", 2)[0].strip();
    if (exchange.method().equals("HEAD") || exchange.answer().isEmpty()) {
      return;
    }
    JsonNode media = content.has(type) ? content.path(type) : content.path("*/*");
    if (media.isMissingNode()) {
      problems.add("is answered with the content type \"" + type + "\", not in the document");
      return;
    }
    if (type.equals("application/json")) {
      try {
        schemas
            .problems(media.path("schema"), JSON.readTree(exchange.answer()), Side.ANSWER)
            .forEach(problem -> problems.add("in the answer " + problem));
      } catch (JacksonException e) {
        problems.add("is answered with what is no JSON");
      }
    }
  }
}
