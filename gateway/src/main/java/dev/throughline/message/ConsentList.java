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

  /** Whether the list is about messages of this class. */
  public boolean covers(MessageClass sent) {
    return switch (this) {
      case OPT_OUT_ALL -> true;
      case OPT_OUT_MARKETING -> sent == MessageClass.MARKETING;
      case OPT_OUT_NOTIFICATION -> sent == MessageClass.NOTIFICATION;
    };
  }

  /** Whether somebody who wants again what {@code wanted} is about must come off this list. */
  public boolean isLeftWith(ConsentList wanted) {
    return wanted == OPT_OUT_ALL || this == OPT_OUT_ALL || this == wanted;
  }
}
