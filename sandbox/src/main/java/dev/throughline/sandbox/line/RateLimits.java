package dev.throughline.sandbox.line;

import dev.throughline.sandbox.line.LineSettings.Rate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;

/**
 * A token bucket for each endpoint: full at first, refilled evenly. LINE does not say how it
 * counts; a bucket lets the published number through at once and no more than that in any stretch
 * as long.
 */
final class RateLimits {
  private static final class Bucket {
    private double tokens;
    private Instant filledAt;

    Bucket(double tokens, Instant filledAt) {
      this.tokens = tokens;
      this.filledAt = filledAt;
    }
  }

  private final EnumMap<Endpoint, Bucket> buckets = new EnumMap<>(Endpoint.class);

  /** Takes one request out of the bucket, unless it is empty. */
  synchronized boolean admit(Endpoint endpoint, LineSettings settings, Instant now) {
    Rate override = settings.rateLimitOverrides().get(endpoint.label());
    if (override == null && !settings.rateLimits()) {
      return true;
    }
    Rate rate = override == null ? endpoint.rate() : override;
    Bucket bucket = buckets.computeIfAbsent(endpoint, e -> new Bucket(rate.count(), now));
    double seconds = Duration.between(bucket.filledAt, now).toNanos() / 1e9;
    if (seconds > 0) {
      double perSecond = rate.count() / (rate.per().toNanos() / 1e9);
      bucket.tokens += seconds * perSecond;
      bucket.filledAt = now;
    }
    bucket.tokens = Math.min(bucket.tokens, rate.count());
    if (bucket.tokens < 1) {
      return false;
    }
    bucket.tokens -= 1;
    return true;
  }
}
