package dev.throughline.bench;

import dev.throughline.sandbox.line.LineControl;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** Follows what an emulated LINE account accepted, on a thread of its own until it is closed. */
final class AcceptedSends implements AutoCloseable {
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(50);

  private final LineControl line;
  private final Consumer<ObjectNode> judge;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread follower;
  private volatile String failure = "";

  /**
   * @param judge is given each send, in the order of their acceptance
   */
  AcceptedSends(LineControl line, Consumer<ObjectNode> judge) {
    this.line = line;
    this.judge = judge;
    this.follower = Thread.ofPlatform().name("accepted-sends").daemon(true).unstarted(this::follow);
  }

  void start() {
    follower.start();
  }

  /** Fails if something was missed: then nobody can judge. */
  void check() throws IOException {
    if (!failure.isEmpty()) {
      throw new IOException("the emulator's record: " + failure);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      follower.join(STOPPED_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow() {
    long next = 0;
    try {
      do {
        LineControl.Page page = line.accepted(next);
        if (page.forgotten() > 0 && next > 0) {
          throw new IOException("it no longer holds all requests");
        }
        page.entries().forEach(judge);
        next = page.next();
      } while (!closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS));
    } catch (IOException | RuntimeException e) {
      failure = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
