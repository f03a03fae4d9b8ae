package dev.throughline.sandbox.aws;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Rendering of templates as far as SES documents it: {@code {{name}}} and {@code {{a.b}}} escaped
 * for HTML, {@code {{{name}}}} as it is, {@code #if}/{@code else}, {@code #unless} and {@code
 * #each} with {@code this}.
 */
final class SesTemplate {
  private static final Pattern TAG =
      Pattern.compile("\\{\\{\\{\\s*([^{}]+?)\\s*}}}|\\{\\{\\s*([^{}]+?)\\s*}}");
  private static final int DEPTH_LIMIT = 20;

  /** Why a mail could not be made from its template; SES tells it by an event. */
  static final class Unrenderable extends Exception {
    private static final long serialVersionUID = 1L;

    Unrenderable(String message) {
      super(message);
    }

    String words() {
      return String.valueOf(getMessage());
    }
  }

  private sealed interface Piece {
    record Words(String text) implements Piece {}

    record Value(String path, boolean escaped) implements Piece {}

    record Block(String kind, String path, List<Piece> then, List<Piece> otherwise)
        implements Piece {}
  }

  private final String source;
  private final Matcher tags;
  private int at;

  private SesTemplate(String source) {
    this.source = source;
    this.tags = TAG.matcher(source);
  }

  /**
   * @param html whether values are escaped
   */
  static String render(String template, JsonNode data, boolean html) throws Unrenderable {
    SesTemplate parser = new SesTemplate(template);
    List<Piece> pieces = new ArrayList<>();
    String end = parser.parse(pieces, 0);
    if (!end.isEmpty()) {
      throw new Unrenderable("Template has an unexpected " + end + ".");
    }
    StringBuilder out = new StringBuilder();
    write(pieces, data, data, html, out);
    return out.toString();
  }

  /** Reads up to a closing or {@code else} tag and returns it; empty at the end. */
  private String parse(List<Piece> into, int depth) throws Unrenderable {
    if (depth > DEPTH_LIMIT) {
      throw new Unrenderable("Template is nested too deeply.");
    }
    while (tags.find(at)) {
      into.add(new Piece.Words(source.substring(at, tags.start())));
      at = tags.end();
      String raw = tags.group(1);
      String tag = raw == null ? tags.group(2) : raw;
      if (raw != null) {
        into.add(new Piece.Value(tag, false));
      } else if (tag.startsWith("#")) {
        into.add(block(tag.substring(1).split("\\s+", 2), depth));
      } else if (tag.startsWith("/") || tag.equals("else")) {
        return tag;
      } else {
        into.add(new Piece.Value(tag, true));
      }
    }
    into.add(new Piece.Words(source.substring(at)));
    at = source.length();
    return "";
  }

  private Piece block(String[] kindAndPath, int depth) throws Unrenderable {
    String kind = kindAndPath[0];
    if (kindAndPath.length < 2 || !List.of("if", "unless", "each").contains(kind)) {
      throw new Unrenderable("Template has an unknown block '" + kind + "'.");
    }
    List<Piece> then = new ArrayList<>();
    List<Piece> otherwise = new ArrayList<>();
    String end = parse(then, depth + 1);
    if (end.equals("else")) {
      end = parse(otherwise, depth + 1);
    }
    if (!end.equals("/" + kind)) {
      throw new Unrenderable("Template does not close '" + kind + "'.");
    }
    return new Piece.Block(kind, kindAndPath[1], then, otherwise);
  }

  private static void write(
      List<Piece> pieces, JsonNode root, JsonNode here, boolean html, StringBuilder out)
      throws Unrenderable {
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Words words -> out.append(words.text);
        case Piece.Value value -> {
          JsonNode found = look(root, here, value.path);
          if (found.isMissingNode()) {
            throw new Unrenderable(
                "Attribute '" + value.path + "' is not present in the rendering data.");
          }
          String text = found.isValueNode() ? found.asString("") : found.toString();
          out.append(html && value.escaped ? escape(text) : text);
        }
        case Piece.Block block -> {
          JsonNode found = look(root, here, block.path);
          if (block.kind.equals("each")) {
            for (JsonNode one : found) {
              write(block.then, root, one, html, out);
            }
            if (found.isEmpty()) {
              write(block.otherwise, root, here, html, out);
            }
          } else {
            boolean yes = truthy(found) == block.kind.equals("if");
            write(yes ? block.then : block.otherwise, root, here, html, out);
          }
        }
      }
    }
  }

  private static JsonNode look(JsonNode root, JsonNode here, String path) {
    if (path.equals("this") || path.equals(".")) {
      return here;
    }
    String[] names = (path.startsWith("this.") ? path.substring(5) : path).split("\\.");
    JsonNode from = here.has(names[0]) ? here : root;
    for (String name : names) {
      from = from.path(name);
    }
    return from;
  }

  private static boolean truthy(JsonNode node) {
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNumber()) {
      return node.doubleValue() != 0;
    }
    if (node.isString()) {
      return !node.stringValue().isEmpty();
    }
    return !node.isMissingNode() && !node.isNull() && !node.isEmpty();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#x27;");
  }
}
