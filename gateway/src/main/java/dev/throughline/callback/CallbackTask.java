package dev.throughline.callback;

import dev.throughline.contract.Json;
import dev.throughline.message.Bytes;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.WebhookId;
import dev.throughline.message.Ulids;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a {@code callback} task does.
 *
 * @param webhook where it goes, unless the send named an address of its own
 * @param url that address
 * @param body the same bytes at every try
 */
record CallbackTask(Optional<WebhookId> webhook, Optional<String> url, AppId app, Bytes body) {

  Bytes toBytes() {
    ObjectNode json = Json.object();
    webhook.ifPresent(id -> json.put("webhook", id.toString()));
    url.ifPresent(address -> json.put("url", address));
    json.put("app", app.toString());
    json.put("body", body.asUtf8());
    return Json.bytes(json);
  }

  static CallbackTask of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return new CallbackTask(
        Json.string(json, "webhook").flatMap(Ulids::parse).map(WebhookId::new),
        Json.string(json, "url"),
        Json.string(json, "app")
            .flatMap(Ulids::parse)
            .map(AppId::new)
            .orElseThrow(() -> new IllegalStateException("a callback task without app")),
        Bytes.utf8(Json.string(json, "body").orElse("")));
  }
}
