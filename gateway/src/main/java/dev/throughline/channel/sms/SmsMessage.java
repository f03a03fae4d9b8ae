package dev.throughline.channel.sms;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message in the form of this channel: what is kept of an attempt, and what {@code
 * messages:transcode} shows.
 *
 * @param sender instead of the account's own; a number, a short code or a name
 * @param flash shown at once and kept by nobody, where the provider can
 * @param promotional instead of what the account says of its messages
 * @param useful how long it is still to be delivered; not a part of its own form
 */
record SmsMessage(
    String text,
    Optional<String> sender,
    boolean flash,
    Optional<Boolean> promotional,
    Optional<Duration> useful) {
  private static final String TEXT = "text";
  private static final String PARTS = "parts";
  private static final String SENDER = "sender";
  private static final String FLASH = "flash";
  private static final String TYPE = "message_type";
  static final String PROMOTIONAL = "PROMOTIONAL";
  static final String TRANSACTIONAL = "TRANSACTIONAL";

  /** Of use for as long as the account says. */
  SmsMessage(String text, Optional<String> sender, boolean flash, Optional<Boolean> promotional) {
    this(text, sender, flash, promotional, Optional.empty());
  }

  SmsMessage within(Optional<Duration> time) {
    return new SmsMessage(text, sender, flash, promotional, time);
  }

  /** The shorter of its own time and the account's. */
  Optional<Duration> validity(Optional<Duration> ofAccount) {
    return useful
        .filter(own -> ofAccount.filter(other -> other.compareTo(own) < 0).isEmpty())
        .or(() -> ofAccount);
  }

  Bytes toJson(Segments segments) {
    ObjectNode json = Json.object();
    json.put(TEXT, text);
    json.put("encoding", segments.encoding().name());
    json.put("units", segments.units());
    json.put(PARTS, segments.parts().size());
    sender.ifPresent(value -> json.put(SENDER, value));
    if (flash) {
      json.put(FLASH, true);
    }
    promotional.ifPresent(value -> json.put(TYPE, value ? PROMOTIONAL : TRANSACTIONAL));
    return Json.bytes(json);
  }

  /** Into how many it is cut, of what {@link #toJson} wrote. */
  static int parts(Bytes rendered) {
    return Json.object(rendered).path(PARTS).asInt();
  }

  /** What {@link #toJson} wrote. */
  static SmsMessage of(Bytes rendered) {
    ObjectNode json = Json.object(rendered);
    return new SmsMessage(
        Json.string(json, TEXT)
            .orElseThrow(
                () -> new IllegalArgumentException("not rendered by this channel: " + rendered)),
        Json.string(json, SENDER),
        json.path(FLASH).asBoolean(false),
        Json.string(json, TYPE).map(PROMOTIONAL::equals));
  }

  /** Shows nothing of what it says. */
  @Override
  public String toString() {
    return "SmsMessage(" + text.length() + " characters)";
  }
}
