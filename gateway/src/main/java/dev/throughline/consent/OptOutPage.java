package dev.throughline.consent;

import dev.throughline.http.Response;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.ConsentList;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/** The page itself: one form without a script, and nothing from elsewhere. */
final class OptOutPage {
  private static final String STYLE =
      """
      :root{color-scheme:light dark;--ground:#f4f5f7;--sheet:#fff;--ink:#1b1f24;--soft:#4a525c;\
      --line:#d4d8dd;--act:#0b5c8c;--on-act:#fff}\
      @media (prefers-color-scheme:dark){:root{--ground:#14171a;--sheet:#1e2226;--ink:#f0f2f4;\
      --soft:#b4bcc5;--line:#3a4148;--act:#7cc4ee;--on-act:#0d1a22}}\
      *{box-sizing:border-box}\
      body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.7 system-ui,\
      -apple-system,"Segoe UI","Hiragino Sans","Noto Sans CJK JP","Noto Sans Thai",sans-serif}\
      main{width:min(34rem,100% - 2rem);margin:clamp(1rem,10vh,6rem) auto;padding:clamp(1.25rem,5vw,2.5rem);\
      background:var(--sheet);border:1px solid var(--line);border-radius:.75rem}\
      h1{margin:0 0 1rem;font-size:1.375rem;line-height:1.4;overflow-wrap:anywhere;\
      text-wrap:balance}\
      p{margin:0 0 1.25rem;overflow-wrap:anywhere}\
      .note{margin:1.25rem 0 0;color:var(--soft);font-size:.9375rem}\
      .done{padding:.75rem 1rem;border-inline-start:.25rem solid var(--act);\
      background:var(--ground)}\
      button{width:100%;min-height:3rem;padding:.625rem 1rem;font:inherit;font-weight:600;\
      border:2px solid var(--act);border-radius:.5rem;background:var(--act);color:var(--on-act);\
      cursor:pointer}\
      button.quiet{background:transparent;color:var(--act)}\
      button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}\
      """;

  /** Neither framed, nor indexed, nor kept, and its address goes nowhere else. */
  private static final String SECURITY =
      "default-src 'none'; style-src 'sha256-"
          + sha256(STYLE)
          + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

  private OptOutPage() {}

  /**
   * What there is to say.
   *
   * @param out whether it has been stopped
   * @param decided whether that was decided just now
   */
  record Content(
      String sender, ChannelName channel, ConsentList list, boolean out, boolean decided) {}

  static Response of(int status, OptOutTexts texts, Content content) {
    String what = texts.what(content.list());
    String channel = channel(content.channel(), texts);
    String title = texts.title().formatted(content.sender());
    String tells =
        (content.out() ? texts.stopped() : content.decided() ? texts.going() : texts.getting())
            .formatted(content.sender(), channel, what);
    String button = (content.out() ? texts.again() : texts.stop()).formatted(what);
    return page(
        status,
        texts,
        title,
        "<p"
            + (content.decided() || content.out() ? " class=\"done\" role=\"status\"" : "")
            + ">"
            + escaped(tells)
            + "</p>\n<form method=\"post\">\n<button name=\""
            + OptOutForm.FIELD
            + "\" value=\""
            + (content.out() ? "in\" class=\"quiet" : "out")
            + "\">"
            + escaped(button)
            + "</button>\n</form>\n<p class=\"note\">"
            + escaped(texts.stays())
            + "</p>");
  }

  /** One sentence, and nothing to decide. */
  static Response notice(int status, OptOutTexts texts, String sentence) {
    return page(status, texts, sentence, "");
  }

  private static Response page(int status, OptOutTexts texts, String title, String body) {
    String html =
        """
        <!doctype html>
        <html lang="%s">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>%s</title>
        <style>%s</style>
        </head>
        <body>
        <main>
        <h1>%s</h1>
        %s
        </main>
        </body>
        </html>
        """
            .formatted(texts.tag(), escaped(title), STYLE, escaped(title), body);
    return Response.of(status, "text/html; charset=utf-8", Bytes.utf8(html))
        .with("Content-Language", texts.tag())
        .with("Content-Security-Policy", SECURITY)
        .with("Cache-Control", "no-store")
        .with("Referrer-Policy", "no-referrer")
        .with("X-Content-Type-Options", "nosniff")
        .with("X-Robots-Tag", "noindex, nofollow");
  }

  /** As people call it. */
  private static String channel(ChannelName channel, OptOutTexts texts) {
    return switch (channel.value()) {
      case "WHATSAPP" -> "WhatsApp";
      case "EMAIL" -> texts.email();
      case "MESSENGER", "INSTAGRAM", "TELEGRAM" ->
          channel.value().charAt(0) + channel.value().substring(1).toLowerCase(Locale.ROOT);
      default -> channel.value();
    };
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String sha256(String text) {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }
}
