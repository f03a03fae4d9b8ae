package dev.throughline.channel.email;

/** What is said cannot be a mail; the message is a sentence for whoever sent it. */
final class ImpossibleMailException extends RuntimeException {
  ImpossibleMailException(String why) {
    super(why, null, false, false);
  }
}
