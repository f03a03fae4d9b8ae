package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Bytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Mails as SES writes and reads them: header fields, addresses, MIME. */
final class SesMail {
  private static final String CRLF = "\r\n";
  private static final int WORD_BYTES = 45;
  private static final Pattern ANGLE = Pattern.compile("<([^<>]+)>\\s*$");

  /** A header field, unfolded. */
  record Field(String name, String value) {}

  /** An attachment of a mail that SES puts together. */
  record Attachment(
      String fileName, String contentType, String disposition, String contentId, Bytes content) {}

  /** What a mail that SES puts together is made of. */
  record Parts(
      List<Field> fields,
      String subject,
      Optional<String> text,
      Optional<String> html,
      List<Attachment> attachments) {
    Parts {
      fields = List.copyOf(fields);
      attachments = List.copyOf(attachments);
    }
  }

  private SesMail() {}

  /** The header of a raw mail, unfolded; folded lines are joined by one space. */
  static List<Field> header(String mime) {
    List<Field> fields = new ArrayList<>();
    for (String line : mime.split("\r?\n", -1)) {
      if (line.isEmpty()) {
        break;
      }
      if ((line.startsWith(" ") || line.startsWith("\t")) && !fields.isEmpty()) {
        Field last = fields.removeLast();
        fields.add(new Field(last.name, last.value + " " + line.strip()));
        continue;
      }
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.add(new Field(line.substring(0, colon).strip(), line.substring(colon + 1).strip()));
      }
    }
    return fields;
  }

  static Optional<String> value(List<Field> fields, String name) {
    return fields.stream()
        .filter(field -> field.name.equalsIgnoreCase(name))
        .map(Field::value)
        .findFirst();
  }

  /** The bare addresses of a list such as {@code "A, B" <a@x>, c@y}. */
  static List<String> addresses(String list) {
    List<String> addresses = new ArrayList<>();
    StringBuilder one = new StringBuilder();
    boolean quoted = false;
    for (char c : (list + ",").toCharArray()) {
      quoted ^= c == '"';
      if (c == ',' && !quoted) {
        String bare = address(one.toString());
        if (!bare.isEmpty()) {
          addresses.add(bare);
        }
        one.setLength(0);
      } else {
        one.append(c);
      }
    }
    return addresses;
  }

  /** The bare address of one such as {@code Name <a@x>}. */
  static String address(String mailbox) {
    Matcher angle = ANGLE.matcher(mailbox);
    return (angle.find() ? angle.group(1) : mailbox).strip();
  }

  /** A raw mail with SES's own fields in place of the sender's, without {@code drop}. */
  static Bytes stamp(String mime, List<Field> own, List<String> drop) {
    List<String> out = new ArrayList<>();
    own.forEach(field -> out.add(field.name + ": " + field.value));
    int blank = mime.indexOf("\r\n\r\n");
    int length = 4;
    if (blank < 0) {
      blank = mime.indexOf("\n\n");
      length = 2;
    }
    String head = blank < 0 ? mime : mime.substring(0, blank);
    boolean dropping = false;
    for (String line : head.split("\r?\n", -1)) {
      boolean folded = line.startsWith(" ") || line.startsWith("\t");
      if (!folded) {
        String name = line.substring(0, Math.max(0, line.indexOf(':'))).strip();
        dropping = drop.stream().anyMatch(name::equalsIgnoreCase);
      }
      if (!dropping) {
        out.add(line);
      }
    }
    String body = blank < 0 ? "" : mime.substring(blank + length);
    return Bytes.of(
        (String.join(CRLF, out) + CRLF + CRLF + body).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Puts a mail together; {@code boundary} is different in each. */
  static Bytes compose(Parts parts, String boundary) {
    StringBuilder out = new StringBuilder();
    parts.fields.forEach(field -> out.append(field.name + ": " + field.value + CRLF));
    out.append("Subject: ").append(encoded(parts.subject)).append(CRLF);
    out.append("MIME-Version: 1.0").append(CRLF);
    String body = alternative(parts, boundary + "-a");
    if (parts.attachments.isEmpty()) {
      return bytes(out.append(body));
    }
    String mixed = boundary + "-m";
    out.append("Content-Type: multipart/mixed; boundary=\"" + mixed + "\"" + CRLF + CRLF);
    out.append("--" + mixed + CRLF).append(body);
    for (Attachment one : parts.attachments) {
      out.append("--" + mixed + CRLF);
      out.append("Content-Type: " + one.contentType + CRLF);
      out.append("Content-Transfer-Encoding: base64" + CRLF);
      String name = one.fileName.replace("\"", "");
      out.append("Content-Disposition: ").append(one.disposition.toLowerCase(Locale.ROOT));
      out.append("; filename=\"").append(encoded(name)).append('"').append(CRLF);
      if (!one.contentId.isEmpty()) {
        out.append("Content-ID: <" + one.contentId + ">" + CRLF);
      }
      out.append(CRLF).append(base64(one.content.copy())).append(CRLF);
    }
    return bytes(out.append("--" + mixed + "--" + CRLF));
  }

  private static String alternative(Parts parts, String boundary) {
    if (parts.html.isEmpty()) {
      return leaf("plain", parts.text.orElse(""));
    }
    if (parts.text.isEmpty()) {
      return leaf("html", parts.html.get());
    }
    return "Content-Type: multipart/alternative; boundary=\""
        + boundary
        + "\""
        + CRLF
        + CRLF
        + "--"
        + boundary
        + CRLF
        + leaf("plain", parts.text.get())
        + "--"
        + boundary
        + CRLF
        + leaf("html", parts.html.get())
        + "--"
        + boundary
        + "--"
        + CRLF;
  }

  private static String leaf(String subtype, String text) {
    return "Content-Type: text/"
        + subtype
        + "; charset=UTF-8"
        + CRLF
        + "Content-Transfer-Encoding: base64"
        + CRLF
        + CRLF
        + base64(text.getBytes(StandardCharsets.UTF_8))
        + CRLF;
  }

  private static String base64(byte[] bytes) {
    return Base64.getMimeEncoder(76, CRLF.getBytes(StandardCharsets.US_ASCII))
        .encodeToString(bytes);
  }

  private static Bytes bytes(StringBuilder text) {
    return Bytes.of(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** As RFC 2047 encoded words if it is not ASCII; no character is cut in two. */
  static String encoded(String text) {
    if (text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return text;
    }
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int used = 0;
    for (int point : text.codePoints().toArray()) {
      String one = Character.toString(point);
      int length = one.getBytes(StandardCharsets.UTF_8).length;
      if (used + length > WORD_BYTES) {
        words.add(word(word.toString()));
        word.setLength(0);
        used = 0;
      }
      word.append(one);
      used += length;
    }
    words.add(word(word.toString()));
    return String.join(CRLF + " ", words);
  }

  private static String word(String text) {
    return "=?UTF-8?B?"
        + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
        + "?=";
  }

  static String date(Instant at) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
  }
}
