package dev.throughline.channel.email;

import dev.throughline.channel.Channel.Check;
import dev.throughline.channel.email.EmailCredentials.Smtp;
import dev.throughline.channel.email.SmtpConnection.Opening;
import dev.throughline.channel.email.SmtpPool.Lease;
import dev.throughline.http.HttpResult;
import java.time.Duration;

/**
 * Asks a mail server whether it takes an account, on a connection of its own that ends after the
 * login: no mail is spoken of. The table stands in docs/channels/email.md.
 */
final class SmtpCheck {
  private SmtpCheck() {}

  static Check ask(SmtpPool pool, Smtp account, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    return switch (pool.open(account, deadline)) {
      case Lease.Held(SmtpConnection connection, int _) -> {
        // Where nobody can log in, Angus Mail goes on without.
        boolean good = account.login().isEmpty() || connection.offers("AUTH");
        connection.quit();
        yield good ? new Check.Good() : nobody();
      }
      case Lease.Busy() -> new Check.Away();
      case Lease.NotDialled(HttpResult.Cause cause) ->
          cause == HttpResult.Cause.REFUSED_TARGET
              ? new Check.Refused(
                  "The mail server has no address that may be called: name a public host, and a"
                      + " port for mail.")
              : new Check.Away();
      // At the end of the time the connection is closed under whatever it was doing.
      case Lease.NotOpened _ when System.nanoTime() >= end -> new Check.Away();
      case Lease.NotOpened(Opening opening) -> of(opening);
    };
  }

  private static Check of(Opening opening) {
    return switch (opening) {
      case Opening.Ready _ -> new Check.Good();
      case Opening.NoTls() ->
          new Check.Refused(
              "The mail server offers no STARTTLS: somebody may be removing it on the way; or the"
                  + " account needs tls: implicit.");
      case Opening.TlsFailed() ->
          new Check.Refused(
              "No TLS came about with the mail server: its certificate must be of host, and by an"
                  + " authority that Java trusts; or the port wants another tls.");
      case Opening.Broken() -> new Check.Away();
      case Opening.Refused(SmtpReply reply, boolean login) ->
          login ? login(reply) : greeting(reply);
    };
  }

  private static Check login(SmtpReply reply) {
    if (reply.isOk()) {
      // By none of the ways that it names: the last answer is the one to EHLO.
      return nobody();
    }
    return reply.isPermanent()
        ? new Check.Refused(
            "The mail server refuses username or password (%s): save others in the app."
                .formatted(reply.shown()))
        : new Check.Away();
  }

  private static Check nobody() {
    return new Check.Refused(
        "The mail server lets nobody log in by PLAIN or LOGIN here: check port and tls, or leave"
            + " out username and password.");
  }

  private static Check greeting(SmtpReply reply) {
    return reply.isPermanent()
        ? new Check.Refused(
            "The mail server refuses this client (%s): let it know this machine's address."
                .formatted(reply.shown()))
        : new Check.Away();
  }
}
