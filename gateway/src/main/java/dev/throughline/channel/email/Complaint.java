package dev.throughline.channel.email;

import dev.throughline.message.Identity;
import jakarta.mail.Part;
import java.util.Optional;

/**
 * Somebody's provider reports that they marked a mail as unwanted (RFC 5965).
 *
 * @param by who, where the provider does not hide it
 */
record Complaint(Optional<Identity> by) {
  private static final String NOT_SPAM = "not-spam";

  /** Empty for a mail that is none. */
  static Optional<Complaint> of(Mail mail) {
    Optional<Part> report = mail.part("message/feedback-report");
    if (report.isEmpty()) {
      return Optional.empty();
    }
    ReportFields fields =
        ReportFields.groups(MailWords.text(report.get())).stream()
            .findFirst()
            .orElseGet(ReportFields::none);
    boolean wanted = fields.field("feedback-type").filter(NOT_SPAM::equalsIgnoreCase).isPresent();
    Optional<Identity> by =
        fields
            .typed("original-rcpt-to")
            .flatMap(Mail::address)
            .or(() ->
                mail.part("message/rfc822")
                    .or(() -> mail.part("text/rfc822-headers"))
                    .flatMap(part -> Mail.read(Mail.bytes(part)))
                    .flatMap(back -> back.header("To"))
                    .flatMap(Mail::address));
    return Optional.of(new Complaint(wanted ? Optional.empty() : by));
  }
}
