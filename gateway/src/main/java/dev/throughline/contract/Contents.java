package dev.throughline.contract;

import dev.throughline.message.Bytes;
import dev.throughline.message.Content;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.Reason;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a contact said, as the contract writes it inside {@code contact_message}. */
public final class Contents {
  /** Where a message with a file stands; its address is empty until it is shown. */
  static final String MEDIA = "media_message";

  /** The same, with something written under the file. */
  static final String CAPTIONED = "media_card_message";

  /** Of a message that answers another (2.5); its {@code message_id} is the other's. */
  public static final String REPLY_TO = "reply_to";

  private Contents() {}

  public static ObjectNode toJson(Content.Inbound content, Optional<MessageId> replyTo) {
    ObjectNode message = toJson(content);
    replyTo.ifPresent(id -> message.putObject(REPLY_TO).put("message_id", id.toString()));
    return message;
  }

  public static ObjectNode toJson(Content.Inbound content) {
    ObjectNode message = Json.object();
    switch (content) {
      case Content.Text(String text) -> message.putObject("text_message").put("text", text);
      case Content.MediaCard(String url, String caption) ->
          message.putObject(CAPTIONED).put("url", url).put("caption", caption);
      case Content.Location location -> {
        ObjectNode place = message.putObject("location_message");
        place.put("title", location.title());
        place.put("label", location.label());
        ObjectNode coordinates = place.putObject("coordinates");
        coordinates.set("latitude", Json.number(location.latitude()));
        coordinates.set("longitude", Json.number(location.longitude()));
      }
      case Content.Attachment attachment ->
          attachment
              .caption()
              .ifPresentOrElse(
                  caption -> message.putObject(CAPTIONED).put("url", "").put("caption", caption),
                  () -> message.putObject(MEDIA).put("url", "").put("thumbnail_url", ""));
      case Content.Products ordered ->
          products(message.putObject("product_response_message"), ordered);
      case Content.Fallback(String raw, String why) -> {
        ObjectNode fallback = message.putObject("fallback_message").put("raw_message", raw);
        fallback
            .putObject("reason")
            .put("code", Reason.Code.UNSUPPORTED_OPERATION.name())
            .put("description", why)
            .put("sub_code", "UNSPECIFIED_SUB_CODE");
      }
      case Content.SpecificReply(String type, String json) -> {
        ObjectNode specific = message.putObject("channel_specific_message");
        specific.put("message_type", type);
        specific.set("message", Json.object(Bytes.utf8(json)));
      }
      case Content.ChoiceResponse response ->
          message
              .putObject("choice_response_message")
              .put("message_id", response.message().map(Object::toString).orElse(""))
              .put("postback_data", response.data());
    }
    return message;
  }

  private static void products(ObjectNode json, Content.Products ordered) {
    ArrayNode products = json.putArray("products");
    for (Content.Product product : ordered.products()) {
      ObjectNode each = products.addObject();
      each.put("id", product.id());
      each.put("marketplace", "FACEBOOK");
      each.put("quantity", product.quantity());
      if (!Double.isNaN(product.price())) {
        each.set("item_price", Json.number(product.price()));
      }
      each.put("currency", product.currency());
    }
    json.put("title", ordered.text());
    json.put("catalog_id", ordered.catalogId());
  }
}
