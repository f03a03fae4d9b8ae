package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message that the business sent and Meta accepted.
 *
 * @param wamid Meta's id of it
 * @param input the address as it was given
 * @param number digits
 * @param data {@code biz_opaque_callback_data}
 * @param category what it is billed as: service, marketing, utility, authentication
 * @param delivered whether it came on the phone
 * @param count how often the same person was sent the same text
 */
record Sent(
    Instant at,
    String wamid,
    String input,
    String number,
    String userId,
    String type,
    String text,
    Optional<String> data,
    String category,
    boolean delivered,
    int count) {

  long weight() {
    return 400L + text.length() + data.map(String::length).orElse(0);
  }

  ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("at", at.toString()).put("id", wamid).put("to", number).put("user_id", userId);
    json.put("type", type).put("text", text);
    data.ifPresent(value -> json.put("biz_opaque_callback_data", value));
    return json.put("category", category).put("delivered", delivered).put("count", count);
  }
}
