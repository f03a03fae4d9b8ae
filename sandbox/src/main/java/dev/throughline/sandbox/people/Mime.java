package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mail taken apart as a mail client does (RFC 5322, 2045, 2046, 2047, 2231), forgiving what real
 * ones forgive. Written for the sandbox alone, so that it shares no mistake with who made the mail.
 *
 * @param headers in order, unfolded, as they stand
 * @param content of a part that is no multipart, decoded
 */
public record Mime(List<Header> headers, List<Mime> parts, Bytes content) {
  private static final int DEPTH_LIMIT = 10;
  private static final int PARTS_LIMIT = 200;
  private static final Pattern ENCODED_WORD =
      Pattern.compile("=\\?([^?*]+)(?:\\*[^?]*)?\\?([BbQq])\\?([^?]*)\\?=");
  private static final Pattern BETWEEN_WORDS = Pattern.compile("(\\?=)\\s+(?==\\?)");
  private static final Pattern TAG = Pattern.compile("<[^>]{0,2000}>");
  private static final Pattern INVISIBLE =
      Pattern.compile("(?is)<(style|script|head|title)\\b.*?</\\1\\s*>|<!--.*?-->");

  /**
   * @param name as it stands
   */
  public record Header(String name, String value) {}

  public Mime {
    headers = List.copyOf(headers);
    parts = List.copyOf(parts);
  }

  public static Mime parse(Bytes mail) {
    return parse(new String(mail.copy(), StandardCharsets.ISO_8859_1), 0);
  }

