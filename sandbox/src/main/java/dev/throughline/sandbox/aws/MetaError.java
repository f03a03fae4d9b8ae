package dev.throughline.sandbox.aws;

/** Why a WhatsApp message failed, by Meta's code. */
record MetaError(int code, String title) {

  static MetaError of(int code) {
    return new MetaError(
        code,
        switch (code) {
          case 131008 -> "Required parameter is missing";
          case 131009 -> "Parameter value is not valid";
          case 131026 -> "Message undeliverable";
          case 131047 -> "Re-engagement message";
          case 131049 -> "This message was not delivered to maintain healthy ecosystem engagement";
          case 131050 -> "User has stopped marketing messages";
          case 131051 -> "Unsupported message type";
          case 131052 -> "Media download error";
          case 131053 -> "Media upload error";
          case 132001 -> "Template name does not exist in the translation";
          default -> "Something went wrong";
        });
  }
}
