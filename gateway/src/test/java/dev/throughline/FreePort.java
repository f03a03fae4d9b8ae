package dev.throughline;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port on which nobody listens, for who is told one and listens on it later, or for nobody at
 * all. It is below those that the system gives to connections and to listeners that ask for any
 * (from 32,768 on Linux), so that no other test comes by it in the meantime.
 */
public final class FreePort {
  private static final int FIRST = 10_000;
  private static final int LAST = 32_000;
  private static final int TRIES = 100;

  private FreePort() {}

  public static int find() throws IOException {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (ServerSocket _ = new ServerSocket(port)) {
        return port;
      } catch (IOException taken) {
        // Another one.
      }
    }
    throw new IOException("no free port among " + TRIES);
  }
}
