package dev.throughline.contract;

import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The request of the AWS sample for omnichannel fallback (docs/migrate-from-aws-sample.md): a
 * primary channel {@code pc} and a fallback channel {@code fc}. What else {@code messages:send}
 * takes may stand beside them. Pure.
 *
 * @param within how long the primary channel has; empty leaves it to the app
 * @param app which of the project's apps sends, where the senders do not tell
 */
public record Omnichannel(
    UseCase useCase, Optional<Duration> within, Optional<AppId> app, ObjectNode json) {
  public static final String PRIMARY = "pc";
  public static final String FALLBACK = "fc";

  private static final String APP = "app_id";
  private static final String USE_CASE = "use_case";
  private static final String WITHIN = "fallback_seconds";

  private static final int MAX_NAME = 256;
  private static final int MAX_TEXT = 100_000;

  /** RFC 5322, 2.1.1, for a line with its name. */
  private static final int MAX_SUBJECT = 995;

  private static final int MAX_WITHIN_DIGITS = 9;

  /** With the rest of a message's own form below what {@code explicit_channel_message} takes. */
  private static final int MAX_MAIL = 900_000;

  private static final Map<String, ChannelName> CHANNELS =
      Map.of(
          "line",
          ChannelName.LINE,
          "whatsapp",
          ChannelName.WHATSAPP,
          "sms",
          ChannelName.SMS,
          "email",
          ChannelName.EMAIL);

  /** What is said of a send and means the same here. */
  private static final List<String> OF_A_SEND =
      List.of(
          "validate_only",
          "message_content_type",
          "urgent",
          "message_metadata",
          "conversation_metadata",
          "conversation_metadata_update_strategy",
          "correlation_id",
          "callback_url",
          "ttl",
          "queue",
          "schedule",
          "processing_strategy");

  /** What the two channels are for. */
  public enum UseCase {
    /** The second one where the first one does not reach the person in time. */
    FALLBACK,
    /** Both, each a message of its own. */
    BROADCAST
  }

  /**
   * One of the two channels, and what is said there.
   *
   * @param name {@code pc} or {@code fc}
   * @param sender what the message comes from, as the provider or the gateway calls it
   * @param message in the form of {@code messages:send}
   * @param messageType PROMOTIONAL or TRANSACTIONAL, of an SMS that says so
   * @param configurationSet the one of AWS's that its events shall come by
   */
  public record Part(
      String name,
      ChannelName channel,
      Optional<String> sender,
      Identity recipient,
      ObjectNode message,
      Optional<String> messageType,
      Optional<String> configurationSet) {
    public WrongFieldException wrong(String field, String sentence) {
      return new WrongFieldException(name + "." + field, sentence);
    }

    /** The field that says what is said there. */
    public String content() {
      return word(channel);
    }

    /** Shows nothing personal. */
    @Override
    public String toString() {
      return "Part[" + name + ", " + channel + "]";
    }
  }

  /**
   * @throws WrongFieldException if it is no such request; its two channels are not looked at
   */
  public static Omnichannel read(Bytes body) {
    ObjectNode json = Json.request(body);
    Fields fields = Fields.of(json);
    UseCase useCase =
        switch (fields.oneOf(USE_CASE, Set.of("fallback", "broadcast")).orElse("")) {
          case "fallback" -> UseCase.FALLBACK;
          case "broadcast" -> UseCase.BROADCAST;
          default -> throw fields.wrong(USE_CASE, "is required: fallback or broadcast.");
        };
    for (String part : List.of(PRIMARY, FALLBACK)) {
      if (!fields.has(part)) {
        throw fields.wrong(part, "is required.");
      }
    }
    return new Omnichannel(
        useCase,
        useCase == UseCase.FALLBACK ? within(fields) : Optional.empty(),
        fields.has(APP) ? Optional.of(SendRequests.app(fields)) : Optional.empty(),
        json);
  }

  /** Seconds as the sample takes them: a number, or a text of digits. */
  private static Optional<Duration> within(Fields fields) {
    Optional<JsonNode> given = fields.node(WITHIN);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    String text =
        given.get().isString()
            ? given.get().stringValue().strip()
            : given.get().isIntegralNumber() ? given.get().asString() : "";
    boolean whole = text.matches("[0-9]{1," + MAX_WITHIN_DIGITS + "}");
    long seconds = whole ? Long.parseLong(text) : 0;
    if (seconds < 1 || seconds > DeliveryPlans.MAX_WITHIN_SECONDS) {
      throw fields.wrong(
          WITHIN,
          "must be whole seconds from 1 to "
              + DeliveryPlans.MAX_WITHIN_SECONDS
              + ": 30 days; to reach somebody on both channels at once, say broadcast.");
    }
    return Optional.of(Duration.ofSeconds(seconds));
  }

  /**
   * What one of the two channels is asked for.
   *
   * @throws WrongFieldException saying what is wrong with it
   */
  public Part part(String name) {
    Fields part = Fields.of(json).requiredObject(name);
    ChannelName channel =
        part.oneOf("channel", CHANNELS.keySet())
            .map(CHANNELS::get)
            .orElseThrow(() -> part.wrong("channel", "is required: " + channelNames() + "."));
    Fields content = part.requiredObject(word(channel));
    Optional<String> messageType =
        channel.equals(ChannelName.SMS)
            ? content.oneOf("message_type", Set.of("PROMOTIONAL", "TRANSACTIONAL"))
            : Optional.empty();
    boolean overSets = channel.equals(ChannelName.SMS) || channel.equals(ChannelName.EMAIL);
    return new Part(
        name,
        channel,
        part.string("sender", MAX_NAME).map(String::strip).filter(text -> !text.isEmpty()),
        recipient(part, channel),
        channel.equals(ChannelName.EMAIL) ? mail(content) : text(content),
        messageType,
        overSets
            ? content.string("configuration_set", MAX_NAME).filter(text -> !text.isEmpty())
            : Optional.empty());
  }

  private static Identity recipient(Fields part, ChannelName channel) {
    String value =
        Identities.normal(channel, part.requiredString("recipient", Identities.MAX_LENGTH).strip());
    Identities.problem(channel, value)
        .ifPresent(sentence -> {
          throw part.wrong("recipient", sentence);
        });
    return new Identity(channel, value);
  }

  private static ObjectNode text(Fields content) {
    ObjectNode message = Json.object();
    message.putObject("text_message").put("text", content.requiredString("message", MAX_TEXT));
    return message;
  }

  /** A mail's own form: what the app wrote goes out as it is. */
  private static ObjectNode mail(Fields content) {
    ObjectNode mail = Json.object();
    Optional<String> template =
        content.string("template", MAX_NAME).filter(name -> !name.isEmpty());
    if (template.isPresent()) {
      mail.putObject("Content")
          .putObject("Template")
          .put("TemplateName", template.get())
          .put("TemplateData", "{}");
    } else {
      mail.put("Subject", content.requiredString("subject", MAX_SUBJECT));
      content.string("html", MAX_MAIL).ifPresent(html -> mail.put("Html", html));
      content.string("text", MAX_MAIL).ifPresent(text -> mail.put("Text", text));
      if (mail.path("Html").asString("").isEmpty() && mail.path("Text").asString("").isEmpty()) {
        throw content.wrong("text", "or html is required, or template.");
      }
    }
    String text = Json.text(mail);
    if (text.length() > MAX_MAIL) {
      throw content.wrong("", "must have at most " + MAX_MAIL + " characters in all.");
    }
    ObjectNode message = Json.object();
    message.putObject("explicit_channel_message").put(ChannelName.EMAIL.value(), text);
    return message;
  }

  /** What the whole request says of sends, as {@code messages:send} takes it. */
  public Map<String, JsonNode> ofSends() {
    Fields fields = Fields.of(json);
    Map<String, JsonNode> given = new LinkedHashMap<>();
    OF_A_SEND.forEach(name -> fields.node(name).ifPresent(value -> given.put(name, value)));
    return given;
  }

  /** The request as far as it is about one of its parts. */
  public Bytes about(List<Part> parts) {
    ObjectNode about = json.deepCopy();
    List<String> names = parts.stream().map(Part::name).toList();
    for (String name : List.of(PRIMARY, FALLBACK)) {
      if (!names.contains(name)) {
        about.remove(name);
      }
    }
    return Json.bytes(about);
  }

  private static String word(ChannelName channel) {
    return CHANNELS.entrySet().stream()
        .filter(entry -> entry.getValue().equals(channel))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static String channelNames() {
    return String.join(", ", new TreeSet<>(CHANNELS.keySet()));
  }

  /** Shows nothing that people wrote. */
  @Override
  public String toString() {
    return "Omnichannel[" + useCase + "]";
  }
}