  /** One char a byte, so that nothing is decoded too early. */
  private static Mime parse(String raw, int depth) {
    String text = raw.replace("\r\n", "\n");
    int end = text.startsWith("\n") ? 0 : text.indexOf("\n\n");
    String head = end < 0 ? text : text.substring(0, end);
    String body = end < 0 ? "" : text.substring(end == 0 ? 1 : end + 2);
    List<Header> headers = new ArrayList<>();
    for (String line : head.replaceAll("\n[ \t]+", " ").split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.add(new Header(line.substring(0, colon).trim(), line.substring(colon + 1).trim()));
      }
    }
    Mime shell = new Mime(headers, List.of(), Bytes.NONE);
    String type = shell.type();
    Optional<String> boundary = shell.parameter("Content-Type", "boundary");
    if (type.startsWith("multipart/") && boundary.isPresent() && depth < DEPTH_LIMIT) {
      return new Mime(headers, split(body, boundary.get(), depth), Bytes.NONE);
    }
    return new Mime(headers, List.of(), Bytes.of(shell.decoded(body)));
  }

  private static List<Mime> split(String body, String boundary, int depth) {
    List<Mime> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean inside = false;
    for (String line : body.split("\n", -1)) {
      boolean last = line.stripTrailing().equals("--" + boundary + "--");
      if (last || line.stripTrailing().equals("--" + boundary)) {
        if (inside && parts.size() < PARTS_LIMIT) {
          parts.add(parse(part.isEmpty() ? "" : part.substring(0, part.length() - 1), depth + 1));
        }
        part.setLength(0);
        inside = !last;
      } else if (inside) {
        part.append(line).append('\n');
      }
    }
    return parts;
  }

  private byte[] decoded(String body) {
    byte[] raw = body.getBytes(StandardCharsets.ISO_8859_1);
    return switch (header("Content-Transfer-Encoding").orElse("").toLowerCase(Locale.ROOT)) {
      case "base64" -> base64(body);
      case "quoted-printable" ->
          quoted(body.replaceAll("[ \t]+\n", "\n").replace("=\n", ""), false);
      default -> raw;
    };
  }

  private static byte[] base64(String text) {
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /**
   * @param inHeader where an underscore is a space
   */
  private static byte[] quoted(String text, boolean inHeader) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
      if (c == '=' && high >= 0 && low >= 0) {
        out.write(high * 16 + low);
        i += 2;
      } else {
        out.write(inHeader && c == '_' ? ' ' : c);
      }
    }
    return out.toByteArray();
  }

  /** The first header of this name, as it stands. */
  public Optional<String> header(String name) {
    return headers.stream()
        .filter(header -> header.name.equalsIgnoreCase(name))
        .map(Header::value)
        .findFirst();
  }

  /** The same, with its encoded words decoded. */
  public String words(String name) {
    return header(name).map(Mime::words2047).orElse("");
  }

  private static String words2047(String value) {
    // a header in raw UTF-8 (RFC 6532)
    String utf8 = new String(value.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    String source = utf8.contains("\ufffd") ? value : utf8;
    Matcher word = ENCODED_WORD.matcher(BETWEEN_WORDS.matcher(source).replaceAll("$1"));
    return word.replaceAll(found -> {
      String text = found.group(3);
      byte[] bytes = found.group(2).equalsIgnoreCase("B") ? base64(text) : quoted(text, true);
      return Matcher.quoteReplacement(new String(bytes, charset(found.group(1))));
    });
  }

  private static Charset charset(String name) {
    try {
      return Charset.forName(name.trim());
    } catch (IllegalArgumentException e) {
      return StandardCharsets.UTF_8;
    }
  }

  /** Lower case, without parameters; a part that does not say is text/plain. */
  public String type() {
    String value = header("Content-Type").orElse("text/plain");
    int end = value.indexOf(';');
    return (end < 0 ? value : value.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }

  private Optional<String> parameter(String header, String name) {
    Matcher found =
        Pattern.compile(
                "(?i);\\s*" + name + "(\\*?)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^;\\s]*))")
            .matcher(header(header).orElse(""));
    if (!found.find()) {
      return Optional.empty();
    }
    String value = found.group(2) != null ? found.group(2) : found.group(3);
    if (!found.group(1).isEmpty()) {
      String[] extended = value.split("'", 3);
      return Optional.of(
          extended.length < 3
              ? value
              : new String(quoted(extended[2].replace('%', '='), false), charset(extended[0])));
    }
    return Optional.of(words2047(value.replaceAll("\\\\(.)", "$1")));
  }

  /** This part's content as text. */
  public String text() {
    return new String(
        content.copy(), charset(parameter("Content-Type", "charset").orElse("UTF-8")));
  }

  /** The first part of this type that is no attachment. */
  public Optional<Mime> first(String type) {
    if (type().equals(type) && !attached()) {
      return Optional.of(this);
    }
    return parts.stream().flatMap(part -> part.first(type).stream()).findFirst();
  }

  private boolean attached() {
    return header("Content-Disposition").orElse("").toLowerCase(Locale.ROOT).startsWith("attach");
  }

  /** What a person reads: the text part, else the HTML without its tags. */
  public String readable() {
    return first("text/plain")
        .map(Mime::text)
        .or(() -> first("text/html").map(Mime::text).map(Mime::withoutTags))
        .orElse("")
        .strip();
  }

  private static String withoutTags(String html) {
    String visible = INVISIBLE.matcher(html).replaceAll("");
    return TAG.matcher(visible.replaceAll("(?i)<br\\s*/?>|</p>|</div>|</tr>", "\n"))
        .replaceAll("")
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
  }

  /** {@code {from, to, subject, text, html?, headers[], attachments[], unsubscribe?}}. */
  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("from", words("From")).put("to", words("To")).put("subject", words("Subject"));
    json.put("text", readable());
    first("text/html").ifPresent(html -> json.put("html", html.text()));
    unsubscribe().ifPresent(url -> json.put("unsubscribe", url));
    ArrayNode list = json.putArray("headers");
    headers.forEach(
        header -> list.addObject().put("name", header.name).put("value", words2047(header.value)));
    ArrayNode attachments = json.putArray("attachments");
    attachments(attachments);
    return json;
  }

  private void attachments(ArrayNode out) {
    if (attached()) {
      out.addObject()
          .put(
              "name",
              parameter("Content-Disposition", "filename")
                  .or(() -> parameter("Content-Type", "name"))
                  .orElse(""))
          .put("type", type())
          .put("size", content.length());
    }
    parts.forEach(part -> part.attachments(out));
  }

  /** Where one click unsubscribes (RFC 8058); empty if the mail offers no such thing. */
  Optional<String> unsubscribe() {
    String post = header("List-Unsubscribe-Post").orElse("").replace(" ", "");
    if (!post.equalsIgnoreCase("List-Unsubscribe=One-Click")) {
      return Optional.empty();
    }
    Matcher url =
        Pattern.compile("<\\s*(https?://[^>\\s]+)\\s*>")
            .matcher(header("List-Unsubscribe").orElse(""));
    return url.find() ? Optional.of(url.group(1)) : Optional.empty();
  }
}
