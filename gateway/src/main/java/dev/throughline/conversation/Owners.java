package dev.throughline.conversation;

import dev.throughline.contract.Identities;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Owner;
import java.util.Optional;

/** Who owns what somebody says on a channel. */
public final class Owners {
  private Owners() {}

  /** The app, where a channel's addresses mean something within one app only. */
  public static Optional<AppId> scope(ChannelName channel, AppId app) {
    return Identities.isAppScoped(channel) ? Optional.of(app) : Optional.empty();
  }

  public static Owner.Person person(ProjectId project, AppId app, Identity identity) {
    return new Owner.Person(
        project, identity.channel(), scope(identity.channel(), app), identity.value());
  }
}
