package dev.throughline.app;

import java.util.concurrent.CountDownLatch;

/** Ctrl-C and SIGTERM: everything is stopped in order before the process ends. */
final class Shutdown {
  private static final CountDownLatch STOPPED = new CountDownLatch(1);

  private Shutdown() {}

  static void onExit(Runnable stop) {
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> {
                  stop.run();
                  STOPPED.countDown();
                }));
  }

  /** Returns when the process is about to end. */
  static void await() throws InterruptedException {
    STOPPED.await();
  }
}
