package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Json;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What Meta refuses about a message before it looks at the recipient. Pure: templates, media and
 * the window are looked at elsewhere. Spec B.3.1.
 */
final class MessageRules {
  static final int TEXT_LIMIT = 4096;
  static final int CALLBACK_DATA_LIMIT = 512;
  private static final int CAPTION_LIMIT = 1024;
  private static final int CONTACTS_LIMIT = 5;
  private static final int ROWS_LIMIT = 10;

  /** Business-scoped user ids: {@code JP.…} or {@code JP.ENT.…}. */
  static final Pattern BSUID = Pattern.compile("[A-Z]{2}\\.(ENT\\.)?[A-Za-z0-9]{1,128}");

  private static final Pattern PHONE = Pattern.compile("\\+?[0-9][0-9 ()-]{4,24}");

  static final Set<String> MEDIA = Set.of("image", "video", "audio", "document", "sticker");
  private static final Set<String> TYPES =
      Set.of(
          "text",
          "image",
          "video",
          "audio",
          "document",
          "sticker",
          "location",
          "contacts",
          "reaction",
          "template",
          "interactive");

  /** Ends the check at the first finding, as Meta does. */
  private static final class Found extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient GraphError error;

    Found(GraphError error) {
      super(error.title(), null, false, false);
      this.error = error;
    }
  }

  private MessageRules() {}

  /** Empty if nothing is wrong. */
  static Optional<GraphError> check(JsonNode message) {
    try {
      envelope(message);
      String type = Json.text(message, "type").orElse("text");
      JsonNode content = message.path(type);
      if (!TYPES.contains(type)) {
        throw new Found(GraphError.parameter("Param type must be one of " + sorted(TYPES)));
      }
      if (type.equals("contacts") ? !content.isArray() : !content.isObject()) {
        throw new Found(GraphError.missing(type));
      }
      switch (type) {
        case "text" -> text(content, "body", "text['body']", TEXT_LIMIT);
        case "location" -> location(content);
        case "contacts" -> contacts(content);
        case "reaction" -> {
          required(content, "message_id", "reaction['message_id']");
          if (!content.path("emoji").isString()) {
            throw new Found(GraphError.missing("reaction['emoji']"));
          }
        }
        case "template" -> template(content);
        case "interactive" -> interactive(content);
        default -> media(type, content);
      }
      return Optional.empty();
    } catch (Found e) {
      return Optional.of(e.error);
    }
  }

  private static List<String> sorted(Set<String> words) {
    return words.stream().sorted().toList();
  }

  private static void envelope(JsonNode message) throws Found {
    if (!Json.text(message, "messaging_product").orElse("").equals("whatsapp")) {
      throw new Found(GraphError.missing("messaging_product"));
    }
    Optional<String> to = Json.text(message, "to").filter(text -> !text.isEmpty());
    Optional<String> recipient = Json.text(message, "recipient").filter(text -> !text.isEmpty());
    if (to.isEmpty() && recipient.isEmpty()) {
      throw new Found(GraphError.missing("to"));
    }
    if (to.isPresent() && !PHONE.matcher(to.get()).matches()) {
      throw new Found(GraphError.value("to is not a phone number"));
    }
    if (to.isEmpty() && !BSUID.matcher(recipient.orElse("")).matches()) {
      throw new Found(GraphError.value("recipient is not a business-scoped user id"));
    }
    String kind = Json.text(message, "recipient_type").orElse("individual");
    if (!kind.equals("individual")) {
      throw new Found(
          kind.equals("group")
              ? GraphError.value("this number has no groups")
              : GraphError.parameter("Param recipient_type must be one of {INDIVIDUAL, GROUP}"));
    }
    Optional<String> data = Json.text(message, "biz_opaque_callback_data");
    if (data.isPresent() && data.get().length() > CALLBACK_DATA_LIMIT) {
      throw new Found(
          GraphError.parameter(
              "Param biz_opaque_callback_data must be at most "
                  + CALLBACK_DATA_LIMIT
                  + " characters long."));
    }
    if (message.has("context")) {
      required(message.path("context"), "message_id", "context['message_id']");
    }
  }

  private static String required(JsonNode node, String name, String shown) throws Found {
    return Json.text(node, name)
        .filter(text -> !text.isEmpty())
        .orElseThrow(() -> new Found(GraphError.missing(shown)));
  }

  /** A text that must be there, in the Graph API's own words. */
  private static void text(JsonNode node, String name, String shown, int limit) throws Found {
    if (length(required(node, name, shown)) > limit) {
      throw new Found(
          GraphError.parameter(
              "Param " + shown + " must be at most " + limit + " characters long."));
    }
  }

  /** A text of an interactive message, in WhatsApp's words. */
  private static void worded(JsonNode node, String name, String shown, int limit) throws Found {
    int length = length(Json.text(node, name).orElse(""));
    if (length < 1 || length > limit) {
      throw new Found(
          GraphError.value(shown + " length invalid. Min length: 1, Max length: " + limit));
    }
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static void media(String type, JsonNode content) throws Found {
    boolean id = content.path("id").isString() && !content.path("id").stringValue("").isEmpty();
    Optional<String> link = Json.text(content, "link").filter(text -> !text.isEmpty());
    if (id == link.isPresent()) {
      throw new Found(
          id
              ? GraphError.parameter("Only one of id and link can be given for " + type)
              : GraphError.missing(type + "['id'] or " + type + "['link']"));
    }
    if (link.isPresent() && !web(link.get())) {
      throw new Found(GraphError.parameter("Param " + type + "['link'] is not a valid URI."));
    }
    if (content.has("caption")) {
      if (type.equals("audio") || type.equals("sticker")) {
        throw new Found(
            GraphError.parameter("Unexpected key \"caption\" on param \"" + type + "\"."));
      }
      text(content, "caption", type + "['caption']", CAPTION_LIMIT);
    }
    if (content.has("filename") && !type.equals("document")) {
      throw new Found(
          GraphError.parameter("Unexpected key \"filename\" on param \"" + type + "\"."));
    }
  }

  private static boolean web(String link) {
    try {
      URI uri = URI.create(link);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      return (scheme.equals("https") || scheme.equals("http")) && uri.getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void location(JsonNode content) throws Found {
    coordinate(content, "latitude", 90);
    coordinate(content, "longitude", 180);
    if (content.has("address") && !content.has("name")) {
      throw new Found(GraphError.missing("location['name']"));
    }
  }

  private static void coordinate(JsonNode content, String name, int limit) throws Found {
    JsonNode value = content.path(name);
    double number;
    try {
      number = value.isNumber() ? value.doubleValue() : Double.parseDouble(value.stringValue(""));
    } catch (NumberFormatException e) {
      throw new Found(GraphError.missing("location['" + name + "']"));
    }
    if (!(Math.abs(number) <= limit)) {
      throw new Found(GraphError.value(name + " must be between -" + limit + " and " + limit));
    }
  }

  private static void contacts(JsonNode content) throws Found {
    if (content.isEmpty() || content.size() > CONTACTS_LIMIT) {
      throw new Found(GraphError.value("contacts: 1 to " + CONTACTS_LIMIT + " of them"));
    }
    for (JsonNode contact : content) {
      required(contact.path("name"), "formatted_name", "contacts['name']['formatted_name']");
      if (contact.path("name").size() < 2) {
        throw new Found(GraphError.missing("contacts['name']['first_name']"));
      }
    }
  }

  private static void template(JsonNode content) throws Found {
    required(content, "name", "template['name']");
    required(content.path("language"), "code", "template['language']['code']");
    for (JsonNode component : content.path("components")) {
      String type = Json.text(component, "type").orElse("").toLowerCase(Locale.ROOT);
      if (!Set.of("header", "body", "button", "carousel", "limited_time_offer").contains(type)) {
        throw new Found(
            GraphError.parameter(
                "Param template['components'][]['type'] must be header, body or button"));
      }
      if (type.equals("button")
          && (Json.text(component, "sub_type").isEmpty() || !component.has("index"))) {
        throw new Found(GraphError.of(131008, "a button component has a sub_type and an index"));
      }
    }
  }

  private static void interactive(JsonNode content) throws Found {
    String type = required(content, "type", "interactive['type']");
    JsonNode action = content.path("action");
    if (!action.isObject()) {
      throw new Found(GraphError.missing("interactive['action']"));
    }
    if (content.has("footer")) {
      worded(content.path("footer"), "text", "Footer text", 60);
    }
    header(content.path("header"), type);
    if (!type.equals("product") || content.has("body")) {
      worded(content.path("body"), "text", "Body text", type.equals("list") ? TEXT_LIMIT : 1024);
    }
    switch (type) {
      case "button" -> buttons(action.path("buttons"));
      case "list" -> list(action);
      case "cta_url" -> {
        named(action, "cta_url");
        worded(action.path("parameters"), "display_text", "Button text", 20);
        if (!web(Json.text(action.path("parameters"), "url").orElse(""))) {
          throw new Found(GraphError.value("Button url is not a valid URI"));
        }
      }
      case "location_request_message" -> named(action, "send_location");
      case "flow" -> {
        named(action, "flow");
        JsonNode parameters = action.path("parameters");
        worded(parameters, "flow_cta", "Flow button text", 30);
        if (!parameters.has("flow_id") && !parameters.has("flow_name")) {
          throw new Found(GraphError.of(131008, "a flow has a flow_id or a flow_name"));
        }
      }
      case "product" -> {
        required(action, "catalog_id", "interactive['action']['catalog_id']");
        required(action, "product_retailer_id", "interactive['action']['product_retailer_id']");
      }
      case "product_list" -> {
        required(action, "catalog_id", "interactive['action']['catalog_id']");
        products(action.path("sections"));
      }
      case "catalog_message" -> named(action, "catalog_message");
      default ->
          throw new Found(
              GraphError.parameter("Param interactive['type'] is not one that is known: " + type));
    }
  }

  private static void named(JsonNode action, String name) throws Found {
    if (!Json.text(action, "name").orElse("").equals(name)) {
      throw new Found(GraphError.value("action name must be " + name));
    }
  }

  private static void header(JsonNode header, String type) throws Found {
    if (header.isMissingNode()) {
      return;
    }
    String kind = required(header, "type", "interactive['header']['type']");
    boolean mediaAllowed = type.equals("button") || type.equals("cta_url") || type.equals("flow");
    switch (kind) {
      case "text" -> worded(header, "text", "Header text", 60);
      case "image", "video", "document" -> {
        if (!mediaAllowed) {
          throw new Found(GraphError.value("Header of a " + type + " must be text"));
        }
        media(kind, header.path(kind));
      }
      default -> throw new Found(GraphError.value("Header type is text, image, video or document"));
    }
  }

  private static void buttons(JsonNode buttons) throws Found {
    if (buttons.isEmpty() || buttons.size() > 3) {
      throw new Found(
          GraphError.value(
              "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"));
    }
    Set<String> ids = new HashSet<>();
    Set<String> titles = new HashSet<>();
    for (JsonNode button : buttons) {
      if (!Json.text(button, "type").orElse("").equals("reply")) {
        throw new Found(GraphError.value("Button type must be reply"));
      }
      JsonNode reply = button.path("reply");
      worded(reply, "title", "Button title", 20);
      worded(reply, "id", "Button id", 256);
      distinct(ids, reply.path("id").stringValue(""), "Button id");
      distinct(titles, reply.path("title").stringValue(""), "Button title");
    }
  }

  private static void distinct(Set<String> seen, String value, String shown) throws Found {
    if (!seen.add(value)) {
      throw new Found(GraphError.value(shown + " is repeated: " + value));
    }
  }

  private static void list(JsonNode action) throws Found {
    worded(action, "button", "Button text", 20);
    JsonNode sections = action.path("sections");
    if (sections.isEmpty() || sections.size() > 10) {
      throw new Found(GraphError.value("Sections count: 1 to 10"));
    }
    int rows = 0;
    Set<String> ids = new HashSet<>();
    for (JsonNode section : sections) {
      if (sections.size() > 1) {
        worded(section, "title", "Section title", 24);
      }
      for (JsonNode row : section.path("rows")) {
        rows++;
        worded(row, "title", "Row title", 24);
        worded(row, "id", "Row id", 200);
        distinct(ids, row.path("id").stringValue(""), "Row id");
        if (row.has("description")) {
          worded(row, "description", "Row description", 72);
        }
      }
    }
    if (rows < 1 || rows > ROWS_LIMIT) {
      throw new Found(GraphError.value("Total row count exceed max allowed count: " + ROWS_LIMIT));
    }
  }

  private static void products(JsonNode sections) throws Found {
    int products = 0;
    for (JsonNode section : sections) {
      worded(section, "title", "Section title", 24);
      products += section.path("product_items").size();
    }
    if (products < 1 || products > 30) {
      throw new Found(GraphError.value("Products count: 1 to 30"));
    }
  }
}
