package dev.throughline.outbound;

import dev.throughline.contract.Json;
import dev.throughline.ledger.Ulid;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ulids;
import tools.jackson.databind.node.ObjectNode;

/** What a {@code reach} task looks for. */
record ReachBody(AppId app, AccountId account, Identity recipient, String requestId) {
  Bytes toBytes() {
    ObjectNode json = Json.object();
    json.put("app", app.toString());
    json.put("account", account.toString());
    json.put("channel", recipient.channel().value());
    json.put("recipient", recipient.value());
    json.put("request_id", requestId);
    return Json.bytes(json);
  }

  static ReachBody of(Bytes bytes) {
    ObjectNode json = Json.object(bytes);
    return new ReachBody(
        new AppId(id(json, "app")),
        new AccountId(id(json, "account")),
        new Identity(new ChannelName(text(json, "channel")), text(json, "recipient")),
        text(json, "request_id"));
  }

  private static String text(ObjectNode json, String name) {
    return Json.string(json, name)
        .orElseThrow(() -> new IllegalStateException("a reach task without " + name));
  }

  private static Ulid id(ObjectNode json, String name) {
    return Ulids.parse(text(json, name))
        .orElseThrow(() -> new IllegalStateException("a reach task with a malformed " + name));
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "ReachBody[" + app + "]";
  }
}
