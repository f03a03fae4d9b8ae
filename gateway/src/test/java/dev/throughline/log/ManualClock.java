package dev.throughline.log;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that goes only when it is told to. */
public final class ManualClock implements InstantSource {
  private final AtomicReference<Instant> now;

  public ManualClock(String now) {
    this.now = new AtomicReference<>(Instant.parse(now));
  }

  @Override
  public Instant instant() {
    return Objects.requireNonNull(now.get());
  }

  public void set(String instant) {
    now.set(Instant.parse(instant));
  }

  public void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }
}
