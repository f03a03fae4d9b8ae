package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Journal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Whose phone is off, and what was on its screen last. */
final class PhonesOff {
  private static final int PAGE_LIMIT = LineControl.PAGE_LIMIT;

  /** How often somebody who waits looks whether a phone is on again. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);

  private final Map<String, Long> lastShown = new HashMap<>();

  synchronized void off(String chat, long last) {
    lastShown.putIfAbsent(chat, last);
  }

  synchronized void on(String chat) {
    lastShown.remove(chat);
  }

  /** The number after which nothing is shown. */
  private synchronized long limit(String chat) {
    return lastShown.getOrDefault(chat, Long.MAX_VALUE);
  }

  /** As {@link Journal#await}, for what is on the screen. */
  Journal.Page<ChatItem> read(
      Journal<ChatItem> journal, String chat, long after, Predicate<ChatItem> wanted, Duration wait)
      throws InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      boolean off = limit(chat) < Long.MAX_VALUE;
      Journal.Page<ChatItem> page =
          journal.await(after, PAGE_LIMIT, wanted, off ? Duration.ZERO : left);
      long limit = limit(chat);
      List<Journal.Entry<ChatItem>> shown =
          page.entries().stream().filter(entry -> entry.number() <= limit).toList();
      boolean hidden = shown.size() < page.entries().size() || page.next() > limit;
      if (!hidden && !off) {
        return page;
      }
      if (!shown.isEmpty() || left.isZero()) {
        long next = Math.min(page.next(), Math.max(after, limit));
        return new Journal.Page<>(shown, next, page.forgotten());
      }
      Thread.sleep(LOOK_EVERY);
    }
  }
}
