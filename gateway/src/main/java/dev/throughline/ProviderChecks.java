package dev.throughline;

import dev.throughline.api.CredentialCheck;
import dev.throughline.channel.Channel;
import dev.throughline.channel.line.LineApi;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import java.util.Map;
import java.util.Optional;

/** Asks whichever provider an account is at; LINE says as well who the account is. */
final class ProviderChecks {
  private ProviderChecks() {}

  static CredentialCheck of(LineApi line, Map<ChannelName, Channel> channels) {
    CredentialCheck atLine = LineAccounts.check(line);
    return account ->
        account.channel().equals(ChannelName.LINE) ? atLine.check(account) : at(channels, account);
  }

  private static CredentialCheck.Result at(Map<ChannelName, Channel> channels, Account account) {
    Optional<Channel> channel = Optional.ofNullable(channels.get(account.channel()));
    return channel
        .flatMap(known -> known.accounts().credentials(account.credential()))
        .map(credentials -> channel.orElseThrow().check(credentials, CredentialCheck.DEADLINE))
        .<CredentialCheck.Result>map(said ->
            switch (said) {
              case Channel.Check.Good() -> new CredentialCheck.Result.Taken();
              case Channel.Check.Refused(String sentence) ->
                  new CredentialCheck.Result.Refused(sentence);
              case Channel.Check.Away() -> new CredentialCheck.Result.Unreachable();
              case Channel.Check.Untold() -> new CredentialCheck.Result.Untold();
            })
        .orElseGet(CredentialCheck.Result.Untold::new);
  }
}
