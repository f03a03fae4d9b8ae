package dev.throughline.contract;

import dev.throughline.message.AppMessage;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.MessageClass;
import dev.throughline.message.PlannedStep;
import dev.throughline.message.SendRequest;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the body of {@code messages:send}. Pure: the API refuses by it and the fold acts by it, on
 * the same bytes, so that whatever was accepted once is understood the same way ever after.
 */
public final class SendRequests {
  public static final int MAX_METADATA = 1_024;
  public static final int MAX_CORRELATION_ID = 128;
  public static final int MAX_TARGET = 742;

  private static final int MAX_CONVERSATION_METADATA = 2_048;
  private static final int MAX_PROPERTY = 1_024;
  private static final int MAX_IDENTITIES = 20;
  private static final int MAX_CHANNELS = 20;

  private static final Pattern SECONDS = Pattern.compile("(\\d{1,12})(?:\\.\\d{1,9})?s");
  private static final long MIN_TTL_SECONDS = 3;
  private static final long MAX_TTL_SECONDS = 315_576_000_000L;

  /** What became of reading a body. */
  public sealed interface Parsed {
    record Valid(SendRequest send) implements Parsed {}

    /**
     * @param field where, such as {@code message.text_message.text}; empty for the body as a whole
     * @param sentence a whole sentence for the client
     */
    record Wrong(String field, String sentence) implements Parsed {}

    default Optional<SendRequest> request() {
      return this instanceof Valid(SendRequest send) ? Optional.of(send) : Optional.empty();
    }
  }

  private SendRequests() {}

  public static Parsed parse(Bytes body) {
    try {
      return new Parsed.Valid(read(Fields.of(Json.request(body))));
    } catch (WrongFieldException e) {
      return new Parsed.Wrong(e.field(), e.sentence());
    }
  }

  private static SendRequest read(Fields fields) {
    AppId app = app(fields);
    Recipient recipient = recipient(fields.requiredObject("recipient"));
    AppMessage message = AppMessages.read(fields.requiredObject("message"));
    boolean dispatchOnly =
        fields
            .oneOf("processing_strategy", Set.of("DEFAULT", "DISPATCH_ONLY"))
            .filter("DISPATCH_ONLY"::equals)
            .isPresent();
    if (dispatchOnly && recipient instanceof Recipient.ByContact) {
      throw fields.wrong("recipient.contact_id", "cannot be used with DISPATCH_ONLY.");
    }
    Optional<MessageClass> messageClass = messageClass(fields);
    boolean urgent = fields.bool("urgent").orElse(false);
    if (urgent && messageClass.filter(MessageClass.MARKETING::equals).isPresent()) {
      throw fields.wrong("urgent", "cannot be said of CONTENT_MARKETING.");
    }
    List<ChannelName> priority = channels(fields, "channel_priority_order");
    List<PlannedStep> plan = DeliveryPlans.read(fields);
    if (!plan.isEmpty() && !priority.isEmpty()) {
      throw fields.wrong("delivery_plan", "stands beside channel_priority_order: send one.");
    }
    return new SendRequest(
        app,
        recipient,
        message,
        priority,
        fields.string("message_metadata", MAX_METADATA).orElse(""),
        conversationMetadata(fields),
        isMerge(fields, "conversation_metadata_update_strategy"),
        fields.string("correlation_id", MAX_CORRELATION_ID).filter(id -> !id.isEmpty()),
        fields
            .string("callback_url", MAX_TARGET)
            .filter(url -> !url.isEmpty())
            .map(url -> webUrl(fields, "callback_url", url)),
        ttl(fields),
        fields
            .oneOf("queue", Set.of("NORMAL_PRIORITY", "HIGH_PRIORITY"))
            .filter("HIGH_PRIORITY"::equals)
            .isPresent(),
        dispatchOnly,
        fields.stringMap("channel_properties", MAX_PROPERTY),
        messageClass,
        urgent,
        plan,
        schedule(fields),
        fields.bool("validate_only").orElse(false));
  }

  private static Optional<Instant> schedule(Fields fields) {
    return fields
        .object("schedule")
        .map(schedule -> {
          try {
            return OffsetDateTime.parse(schedule.requiredString("at", MAX_METADATA)).toInstant();
          } catch (DateTimeParseException e) {
            throw schedule.wrong("at", "must be an RFC 3339 time, such as 2026-11-21T09:00:00Z.");
          }
        });
  }

