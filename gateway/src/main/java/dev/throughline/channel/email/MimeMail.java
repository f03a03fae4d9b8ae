package dev.throughline.channel.email;

import dev.throughline.channel.email.MailContent.Attachment;
import dev.throughline.channel.email.MailContent.Body;
import dev.throughline.channel.email.MailContent.Header;
import dev.throughline.contract.EmailAddresses;
import dev.throughline.message.Bytes;
import jakarta.activation.DataHandler;
import jakarta.mail.BodyPart;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.ParameterList;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Properties;

/**
 * A rendered mail as MIME, for one recipient. The same for the same mail and envelope: it has no
 * random boundaries and reads no clock.
 */
final class MimeMail {
  private static final String CHARSET = "UTF-8";

  /** Reads no properties of the JVM, and has no provider. */
  static final Session SESSION = Session.getInstance(new Properties());

  private MimeMail() {}

  /**
   * @param code of our tag: it names the message, and its boundaries
   */
  record Envelope(
      MailSender sender, String recipient, String code, String messageId, Instant date) {
    static Envelope of(MailSender sender, String recipient, String tag, Instant date) {
      return new Envelope(
          sender,
          recipient,
          MailTag.code(tag),
          MailTag.messageId(tag, EmailAddresses.domainOf(sender.address())),
          date);
    }
  }

  static Bytes of(MailContent mail, Envelope envelope) {
    try {
      MimeMessage message =
          switch (mail.body()) {
            case Body.Simple simple -> simple(simple, envelope);
            case Body.Raw(Bytes mime) -> raw(mime);
            case Body.Template _ ->
                throw new IllegalArgumentException("SES alone fills in its templates");
          };
      address(message, mail, envelope);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      message.writeTo(out);
      return Bytes.wrap(out.toByteArray());
    } catch (MessagingException | IOException e) {
      throw new IllegalStateException("a checked mail cannot be written", e);
    }
  }

  private static void address(MimeMessage message, MailContent mail, Envelope envelope)
      throws MessagingException, UnsupportedEncodingException {
    MailSender sender = envelope.sender();
    String name = mail.fromName().or(sender::name).orElse("");
    message.setFrom(
        name.isEmpty()
            ? new InternetAddress(sender.address())
            : new InternetAddress(sender.address(), name, CHARSET));
    message.setRecipients(
        RecipientType.TO, new InternetAddress[] {new InternetAddress(envelope.recipient())});
    List<String> replyTo =
        mail.replyTo().isEmpty() ? sender.replyTo().stream().toList() : mail.replyTo();
    if (!replyTo.isEmpty()) {
      InternetAddress[] addresses = new InternetAddress[replyTo.size()];
      for (int i = 0; i < addresses.length; i++) {
        addresses[i] = new InternetAddress(replyTo.get(i));
      }
      message.setReplyTo(addresses);
    }
    message.setHeader("Message-ID", envelope.messageId());
    if (message.getSentDate() == null) {
      message.setSentDate(Date.from(envelope.date()));
    }
  }

  private static MimeMessage simple(Body.Simple simple, Envelope envelope)
      throws MessagingException {
    MimeMessage message = new Named(envelope.messageId());
    message.setSubject(simple.subject(), CHARSET);
    for (Header field : simple.headers()) {
      message.addHeader(field.name(), field.value());
    }
    if (simple.attachments().isEmpty()) {
      said(message, simple, envelope);
    } else {
      MimeMultipart mixed = new Bounded("mixed", envelope.code() + "-m");
      MimeBodyPart words = new MimeBodyPart();
      said(words, simple, envelope);
      mixed.addBodyPart(words);
      for (Attachment file : simple.attachments()) {
        mixed.addBodyPart(part(file));
      }
      message.setContent(mixed);
    }
    message.setSentDate(Date.from(envelope.date()));
    message.saveChanges();
    return message;
  }

  private static void said(Part into, Body.Simple simple, Envelope envelope)
      throws MessagingException {
    if (simple.html().isEmpty()) {
      text(into, simple.text(), "plain");
    } else if (simple.text().isEmpty()) {
      text(into, simple.html(), "html");
    } else {
      MimeMultipart both = new Bounded("alternative", envelope.code() + "-a");
      MimeBodyPart plain = new MimeBodyPart();
      text(plain, simple.text(), "plain");
      both.addBodyPart(plain);
      MimeBodyPart html = new MimeBodyPart();
      text(html, simple.html(), "html");
      both.addBodyPart(html);
      into.setContent(both);
    }
  }

  private static void text(Part into, String text, String subtype) throws MessagingException {
    String lines = text.replaceAll("\r\n|\r|\n", "\r\n");
    into.setDataHandler(
        new DataHandler(
            new ByteArrayDataSource(
                lines.getBytes(StandardCharsets.UTF_8), "text/" + subtype + "; charset=UTF-8")));
  }

  private static BodyPart part(Attachment file) throws MessagingException {
    MimeBodyPart part = new MimeBodyPart();
    part.setDataHandler(
        new DataHandler(new ByteArrayDataSource(file.bytes().array(), file.contentType())));
    part.setFileName(file.fileName());
    part.setDisposition(Part.ATTACHMENT);
    part.setHeader("Content-Transfer-Encoding", "base64");
    return part;
  }

  /**
   * Its body goes out byte for byte; of its head, who it goes to and comes from is the account's.
   */
  private static MimeMessage raw(Bytes mime) throws MessagingException {
    MimeMessage message = new MimeMessage(SESSION, new ByteArrayInputStream(mime.array()));
    for (String field :
        List.of("Cc", "Bcc", "Sender", "Return-Path", "Received", "DKIM-Signature")) {
      message.removeHeader(field);
    }
    return message;
  }

  private static final class Named extends MimeMessage {
    private final String id;

    Named(String id) {
      super(SESSION);
      this.id = id;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
      setHeader("Message-ID", id);
    }
  }

  private static final class Bounded extends MimeMultipart {
    Bounded(String subtype, String boundary) {
      super(subtype);
      ParameterList parameters = new ParameterList();
      parameters.set("boundary", boundary);
      contentType = new ContentType("multipart", subtype, parameters).toString();
    }
  }
}
