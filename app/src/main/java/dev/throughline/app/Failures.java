package dev.throughline.app;

import dev.throughline.store.StoreUnusable;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What a person is told when a command fails: a sentence, and no stack trace. */
final class Failures {
  private Failures() {}

  static String sentence(Throwable failure) {
    Throwable told = failure;
    while (told.getCause() != null
        && !(told instanceof StoreUnusable)
        && !(told instanceof CommandFailed)
        && (told instanceof UncheckedIOException || told.getMessage() == null)) {
      told = told.getCause();
    }
    String message = String.valueOf(told.getMessage());
    return told instanceof StoreUnusable
            || told instanceof CommandFailed
            || told instanceof IOException
        ? message
        : told.getClass().getSimpleName() + ": " + message;
  }

  /** A command cannot do what it was asked to; the message says what to do. */
  static final class CommandFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    CommandFailed(String message) {
      super(message);
    }

    CommandFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
