package dev.throughline.consent;

import dev.throughline.contract.ConsentRequests;
import dev.throughline.contract.Json;
import dev.throughline.message.ConsentList;
import dev.throughline.message.ConsentSource;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import tools.jackson.databind.node.ObjectNode;

/** What a {@code consent} entry holds of somebody's own word. */
final class ConsentBody {
  private ConsentBody() {}

  static ObjectNode of(
      AppId app,
      Identity identity,
      ConsentList list,
      boolean out,
      ConsentSource source,
      String requestId) {
    ObjectNode body = Json.object();
    body.put("app_id", app.toString());
    body.putObject("recipient")
        .putObject("identified_by")
        .putArray("channel_identities")
        .addObject()
        .put("channel", identity.channel().value())
        .put("identity", identity.value());
    body.put("list_type", list.name());
    body.put("request_id", requestId);
    body.put(ConsentRequests.OPT, out ? "OUT" : "IN");
    body.put(ConsentRequests.SOURCE, source.name());
    return body;
  }
}
