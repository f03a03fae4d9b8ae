package dev.throughline.channel.email;

import java.util.Optional;

/**
 * Whom an account's mails come from.
 *
 * @param address after {@code From:}; also what its domain is by which mails are named
 * @param name before the address, unless a message has another
 * @param replyTo where answers go to instead
 */
record MailSender(String address, Optional<String> name, Optional<String> replyTo) {
  /** Where an answer to a mail that names no other address goes. */
  String answersTo() {
    return replyTo.orElse(address);
  }
}
