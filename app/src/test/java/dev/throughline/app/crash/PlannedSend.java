package dev.throughline.app.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One message by LINE, else WhatsApp, else SMS; its text names it, on every channel.
 *
 * @param resend its plan sends once more what a channel may have taken
 * @param messageIds the distinct ids in all its answers of 200
 */
record PlannedSend(
    int number,
    dev.throughline.sandbox.people.Person person,
    String key,
    boolean resend,
    List<String> messageIds) {
  private static final Pattern TEXT = Pattern.compile("planned (\\d+)\\.");

  PlannedSend(
      int number, dev.throughline.sandbox.people.Person person, String key, boolean resend) {
    this(number, person, key, resend, new ArrayList<>());
  }

  String text() {
    return "planned " + number + ".";
  }

  /** The number of the message that a request is about; -1 if it is about none. */
  static int numberIn(String body) {
    Matcher found = TEXT.matcher(body);
    return found.find() ? Integer.parseInt(found.group(1)) : -1;
  }

  void answered(String messageId) {
    synchronized (messageIds) {
      if (!messageIds.contains(messageId)) {
        messageIds.add(messageId);
      }
    }
  }

  /** Empty if it was never answered 200. */
  @Override
  public List<String> messageIds() {
    synchronized (messageIds) {
      return List.copyOf(messageIds);
    }
  }

  @Override
  public String toString() {
    return text() + (resend ? " (resend) " : " ") + messageIds();
  }
}
