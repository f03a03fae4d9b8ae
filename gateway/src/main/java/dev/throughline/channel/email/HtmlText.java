package dev.throughline.channel.email;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of somebody's HTML, with line ends where its blocks end; linear in its length. */
final class HtmlText {
  private static final Set<String> HIDDEN = Set.of("head", "style", "script", "title", "template");
  private static final Set<String> BLOCKS =
      Set.of(
          "br",
          "p",
          "div",
          "li",
          "ul",
          "ol",
          "tr",
          "table",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "blockquote",
          "section",
          "article",
          "header",
          "footer",
          "hr",
          "pre");
  private static final Map<String, String> NAMED =
      Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", " ");
  private static final Pattern ENTITY =
      Pattern.compile("&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,6});");
  private static final Pattern NAME = Pattern.compile("^/?([A-Za-z][A-Za-z0-9]*)");

  private HtmlText() {}

  static String of(String html) {
    StringBuilder text = new StringBuilder();
    String hidden = "";
    int at = 0;
    while (at < html.length()) {
      int tag = html.indexOf('<', at);
      int end = tag < 0 ? html.length() : tag;
      if (hidden.isEmpty()) {
        text.append(html.substring(at, end).replaceAll("\\s+", " "));
      }
      if (tag < 0) {
        break;
      }
      int close = html.startsWith("<!--", tag) ? html.indexOf("-->", tag) : html.indexOf('>', tag);
      if (close < 0) {
        break;
      }
      String name = name(html.substring(tag + 1, close));
      boolean ends = html.startsWith("</", tag);
      if (!hidden.isEmpty()) {
        hidden = ends && name.equals(hidden) ? "" : hidden;
      } else if (HIDDEN.contains(name) && !ends) {
        hidden = name;
      } else if (BLOCKS.contains(name)) {
        text.append('\n');
      }
      at = html.startsWith("-->", close) ? close + 3 : close + 1;
    }
    return decoded(text.toString())
        .replaceAll("[ \\t]*\\n[ \\t]*", "\n")
        .replaceAll("\\n{3,}", "\n\n")
        .strip();
  }

  private static String name(String tag) {
    Matcher matcher = NAME.matcher(tag);
    return matcher.find() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
  }

  private static String decoded(String text) {
    return ENTITY
        .matcher(text)
        .replaceAll(
            found -> Matcher.quoteReplacement(character(found.group(1)).orElse(found.group())));
  }

  private static Optional<String> character(String entity) {
    if (!entity.startsWith("#")) {
      return Optional.ofNullable(NAMED.get(entity));
    }
    boolean hex = entity.startsWith("#x") || entity.startsWith("#X");
    int code = Integer.parseInt(entity.substring(hex ? 2 : 1), hex ? 16 : 10);
    return Character.isValidCodePoint(code) && PlainText.shown(code) == code
        ? Optional.of(Character.toString(code))
        : Optional.empty();
  }
}
