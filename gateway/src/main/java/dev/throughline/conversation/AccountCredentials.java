package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.Bytes;
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
  private final Map<ChannelName, Function<Bytes, Optional<Channel.Credentials>>> readers;
  private final Map<AccountId, Known> known = new ConcurrentHashMap<>();

  /** A reader a channel; it answers empty for a credential that cannot be used. */
  public AccountCredentials(
      Map<ChannelName, Function<Bytes, Optional<Channel.Credentials>>> readers) {
    this.readers = Map.copyOf(readers);
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
    return Optional.ofNullable(readers.get(account.channel()))
        .flatMap(reader -> reader.apply(account.credential()));
  }

  private record Known(Account account, Optional<Channel.Credentials> credentials) {}
}
