package dev.throughline.sandbox.meta;

import dev.throughline.sandbox.emulator.Bytes;
import dev.throughline.sandbox.emulator.ControlRefusal;
import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.emulator.Samples;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What people write to the business, of every kind, and whether the business has read it. */
final class Inbound {
  private static final int HISTORY = 20_000;
  private static final int REMEMBERED = 50_000;

  /** What a person can send, by {@code type}; the content lies under the same name. */
  static final Set<String> TYPES =
      Set.of(
          "text",
          "image",
          "video",
          "audio",
          "document",
          "sticker",
          "location",
          "contacts",
          "interactive",
          "button",
          "reaction",
          "order",
          "system",
          "unsupported");

  /**
   * @param read whether the business marked it as read
   * @param typing until when the person sees that the business types
   */
  record Received(
      Instant at,
      String wamid,
      String number,
      String type,
      String text,
      boolean read,
      Optional<Instant> typing) {
    ObjectNode json() {
      ObjectNode json = Json.object();
      json.put("at", at.toString()).put("id", wamid).put("from", number).put("type", type);
      json.put("text", text).put("read", read);
      typing.ifPresent(until -> json.put("typing_until", until.toString()));
      return json;
    }
  }

  private final MetaConfig config;
  private final Supplier<MetaSettings> settings;
  private final InstantSource clock;
  private final Accounts accounts;
  private final Media media;
  private final Limits limits;
  private final MetaWebhooks webhooks;
  private final UnaryOperator<String> wamids;
  private final Journal<Received> received = new Journal<>(HISTORY, 16L << 20, one -> 300);
  private final LinkedHashMap<String, Long> numbers = new LinkedHashMap<>();

  /**
   * @param wamids makes the id of a message with somebody's number
   */
  Inbound(
      MetaConfig config,
      Supplier<MetaSettings> settings,
      InstantSource clock,
      Accounts accounts,
      Media media,
      Limits limits,
      MetaWebhooks webhooks,
      UnaryOperator<String> wamids) {
    this.config = config;
    this.settings = settings;
    this.clock = clock;
    this.accounts = accounts;
    this.media = media;
    this.limits = limits;
    this.webhooks = webhooks;
    this.wamids = wamids;
  }

  Journal<Received> received() {
    return received;
  }

  /**
   * The person sends this and the window opens.
   *
   * @param message as it stands in a webhook, without {@code id}, {@code from} and {@code
   *     timestamp}
   * @return the wamid
   */
  String send(String number, String name, ObjectNode message) throws ControlRefusal {
    String type = Json.text(message, "type").orElse("");
    if (!TYPES.contains(type)) {
      throw new ControlRefusal(400, "type is one of " + TYPES.stream().sorted().toList() + ".");
    }
    if (!type.equals("unsupported") && !message.has(type)) {
      throw new ControlRefusal(400, "A message of type " + type + " has its content as " + type);
    }
    Instant now = clock.instant();
    Account account = accounts.change(number, known -> known.wrote(name, now));
    String wamid = wamids.apply(number);
    ObjectNode said = Json.object();
    if (!account.hidden()) {
      said.put("from", number);
    }
    said.put("from_user_id", account.userId());
    said.put("id", wamid).put("timestamp", Long.toString(now.getEpochSecond()));
    said.setAll(message.deepCopy());
    if (MessageRules.MEDIA.contains(type)) {
      said.set(type, attached(type, message.path(type)));
    }
    if (type.equals("unsupported") && !said.has("errors")) {
      said.putArray("errors")
          .add(GraphError.of(131051, "Message type is currently not supported").inWebhook());
    }
    ObjectNode value = Statuses.value(config);
    value.putArray("contacts").add(Statuses.contact(account));
    value.putArray("messages").add(said);
    limits.cameIn(settings.get(), now);
    remember(new Received(now, wamid, number, type, Wording.of(message), false, Optional.empty()));
    webhooks.enqueue(number, value);
    return wamid;
  }

  /** What the file is known by; its bytes come as {@code base64}, else a sample is made. */
  private ObjectNode attached(String type, JsonNode content) throws ControlRefusal {
    ObjectNode attached = content instanceof ObjectNode given ? given.deepCopy() : Json.object();
    if (attached.has("id")) {
      return attached;
    }
    Bytes bytes;
    String mime = Json.text(content, "mime_type").orElse(mime(type));
    Optional<String> base64 = Json.text(content, "base64");
    try {
      bytes =
          base64.isPresent()
              ? Bytes.of(Base64.getDecoder().decode(base64.get()))
              : Samples.of(type.equals("sticker") ? "image" : type, type.hashCode(), 3_000, 400);
    } catch (IllegalArgumentException e) {
      throw new ControlRefusal(400, "base64 is not base64.");
    }
    Media.File file = media.keep(mime, bytes);
    attached.remove("base64");
    attached.put("mime_type", mime).put("sha256", file.sha256()).put("id", file.id());
    if (type.equals("audio") && !attached.has("voice")) {
      attached.put("voice", true);
    }
    if (type.equals("sticker") && !attached.has("animated")) {
      attached.put("animated", false);
    }
    return attached;
  }

  private static String mime(String type) {
    return switch (type) {
      case "video" -> "video/mp4";
      case "audio" -> "audio/ogg; codecs=opus";
      case "document" -> "application/pdf";
      default -> "image/png";
    };
  }

  private synchronized void remember(Received one) {
    numbers.put(one.wamid(), received.add(one));
    if (numbers.size() > REMEMBERED) {
      numbers.pollFirstEntry();
    }
  }

  /** {@code {"status":"read","message_id":…,"typing_indicator"?}}. */
  synchronized GraphAnswer read(JsonNode asked, java.time.Duration typingFor) {
    String wamid = Json.text(asked, "message_id").orElse("");
    if (wamid.isEmpty()) {
      return GraphAnswer.refused(GraphError.missing("message_id"));
    }
    Long number = numbers.get(wamid);
    if (number == null) {
      return GraphAnswer.refused(GraphError.parameter("message_id is not one that was received"));
    }
    JsonNode typing = asked.path("typing_indicator");
    if (asked.has("typing_indicator") && !typing.path("type").stringValue("").equals("text")) {
      return GraphAnswer.refused(
          GraphError.parameter("Param typing_indicator['type'] must be text"));
    }
    List<Journal.Entry<Received>> found = received.after(number - 1, 1).entries();
    if (!found.isEmpty() && found.getFirst().number() == number) {
      Received one = found.getFirst().value();
      Optional<Instant> until =
          typing.isObject() ? Optional.of(clock.instant().plus(typingFor)) : one.typing();
      received.replace(
          number,
          new Received(one.at(), one.wamid(), one.number(), one.type(), one.text(), true, until));
    }
    return GraphAnswer.success();
  }
}
