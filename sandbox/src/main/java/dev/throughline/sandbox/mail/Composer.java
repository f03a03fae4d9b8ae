package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.people.Mime;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** Writes the mails of people and of mail servers, as bytes. */
final class Composer {
  private static final int RETURNED_LIMIT = 64 * 1024;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Composer() {}

  /** A line of headers; what could end it early is left out. */
  private static String header(String name, String value) {
    return name + ": " + value.replaceAll("[\\r\\n]", " ") + "\r\n";
  }

  /** An encoded word (RFC 2047) where the text needs it; cut so that none is too long. */
  static String words(String text) {
    if (text.chars().allMatch(c -> c >= ' ' && c < 127)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      int end = text.offsetByCodePoints(at, Math.min(12, text.codePointCount(at, text.length())));
      String word =
          Base64.getEncoder()
              .encodeToString(text.substring(at, end).getBytes(StandardCharsets.UTF_8));
      out.append(out.isEmpty() ? "" : " ").append("=?UTF-8?B?").append(word).append("?=");
      at = end;
    }
    return out.toString();
  }

  private static String body(String text) {
    return Base64.getMimeEncoder(76, new byte[] {'\r', '\n'})
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What a person writes.
   *
   * @param answered the company's mail that it answers
   */
  static Bytes letter(
      String id,
      Instant at,
      String name,
      String from,
      String to,
      String subject,
      String text,
      Optional<Mime> answered) {
    StringBuilder mail = new StringBuilder();
    mail.append(header("Return-Path", "<" + from + ">"));
    mail.append(header("Delivered-To", to));
    mail.append(header("Date", DATE.format(at)));
    mail.append(header("From", words(name) + " <" + from + ">"));
    mail.append(header("To", "<" + to + ">"));
    mail.append(header("Message-ID", "<" + id + "@people.example>"));
    Optional<String> parent = answered.flatMap(mime -> mime.header("Message-ID"));
    parent.ifPresent(messageId -> {
      mail.append(header("In-Reply-To", messageId));
      String earlier =
          answered.flatMap(mime -> mime.header("References")).map(ids -> ids + " ").orElse("");
      mail.append(header("References", earlier + messageId));
    });
    mail.append(header("Subject", words(subject)));
    mail.append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n");
    mail.append("Content-Transfer-Encoding: base64\r\n\r\n").append(body(text)).append("\r\n");
    return Bytes.of(mail.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * A delivery status notification (RFC 3464) to the envelope's sender.
   *
   * @param status such as {@code 5.1.1}
   */
  static Bytes bounce(
      String host,
      String id,
      Instant at,
      String sender,
      String recipient,
      String status,
      String diagnostic,
      Bytes original) {
    String boundary = "dsn-" + id;
    StringBuilder mail = new StringBuilder();
    mail.append(header("Return-Path", "<>")).append(header("Delivered-To", sender));
    mail.append(header("Date", DATE.format(at)));
    mail.append(header("From", "Mail Delivery System <MAILER-DAEMON@" + host + ">"));
    mail.append(header("To", "<" + sender + ">"));
    mail.append(header("Message-ID", "<" + id + "@" + host + ">"));
    mail.append(header("Subject", "Undelivered Mail Returned to Sender"));
    mail.append(header("Auto-Submitted", "auto-replied"));
    mail.append("MIME-Version: 1.0\r\n");
    mail.append(
        header(
            "Content-Type",
            "multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\""));
    mail.append("\r\n--").append(boundary).append("\r\nContent-Type: text/plain\r\n\r\n");
    mail.append("Your mail could not be delivered to ").append(recipient).append(":\r\n");
    mail.append(diagnostic).append("\r\n");
    mail.append("\r\n--").append(boundary);
    mail.append("\r\nContent-Type: message/delivery-status\r\n\r\n");
    mail.append(header("Reporting-MTA", "dns; " + host));
    mail.append(header("Arrival-Date", DATE.format(at))).append("\r\n");
    mail.append(header("Final-Recipient", "rfc822; " + recipient));
    mail.append(header("Action", "failed")).append(header("Status", status));
    mail.append(header("Diagnostic-Code", "smtp; " + diagnostic));
    mail.append("\r\n--").append(boundary);
    mail.append("\r\nContent-Type: text/rfc822-headers\r\n\r\n");
    mail.append(headers(original)).append("\r\n--").append(boundary).append("--\r\n");
    return Bytes.of(mail.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String headers(Bytes mail) {
    String text = new String(mail.copy(), StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    String headers = end < 0 ? text : text.substring(0, end + 2);
    return headers.length() <= RETURNED_LIMIT ? headers : headers.substring(0, RETURNED_LIMIT);
  }
}
