package dev.throughline.channel.email;

import dev.throughline.contract.Fields;
import dev.throughline.message.Bytes;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;

/** A MIME message that an app wrote itself. */
final class RawMail {
  private RawMail() {}

  /** It must have a head that can be read, with a subject. */
  static Bytes checked(Bytes mime, Fields where) {
    try {
      MimeMessage message =
          new MimeMessage(MimeMail.SESSION, new ByteArrayInputStream(mime.array()));
      if (message.getSubject() == null) {
        throw where.wrong("Data", "must be a MIME message with a Subject.");
      }
      return mime;
    } catch (MessagingException e) {
      throw where.wrong("Data", "must be a MIME message.");
    }
  }
}
