package dev.throughline.sandbox.line;

/** How a person stands to the official account. */
public enum Friendship {
  /** Never added it. A push reaches such a person for 7 days after each 1:1 message only. */
  NONE,
  FRIEND,
  BLOCKED,
  /** The LINE account is gone; to a sender it looks like a block. */
  DELETED
}
