package dev.throughline.message;

/**
 * The name of a channel in the Conversation API's open enum: {@code LINE}, {@code SMS}, and
 * whatever else a client may name. Upper-case letters, digits and underscore, at most 32.
 */
public record ChannelName(String value) implements Comparable<ChannelName> {
  public static final ChannelName LINE = new ChannelName("LINE");
  public static final ChannelName WHATSAPP = new ChannelName("WHATSAPP");
  public static final ChannelName SMS = new ChannelName("SMS");

  /** Not in the contract's list, which is open. */
  public static final ChannelName EMAIL = new ChannelName("EMAIL");

  private static final int MAX_LENGTH = 32;

  public ChannelName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a channel name: " + value);
    }
  }

  /** Asked for each of an audience: without a stream. */
  public static boolean isValid(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z')) {
        return false;
      }
    }
    return !value.isEmpty() && value.length() <= MAX_LENGTH;
  }

  @Override
  public int compareTo(ChannelName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
