package dev.throughline.channel.email;

import dev.throughline.contract.EmailAddresses;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A mail that came in, read tolerantly: what cannot be read is absent, and nothing throws. Its
 * parts in the order in which they stand, those inside others too, but not those of mails that are
 * attached.
 */
final class Mail {
  /** More than that no person's program makes. */
  private static final int MAX_PARTS = 100;

  private static final int MAX_DEPTH = 10;

  private static final Pattern ADDRESS = Pattern.compile("<([^<>\\s]+@[^<>\\s]+)>");
  private static final Pattern MESSAGE_ID = Pattern.compile("<([^<>\\s]+)>");

  private final MimeMessage message;
  private final List<Part> parts = new ArrayList<>();

  private Mail(MimeMessage message) {
    this.message = message;
    collect(message, 0);
  }

  /** Empty for what has not one header field that mails have. */
  static Optional<Mail> read(Bytes mime) {
    try {
      Mail mail =
          new Mail(new MimeMessage(MimeMail.SESSION, new ByteArrayInputStream(mime.array())));
      return mail.header("From").isPresent()
              || mail.header("Message-ID").isPresent()
              || mail.header("Received").isPresent()
              || mail.header("Content-Type").isPresent()
          ? Optional.of(mail)
          : Optional.empty();
    } catch (MessagingException e) {
      return Optional.empty();
    }
  }

  /** The first field of that name, unfolded, not decoded. */
  Optional<String> header(String name) {
    return headers(name).stream().findFirst();
  }

  List<String> headers(String name) {
    try {
      String[] values = message.getHeader(name);
      List<String> found = new ArrayList<>();
      if (values != null) {
        for (String value : values) {
          found.add(MimeUtility.unfold(value).strip());
        }
      }
      return found;
    } catch (MessagingException e) {
      return List.of();
    }
  }

  /** Without encoded words, on one line. */
  String subject() {
    return header("Subject").map(Mail::decoded).map(PlainText::oneLine).orElse("");
  }

  /** Who wrote it, if one address stands in the head. */
  Optional<Identity> author() {
    List<String> from = headers("From");
    return from.size() == 1 ? address(from.getFirst()) : Optional.empty();
  }

  /** The address of a field that holds one, with or without a name. */
  static Optional<Identity> address(String field) {
    String plain = field.replaceAll("\"(?:[^\"\\\\]|\\\\.)*\"", "").strip();
    Matcher bracketed = ADDRESS.matcher(plain);
    String address = bracketed.find() ? bracketed.group(1) : plain;
    return bracketed.find()
        ? Optional.empty()
        : EmailAddresses.normal(address).map(value -> new Identity(ChannelName.EMAIL, value));
  }

  /** Without brackets. */
  Optional<String> id() {
    return header("Message-ID").flatMap(field -> ids(field).stream().findFirst());
  }

  /** Of the mail that it answers, if it answers one. */
  Optional<String> answered() {
    List<String> direct = header("In-Reply-To").map(Mail::ids).orElse(List.of());
    List<String> ids =
        direct.isEmpty() ? header("References").map(Mail::ids).orElse(List.of()) : direct;
    return ids.isEmpty() ? Optional.empty() : Optional.of(ids.getLast());
  }

  static List<String> ids(String field) {
    return MESSAGE_ID.matcher(field).results().map(found -> found.group(1)).toList();
  }

  List<Part> parts() {
    return parts;
  }

  /** The first part of a type, such as {@code message/delivery-status}. */
  Optional<Part> part(String type) {
    return parts.stream().filter(part -> is(part, type)).findFirst();
  }

  static boolean is(Part part, String type) {
    try {
      return part.isMimeType(type);
    } catch (MessagingException e) {
      return false;
    }
  }

  /** The bytes of a part, its transfer encoding undone as far as it can be. */
  static Bytes bytes(Part part) {
    try (InputStream in = part.getInputStream()) {
      return Bytes.wrap(in.readAllBytes());
    } catch (MessagingException | IOException e) {
      return Bytes.EMPTY;
    }
  }

  static Optional<String> fileName(Part part) {
    try {
      return Optional.ofNullable(part.getFileName())
          .map(Mail::decoded)
          .map(PlainText::oneLine)
          .map(name -> name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1))
          .filter(name -> !name.isEmpty());
    } catch (MessagingException e) {
      return Optional.empty();
    }
  }

  /** The type of a part without parameters, in lower case. */
  static String type(Part part) {
    try {
      String type = part.getContentType();
      return (type == null ? "text/plain" : type)
          .replaceAll(";.*", "")
          .strip()
          .toLowerCase(Locale.ROOT);
    } catch (MessagingException e) {
      return "application/octet-stream";
    }
  }

  static boolean isAttached(Part part) {
    try {
      return Part.ATTACHMENT.equalsIgnoreCase(part.getDisposition());
    } catch (MessagingException e) {
      return true;
    }
  }

  private void collect(Part part, int depth) {
    if (parts.size() >= MAX_PARTS || depth > MAX_DEPTH) {
      return;
    }
    if (!is(part, "multipart/*")) {
      parts.add(part);
      return;
    }
    try {
      if (part.getContent() instanceof Multipart several) {
        for (int i = 0; i < several.getCount(); i++) {
          BodyPart inner = several.getBodyPart(i);
          collect(inner, depth + 1);
        }
      }
    } catch (MessagingException | IOException e) {
      // What was found before it stands.
    }
  }

  private static String decoded(String field) {
    try {
      return MimeUtility.decodeText(field);
    } catch (UnsupportedEncodingException e) {
      return field;
    }
  }
}
