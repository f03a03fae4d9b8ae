package dev.throughline.channel.line;

import dev.throughline.channel.ChoiceData;
import dev.throughline.message.Choice;
import dev.throughline.message.Content.Location;
import dev.throughline.message.Ids.MessageId;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What tapping something does (spec line.md §3.3). */
final class LineActions {
  /** Characters of a label, in templates and quick replies, and on buttons of Flex messages. */
  static final int MAX_LABEL = 20;

  /** Of a postback, in UTF-16 units. */
  private static final int MAX_DATA = 300;

  static final int MAX_FLEX_LABEL = 40;

  private static final int MAX_URI = 1_000;
  private static final int MAX_DISPLAY_TEXT = 300;

  private final MessageId message;
  private final List<Choice> all;
  private final boolean externalBrowser;

  /**
   * @param all that the message offers, in order
   * @param externalBrowser pages open outside LINE
   */
  LineActions(MessageId message, List<Choice> all, boolean externalBrowser) {
    this.message = message;
    this.all = all;
    this.externalBrowser = externalBrowser;
  }

  /** A choice that LINE cannot offer, whatever form the message has. */
  static final class ImpossibleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ImpossibleException(String why) {
      super(why);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * @param labelled whether the title goes on it as its label
   */
  ObjectNode of(Choice choice, boolean labelled) {
    ObjectNode action = LineJson.MAPPER.createObjectNode();
    action.put("type", choice instanceof Choice.Say ? "postback" : "uri");
    if (labelled) {
      action.put("label", choice.title());
    }
    switch (choice) {
      case Choice.Say say -> {
        action.put("data", ChoiceData.of(message, all.indexOf(say), say, MAX_DATA));
        if (LineText.clusters(say.title(), MAX_DISPLAY_TEXT) <= MAX_DISPLAY_TEXT) {
          action.put("displayText", say.title());
        }
      }
      case Choice.Open open -> action.put("uri", page(open.url()));
      case Choice.Call call -> action.put("uri", "tel:" + call.phoneNumber());
      case Choice.Show show -> action.put("uri", map(show.place()));
      case Choice.Note note -> action.put("uri", page(note.fallbackUrl()));
      case Choice.ShareLocation share -> action.put("uri", page(share.fallbackUrl()));
    }
    return action;
  }

  /** A quick reply, which can ask for the contact's place as well. */
  ObjectNode quickReply(Choice choice) {
    ObjectNode item = LineJson.MAPPER.createObjectNode();
    item.put("type", "action");
    if (choice instanceof Choice.ShareLocation) {
      item.putObject("action").put("type", "location").put("label", choice.title());
    } else {
      item.set("action", of(choice, true));
    }
    return item;
  }

  static boolean fits(Choice choice, int maxLabel) {
    return LineText.clusters(choice.title(), maxLabel) <= maxLabel;
  }

  /** As LINE wants addresses: percent-encoded, within its limit. */
  String page(String url) {
    String encoded = ascii(url);
    if (externalBrowser) {
      int fragment = encoded.indexOf('#');
      String base = fragment < 0 ? encoded : encoded.substring(0, fragment);
      encoded =
          base
              + (base.indexOf('?') < 0 ? "?" : "&")
              + "openExternalBrowser=1"
              + (fragment < 0 ? "" : encoded.substring(fragment));
    }
    if (encoded.length() > MAX_URI) {
      throw new ImpossibleException(
          "A link on LINE has at most %d characters, and this one has %d: shorten it."
              .formatted(MAX_URI, encoded.length()));
    }
    return encoded;
  }

  /** Of a picture or film: LINE takes https only. */
  static Optional<String> secure(String url, int max) {
    String encoded = ascii(url);
    boolean secure = encoded.regionMatches(true, 0, "https:", 0, "https:".length());
    return secure && encoded.length() <= max ? Optional.of(encoded) : Optional.empty();
  }

  /** An address that was checked before; the usual one holds nothing to encode. */
  private static String ascii(String url) {
    for (int i = 0; i < url.length(); i++) {
      if (url.charAt(i) >= 0x80) {
        return URI.create(url).toASCIIString();
      }
    }
    return url;
  }

  private static String map(Location place) {
    return "https://www.google.com/maps/search/?api=1&query="
        + place.latitude()
        + "%2C"
        + place.longitude();
  }
}
