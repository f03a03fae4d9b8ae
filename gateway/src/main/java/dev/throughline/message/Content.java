package dev.throughline.message;

/**
 * What one message says, in the generic form of the Conversation API, in either direction. A kind
 * that this version cannot map never becomes a {@code Content}: it stays an {@link
 * InboundEvent.Unknown} or is refused with 400.
 */
public sealed interface Content {
  /** Plain text. Its length limit is the channel's, not ours. */
  record Text(String text) implements Content {
    /** Shows the length only. */
    @Override
    public String toString() {
      return "Text(" + text.length() + " characters)";
    }
  }
}
