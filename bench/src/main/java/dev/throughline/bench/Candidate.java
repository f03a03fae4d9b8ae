package dev.throughline.bench;

import java.net.URI;

/**
 * A server that answers signed LINE webhooks, running beside the others.
 *
 * @param name short, as in tables: {@code gateway}, {@code noop}, {@code spring}, {@code express}
 * @param product what runs, with its version as resolved
 * @param keeps what is durable when it answers 200
 * @param botUserId the {@code destination} of its webhooks: a gateway does nothing with another's
 * @param process its process, whose descendants count as its own
 * @param verifies whether a wrong signature must be refused
 */
record Candidate(
    String name,
    String product,
    String keeps,
    URI webhook,
    String channelSecret,
    String botUserId,
    long process,
    boolean verifies) {

  Generator.Load.Webhooks load() {
    return new Generator.Load.Webhooks(webhook, channelSecret, botUserId);
  }
}
