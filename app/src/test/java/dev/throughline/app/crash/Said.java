package dev.throughline.app.crash;

import java.time.Instant;

/** One webhook event, from the first time that it is sent; its text names it. */
final class Said {
  private final Person person;
  private final int number;
  private final String text;
  private final String eventId;
  private final Instant at;
  private final boolean ordered;
  private volatile boolean answered;

  /**
   * @param number counts what this person said
   * @param ordered whether it is sent only after all before it were answered
   */
  Said(Person person, int number, String eventId, Instant at, boolean ordered) {
    this.person = person;
    this.number = number;
    this.text = text(person, number);
    this.eventId = eventId;
    this.at = at;
    this.ordered = ordered;
  }

  static String text(Person person, int number) {
    return "in " + person.number() + " " + number;
  }

  Person person() {
    return person;
  }

  int number() {
    return number;
  }

  String text() {
    return text;
  }

  String eventId() {
    return eventId;
  }

  Instant at() {
    return at;
  }

  boolean ordered() {
    return ordered;
  }

  /** Whether any request that held it was answered 200. */
  boolean answered() {
    return answered;
  }

  void wasAnswered() {
    answered = true;
  }

  @Override
  public String toString() {
    return text + (answered ? "" : " (never answered)");
  }
}
