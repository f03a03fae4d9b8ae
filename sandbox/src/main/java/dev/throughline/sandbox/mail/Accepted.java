package dev.throughline.sandbox.mail;

import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * One mail taken for one recipient.
 *
 * @param id the queue's
 * @param sender the envelope's
 * @param tls whether it came encrypted
 * @param outcome shown, held, bounced or lost
 * @param count how often a mail of this Message-ID was taken for this recipient
 */
record Accepted(
    Instant at,
    String id,
    String sender,
    String recipient,
    String messageId,
    String subject,
    String text,
    int size,
    boolean tls,
    String outcome,
    int count) {
  long weight() {
    return 500L + text.length() + subject.length();
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("at", at.toString()).put("id", id).put("sender", sender).put("recipient", recipient);
    json.put("messageId", messageId).put("subject", subject).put("text", text);
    json.put("size", size).put("tls", tls).put("outcome", outcome);
    return json.put("count", count);
  }
}
