package dev.throughline.http;

import java.time.Duration;

/**
 * What one listener grants its clients. The durations are held by a guard that looks about four
 * times a second; a client that overstays is disconnected without an answer, since it proved
 * unwilling to read or write.
 *
 * @param head from the first byte of a connection or request to the end of its headers
 * @param body from the end of the headers to the end of the body
 * @param idle between two requests of one connection
 * @param write for one answer, or one write of a streamed answer, to be taken by the client
 * @param connections open at once; further ones wait in the backlog
 * @param requests in handlers at once; further ones get 503 before their body is read
 * @param bodyBytes of bodies held at once, counted above {@link #UNCOUNTED_BODY_BYTES} each;
 *     further bodies get 503
 */
public record ServerLimits(
    Duration head,
    Duration body,
    Duration idle,
    Duration write,
    int connections,
    int requests,
    long bodyBytes) {

  /**
   * 10 s for at most 20 KiB is slower than any honest client; 30 s for 1 MiB is a weak mobile link.
   * Idle is longer than the usual minute of proxies and load balancers, so that it is they who
   * close and no request crosses our close on the wire. 8,192 connections at about 25 KiB each are
   * 200 MiB at the worst; 4,096 requests is what the log's sequencer queues.
   */
  public static final ServerLimits DEFAULT =
      new ServerLimits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(75),
          Duration.ofSeconds(30),
          8_192,
          4_096,
          64L << 20);

  /** Request line: the longest is a list with a filter and a page token, far below. */
  static final int REQUEST_LINE_BYTES = 8 << 10;

  /** All headers of a request together: bearer tokens of some identity providers take 4 KiB. */
  static final int HEADER_BYTES = 16 << 10;

  /** What a connection may hold of a body without counting: most webhooks are smaller. */
  static final int UNCOUNTED_BODY_BYTES = 16 << 10;

  /** Connections that the kernel accepts for us while we start or are at the limit. */
  static final int BACKLOG = 1_024;

  /**
   * How long, and for how many bytes, a refused body is read away before the connection closes. A
   * client that is still writing when it closes gets a reset, which takes the answer from it.
   */
  static final Duration LINGER = Duration.ofSeconds(3);

  static final long LINGER_BYTES = 8L << 20;

  public ServerLimits {
    if (connections < 1 || requests < 1 || bodyBytes < 0) {
      throw new IllegalArgumentException("limits must be positive");
    }
  }
}
