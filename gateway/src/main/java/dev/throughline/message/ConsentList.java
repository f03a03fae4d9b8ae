package dev.throughline.message;

import java.util.Optional;

/** The contract's lists of those who want no messages. */
public enum ConsentList {
  OPT_OUT_ALL,
  OPT_OUT_MARKETING,
  OPT_OUT_NOTIFICATION;

  public static Optional<ConsentList> of(String name) {
    for (ConsentList list : values()) {
      if (list.name().equals(name)) {
        return Optional.of(list);
      }
    }
    return Optional.empty();
  }

  /** Whether being on this list forbids messages of this kind. */
  public boolean forbids(Purpose purpose) {
    return switch (this) {
      case OPT_OUT_ALL -> true;
      case OPT_OUT_MARKETING -> purpose == Purpose.MARKETING;
      case OPT_OUT_NOTIFICATION -> purpose == Purpose.NOTIFICATION;
    };
  }

  /** What a message is for, as its sender says ({@code message_content_type}). */
  public enum Purpose {
    UNKNOWN,
    MARKETING,
    NOTIFICATION
  }
}
