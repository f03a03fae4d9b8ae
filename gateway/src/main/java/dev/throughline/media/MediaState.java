package dev.throughline.media;

import java.util.Locale;

/** How far a file has come. */
enum MediaState {
  /** To be fetched. */
  WAITING,
  READY,
  /** Cannot be had; why is said beside. */
  FAILED,
  /** Nobody shall have it any more. */
  REVOKED;

  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  static MediaState of(String column) {
    return valueOf(column.toUpperCase(Locale.ROOT));
  }
}
