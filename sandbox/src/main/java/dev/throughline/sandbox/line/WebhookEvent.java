package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event on its way out.
 *
 * @param lane the chat that it belongs to: two events of one lane are not under way at once
 * @param raw injected as it is: neither redelivery nor standby touches it
 */
record WebhookEvent(
    String id, String lane, Instant at, Optional<String> replyToken, JsonNode json, boolean raw) {

  /** As LINE sends it while another channel holds the chat: not to be answered. */
  WebhookEvent onStandby() {
    if (!(json instanceof ObjectNode event)) {
      return this;
    }
    ObjectNode copy = event.deepCopy().put("mode", "standby");
    copy.remove("replyToken");
    return new WebhookEvent(id, lane, at, Optional.empty(), copy, raw);
  }

  String body(boolean redelivery, boolean standby) {
    if (raw || !(json instanceof ObjectNode event) || (!redelivery && !standby)) {
      return Json.string(json);
    }
    ObjectNode copy = event.deepCopy();
    if (redelivery) {
      copy.putObject("deliveryContext").put("isRedelivery", true);
    }
    if (standby) {
      copy.put("mode", "standby");
      copy.remove("replyToken");
    }
    return Json.string(copy);
  }
}
