package dev.throughline.channel.email;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a mail says, written twice at once: as HTML and as a text that says the same. One column
 * without tables; cards stand side by side where there is room.
 */
final class MailBody {
  /**
   * Dark on light 14:1, links 6:1, buttons 5:1 (WCAG AA asks for 4.5:1); light on dark where the
   * reader's device is dark.
   */
  private static final String CSS =
      """
      body{margin:0;padding:0;background:#f4f4f5;color:#1f2328;font:16px/1.5 sans-serif}
      main,footer{max-width:600px;margin:0 auto;padding:20px 16px;overflow-wrap:anywhere}
      main{background:#ffffff}
      h1{font-size:22px;line-height:1.3;margin:0 0 12px}
      h2{font-size:18px;line-height:1.3;margin:16px 0 8px}
      h3{font-size:16px;line-height:1.3;margin:0 0 4px}
      p,ul,dl{margin:0 0 12px}
      dt{font-weight:bold}
      dd{margin:0 0 8px}
      img{display:block;max-width:100%;height:auto;border:0;border-radius:6px;margin:0 0 12px}
      a{color:#0b57d0}
      .button a{display:inline-block;padding:10px 18px;border-radius:6px;background:#0b57d0;
      color:#ffffff;text-decoration:none;font-weight:bold}
      .card{display:inline-block;vertical-align:top;box-sizing:border-box;width:272px;
      max-width:100%;margin:0 8px 16px 0;padding:14px;border:1px solid #d0d7de;border-radius:8px}
      .item{border-top:1px solid #d0d7de;padding:12px 0 0}
      .agent img{width:40px;height:40px;border-radius:20px;margin:0 0 4px}
      footer{font-size:13px;color:#57606a}
      @media (prefers-color-scheme:dark){body{background:#111418;color:#e6e8eb}
      main{background:#1b1f24}a{color:#8ab4f8}.button a{background:#8ab4f8;color:#10203a}
      .card,.item{border-color:#3d444d}footer{color:#9aa4af}}
      """;

  private final Html html = new Html();
  private final PlainText text = new PlainText();

  void agent(String name, Optional<String> picture) {
    html.open("div", "class", "agent");
    picture.ifPresent(url -> html.empty("img", "src", url, "alt", "", "width", "40"));
    if (!name.isEmpty()) {
      html.element("p", name);
      text.paragraph(name);
    }
    html.close().line();
  }

  /**
   * @param level 1 to 3
   */
  void heading(int level, String title) {
    if (!title.isEmpty()) {
      html.element("h" + level, title).line();
      text.paragraph(title);
    }
  }

  /** Paragraphs, apart where blank lines are. */
  void words(String words) {
    for (String paragraph : words.split("(?:\\r?\\n[ \\t]*){2,}")) {
      if (!paragraph.isBlank()) {
        html.element("p", paragraph.strip()).line();
        text.paragraph(paragraph.strip());
      }
    }
  }

  /** A picture by its address, which only a reader who loads it sees: so it is named. */
  void picture(String url, String alternative) {
    html.open("p");
    html.empty("img", "src", url, "alt", alternative, "width", "560").close().line();
    text.paragraph(alternative + ":").line(url);
  }

  /** A link under a picture of what it opens, such as a still of a film. */
  void preview(String picture, String url, String name, String label) {
    html.open("p").empty("img", "src", picture, "alt", "", "width", "560").close().line();
    link(url, name, label);
  }

  void link(String url, String name, String label) {
    html.open("p").text(label + ": ").element("a", name, "href", url).close().line();
    text.paragraph(labelled(label, name)).line(url);
  }

  /** Opens {@code address}; where the text part shows another word than the address itself. */
  void button(String title, String address, String shown) {
    html.open("p", "class", "button").element("a", title, "href", address).close().line();
    text.paragraph(title).line(shown);
  }

  /** What one answers with. */
  void answer(String title, String mailto) {
    html.open("p", "class", "button").element("a", title, "href", mailto).close().line();
    text.line("- " + title);
  }

  void note(String words) {
    html.element("p", words).line();
    text.paragraph(words);
  }

  void openCard() {
    html.open("section", "class", "card").line();
    text.paragraph("----");
  }

  void openItem() {
    html.open("div", "class", "item").line();
  }

  void close() {
    html.close().line();
  }

  void openFacts() {
    html.open("dl").line();
  }

  /** A fact by its name, which opens {@code address} if that is given. */
  void fact(String name, String value, Optional<String> address) {
    html.element("dt", name).open("dd");
    if (address.isPresent()) {
      html.element("a", value, "href", address.get());
    } else {
      html.text(value);
    }
    html.close().line();
    text.paragraph(name + ": " + value);
  }

  /** The whole mail. */
  Written finish(String language, String subject, Optional<String> preheader, Footer footer) {
    Html document = new Html();
    document.open("html", "lang", language).open("head").empty("meta", "charset", "utf-8");
    document.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    document.empty("meta", "name", "color-scheme", "content", "light dark");
    document.element("title", subject).style(CSS).close().line().open("body").line();
    preheader.ifPresent(words ->
        document
            .element(
                "div",
                words,
                "style",
                "display:none;max-height:0;overflow:hidden",
                "aria-hidden",
                "true")
            .line());
    document.open("main", "lang", language).line().markup(html).close().line();
    footer
        .unsubscribe()
        .ifPresent(url -> {
          document
              .open("footer")
              .open("p")
              .element("a", footer.words(), "href", url)
              .close()
              .close()
              .line();
          text.paragraph("--").line(footer.words() + ": " + url);
        });
    return new Written(document.close().close().document(), text.text());
  }

  /** What stands below; {@code unsubscribe} is the page where one ends the mails. */
  record Footer(Optional<String> unsubscribe, String words) {}

  /** Both parts. */
  record Written(String html, String text) {}

  /** An address by which one answers with a choice; see {@link ChoiceToken}. */
  static String mailto(String subject, String body) {
    return "mailto:"
        + MailContent.REPLY_PLACEHOLDER
        + "?subject="
        + percent(subject)
        + "&body="
        + percent(body);
  }

  static String percent(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      boolean plain =
          b >= '0' && b <= '9'
              || b >= 'a' && b <= 'z'
              || b >= 'A' && b <= 'Z'
              || "-._~".indexOf(b) >= 0;
      encoded.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b & 0xFF));
    }
    return encoded.toString();
  }

  private static String labelled(String label, String name) {
    return name.isEmpty() || name.equals(label) ? label + ":" : label + ": " + name;
  }
}
