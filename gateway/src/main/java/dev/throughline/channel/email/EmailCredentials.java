package dev.throughline.channel.email;

import dev.throughline.channel.Channel;
import dev.throughline.channel.aws.AwsCredentials;
import dev.throughline.channel.aws.OverAws;
import dev.throughline.message.Bytes;
import java.util.Optional;

/** What an e-mail account needs. */
sealed interface EmailCredentials extends Channel.Credentials {
  MailSender sender();

  /** What mails that are handed in must bring; empty where the app set none: then none may. */
  Optional<Bytes> hookSecret();

  /** How a connection to a mail server is protected. */
  enum Tls {
    /** Asked for on a plain connection, and required (port 587). */
    STARTTLS,
    /** From the first byte (port 465). */
    IMPLICIT,
    /** Not at all: on this machine only. */
    NONE
  }

  /**
   * A mail server that relays for the account.
   *
   * @param bounces where mails come back to, of which each names one; empty: to the sender itself
   * @param connections at once
   */
  record Smtp(
      MailSender sender,
      Optional<Bytes> hookSecret,
      String host,
      int port,
      Tls tls,
      Optional<Login> login,
      Optional<String> bounces,
      int connections)
      implements EmailCredentials {
    @Override
    public String toString() {
      return "Smtp[(secret)]";
    }
  }

  /**
   * Amazon SES in a region.
   *
   * @param configurationSet by which SES tells what becomes of mails
   */
  record Ses(
      MailSender sender,
      Optional<Bytes> hookSecret,
      AwsCredentials aws,
      Optional<String> configurationSet)
      implements EmailCredentials, OverAws {
    @Override
    public String toString() {
      return "Ses[" + aws + "]";
    }
  }

  record Login(String username, String password) {
    @Override
    public String toString() {
      return "Login[(secret)]";
    }
  }
}
