package dev.throughline.contract;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * An address as the contract shows it.
 *
 * @param identity empty where the person was erased
 * @param app set for channels whose addresses are an app's own
 */
public record ChannelIdentity(ChannelName channel, String identity, Optional<AppId> app) {
  public static ChannelIdentity of(Identity identity, AppId app) {
    return new ChannelIdentity(
        identity.channel(),
        identity.value(),
        Identities.isAppScoped(identity.channel()) ? Optional.of(app) : Optional.empty());
  }

  public ObjectNode json() {
    ObjectNode json = Json.object();
    json.put("channel", channel.value());
    json.put("identity", identity);
    json.put("app_id", app.map(AppId::toString).orElse(""));
    return json;
  }

  /** Shows nothing personal. */
  @Override
  public String toString() {
    return "ChannelIdentity[" + channel + "]";
  }
}
