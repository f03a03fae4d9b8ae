package dev.throughline.sandbox.aws;

/** What SES v2 refuses, in its words. */
final class SesErrors {
  private SesErrors() {}

  static Refusal bad(String sentence) {
    return new Refusal(400, "BadRequestException", sentence);
  }

  static Refusal notFound(String sentence) {
    return new Refusal(404, "NotFoundException", sentence);
  }

  static Refusal exists(String sentence) {
    return new Refusal(400, "AlreadyExistsException", sentence);
  }

  static Refusal rejected(String sentence) {
    return new Refusal(400, "MessageRejected", sentence);
  }

  static Refusal paused() {
    return new Refusal(400, "SendingPausedException", "Email sending is disabled.");
  }
}
