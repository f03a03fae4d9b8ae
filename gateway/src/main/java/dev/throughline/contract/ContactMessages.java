package dev.throughline.contract;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a {@code contact_message} that a client gives (contract, 3.2): what a contact said
 * elsewhere.
 */
public final class ContactMessages {
  private static final int MAX_TEXT = 10_000;
  private static final int MAX_URL = 2_048;
  private static final int MAX_PRODUCTS = 100;

  private static final List<String> KINDS =
      List.of(
          "text_message",
          "media_message",
          "media_card_message",
          "location_message",
          "choice_response_message",
          "fallback_message",
          "product_response_message",
          "channel_specific_message");

  private ContactMessages() {}

  /** The message as it is kept: as it was given, once it is found to be one. */
  public static ObjectNode read(Fields message) {
    List<String> kinds = KINDS.stream().filter(message::has).toList();
    if (kinds.isEmpty()) {
      throw message.wrong("text_message", "is required.");
    }
    if (kinds.size() > 1) {
      throw message.wrong(kinds.getLast(), "stands beside " + kinds.getFirst() + ": give one.");
    }
    require(kinds.getFirst(), message.requiredObject(kinds.getFirst()));
    message.object("reply_to").ifPresent(replied -> replied.requiredString("message_id", MAX_TEXT));
    return message.json();
  }

  private static void require(String kind, Fields body) {
    switch (kind) {
      case "text_message" -> body.requiredString("text", MAX_TEXT);
      case "media_message", "media_card_message" ->
          SendRequests.webUrl(body, "url", body.requiredString("url", MAX_URL));
      case "location_message" -> {
        body.requiredString("title", MAX_TEXT);
        Fields coordinates = body.requiredObject("coordinates");
        coordinates.number("latitude", 90);
        coordinates.number("longitude", 180);
      }
      case "choice_response_message" -> {
        body.requiredString("message_id", MAX_TEXT);
        body.requiredString("postback_data", MAX_TEXT);
      }
      case "fallback_message" -> body.requiredString("raw_message", MAX_TEXT);
      case "product_response_message" -> {
        if (body.objects("products", MAX_PRODUCTS).isEmpty()) {
          throw body.wrong("products", "is required.");
        }
      }
      case "channel_specific_message" -> body.requiredString("message_type", MAX_TEXT);
      default -> throw new AssertionError("no kind of contact message: " + kind);
    }
  }
}
