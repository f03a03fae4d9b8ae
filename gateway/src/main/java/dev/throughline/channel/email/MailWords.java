package dev.throughline.channel.email;

import dev.throughline.message.Bytes;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.MimeUtility;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What somebody wrote in a mail: its plain text, else what its HTML says. */
final class MailWords {
  private MailWords() {}

  static String of(Mail mail) {
    return first(mail, "text/plain")
        .or(() -> first(mail, "text/html").map(HtmlText::of))
        .orElse("");
  }

  private static Optional<String> first(Mail mail, String type) {
    return mail.parts().stream()
        .filter(part -> isWords(part) && Mail.is(part, type))
        .findFirst()
        .map(MailWords::text);
  }

  /** Whether a part is words to be read and no file. */
  static boolean isWords(Part part) {
    return !Mail.isAttached(part)
        && Mail.fileName(part).isEmpty()
        && (Mail.is(part, "text/plain") || Mail.is(part, "text/html"));
  }

  /** In its own charset; in one that nobody knows, or none, as UTF-8. */
  static String text(Part part) {
    Bytes bytes = Mail.bytes(part);
    return new String(bytes.array(), charset(part)).replaceAll("\r\n?", "\n");
  }

  private static Charset charset(Part part) {
    try {
      String name = new ContentType(part.getContentType()).getParameter("charset");
      return name == null ? StandardCharsets.UTF_8 : Charset.forName(MimeUtility.javaCharset(name));
    } catch (MessagingException | IllegalArgumentException e) {
      return StandardCharsets.UTF_8;
    }
  }
}
