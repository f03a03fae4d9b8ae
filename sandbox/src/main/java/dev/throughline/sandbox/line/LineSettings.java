package dev.throughline.sandbox.line;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What can be changed while the emulator runs: the switches of LINE's console, and limits.
 *
 * @param webhookActive "Use webhook" in the console
 * @param redelivery waits before each further try of a webhook that failed; empty = off, as at LINE
 * @param eventsPerBody how many waiting events one webhook body may carry
 * @param webhookConcurrency how many webhook bodies are under way at once
 * @param webhookTimeout LINE waits 2 s
 * @param monthlyQuota messages a month, or unlimited
 * @param rateLimits whether the published rate limits hold
 * @param rateLimitOverrides limits that differ from the published ones, by endpoint name
 * @param narrowcastMinimum fewest final recipients of a narrowcast; LINE wants 50
 * @param verifiedAccount unverified accounts may not list their followers or members
 */
public record LineSettings(
    boolean webhookActive,
    List<Duration> redelivery,
    int eventsPerBody,
    int webhookConcurrency,
    Duration webhookTimeout,
    Optional<Long> monthlyQuota,
    boolean rateLimits,
    Map<String, Rate> rateLimitOverrides,
    int narrowcastMinimum,
    boolean verifiedAccount) {

  static final int REDELIVERIES_LIMIT = 20;
  static final int EVENTS_PER_BODY_LIMIT = 1000;
  static final int CONCURRENCY_LIMIT = 1024;
  static final Duration TIMEOUT_LIMIT = Duration.ofSeconds(60);

  /** So many requests in so much time. */
  public record Rate(int count, Duration per) {
    public Rate {
      if (count < 1 || per.isNegative() || per.isZero()) {
        throw new IllegalArgumentException("a rate is at least one request in some time");
      }
    }
  }

  public LineSettings {
    redelivery = List.copyOf(redelivery);
    rateLimitOverrides = Map.copyOf(rateLimitOverrides);
    require(redelivery.size() <= REDELIVERIES_LIMIT, "redelivery", REDELIVERIES_LIMIT);
    require(redelivery.stream().noneMatch(Duration::isNegative), "redelivery", REDELIVERIES_LIMIT);
    require(
        eventsPerBody >= 1 && eventsPerBody <= EVENTS_PER_BODY_LIMIT,
        "eventsPerBody",
        EVENTS_PER_BODY_LIMIT);
    require(
        webhookConcurrency >= 1 && webhookConcurrency <= CONCURRENCY_LIMIT,
        "webhookConcurrency",
        CONCURRENCY_LIMIT);
    require(
        webhookTimeout.isPositive() && webhookTimeout.compareTo(TIMEOUT_LIMIT) <= 0,
        "webhookTimeout",
        TIMEOUT_LIMIT);
    require(monthlyQuota.orElse(0L) >= 0, "monthlyQuota", Long.MAX_VALUE);
    require(narrowcastMinimum >= 0, "narrowcastMinimum", Integer.MAX_VALUE);
  }

  private static void require(boolean valid, String name, Object limit) {
    if (!valid) {
      throw new IllegalArgumentException(name + " is out of range; its limit is " + limit);
    }
  }

  /** LINE's published behaviour, with no monthly limit. */
  public static LineSettings published() {
    return new LineSettings(
        true, List.of(), 1, 64, Duration.ofSeconds(2), Optional.empty(), true, Map.of(), 50, true);
  }

  public LineSettings withWebhookActive(boolean active) {
    return new LineSettings(
        active,
        redelivery,
        eventsPerBody,
        webhookConcurrency,
        webhookTimeout,
        monthlyQuota,
        rateLimits,
        rateLimitOverrides,
        narrowcastMinimum,
        verifiedAccount);
  }

  public LineSettings withRedelivery(List<Duration> waits) {
    return new LineSettings(
        webhookActive,
        waits,
        eventsPerBody,
        webhookConcurrency,
        webhookTimeout,
        monthlyQuota,
        rateLimits,
        rateLimitOverrides,
        narrowcastMinimum,
        verifiedAccount);
  }

  public LineSettings withDelivery(int events, int concurrency, Duration timeout) {
    return new LineSettings(
        webhookActive,
        redelivery,
        events,
        concurrency,
        timeout,
        monthlyQuota,
        rateLimits,
        rateLimitOverrides,
        narrowcastMinimum,
        verifiedAccount);
  }

  public LineSettings withMonthlyQuota(Optional<Long> quota) {
    return new LineSettings(
        webhookActive,
        redelivery,
        eventsPerBody,
        webhookConcurrency,
        webhookTimeout,
        quota,
        rateLimits,
        rateLimitOverrides,
        narrowcastMinimum,
        verifiedAccount);
  }

  public LineSettings withRateLimits(boolean hold, Map<String, Rate> overrides) {
    return new LineSettings(
        webhookActive,
        redelivery,
        eventsPerBody,
        webhookConcurrency,
        webhookTimeout,
        monthlyQuota,
        hold,
        overrides,
        narrowcastMinimum,
        verifiedAccount);
  }

  public LineSettings withAccount(int narrowcastMinimumRecipients, boolean verified) {
    return new LineSettings(
        webhookActive,
        redelivery,
        eventsPerBody,
        webhookConcurrency,
        webhookTimeout,
        monthlyQuota,
        rateLimits,
        rateLimitOverrides,
        narrowcastMinimumRecipients,
        verified);
  }
}
