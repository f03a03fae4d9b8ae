package dev.throughline.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a listener as a tree of path segments. A look-up compares regions of the raw path
 * and copies nothing but the values of the parameters that it found.
 */
final class Routes {
  private final Node root = new Node();

  /** What a path leads to. */
  sealed interface Match {
    record Found(Route route, Request.PathParameters parameters) implements Match {}

    record Failed(HttpFailure failure) implements Match {}
  }

  private static final Match UNKNOWN = new Match.Failed(new HttpFailure.UnknownRoute());

  private static final class Node {
    final List<Literal> literals = new ArrayList<>();
    final List<Verb> verbs = new ArrayList<>();
    @Nullable Node parameter;
    final Map<String, Target> targets = new TreeMap<>();
  }

  private record Literal(String text, Node node) {}

  /** A last segment {@code {name}:verb}; {@code suffix} includes the colon. */
  private record Verb(String suffix, Node node) {}

  private record Target(Route route, List<String> names) {}

  Routes(List<Route> routes) {
    for (Route route : routes) {
      add(route);
    }
  }

  private void add(Route route) {
    Node node = root;
    List<String> names = new ArrayList<>();
    String[] segments = route.template().substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      node = descend(node, segments[i], i == segments.length - 1, names, route.template());
    }
    if (names.size() > Cut.MAX_PARAMETERS) {
      throw new IllegalArgumentException("too many parameters in " + route.template());
    }
    if (node.targets.put(route.method(), new Target(route, List.copyOf(names))) != null) {
      throw new IllegalArgumentException(
          "two routes for " + route.method() + " " + route.template());
    }
  }

  private static Node descend(
      Node node, String segment, boolean last, List<String> names, String template) {
    if (!segment.startsWith("{")) {
      if (segment.indexOf('{') >= 0 || segment.indexOf('%') >= 0) {
        throw new IllegalArgumentException("neither literal nor parameter in " + template);
      }
      for (Literal literal : node.literals) {
        if (literal.text.equals(segment)) {
          return literal.node;
        }
      }
      Literal literal = new Literal(segment, new Node());
      node.literals.add(literal);
      return literal.node;
    }
    int close = segment.indexOf('}');
    String name = close < 0 ? "" : segment.substring(1, close);
    String suffix = close < 0 ? "" : segment.substring(close + 1);
    if (name.isEmpty() || names.contains(name) || !(suffix.isEmpty() || suffix.startsWith(":"))) {
      throw new IllegalArgumentException("bad parameter " + segment + " in " + template);
    }
    names.add(name);
    if (suffix.isEmpty()) {
      if (node.parameter == null) {
        node.parameter = new Node();
      }
      return node.parameter;
    }
    if (!last) {
      throw new IllegalArgumentException("a verb ends the path, not so in " + template);
    }
    for (Verb verb : node.verbs) {
      if (verb.suffix.equals(suffix)) {
        return verb.node;
      }
    }
    Verb verb = new Verb(suffix, new Node());
    node.verbs.add(verb);
    return verb.node;
  }

  /**
   * @throws PercentCode.MalformedException if a matched parameter cannot be decoded
   */
  Match find(String method, String path) {
    if (path.isEmpty() || path.charAt(0) != '/') {
      return new Match.Failed(
          new HttpFailure.Malformed(
              400, "The request line must hold a path, not a whole address."));
    }
    Cut cuts = new Cut(path);
    Node node = walk(root, cuts, 1);
    if (node == null) {
      return UNKNOWN;
    }
    Target target = node.targets.get(method);
    if (target == null && method.equals("HEAD")) {
      target = node.targets.get("GET");
    }
    if (target == null) {
      return new Match.Failed(new HttpFailure.WrongMethod(String.join(", ", allowed(node))));
    }
    return new Match.Found(target.route, cuts.parameters(target.names));
  }

  private static List<String> allowed(Node node) {
    List<String> methods = new ArrayList<>(node.targets.keySet());
    if (node.targets.containsKey("GET") && !node.targets.containsKey("HEAD")) {
      methods.add("HEAD");
    }
    return methods;
  }

  /** The node of the path from {@code start} on that has a route, or null. Literals go first. */
  private static @Nullable Node walk(Node node, Cut cuts, int start) {
    String path = cuts.path;
    int slash = path.indexOf('/', start);
    int end = slash < 0 ? path.length() : slash;
    boolean last = slash < 0;
    for (Literal literal : node.literals) {
      if (literal.text.length() == end - start && path.startsWith(literal.text, start)) {
        Node found = last ? routed(literal.node) : walk(literal.node, cuts, end + 1);
        if (found != null) {
          return found;
        }
      }
    }
    if (end == start) {
      return null;
    }
    if (last) {
      for (Verb verb : node.verbs) {
        int nameEnd = end - verb.suffix.length();
        if (nameEnd > start && path.startsWith(verb.suffix, nameEnd)) {
          cuts.push(start, nameEnd);
          return verb.node;
        }
      }
    }
    if (node.parameter == null) {
      return null;
    }
    cuts.push(start, end);
    Node found = last ? routed(node.parameter) : walk(node.parameter, cuts, end + 1);
    if (found == null) {
      cuts.pop();
    }
    return found;
  }

  private static @Nullable Node routed(Node node) {
    return node.targets.isEmpty() ? null : node;
  }

  /** Where the parameters of a path begin and end, in order. */
  private static final class Cut {
    private static final int MAX_PARAMETERS = 8;
    private final String path;
    private final int[] bounds = new int[2 * MAX_PARAMETERS];
    private int size;

    Cut(String path) {
      this.path = path;
    }

    void push(int start, int end) {
      bounds[2 * size] = start;
      bounds[2 * size + 1] = end;
      size++;
    }

    void pop() {
      size--;
    }

    Request.PathParameters parameters(List<String> names) {
      String[] values = new String[size];
      for (int i = 0; i < size; i++) {
        values[i] = PercentCode.decode(path, bounds[2 * i], bounds[2 * i + 1], false);
      }
      return name -> {
        int index = names.indexOf(name);
        return index < 0 ? null : values[index];
      };
    }
  }
}
