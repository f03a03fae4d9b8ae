package dev.throughline.app.crash;

import java.util.ArrayList;
import java.util.List;

/** One {@code messages:send} of the app, however often it is repeated; its text names it. */
final class Asked {
  private final Person person;
  private final int number;
  private final String key;
  private final List<String> messageIds = new ArrayList<>();

  Asked(Person person, int number, String key) {
    this.person = person;
    this.number = number;
    this.key = key;
  }

  Person person() {
    return person;
  }

  /** Counts what this person is sent; asked for only when all before was answered 200. */
  int number() {
    return number;
  }

  String key() {
    return key;
  }

  String text() {
    return "out " + person.number() + " " + number;
  }

  synchronized void answered(String messageId) {
    if (!messageIds.contains(messageId)) {
      messageIds.add(messageId);
    }
  }

  /** The distinct ids in all its answers of 200. */
  synchronized List<String> messageIds() {
    return List.copyOf(messageIds);
  }

  @Override
  public String toString() {
    return text() + " " + messageIds();
  }
}
