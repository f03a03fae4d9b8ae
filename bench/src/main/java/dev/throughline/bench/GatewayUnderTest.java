package dev.throughline.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/**
 * The gateway as the benchmarks see it: a process with a webhook, and a few numbers from behind its
 * back. What it says of itself is checked against its database, not against its API.
 */
interface GatewayUnderTest extends AutoCloseable {
  /**
   * Starts it on this data directory and returns when it answers; a second start keeps the data.
   */
  void start(Path directory) throws IOException, InterruptedException;

  /** Returns when nothing is taken in any more that is not the load. */
  default void settle() throws IOException, InterruptedException {}

  /** Product and version, for the output. */
  String product();

  URI webhookUri();

  String channelSecret();

  /** The user id of the LINE account that its webhooks are for. */
  String botUserId();

  /** Entries of one kind in the log. */
  long entriesOfKind(String kind) throws IOException;

  /** Messages that the fold has made. */
  long messages() throws IOException;

  /** Head minus the fold's position: entries that are durable and have had no effect yet. */
  long backlog() throws IOException;

  /** {@code SHOW} of fsync, synchronous_commit and full_page_writes, by name. */
  Map<String, String> durability() throws IOException;

  /** The operating system's id of the process that was started; PostgreSQL is below it. */
  long pid();

  /** {@code VmRSS} of the gateway's JVM, without PostgreSQL. */
  default long residentBytes() {
    return ProcessTree.javaResidentBytes(pid());
  }

  /** What PostgreSQL's processes do, by their ids. */
  Map<Long, String> backends() throws IOException;

  /** What its parts took of the processor so far. */
  default Map<String, Long> cpuNanosByPart() throws IOException {
    return CpuParts.nanos(pid(), backends());
  }

  /** Stops it in good order. */
  void stop();

  @Override
  default void close() {
    stop();
  }
}
