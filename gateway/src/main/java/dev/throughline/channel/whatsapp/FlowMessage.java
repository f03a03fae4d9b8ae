package dev.throughline.channel.whatsapp;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A form of WhatsApp's (the contract's {@code channel_specific_message} of type {@code FLOWS}): its
 * {@code message} names the flow, what stands round its button, and where it begins.
 */
final class FlowMessage {
  private static final String VERSION = "3";

  private FlowMessage() {}

  /** What stands under {@code interactive}. */
  static ObjectNode render(JsonNode specific) {
    JsonNode message = specific.path("message");
    String button = required(message, "flow_cta");
    if (!WhatsAppLimits.fits(button, WhatsAppLimits.FLOW_BUTTON)) {
      throw wrong("flow_cta has at most " + WhatsAppLimits.FLOW_BUTTON + " characters.");
    }
    ObjectNode interactive = WhatsAppJson.object().put("type", "flow");
    for (String part : new String[] {"header", "body", "footer"}) {
      if (message.path(part).isObject()) {
        interactive.set(part, message.path(part));
      }
    }
    limit(interactive, "body", WhatsAppLimits.BODY);
    limit(interactive, "header", WhatsAppLimits.HEADER);
    limit(interactive, "footer", WhatsAppLimits.FOOTER);
    ObjectNode parameters =
        interactive
            .putObject("action")
            .put("name", "flow")
            .putObject("parameters")
            .put("flow_message_version", VERSION)
            .put("flow_id", required(message, "flow_id"))
            .put("flow_cta", button);
    copy(message, "flow_mode", parameters, "mode");
    copy(message, "flow_token", parameters, "flow_token");
    copy(message, "flow_action", parameters, "flow_action");
    if (message.path("flow_action_payload").isObject()) {
      parameters.set("flow_action_payload", message.path("flow_action_payload"));
    }
    return interactive;
  }

  private static void limit(JsonNode interactive, String part, int most) {
    if (!WhatsAppLimits.fits(WhatsAppJson.text(interactive, part, "text"), most)) {
      throw wrong(part + ".text has at most " + most + " characters.");
    }
  }

  private static void copy(JsonNode from, String name, ObjectNode to, String as) {
    String value = WhatsAppJson.text(from, name);
    if (!value.isEmpty()) {
      to.put(as, value);
    }
  }

  private static String required(JsonNode message, String name) {
    String value = WhatsAppJson.text(message, name);
    if (value.isEmpty()) {
      throw wrong(name + " is required.");
    }
    return value;
  }

  private static ImpossibleException wrong(String sentence) {
    return new ImpossibleException("The FLOWS message: " + sentence);
  }
}
