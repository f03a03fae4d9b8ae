package dev.throughline.channel.line;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The properties that LINE documents for events (spec line.md §1.3 to §1.5, webhook.yml), as a tree
 * of names; elements of lists stand at the place of the list. Messages and pickers of all types
 * share one object each: a property counts as documented if one of the types has it.
 */
final class Documented {
  private static final String PROPERTIES =
      """
      type mode timestamp webhookEventId replyToken
      deliveryContext.isRedelivery
      source.type source.userId source.groupId source.roomId
      message.type message.id message.text message.quoteToken message.markAsReadToken
      message.quotedMessageId
      message.emojis.index message.emojis.length message.emojis.productId message.emojis.emojiId
      message.mention.mentionees.type message.mention.mentionees.index
      message.mention.mentionees.length message.mention.mentionees.userId
      message.mention.mentionees.isSelf
      message.contentProvider.type message.contentProvider.originalContentUrl
      message.contentProvider.previewImageUrl
      message.imageSet.id message.imageSet.index message.imageSet.total
      message.duration message.fileName message.fileSize
      message.title message.address message.latitude message.longitude
      message.packageId message.stickerId message.stickerResourceType message.keywords
      unsend.messageId follow.isUnblocked videoPlayComplete.trackingId delivery.data
      joined.members.type joined.members.userId joined.members.groupId joined.members.roomId
      left.members.type left.members.userId left.members.groupId left.members.roomId
      postback.data postback.params.date postback.params.time postback.params.datetime
      postback.params.newRichMenuAliasId postback.params.status
      beacon.hwid beacon.type beacon.dm
      link.result link.nonce
      membership.type membership.membershipId
      module.type module.botId module.scopes module.reason
      chatControl.expireAt
      """;

  private static final Set<String> EVENTS =
      Set.of(
          ("message messageEdited unsend follow unfollow join leave memberJoined memberLeft"
                  + " postback videoPlayComplete beacon accountLink membership module activated"
                  + " deactivated botSuspended botResumed delivery")
              .split(" "));

  private static final Set<String> MESSAGES =
      Set.of("text", "image", "video", "audio", "file", "location", "sticker");

  private static final Set<String> SOURCES = Set.of("user", "group", "room");
  private static final Set<String> MODES = Set.of("active", "standby");

  static final Documented EVENT = tree();
  static final Documented MESSAGE = EVENT.known("message");

  private final Map<String, Documented> members = new HashMap<>();

  private Documented() {}

  private static Documented tree() {
    Documented root = new Documented();
    for (String path : PROPERTIES.strip().split("\\s+")) {
      Documented at = root;
      for (String name : path.split("\\.")) {
        at = at.members.computeIfAbsent(name, _ -> new Documented());
      }
    }
    return root;
  }

  /** What is documented under a name that is. */
  Documented known(String name) {
    Documented member = members.get(name);
    if (member == null) {
      throw new IllegalArgumentException("LINE documents no " + name);
    }
    return member;
  }

  /** The event without what LINE does not document; as it is if it cannot be read. */
  static String only(String event) {
    return Json.parse(Bytes.utf8(event))
        .filter(JsonNode::isObject)
        .map(json -> {
          EVENT.strip(json);
          return Json.text(json);
        })
        .orElse(event);
  }

  private void strip(JsonNode json) {
    if (json instanceof ObjectNode object) {
      object.properties().removeIf(member -> !members.containsKey(member.getKey()));
      object.properties().forEach(member -> known(member.getKey()).strip(member.getValue()));
    } else if (json.isArray()) {
      json.forEach(this::strip);
    }
  }

  /** What of one event LINE does not document, by path. */
  static final class Rest {
    /** Enough to see what is new; an event with more says so by these. */
    private static final int MAX_PATHS = 16;

    private static final int MAX_NAME = 64;

    private final List<String> paths = new ArrayList<>(0);

    List<String> paths() {
      return paths;
    }

    /** Skips the value that the parser stands at, a member of an object that lies at a path. */
    void skip(JsonParser json, Documented object, String path, String name) {
      @Nullable Documented member = object.members.get(name);
      if (member == null) {
        add(path + printable(name));
        json.skipChildren();
      } else if (member.members.isEmpty()) {
        json.skipChildren();
      } else {
        walk(json, member, path + name + ".");
      }
    }

    private void walk(JsonParser json, Documented at, String path) {
      if (json.isExpectedStartObjectToken()) {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
          json.nextToken();
          skip(json, at, path, name);
        }
      } else if (json.isExpectedStartArrayToken()) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          walk(json, at, path);
        }
      } else {
        json.skipChildren();
      }
    }

    /** A kind that LINE may have added: its own word for it is part of the path. */
    void kinds(
        @Nullable String event,
        @Nullable String message,
        @Nullable String source,
        @Nullable String mode) {
      kind("type=", event, EVENTS);
      kind("message.type=", message, MESSAGES);
      kind("source.type=", source, SOURCES);
      kind("mode=", mode, MODES);
    }

    private void kind(String path, @Nullable String kind, Set<String> documented) {
      if (kind != null && !documented.contains(kind)) {
        add(path + printable(kind));
      }
    }

    private void add(String path) {
      if (paths.size() < MAX_PATHS && !paths.contains(path)) {
        paths.add(path);
      }
    }

    /** Names are LINE's; one that does not look like a name is not repeated. */
    private static String printable(String name) {
      boolean isName =
          !name.isEmpty()
              && name.length() <= MAX_NAME
              && name.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '_'));
      return isName ? name : "?";
    }
  }
}
