package dev.throughline.channel.whatsapp;

import dev.throughline.channel.ChoiceData;
import dev.throughline.message.Choice;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Reason.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A template that Meta keeps, with its parameters. The contract gives them in a flat map, whose
 * keys say where each goes: {@code body[1]text}, {@code header[1]image.link}, {@code
 * button[0]url[1]text}, {@code button[0]quick_reply[1]payload}, {@code carousel[0]body[1]text}.
 * Buttons and cards count from 0, parameters from 1.
 */
final class TemplateMessage {
  private static final String PARAMETER = "\\[([0-9]{1,2})]([a-z0-9_]+(?:\\.[a-z0-9_]+)*)";
  private static final Pattern WORDS = Pattern.compile("(header|body)" + PARAMETER);
  private static final Pattern BUTTON =
      Pattern.compile("button\\[([0-9]{1,2})]([a-z_]+)" + PARAMETER);
  private static final Pattern CARD =
      Pattern.compile("carousel\\[([0-9])]((?:header|body|button).+)");

  private final MessageId message;

  private TemplateMessage(MessageId message) {
    this.message = message;
  }

  /**
   * @param template the contract's {@code channel_template} of WhatsApp
   */
  static ObjectNode render(MessageId message, JsonNode template) {
    String language = WhatsAppJson.text(template, "language_code");
    if (language.isEmpty()) {
      throw new ImpossibleException(
          Code.TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION,
          "A template of WhatsApp's needs a language_code, such as en_US.");
    }
    ObjectNode json = WhatsAppJson.object().put("name", WhatsAppJson.text(template, "template_id"));
    json.putObject("language")
        .put("policy", "deterministic")
        .put("code", language.replace('-', '_'));
    Map<String, String> parameters = new TreeMap<>();
    template
        .path("parameters")
        .properties()
        .forEach(each -> parameters.put(each.getKey(), each.getValue().asString("")));
    ArrayNode components = new TemplateMessage(message).components(parameters, true);
    if (!components.isEmpty()) {
      json.set("components", components);
    }
    return json;
  }

  private ArrayNode components(Map<String, String> parameters, boolean whole) {
    Map<Integer, ObjectNode> header = new TreeMap<>();
    Map<Integer, ObjectNode> body = new TreeMap<>();
    Map<Integer, Button> buttons = new TreeMap<>();
    Map<Integer, Map<String, String>> cards = new TreeMap<>();
    parameters.forEach((key, value) -> {
      Matcher words = WORDS.matcher(key);
      Matcher button = BUTTON.matcher(key);
      Matcher card = CARD.matcher(key);
      if (words.matches()) {
        Map<Integer, ObjectNode> into = words.group(1).equals("header") ? header : body;
        put(into, Integer.parseInt(words.group(2)), words.group(3), value);
      } else if (button.matches()) {
        Button found =
            buttons.computeIfAbsent(
                Integer.parseInt(button.group(1)),
                _ -> new Button(button.group(2), new TreeMap<>()));
        if (!found.type.equals(button.group(2))) {
          throw malformed(key);
        }
        put(
            found.parameters,
            Integer.parseInt(button.group(3)),
            button.group(4),
            button.group(4).equals("payload") ? payload(value) : value);
      } else if (whole && card.matches()) {
        cards
            .computeIfAbsent(Integer.parseInt(card.group(1)), _ -> new TreeMap<>())
            .put(card.group(2), value);
      } else {
        throw malformed(key);
      }
    });
    ArrayNode components = WhatsAppJson.MAPPER.createArrayNode();
    add(components, "header", header);
    add(components, "body", body);
    buttons.forEach((index, button) -> {
      ObjectNode component = components.addObject();
      component
          .put("type", "button")
          .put("sub_type", button.type)
          .put("index", String.valueOf(index));
      component.set("parameters", list("button[" + index + "]" + button.type, button.parameters));
    });
    if (!cards.isEmpty()) {
      ArrayNode into = components.addObject().put("type", "carousel").putArray("cards");
      cards.forEach((index, each) -> {
        ObjectNode card = into.addObject().put("card_index", index);
        card.set("components", components(each, false));
      });
    }
    return components;
  }

  private record Button(String type, Map<Integer, ObjectNode> parameters) {}

  private static void add(ArrayNode components, String type, Map<Integer, ObjectNode> parameters) {
    if (!parameters.isEmpty()) {
      ObjectNode component = components.addObject().put("type", type);
      component.set("parameters", list(type, parameters));
    }
  }

  /** All from 1 on. */
  private static ArrayNode list(String where, Map<Integer, ObjectNode> parameters) {
    ArrayNode list = WhatsAppJson.MAPPER.createArrayNode();
    parameters.forEach((place, parameter) -> {
      if (place != list.size() + 1) {
        throw new ImpossibleException(
            Code.TEMPLATE_INSUFFICIENT_PARAMETERS,
            "The template's parameters lack " + where + "[" + (list.size() + 1) + "].");
      }
      list.add(parameter);
    });
    return list;
  }

  /** Of {@code image.link} the type is image, and within it there is a link. */
  private static void put(Map<Integer, ObjectNode> into, int place, String field, String value) {
    ObjectNode parameter = into.computeIfAbsent(place, _ -> WhatsAppJson.object());
    if (field.equals("parameter_name")) {
      parameter.put(field, value);
      return;
    }
    List<String> path = new ArrayList<>(List.of(field.split("\\.")));
    String type = path.getFirst();
    String before = WhatsAppJson.text(parameter, "type");
    if (!before.isEmpty() && !before.equals(type)) {
      throw malformed(field);
    }
    parameter.put("type", type);
    String last = path.removeLast();
    ObjectNode at = parameter;
    for (String name : path) {
      if (at.has(name) && !at.path(name).isObject()) {
        throw malformed(field);
      }
      at = at.path(name) instanceof ObjectNode there ? there : at.putObject(name);
    }
    if (last.equals("amount_1000") && value.matches("-?[0-9]{1,18}")) {
      at.put(last, Long.parseLong(value));
    } else {
      at.put(last, value);
    }
  }

  /** The app's own data, and which message it was offered in, as far as there is room. */
  private String payload(String value) {
    String data = ChoiceData.of(message, 0, new Choice.Say("", value), Integer.MAX_VALUE);
    return value.isEmpty() || data.length() > WhatsAppLimits.PAYLOAD ? value : data;
  }

  private static ImpossibleException malformed(String key) {
    return new ImpossibleException(
        "The template's parameter "
            + WhatsAppLimits.preview(key, 60)
            + " is none of WhatsApp's: they are like body[1]text, header[1]image.link,"
            + " button[0]url[1]text and carousel[0]body[1]text.");
  }
}
