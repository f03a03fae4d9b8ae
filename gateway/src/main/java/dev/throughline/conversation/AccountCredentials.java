package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AccountId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What each account needs at its provider, read from its credential once and kept as long as the
 * account's settings stand: asked for on every webhook.
 */
public final class AccountCredentials implements Function<Account, Optional<Channel.Credentials>> {
  private final Map<ChannelName, Channel> channels;
  private final Map<AccountId, Known> known = new ConcurrentHashMap<>();

  public AccountCredentials(Map<ChannelName, Channel> channels) {
    this.channels = Map.copyOf(channels);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A changed account is another object.
  public Optional<Channel.Credentials> apply(Account account) {
    Known found = known.get(account.id());
    if (found == null || found.account != account) {
      found = new Known(account, read(account));
      known.put(account.id(), found);
    }
    return found.credentials;
  }

  private Optional<Channel.Credentials> read(Account account) {
    return Optional.ofNullable(channels.get(account.channel()))
        .flatMap(channel -> channel.accounts().credentials(account.credential()));
  }

  private record Known(Account account, Optional<Channel.Credentials> credentials) {}
}
