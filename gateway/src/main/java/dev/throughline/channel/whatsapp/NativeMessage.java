package dev.throughline.channel.whatsapp;

import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an app wrote for WhatsApp itself ({@code explicit_channel_message}): a body of Meta's
 * messages call without whom it goes to. Checked as far as Meta says what it takes; a type that we
 * do not know goes out as it is.
 */
final class NativeMessage {
  /** What only we may say. */
  private static final List<String> OURS =
      List.of("to", "recipient", "biz_opaque_callback_data", "status", "typing_indicator");

  private static final Set<String> MEDIA = Set.of("image", "video", "audio", "document", "sticker");

  private final ObjectNode body;

  private NativeMessage(ObjectNode body) {
    this.body = body;
  }

  static ObjectNode render(String text) {
    ObjectNode body = read(text);
    new NativeMessage(body).check();
    ObjectNode rendered = WhatsAppJson.object().put("messaging_product", "whatsapp");
    body.remove(List.of("messaging_product", "recipient_type"));
    rendered.setAll(body);
    return rendered;
  }

  private static ObjectNode read(String text) {
    try {
      if (WhatsAppJson.MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      // answered below, as other JSON is
    }
    throw new ImpossibleException("WhatsApp's own message must be a JSON object.");
  }

  private void check() {
    for (String name : OURS) {
      require(!body.has(name), "may not hold " + name + ": that stands in the request.");
    }
    require(
        !body.has("messaging_product") || text("messaging_product").equals("whatsapp"),
        "has another messaging_product than whatsapp.");
    String type = body.has("type") ? text("type") : "text";
    require(!type.isEmpty() && body.path(type).isContainer(), "needs a type, and what that names.");
    require(allWellFormed(body), "holds half of a surrogate pair, which no encoding can carry.");
    body.put("type", type);
    JsonNode content = body.path(type);
    if (MEDIA.contains(type)) {
      require(content.has("id") != content.has("link"), type + " needs either an id or a link.");
      fits(content, type + ".caption", WhatsAppLimits.CAPTION, "caption");
    }
    switch (type) {
      case "text" -> {
        require(!WhatsAppJson.text(content, "body").isBlank(), "text.body is empty.");
        fits(content, "text.body", WhatsAppLimits.TEXT, "body");
      }
      case "location" ->
          require(
              content.has("latitude") && content.has("longitude"),
              "location needs latitude and longitude.");
      case "contacts" ->
          require(
              content.isArray() && !content.isEmpty() && content.size() <= WhatsAppLimits.CONTACTS,
              "contacts must be a list of one to five.");
      case "reaction" ->
          require(
              WhatsAppIds.usable(WhatsAppJson.text(content, "message_id")).isPresent()
                  && content.path("emoji").isString(),
              "reaction needs message_id and emoji.");
      case "template" ->
          require(
              !WhatsAppJson.text(content, "name").isEmpty()
                  && !WhatsAppJson.text(content, "language", "code").isEmpty(),
              "template needs name and language.code.");
      case "interactive" -> interactive(content);
      default -> {
        // Meta has the last word.
      }
    }
  }

  private void interactive(JsonNode content) {
    String kind = WhatsAppJson.text(content, "type");
    JsonNode action = content.path("action");
    require(!kind.isEmpty() && action.isObject(), "interactive needs type and action.");
    fits(content, "interactive.body.text", WhatsAppLimits.TEXT, "body", "text");
    fits(content, "interactive.footer.text", WhatsAppLimits.FOOTER, "footer", "text");
    fits(content, "interactive.header.text", WhatsAppLimits.HEADER, "header", "text");
    if (kind.equals("button")) {
      JsonNode buttons = action.path("buttons");
      require(
          buttons.isArray() && !buttons.isEmpty() && buttons.size() <= WhatsAppLimits.BUTTONS,
          "action.buttons must be a list of one to three.");
      for (JsonNode button : buttons) {
        fits(button, "reply.id", WhatsAppLimits.BUTTON_ID, "reply", "id");
        fits(button, "reply.title", WhatsAppLimits.BUTTON, "reply", "title");
      }
    }
    if (kind.equals("list")) {
      list(action);
    }
  }

  private void list(JsonNode action) {
    fits(action, "action.button", WhatsAppLimits.BUTTON, "button");
    JsonNode sections = action.path("sections");
    require(
        sections.isArray() && !sections.isEmpty() && sections.size() <= WhatsAppLimits.SECTIONS,
        "action.sections must be a list of one to ten.");
    int rows = 0;
    for (JsonNode section : sections) {
      fits(section, "section.title", WhatsAppLimits.SECTION_TITLE, "title");
      for (JsonNode row : section.path("rows")) {
        rows++;
        fits(row, "row.id", WhatsAppLimits.ROW_ID, "id");
        fits(row, "row.title", WhatsAppLimits.ROW_TITLE, "title");
        fits(row, "row.description", WhatsAppLimits.ROW_DESCRIPTION, "description");
      }
    }
    require(rows > 0 && rows <= WhatsAppLimits.ROWS, "a list has one to ten rows in all.");
  }

  private static void fits(JsonNode json, String name, int most, String... path) {
    require(
        WhatsAppLimits.fits(WhatsAppJson.text(json, path), most),
        name + " has at most " + most + " characters.");
  }

  private String text(String name) {
    return WhatsAppJson.text(body, name);
  }

  private static boolean allWellFormed(JsonNode node) {
    if (node.isString()) {
      return WhatsAppLimits.isWellFormed(node.stringValue());
    }
    for (JsonNode child : node) {
      if (!allWellFormed(child)) {
        return false;
      }
    }
    return true;
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new ImpossibleException("WhatsApp's own message: " + sentence);
    }
  }
}