  /** CONTENT_UNKNOWN says no more than nothing does; CONTENT_CONVERSATION is an extension. */
  private static Optional<MessageClass> messageClass(Fields fields) {
    return fields
        .oneOf(
            "message_content_type",
            Set.of(
                "CONTENT_UNKNOWN",
                "CONTENT_MARKETING",
                "CONTENT_NOTIFICATION",
                "CONTENT_CONVERSATION"))
        .map(type -> type.substring("CONTENT_".length()))
        .filter(type -> !type.equals("UNKNOWN"))
        .map(MessageClass::valueOf);
  }

  /** The app that a request is about. */
  public static AppId app(Fields fields) {
    return Ulids.parse(fields.requiredString("app_id", MAX_METADATA))
        .map(AppId::new)
        .orElseThrow(() -> fields.wrong("app_id", "must be a ULID."));
  }

  /** By contact or by addresses, never both. */
  public static Recipient recipient(Fields fields) {
    Optional<String> contact =
        fields.string("contact_id", MAX_METADATA).filter(id -> !id.isEmpty());
    Optional<Fields> identified = fields.object("identified_by");
    if (contact.isPresent() == identified.isPresent()) {
      throw fields.wrong("", "must have either contact_id or identified_by.");
    }
    if (contact.isPresent()) {
      return new Recipient.ByContact(
          Ulids.parse(contact.get())
              .map(ContactId::new)
              .orElseThrow(() -> fields.wrong("contact_id", "must be a ULID.")));
    }
    Fields by = identified.get();
    List<Identity> identities = new ArrayList<>();
    for (Fields entry : by.objects("channel_identities", MAX_IDENTITIES)) {
      identities.add(Identities.read(entry));
    }
    if (identities.isEmpty()) {
      throw by.wrong("channel_identities", "is required.");
    }
    return new Recipient.ByIdentities(identities);
  }

  /** Channels by name, each once. */
  public static List<ChannelName> channels(Fields fields, String name) {
    List<ChannelName> channels = new ArrayList<>();
    for (String value : fields.strings(name, MAX_CHANNELS)) {
      ChannelName channel =
          Identities.channel(fields.path(name) + "[" + channels.size() + "]", value);
      if (!channels.contains(channel)) {
        channels.add(channel);
      }
    }
    return channels;
  }

  private static Optional<String> conversationMetadata(Fields fields) {
    Optional<String> text =
        fields.object("conversation_metadata").map(metadata -> Json.text(metadata.json()));
    if (text.isPresent() && text.get().length() > MAX_CONVERSATION_METADATA) {
      throw fields.wrong(
          "conversation_metadata",
          "must have at most " + MAX_CONVERSATION_METADATA + " characters.");
    }
    return text;
  }

  /** Whether an update strategy is MERGE_PATCH (RFC 7386) and not REPLACE, the default. */
  public static boolean isMerge(Fields fields, String name) {
    return fields
        .oneOf(name, Set.of("REPLACE", "MERGE_PATCH"))
        .filter("MERGE_PATCH"::equals)
        .isPresent();
  }

  private static Optional<Duration> ttl(Fields fields) {
    return seconds(fields, "ttl", MIN_TTL_SECONDS, MAX_TTL_SECONDS);
  }

  /** Whole seconds written as {@code 60s}; absent if empty. */
  static Optional<Duration> seconds(Fields fields, String name, long min, long max) {
    Optional<String> text = fields.string(name, MAX_METADATA).filter(given -> !given.isEmpty());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher matcher = SECONDS.matcher(text.get());
    if (!matcher.matches()) {
      throw fields.wrong(name, "must be seconds followed by s, such as 60s.");
    }
    long seconds = Long.parseLong(matcher.group(1));
    if (seconds < min || seconds > max) {
      throw fields.wrong(name, "must be from " + min + "s to " + max + "s.");
    }
    return Optional.of(Duration.ofSeconds(seconds));
  }

  /** An absolute http or https URL with a host. Whether it may be called is not decided here. */
  public static String webUrl(Fields fields, String name, String value) {
    try {
      URI uri = new URI(value);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
        return value;
      }
    } catch (URISyntaxException e) {
      // answered below, as every other value that is no such URL
    }
    throw fields.wrong(name, "must be an absolute http or https URL.");
  }
}
