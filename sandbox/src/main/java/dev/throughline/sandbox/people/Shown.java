package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something on a person's screen.
 *
 * @param mine whether the person wrote it
 * @param other the company's address, as the network shows it
 * @param json the message in the network's own form; a mail taken apart
 * @param mail the bytes of a mail
 */
record Shown(
    Instant at,
    PhoneChannel channel,
    boolean mine,
    String id,
    String other,
    String text,
    ObjectNode json,
    Optional<Bytes> mail) {

  long weight() {
    return 500L + text.length() * 2L + mail.map(Bytes::length).orElse(0) * 3L;
  }

  ObjectNode shown() {
    ObjectNode shown = json.deepCopy();
    shown.put("_id", id).put("_at", at.toString()).put("_channel", channel.name());
    shown.put("_from", mine ? "" : other).put("_mine", mine);
    return shown.put("_text", text);
  }

  static ObjectNode written(String text, Optional<String> subject) {
    ObjectNode json = Json.object();
    subject.ifPresent(words -> json.put("subject", words));
    return json.put("text", text);
  }
}
