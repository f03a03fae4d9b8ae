package dev.throughline.message;

/** What a message is for; every send has one. */
public enum MessageClass {
  /** Advertising, whatever else it says besides. */
  MARKETING,
  /** What somebody has reason to expect without having asked just now: a parcel, a due date. */
  NOTIFICATION,
  /** Part of a conversation that somebody has with the app. */
  CONVERSATION
}
