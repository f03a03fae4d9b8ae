package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Scripted;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What can be made to go wrong with mail, on its way in and out. */
public enum MailFault {
  /** Answered with the rule's detail, such as {@code 550 5.1.1 No such user}. */
  REJECT("reject", Place.SMTP),
  /** The connection is closed without an answer, and nothing was taken. */
  DROP("drop", Place.SMTP),
  /** The answer comes late and is good. */
  SLOW("slow", Place.SMTP),
  /** At {@code smtp.data}: the mail is taken, and the connection closed without an answer. */
  DROP_AFTER("drop-after", Place.SMTP),
  /** Taken, and returned later; the detail is its status, such as {@code 5.2.2}. */
  BOUNCE("bounce", Place.DELIVERY),
  /** Taken, and never seen again. */
  LOSE("lose", Place.DELIVERY),
  /** The hook gets the same mail twice. */
  HOOK_TWICE("duplicate", Place.HOOK),
  HOOK_SLOW("slow", Place.HOOK),
  /** With another secret than agreed. */
  WRONG_SECRET("wrong-secret", Place.HOOK);

  private enum Place {
    SMTP,
    DELIVERY,
    HOOK
  }

  /** What names of stages begin with: connect, auth, mail, rcpt and data. */
  public static final String SMTP = "smtp.";

  /** Mail that was taken, on its way to its inbox. */
  public static final String DELIVERY = "delivery";

  /** Mail on its way to the company. */
  public static final String HOOK = "hook";

  static final List<String> STAGES = List.of("connect", "auth", "mail", "rcpt", "data");
  private static final String TEMPORARY = "451 4.3.0 Try again later";

  private final String label;
  private final Place place;

  MailFault(String label, Place place) {
    this.label = label;
    this.place = place;
  }

  public String label() {
    return label;
  }

  boolean strikesAt(String endpoint) {
    return switch (place) {
      case SMTP -> endpoint.startsWith(SMTP);
      case DELIVERY -> endpoint.equals(DELIVERY);
      case HOOK -> endpoint.equals(HOOK);
    };
  }

  /** Empty if there is no such fault at that place. */
  static Optional<MailFault> named(String endpoint, String label) {
    return Arrays.stream(values())
        .filter(fault -> fault.label.equals(label) && fault.strikesAt(endpoint))
        .findFirst();
  }

  static List<String> labels(String endpoint) {
    return Arrays.stream(values())
        .filter(fault -> fault.strikesAt(endpoint))
        .map(MailFault::label)
        .toList();
  }

  /** The rule's delay, or a second. */
  static Duration delay(Scripted<MailFault> rule) {
    return rule.delay().isZero() ? Duration.ofSeconds(1) : rule.delay();
  }

  /** The answer of a rule that rejects: three digits, a space, words. */
  static String answer(Scripted<MailFault> rule) {
    return rule.detail().isEmpty() ? TEMPORARY : rule.detail();
  }
}
