package dev.throughline.bench;

import java.nio.ByteBuffer;

/**
 * Requests of one length back to back in one direct buffer, so that sending one allocates nothing,
 * copies nothing and signs nothing. The memory is taken once and refilled before each window.
 */
final class PreparedRequests {
  /**
   * About 200,000 webhooks of 1,300 bytes: two seconds of the fastest server we hold ourselves
   * against. A window that uses them up ends there, and its rate is over the time it really took.
   */
  static final int MAX_BYTES = 256 << 20;

  private final ByteBuffer slab;
  private int length;
  private int count;

  PreparedRequests(int maxBytes) {
    slab = ByteBuffer.allocateDirect(maxBytes);
  }

  /** Replaces what was there by {@code wanted} fresh requests, or as many as fit. */
  void refill(RequestSource source, int wanted) {
    length = source.length();
    count = Math.min(wanted, slab.capacity() / length);
    slab.clear();
    for (int i = 0; i < count; i++) {
      source.write(slab);
    }
  }

  int count() {
    return count;
  }

  /** A view of the whole slab for one connection to move over with {@link #aim}. */
  ByteBuffer view() {
    return slab.duplicate();
  }

  void aim(ByteBuffer view, int request) {
    view.limit((request + 1) * length).position(request * length);
  }
}
