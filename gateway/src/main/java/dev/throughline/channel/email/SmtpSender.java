package dev.throughline.channel.email;

import dev.throughline.channel.SendResult;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.SmtpPool.Lease;
import dev.throughline.message.Bytes;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Sends one mail to one recipient by SMTP (RFC 5321), which knows no repeats: until the final dot
 * is written the server cannot have taken the mail (4.1.1.4); from then on, until its answer is
 * read, nobody knows.
 */
final class SmtpSender {
  private static final String DSN = "DSN";

  private final SmtpPool pool;
  private final InstantSource clock;

  SmtpSender(SmtpPool pool, InstantSource clock) {
    this.pool = pool;
    this.clock = clock;
  }

  /**
   * @param recipient an address that is one
   * @param tag our delivery tag
   */
  SendResult send(MailContent mail, String recipient, Smtp account, String tag, Duration deadline) {
    MimeMail.Envelope envelope =
        MimeMail.Envelope.of(account.sender(), recipient, tag, clock.instant());
    Bytes mime =
        MimeMail.of(
            mail.answeredAt(
                mail.replyTo().stream().findFirst().orElseGet(account.sender()::answersTo)),
            envelope);
    String returnPath =
        account
            .bounces()
            .map(address -> MailTag.returnPath(tag, address))
            .orElse(account.sender().address());
    try {
      return exchange(
          new Transaction(mime, returnPath, recipient, envelope.code(), envelope.messageId()),
          account,
          System.nanoTime() + deadline.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return SmtpVerdict.of(new Lease.Busy());
    }
  }

  private record Transaction(
      Bytes mime, String returnPath, String recipient, String code, String messageId) {}

  private SendResult exchange(Transaction mail, Smtp account, long end)
      throws InterruptedException {
    Lease lease = pool.take(account, left(end));
    if (!(lease instanceof Lease.Held held)) {
      return SmtpVerdict.of(lease);
    }
    Optional<Lease.Held> ours = Optional.of(held);
    boolean reusable = false;
    try {
      SmtpReply from = from(held.connection(), mail, end);
      if (held.mails() > 0 && !from.isOk() && (from.code() == 0 || from.code() == 421)) {
        // It ended while it was kept; nothing of this mail was said to anybody who listened.
        ours = Optional.empty();
        Lease other = pool.replace(account, held.connection(), left(end));
        if (!(other instanceof Lease.Held fresh)) {
          return SmtpVerdict.of(other);
        }
        ours = Optional.of(fresh);
        held = fresh;
        from = from(held.connection(), mail, end);
      }
      Said said = said(held.connection(), mail, from, end);
      reusable = said.reusable;
      return said.result;
    } finally {
      pool.giveBack(account, ours, reusable);
    }
  }

  /** What became of a mail, and whether the connection can take the next. */
  private record Said(SendResult result, boolean reusable) {}

  private static SmtpReply from(SmtpConnection connection, Transaction mail, long end) {
    StringBuilder command = new StringBuilder("MAIL FROM:<").append(mail.returnPath).append('>');
    if (connection.offers("SIZE")) {
      command.append(" SIZE=").append(mail.mime.length());
    }
    if (connection.offers(DSN)) {
      command.append(" RET=HDRS ENVID=").append(mail.code);
    }
    try (Alarm _ = Alarm.in(left(end), closing(connection))) {
      return connection.say(command.toString());
    }
  }

  private static Said said(SmtpConnection connection, Transaction mail, SmtpReply from, long end) {
    if (!from.isOk()) {
      return refused(connection, from, end);
    }
    try (Alarm _ = Alarm.in(left(end), closing(connection))) {
      SmtpReply to = connection.say(to(connection, mail.recipient));
      if (!to.isOk()) {
        return refused(connection, to, end);
      }
      SmtpReply asked = connection.ask();
      if (asked.code() != SmtpConnection.ASKED) {
        return refused(connection, asked, end);
      }
      if (!connection.write(mail.mime.array())) {
        return new Said(SmtpVerdict.before(SmtpReply.NONE), false);
      }
      SmtpReply taken = connection.end();
      return new Said(
          SmtpVerdict.after(taken, mail.messageId), taken.code() != 0 && taken.code() != 421);
    }
  }

  private static String to(SmtpConnection connection, String recipient) {
    return "RCPT TO:<"
        + recipient
        + ">"
        + (connection.offers(DSN)
            ? " NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;" + Xtext.of(recipient)
            : "");
  }

  /** The mail ended before its text: the next begins anew on the same connection. */
  private static Said refused(SmtpConnection connection, SmtpReply reply, long end) {
    boolean reusable = reply.code() != 0 && reply.code() != 421;
    if (reusable) {
      try (Alarm _ = Alarm.in(left(end), closing(connection))) {
        reusable = connection.say("RSET").isOk();
      }
    }
    return new Said(SmtpVerdict.before(reply), reusable);
  }

  private static Closeable closing(SmtpConnection connection) {
    return connection::abort;
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(1, end - System.nanoTime()));
  }
}
