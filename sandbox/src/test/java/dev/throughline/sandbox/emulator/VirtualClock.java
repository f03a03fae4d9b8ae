package dev.throughline.sandbox.emulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is moved. */
public final class VirtualClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-11-02T03:04:05.678Z");

  @Override
  public Instant instant() {
    return now;
  }

  public synchronized void advance(Duration time) {
    now = now.plus(time);
  }
}
