package dev.throughline.bench;

import dev.throughline.sandbox.line.LineControl;
import java.io.IOException;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The judge of {@code bench broadcast}: the multicasts of one text that the emulated LINE accepted,
 * followed in its own record on a thread until it is closed. Knows the audience by number.
 */
final class MulticastRecord implements AutoCloseable {
  /** Of the user ids of the audience; their numbers follow, in hexadecimal. */
  private static final long FIRST = 0x5eed0000000L;

  private final String text;
  private final AcceptedSends followed;
  private final BitSet seen = new BitSet();
  private final Set<String> keys = new HashSet<>();
  private long requests;
  private long people;
  private long repeatedPeople;
  private long repeatedKeys;
  private Instant last = Instant.EPOCH;

  MulticastRecord(LineControl line, String text) {
    this.text = text;
    this.followed = new AcceptedSends(line, this::take);
    followed.start();
  }

  static String user(int number) {
    return "U%032x".formatted(FIRST + number);
  }

  /**
   * So far.
   *
   * @param requests multicasts that were accepted
   * @param repeatedPeople how often somebody was sent to who had been sent to before
   * @param repeatedKeys how often a retry key was accepted that had been accepted before
   * @param last when the newest was accepted
   */
  record Count(long requests, long people, long repeatedPeople, long repeatedKeys, Instant last) {}

  synchronized Count count() throws IOException {
    followed.check();
    return new Count(requests, people, repeatedPeople, repeatedKeys, last);
  }

  @Override
  public void close() {
    followed.close();
  }

  private synchronized void take(ObjectNode send) {
    if (!send.path("via").asString().equals("multicast")
        || !send.path("text").asString().equals(text)) {
      return;
    }
    requests++;
    repeatedKeys += keys.add(send.path("retryKey").asString("")) ? 0 : 1;
    JsonNode to = send.path("to");
    if (to.isString()) {
      person(to.asString());
    }
    to.values().forEach(user -> person(user.asString()));
    Instant at = Instant.parse(send.path("at").asString());
    last = at.isAfter(last) ? at : last;
  }

  private void person(String user) {
    int number = Math.toIntExact(Long.parseLong(user, 1, user.length(), 16) - FIRST);
    people++;
    if (seen.get(number)) {
      repeatedPeople++;
    }
    seen.set(number);
  }
}
