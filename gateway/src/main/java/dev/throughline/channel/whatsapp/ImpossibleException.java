package dev.throughline.channel.whatsapp;

import dev.throughline.message.Reason;

/** What WhatsApp cannot carry, whatever form it is given. */
final class ImpossibleException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason.Code code;

  ImpossibleException(String why) {
    this(Reason.Code.BAD_REQUEST, why);
  }

  ImpossibleException(Reason.Code code, String why) {
    super(why);
    this.code = code;
  }

  Reason.Code code() {
    return code;
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
