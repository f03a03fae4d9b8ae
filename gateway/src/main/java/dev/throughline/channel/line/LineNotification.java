package dev.throughline.channel.line;

import dev.throughline.channel.line.LineActions.ImpossibleException;
import dev.throughline.message.Bytes;
import dev.throughline.message.Content.Filled;
import dev.throughline.message.Content.Notification;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * LINE's notification messages (spec line.md §2.8), which go to phone numbers: flexible ones, whose
 * messages LINE reviews beforehand, and those by a template of LINE's.
 */
final class LineNotification {
  static final String FLEXIBLE = "/bot/pnp/push";
  static final String TEMPLATED = "/v2/bot/message/pnp/templated/push";
  static final String TAG = "x-line-delivery-tag";

  static final String NO_PHONE =
      "LINE's notification messages go to phone numbers: give the recipient a LINE identity in"
          + " E.164 with +.";

  private static final String TEMPLATE_KEY = "templateKey";

  /** E.164 with its plus. */
  private static final Pattern PHONE = Pattern.compile("\\+[1-9][0-9]{6,14}");

  private static final Set<String> REFUSED = Set.of("image", "video", "audio");

  private LineNotification() {}

  static boolean isPhone(String address) {
    return PHONE.matcher(address).matches();
  }

  /** LINE knows phone numbers by their hash only. */
  static String hashed(String phone) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(phone.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 must exist in every JDK", e);
    }
  }

  static String path(Bytes rendered) {
    return rendered.asUtf8().startsWith("{\"" + TEMPLATE_KEY) ? TEMPLATED : FLEXIBLE;
  }

  static String rate(Bytes rendered) {
    return path(rendered).equals(TEMPLATED) ? LineRates.PNP_TEMPLATED : LineRates.PNP;
  }

  static Bytes templated(Notification notification) {
    ObjectNode json = LineJson.MAPPER.createObjectNode();
    json.put(TEMPLATE_KEY, notification.templateKey());
    ObjectNode body = json.putObject("body");
    notification
        .emphasized()
        .ifPresent(item -> fill(body.putObject("emphasizedItem"), "itemKey", "content", item));
    fill(body, "items", "itemKey", "content", notification.items());
    fill(body, "buttons", "buttonKey", "url", notification.buttons());
    return Bytes.wrap(LineJson.MAPPER.writeValueAsBytes(json));
  }

  /** What LINE takes in messages to users, and not in those to phone numbers. */
  static void check(JsonNode messages) {
    for (JsonNode message : messages) {
      if (REFUSED.contains(message.path("type").asString(""))) {
        throw new ImpossibleException(
            "LINE's notification messages hold no pictures, films or sounds: send text or Flex.");
      }
    }
  }

  private static void fill(
      ObjectNode body, String name, String key, String value, List<Filled> places) {
    if (!places.isEmpty()) {
      var array = body.putArray(name);
      places.forEach(place -> fill(array.addObject(), key, value, place));
    }
  }

  private static void fill(ObjectNode object, String key, String value, Filled place) {
    object.put(key, place.key()).put(value, place.value());
  }
}
