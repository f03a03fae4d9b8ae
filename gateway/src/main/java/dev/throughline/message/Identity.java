package dev.throughline.message;

/**
 * Somebody's address on a channel, as the channel spells it: a LINE user, group or room id, a phone
 * number, an e-mail address. Personal data: sealed wherever it is kept, never logged.
 */
public record Identity(ChannelName channel, String value) {
  public Identity {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("an identity cannot be empty");
    }
  }

  /** Shows the channel and the length only. */
  @Override
  public String toString() {
    return channel + ":(" + value.length() + " characters)";
  }
}
