package dev.throughline.sandbox.line;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One accepted send: the record that judges whether anybody was sent anything twice.
 *
 * @param to user, group or room ids; empty for broadcast and narrowcast
 * @param text the texts of its messages, or the JSON of those that have none, one a line
 * @param times how often the same text was accepted for the same recipients, whatever the retry
 *     keys; shared by all of them
 */
record AcceptedSend(
    Instant at,
    String via,
    String requestId,
    Optional<UUID> retryKey,
    List<String> to,
    String text,
    List<SentMessage> messages,
    int delivered,
    AtomicInteger times) {

  /** What makes two sends the same to the person who reads them. */
  record Content(List<String> to, String text) {}

  Content content() {
    return new Content(to, text);
  }
}
