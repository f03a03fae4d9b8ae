package dev.throughline.channel.email;

import dev.throughline.message.Assurance;
import dev.throughline.message.Identity;
import dev.throughline.message.InboundEvent.Receipt.News;
import dev.throughline.message.InboundEvent.Receipt.Of;
import dev.throughline.message.Reason;
import dev.throughline.message.Reason.Code;
import jakarta.mail.Part;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a mail server reports of a mail of ours (RFC 3464), in whatever form it does.
 *
 * @param of which mail; empty where the report names none that we know
 * @param recipient whom it was for, where that is told
 * @param news what became of it
 */
record DeliveryReport(Optional<Of> of, Optional<Identity> recipient, News news) {
  private static final Pattern STATUS = Pattern.compile("\\b([245]\\.[0-9]{1,3}\\.[0-9]{1,3})\\b");
  private static final Pattern REPLY = Pattern.compile("\\b([45][0-5][0-9])\\b");
  private static final Pattern DAEMON =
      Pattern.compile("(?i)^(mailer-daemon|postmaster|mail-daemon|maildaemon|mmdf)@.*");

  /** Empty for a mail that is no report. */
  static Optional<DeliveryReport> of(Mail mail) {
    Optional<Part> status =
        mail.part("message/delivery-status").or(() -> mail.part("message/global-delivery-status"));
    return status.isPresent()
        ? Optional.of(standard(mail, MailWords.text(status.get())))
        : plain(mail);
  }

  private static DeliveryReport standard(Mail mail, String text) {
    List<ReportFields> groups = ReportFields.groups(text);
    Optional<ReportFields> told =
        groups.stream().filter(group -> group.field("action").isPresent()).findFirst();
    Optional<Of> envelope =
        groups.stream()
            .flatMap(group -> group.field("original-envelope-id").stream())
            .map(Xtext::read)
            .flatMap(id -> MailTag.ofCode(id).stream())
            .<Of>map(Of.Tag::new)
            .findFirst();
    return new DeliveryReport(
        envelope.or(() -> named(mail)),
        told.flatMap(
                group -> group.typed("original-recipient").or(() -> group.typed("final-recipient")))
            .map(Xtext::read)
            .flatMap(Mail::address),
        news(told));
  }

  private static News news(Optional<ReportFields> told) {
    String action =
        told.flatMap(group -> group.field("action")).orElse("").toLowerCase(Locale.ROOT);
    return switch (action.replaceAll("[^a-z].*", "")) {
      // Servers say "relayed" of a next server that takes no part in reports: it took the mail.
      case "delivered", "relayed", "expanded" -> new News.Reached(Assurance.CARRIER);
      case "failed" -> failed(told.orElseThrow());
      default -> new News.Reached(Assurance.ACCEPTED);
    };
  }

  private static News failed(ReportFields told) {
    Optional<String> status =
        told.field("status").flatMap(DeliveryReport::status).filter(s -> !s.endsWith(".0.0"));
    String diagnostic = told.typed("diagnostic-code").orElse("");
    Optional<String> better = status.or(() -> status(diagnostic));
    int reply = reply(diagnostic);
    String shown =
        better
            .or(() -> told.field("status").flatMap(DeliveryReport::status))
            .orElseGet(() -> Integer.toString(reply));
    return new News.Failed(MailStatus.reason(better, reply, shown));
  }

  /** Of servers that write to people only: those name what they could not deliver, and why. */
  private static Optional<DeliveryReport> plain(Mail mail) {
    boolean daemon =
        mail.author().filter(from -> DAEMON.matcher(from.value()).matches()).isPresent()
            || mail.header("X-Failed-Recipients").isPresent();
    Optional<Of> named = named(mail);
    if (!daemon || named.isEmpty()) {
      return Optional.empty();
    }
    String words = MailWords.of(mail);
    Optional<String> status = status(words);
    int reply = reply(words);
    boolean delayed =
        status.filter(s -> s.startsWith("4")).isPresent() || status.isEmpty() && reply / 100 == 4;
    News news =
        delayed
            ? new News.Reached(Assurance.ACCEPTED)
            : new News.Failed(
                status.isEmpty() && reply == 0
                    ? new Reason(
                        Code.RECIPIENT_NOT_REACHABLE, "The mail came back, without a status.")
                    : MailStatus.reason(status, reply, status.orElse(Integer.toString(reply))));
    return Optional.of(
        new DeliveryReport(named, mail.header("X-Failed-Recipients").flatMap(Mail::address), news));
  }

  /** By the address it came back to, the mail that came back with it, or what it answers. */
  static Optional<Of> named(Mail mail) {
    Stream<String> addresses =
        Stream.of("Delivered-To", "X-Original-To", "Envelope-To", "To")
            .flatMap(name -> mail.headers(name).stream())
            .flatMap(field -> Mail.address(field).stream())
            .map(Identity::value);
    Optional<String> tag =
        addresses.flatMap(address -> MailTag.ofReturnPath(address).stream()).findFirst();
    if (tag.isPresent()) {
      return tag.map(Of.Tag::new);
    }
    return Stream.concat(
            returned(mail).stream(),
            Stream.of("In-Reply-To", "References")
                .flatMap(name -> mail.headers(name).stream())
                .flatMap(field -> Mail.ids(field).stream()))
        .flatMap(id -> MailTag.ofMessageId(id).stream())
        .<Of>map(Of.Tag::new)
        .findFirst();
  }

  /** The Message-ID of the mail, or the head of one, that a report brings back. */
  private static Optional<String> returned(Mail mail) {
    return Stream.of("message/rfc822", "text/rfc822-headers", "message/global-headers")
        .flatMap(type -> mail.part(type).stream())
        .map(Mail::bytes)
        .flatMap(bytes -> Mail.read(bytes).stream())
        .flatMap(back -> back.id().stream())
        .findFirst();
  }

  private static Optional<String> status(String text) {
    Matcher matcher = STATUS.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static int reply(String text) {
    Matcher matcher = REPLY.matcher(text);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
