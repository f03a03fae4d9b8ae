package dev.throughline.channel.whatsapp;

import dev.throughline.message.Identity;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.databind.JsonNode;

/**
 * Goes through a webhook body once ({@code entry[].changes[].value}, spec providers.md B.3.1) and
 * finds where in its bytes each thing lies that is about somebody. What it does not understand it
 * leaves out; a body that is no such JSON yields nothing.
 */
final class WebhookScan {
  private static final JsonNode NOTHING = WhatsAppJson.MAPPER.missingNode();

  private final byte[] body;
  private final List<Change> changes = new ArrayList<>();
  private boolean understood;

  /** The time of the entry at hand, in seconds, or 0. */
  private long time;

  private WebhookScan(byte[] body) {
    this.body = body;
  }

  /**
   * One change of an entry.
   *
   * @param field what changed: {@code messages}, or something of the account
   * @param metadata whose number it is about
   * @param time of the entry, in seconds; 0 where it has none
   */
  record Change(Range range, String field, JsonNode metadata, long time, List<Element> elements) {
    Optional<String> phoneNumberId() {
      return WhatsAppIds.usable(WhatsAppJson.text(metadata, "phone_number_id"));
    }
  }

  /** Bytes {@code [from, to)}. */
  record Range(int from, int to) {}

  /**
   * An object in one of a change's lists.
   *
   * @param list the list's name
   */
  record Element(String list, Range range, JsonNode json) {
    Optional<Identity> owner() {
      return switch (list) {
        case "statuses" ->
            WhatsAppIds.identity(
                person("recipient_participant_id"),
                person("recipient_participant_user_id"),
                person("recipient_id"),
                person("recipient_user_id"),
                person("recipient_parent_user_id"));
        case "message_echoes" ->
            WhatsAppIds.identity(person("to"), person("to_user_id"), person("to_parent_user_id"));
        default ->
            WhatsAppIds.identity(
                person("from"),
                person("wa_id"),
                person("from_user_id"),
                person("user_id"),
                person("from_parent_user_id"),
                person("parent_user_id"));
      };
    }

    /** The user id of an owner who is known by a number, where both are told. */
    Optional<Identity> alias() {
      String user =
          switch (list) {
            case "statuses" -> first("recipient_participant_user_id", "recipient_user_id");
            case "message_echoes" -> first("to_user_id");
            default -> first("from_user_id", "user_id");
          };
      return owner().filter(owner -> WhatsAppIds.isPhone(owner.value())).isPresent()
              && WhatsAppIds.isUser(user)
          ? WhatsAppIds.identity(user)
          : Optional.empty();
    }

    private String first(String... names) {
      for (String name : names) {
        if (!person(name).isEmpty()) {
          return person(name);
        }
      }
      return "";
    }

    private String person(String name) {
      return WhatsAppJson.text(json, name);
    }
  }

  static WebhookScan of(byte[] body) {
    WebhookScan scan = new WebhookScan(body);
    try (JsonParser json = WhatsAppJson.FACTORY.createParser(ObjectReadContext.empty(), body)) {
      scan.root(json);
      scan.understood = json.nextToken() == null;
    } catch (JacksonException e) {
      scan.understood = false;
    }
    if (!scan.understood) {
      scan.changes.clear();
    }
    return scan;
  }

  /** False for what is no JSON object with a list of entries. */
  boolean understood() {
    return understood;
  }

  List<Change> changes() {
    return changes;
  }

  String text(Range range) {
    return new String(body, range.from(), range.to() - range.from(), StandardCharsets.UTF_8);
  }

  private void root(JsonParser json) {
    boolean entries = false;
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new NotOneException();
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      if (name.equals("entry") && value == JsonToken.START_ARRAY) {
        entries = true;
        while (json.nextToken() != JsonToken.END_ARRAY) {
          entry(json);
        }
      } else {
        json.skipChildren();
      }
    }
    if (!entries) {
      throw new NotOneException();
    }
  }

  private void entry(JsonParser json) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    int first = changes.size();
    time = 0;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      if (name.equals("changes") && value == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          change(json);
        }
      } else if (name.equals("time") && value == JsonToken.VALUE_NUMBER_INT) {
        time = json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? 0 : json.getLongValue();
      } else {
        json.skipChildren();
      }
    }
    for (int i = first; i < changes.size(); i++) {
      Change change = changes.get(i);
      changes.set(
          i, new Change(change.range, change.field, change.metadata, time, change.elements));
    }
  }

  private void change(JsonParser json) {
    int from = start(json);
    String field = "";
    JsonNode metadata = NOTHING;
    List<Element> elements = new ArrayList<>();
    if (json.currentToken() == JsonToken.START_OBJECT) {
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        JsonToken value = json.nextToken();
        if (name.equals("field") && value == JsonToken.VALUE_STRING) {
          field = json.getString();
        } else if (name.equals("value") && value == JsonToken.START_OBJECT) {
          metadata = value(json, elements);
        } else {
          json.skipChildren();
        }
      }
    } else {
      json.skipChildren();
    }
    changes.add(new Change(new Range(from, end(json)), field, metadata, 0, elements));
  }

  /** The change's metadata. */
  private JsonNode value(JsonParser json, List<Element> elements) {
    JsonNode metadata = NOTHING;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          int from = start(json);
          json.skipChildren();
          Range range = new Range(from, end(json));
          elements.add(new Element(name, range, tree(range)));
        }
      } else {
        int from = start(json);
        json.skipChildren();
        if (name.equals("metadata")) {
          metadata = tree(new Range(from, end(json)));
        }
      }
    }
    return metadata;
  }

  private JsonNode tree(Range range) {
    return WhatsAppJson.MAPPER.readTree(Arrays.copyOfRange(body, range.from(), range.to()));
  }

  private static int start(JsonParser json) {
    return (int) json.currentTokenLocation().getByteOffset();
  }

  /** Of strings and numbers the parser reads only the beginning before it is asked for more. */
  private static int end(JsonParser json) {
    json.finishToken();
    return (int) json.currentLocation().getByteOffset();
  }

  /** JSON of another form. */
  private static final class NotOneException extends JacksonException {
    private static final long serialVersionUID = 1;

    NotOneException() {
      super("no webhook of Meta's");
    }
  }
}
