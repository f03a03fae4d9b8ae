package dev.throughline.sandbox.aws;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What SES keeps: identities, templates, suppression, configuration sets, the quota. */
final class SesState {
  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** A stored template. */
  record Template(String name, String subject, String text, String html, Instant created) {}

  /**
   * @param messageId of the mail that brought it about; empty if it was put
   */
  record Suppressed(String address, String reason, Instant at, String messageId) {}

  /** What the account may do. */
  record Limits(double max24HourSend, double maxSendRate, boolean enabled, boolean suspended) {}

  final EventDestinations sets = new EventDestinations();
  private final Set<String> identities = ConcurrentHashMap.newKeySet();
  private final Map<String, Template> templates = new LinkedHashMap<>();
  private final Map<String, Suppressed> suppressed = new LinkedHashMap<>();
  private final ArrayDeque<Instant> sent = new ArrayDeque<>();
  private final Account account;
  private Limits limits;

  SesState(Account account) {
    this.account = account;
    AwsConfig.Mailing mailing = account.config.mailing();
    mailing.identities().forEach(one -> identities.add(one.toLowerCase(Locale.ROOT)));
    limits = new Limits(mailing.max24HourSend(), mailing.maxSendRate(), true, false);
  }

  synchronized Limits limits() {
    return limits;
  }

  synchronized void limits(Limits other) {
    limits = other;
  }

  Set<String> identities() {
    return identities;
  }

  /** Whether an address may send: itself, or its domain, or a domain above that is verified. */
  boolean verified(String address) {
    String lower = address.toLowerCase(Locale.ROOT);
    if (identities.contains(lower)) {
      return true;
    }
    String domain = lower.substring(lower.lastIndexOf('@') + 1);
    while (!domain.isEmpty()) {
      if (identities.contains(domain)) {
        return true;
      }
      int dot = domain.indexOf('.');
      domain = dot < 0 ? "" : domain.substring(dot + 1);
    }
    return false;
  }

  synchronized Optional<Template> template(String name) {
    return Optional.ofNullable(templates.get(name));
  }

  synchronized void put(Template template) {
    templates.put(template.name, template);
  }

  synchronized boolean removeTemplate(String name) {
    return templates.remove(name) != null;
  }

  synchronized List<Template> templates() {
    return List.copyOf(templates.values());
  }

  synchronized Optional<Suppressed> suppressed(String address) {
    return Optional.ofNullable(suppressed.get(address.toLowerCase(Locale.ROOT)));
  }

  synchronized List<Suppressed> suppressed() {
    return List.copyOf(suppressed.values());
  }

  synchronized void suppress(String address, String reason, String messageId) {
    String lower = address.toLowerCase(Locale.ROOT);
    suppressed.put(lower, new Suppressed(lower, reason, account.now(), messageId));
  }

  synchronized boolean unsuppress(String address) {
    return suppressed.remove(address.toLowerCase(Locale.ROOT)) != null;
  }

  synchronized int sentLast24Hours() {
    forgetOld();
    return sent.size();
  }

  private void forgetOld() {
    Instant oldest = account.now().minus(DAY);
    while (!sent.isEmpty() && !sent.getFirst().isAfter(oldest)) {
      sent.removeFirst();
    }
  }

  /** Counts recipients against quota and rate, or refuses. */
  synchronized void admit(int recipients) throws Refusal {
    forgetOld();
    if (sent.size() + recipients > limits.max24HourSend) {
      throw new Refusal(400, "LimitExceededException", "Daily message quota exceeded.");
    }
    Instant now = account.now();
    Instant second = now.minus(SECOND);
    long recent = 0;
    var newest = sent.descendingIterator();
    while (newest.hasNext() && newest.next().isAfter(second)) {
      recent++;
    }
    // a mail of many recipients may go when nothing went before it
    if (recent > 0 && recent + recipients > Math.max(1, limits.maxSendRate)) {
      throw Refusals.throttled(Service.SES);
    }
    for (int i = 0; i < recipients; i++) {
      sent.addLast(now);
    }
  }
}
