package dev.throughline.channel.email;

import dev.throughline.channel.Channel.OwnedRun;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.channel.aws.SnsEnvelope;
import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.Content.Attachment;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.InboundEvent.Head;
import jakarta.mail.Part;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A mail that was handed in: a report of a mail server, a complaint, a program's own answer, or
 * what a person wrote, with its files.
 */
final class MailEvents {
  /** Of one mail; what a person sends has fewer. */
  private static final int MAX_FILES = 20;

  /** Longer ones name a mail by their hash. */
  private static final int MAX_ID = 250;

  private static final String AMAZON = "amazonses.com";

  private final Mail mail;
  private final String key;
  private final List<InboundEvent> events = new ArrayList<>();

  private MailEvents(Mail mail, Bytes body) {
    this.mail = mail;
    this.key = mail.id().map(id -> hash(Bytes.utf8(id))).orElseGet(() -> hash(body));
  }

  static ParsedWebhook parse(Bytes body) {
    Optional<SnsEnvelope> notification = SnsEnvelope.of(body);
    if (notification.isPresent()) {
      return SesEvents.parse(notification.get(), body);
    }
    return Mail.read(body)
        .<ParsedWebhook>map(
            mail -> new ParsedWebhook.Events(Optional.empty(), new MailEvents(mail, body).events()))
        .orElseGet(() -> new ParsedWebhook.Malformed("no mail: it has none of a mail's fields"));
  }

  /** Whose mail it is: its author's, or of a report, the one's whom the reported mail was for. */
  static List<OwnedRun> split(Bytes body) {
    Optional<SnsEnvelope> notification = SnsEnvelope.of(body);
    Optional<Identity> owner =
        notification.isPresent()
            ? SesEvents.owner(notification.get())
            : Mail.read(body).flatMap(MailEvents::owner);
    return List.of(new OwnedRun(0, body.length(), owner));
  }

  static Optional<Identity> owner(Mail mail) {
    Optional<DeliveryReport> report = DeliveryReport.of(mail);
    if (report.isPresent()) {
      return report.get().recipient();
    }
    Optional<Complaint> complaint = Complaint.of(mail);
    return complaint.isPresent() ? complaint.get().by() : mail.author();
  }

  private List<InboundEvent> events() {
    Optional<DeliveryReport> report = DeliveryReport.of(mail);
    if (report.isPresent()) {
      reported(report.get());
      return events;
    }
    Optional<Complaint> complaint = Complaint.of(mail);
    if (complaint.isPresent()) {
      complained(complaint.get());
    } else if (isAutomatic()) {
      add(new InboundEvent.Unknown(head("auto_reply", Optional.empty()), "auto_reply"));
    } else if (mail.author().isEmpty()) {
      add(new InboundEvent.Unknown(head("mail", Optional.empty()), "mail"));
    } else {
      written(mail.author().get());
    }
    return events;
  }

  private void reported(DeliveryReport report) {
    Head head = head("delivery_report", Optional.empty());
    add(
        report.of().isPresent()
            ? new InboundEvent.Receipt(head, report.of().get(), report.news())
            : new InboundEvent.Unknown(head, "delivery_report"));
  }

  private void complained(Complaint complaint) {
    Head head = head("complaint", complaint.by());
    add(
        complaint.by().isPresent()
            ? new InboundEvent.Complained(head)
            : new InboundEvent.Unknown(head, "complaint"));
  }

  /** RFC 3834, and what programs that are older say; such a mail is never answered. */
  private boolean isAutomatic() {
    boolean submitted =
        mail.header("Auto-Submitted").filter(value -> !value.matches("(?i)no\\b.*")).isPresent();
    boolean bulk =
        mail.header("Precedence")
            .filter(v -> v.matches("(?i)bulk|junk|list|auto_reply"))
            .isPresent();
    // A mail of ours that came round: answering it would never end.
    boolean own = mail.id().flatMap(MailTag::ofMessageId).isPresent();
    boolean nobody = mail.header("Return-Path").filter("<>"::equals).isPresent();
    return submitted
        || own
        || bulk
        || nobody
        || mail.header("X-Autoreply").isPresent()
        || mail.header("X-Autorespond").isPresent()
        || mail.header("List-Id").isPresent()
        || mail.header("X-Auto-Response-Suppress")
            .filter(v -> v.matches("(?i).*\\ball\\b.*"))
            .isPresent();
  }

  private void written(Identity author) {
    String subject = mail.subject();
    QuotedHistory.Cut said = QuotedHistory.of(MailWords.of(mail));
    Optional<Content.ChoiceResponse> chosen = ChoiceToken.read(subject);
    Optional<String> answered = mail.answered().map(MailEvents::platformId);
    chosen.ifPresent(
        response -> add(new InboundEvent.Chosen(head("choice", Optional.of(author)), response)));
    boolean nothingMore =
        chosen.filter(c -> said.kept().isEmpty() || said.kept().equals(c.data())).isPresent();
    String text =
        nothingMore ? "" : text(subject, said.kept(), answered.isPresent() || chosen.isPresent());
    if (!text.isEmpty()) {
      add(
          new InboundEvent.Message(
              head("mail", Optional.of(author)),
              id(events.size()),
              new Content.Text(text),
              answered));
    }
    mail.parts().stream()
        .filter(part -> !MailWords.isWords(part))
        .limit(MAX_FILES)
        .forEach(part ->
            add(
                new InboundEvent.Message(
                    head("file", Optional.of(author)), id(events.size()), file(part), answered)));
    if (events.isEmpty()) {
      add(
          new InboundEvent.Message(
              head("mail", Optional.of(author)), id(0), new Content.Text(subject), answered));
    }
  }

  /** A mail that begins something says in its subject what it is about. */
  private static String text(String subject, String words, boolean answers) {
    if (answers || subject.isEmpty() || subject.matches("(?i)(re|aw|sv|回复|答复|返信) ?[:：].*")) {
      return words;
    }
    return words.isEmpty() ? subject : subject + "\n\n" + words;
  }

  private static Attachment file(Part part) {
    String type = Mail.type(part);
    Attachment.Kind kind =
        switch (type.substring(0, Math.max(0, type.indexOf('/')))) {
          case "image" -> Attachment.Kind.IMAGE;
          case "video" -> Attachment.Kind.VIDEO;
          case "audio" -> Attachment.Kind.AUDIO;
          default -> Attachment.Kind.FILE;
        };
    return new Attachment(kind, Mail.fileName(part), Mail.bytes(part));
  }

  /** Of each event of a mail another; that of the first is the mail's own. */
  private String id(int place) {
    String own = mail.id().filter(id -> id.length() <= MAX_ID).orElse(key);
    return place == 0 ? own : own + "#" + place;
  }

  /** SES answers a send with the left side of the Message-ID that it gives the mail. */
  private static String platformId(String id) {
    int at = id.lastIndexOf('@');
    return at > 0 && id.endsWith(AMAZON) ? id.substring(0, at) : id;
  }

  private Head head(String type, Optional<Identity> chat) {
    ObjectNode raw = Json.object();
    raw.put("type", type);
    mail.id().ifPresent(id -> raw.put("message_id", "<" + id + ">"));
    mail.author().ifPresent(from -> raw.put("from", from.value()));
    raw.put("subject", mail.subject());
    return new Head(
        Optional.of(key + "/" + events.size()),
        Optional.empty(),
        chat,
        chat,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Json.text(raw),
        List.of());
  }

  private void add(InboundEvent event) {
    events.add(event);
  }

  private static String hash(Bytes bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
