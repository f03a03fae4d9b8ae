package dev.throughline.sandbox.meta;

import java.time.Duration;
import java.util.List;

/**
 * What can be changed while the emulator runs. Limits and waits go by its clock.
 *
 * @param throughput messages a second, in and out together; 0 = without limit
 * @param pairBurst how many messages to one person at once; 0 = without limit
 * @param pairInterval in which one more to the same person is allowed
 * @param window how long after a person's last message one may write freely
 * @param recipientErrors where it is said that a person cannot be reached
 * @param lateBy how much later the receipts of a person with late receipts are
 * @param changesPerBody how many changes a webhook carries at most
 * @param redelivery the waits before a webhook is sent again
 * @param webhookTimeout how long the receiver may take, in real time
 */
public record MetaSettings(
    int throughput,
    int pairBurst,
    Duration pairInterval,
    Duration window,
    RecipientErrors recipientErrors,
    Duration lateBy,
    int changesPerBody,
    List<Duration> redelivery,
    Duration webhookTimeout) {

  /** Meta says such things in the answer, by webhook, or both. */
  public enum RecipientErrors {
    ANSWER,
    WEBHOOK,
    BOTH
  }

  static final int CHANGES_LIMIT = 1000;
  private static final int REDELIVERIES_LIMIT = 50;

  public MetaSettings {
    if (throughput < 0 || pairBurst < 0) {
      throw new IllegalArgumentException("a limit is 0 (none) or more");
    }
    if (changesPerBody < 1 || changesPerBody > CHANGES_LIMIT) {
      throw new IllegalArgumentException("changesPerBody is 1 to " + CHANGES_LIMIT);
    }
    if (pairInterval.isNegative()
        || pairInterval.isZero()
        || window.isNegative()
        || lateBy.isNegative()
        || webhookTimeout.isNegative()
        || webhookTimeout.isZero()) {
      throw new IllegalArgumentException("waits are positive");
    }
    redelivery = List.copyOf(redelivery);
    if (redelivery.size() > REDELIVERIES_LIMIT) {
      throw new IllegalArgumentException("at most " + REDELIVERIES_LIMIT + " redeliveries");
    }
  }

  /** The limits that Meta publishes; the waits of its redeliveries are a choice. */
  public static MetaSettings published() {
    return new MetaSettings(
        80,
        45,
        Duration.ofSeconds(6),
        Duration.ofHours(24),
        RecipientErrors.WEBHOOK,
        Duration.ofMinutes(30),
        1,
        List.of(
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(8),
            Duration.ofDays(1),
            Duration.ofDays(2),
            Duration.ofDays(3)),
        Duration.ofSeconds(10));
  }

  /** Neither throughput nor pair limit, for tests of something else. */
  public MetaSettings withoutLimits() {
    return new MetaSettings(
        0,
        0,
        pairInterval,
        window,
        recipientErrors,
        lateBy,
        changesPerBody,
        redelivery,
        webhookTimeout);
  }

  public MetaSettings withRecipientErrors(RecipientErrors where) {
    return new MetaSettings(
        throughput,
        pairBurst,
        pairInterval,
        window,
        where,
        lateBy,
        changesPerBody,
        redelivery,
        webhookTimeout);
  }

  /** How long after the others the receipts of a phone come whose receipts are late. */
  public MetaSettings withLateBy(Duration time) {
    return new MetaSettings(
        throughput,
        pairBurst,
        pairInterval,
        window,
        recipientErrors,
        time,
        changesPerBody,
        redelivery,
        webhookTimeout);
  }

  public MetaSettings withChangesPerBody(int changes) {
    return new MetaSettings(
        throughput,
        pairBurst,
        pairInterval,
        window,
        recipientErrors,
        lateBy,
        changes,
        redelivery,
        webhookTimeout);
  }

  public MetaSettings withRedelivery(List<Duration> waits) {
    return new MetaSettings(
        throughput,
        pairBurst,
        pairInterval,
        window,
        recipientErrors,
        lateBy,
        changesPerBody,
        waits,
        webhookTimeout);
  }
}
