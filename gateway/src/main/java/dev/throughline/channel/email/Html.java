package dev.throughline.channel.email;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * Writes HTML that is well-formed XML as well. Names of elements and attributes come from the code
 * only; whatever else is given is text and is escaped, so nothing that anybody wrote is markup.
 */
final class Html {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * @param attributes names and values in turn
   */
  Html open(String name, String... attributes) {
    start(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  /** An element that has no content, such as {@code br}. */
  Html empty(String name, String... attributes) {
    start(name, attributes);
    out.append("/>");
    return this;
  }

  Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  Html line() {
    out.append('\n');
    return this;
  }

  /** An element with a text in it. */
  Html element(String name, String text, String... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** Line ends become breaks. */
  Html text(String text) {
    String[] lines = text.split("\r\n|\r|\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (i > 0) {
        empty("br").line();
      }
      escape(lines[i], out);
    }
    return this;
  }

  /** What another writer of this kind has written whole. */
  Html markup(Html inner) {
    out.append(inner.whole());
    return this;
  }

  /** A style sheet of ours: {@code css} holds nothing that anybody else wrote. */
  Html style(String css) {
    out.append("<style>").append(css).append("</style>");
    return this;
  }

  String document() {
    return "<!DOCTYPE html>\n" + whole() + "\n";
  }

  private CharSequence whole() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out;
  }

  private void start(String name, String... attributes) {
    out.append('<').append(checked(name));
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(checked(attributes[i])).append("=\"");
      escape(attributes[i + 1], out);
      out.append('"');
    }
  }

  private static String checked(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of an element or attribute: " + name);
    }
    return name;
  }

  private static void escape(String text, StringBuilder out) {
    text.codePoints().forEach(c -> escape(c, out));
  }

  private static void escape(int c, StringBuilder out) {
    switch (c) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      default -> out.appendCodePoint(PlainText.shown(c));
    }
  }
}
