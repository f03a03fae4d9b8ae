package dev.throughline.sandbox.aws;

/** What SQS refuses, in its words. */
final class SqsErrors {
  private SqsErrors() {}

  /** The code that SQS had before it spoke JSON; the SDK still shows it. */
  static String queryCode(String code) {
    return switch (code) {
      case "QueueDoesNotExist" -> "AWS.SimpleQueueService.NonExistentQueue";
      case "MessageNotInflight" -> "AWS.SimpleQueueService.MessageNotInflight";
      case "EmptyBatchRequest" -> "AWS.SimpleQueueService.EmptyBatchRequest";
      case "TooManyEntriesInBatchRequest" -> "AWS.SimpleQueueService.TooManyEntriesInBatchRequest";
      case "BatchEntryIdsNotDistinct" -> "AWS.SimpleQueueService.BatchEntryIdsNotDistinct";
      case "QueueNameExists" -> "QueueAlreadyExists";
      default -> code;
    };
  }

  static Refusal noQueue() {
    return new Refusal(400, "QueueDoesNotExist", "The specified queue does not exist.");
  }

  static Refusal badParameter(String sentence) {
    return new Refusal(400, "InvalidParameterValueException", sentence);
  }

  static Refusal badHandle() {
    return new Refusal(400, "ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
  }
}
