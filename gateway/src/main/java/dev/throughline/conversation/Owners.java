package dev.throughline.conversation;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.vault.Owner;
import java.util.Optional;

/** Who owns what somebody says on a channel. */
public final class Owners {
  private Owners() {}

  /** LINE's user ids are a provider's own, so the contract scopes them to the app. */
  public static Optional<AppId> scope(ChannelName channel, AppId app) {
    return channel.equals(ChannelName.LINE) ? Optional.of(app) : Optional.empty();
  }

  public static Owner.Person person(ProjectId project, AppId app, Identity identity) {
    return new Owner.Person(
        project, identity.channel(), scope(identity.channel(), app), identity.value());
  }
}
