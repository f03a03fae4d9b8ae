package dev.throughline;

import dev.throughline.api.CredentialCheck;
import dev.throughline.api.ProfileLookup;
import dev.throughline.channel.line.LineAccountForm;
import dev.throughline.channel.line.LineApi;
import dev.throughline.channel.line.LineCredentials;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Reason;
import java.util.Optional;

/** LINE's part of the contract's credential entries. */
final class LineAccounts {
  private LineAccounts() {}

  /** Asks LINE who the account is. */
  static CredentialCheck check(LineApi line) {
    return account -> {
      Optional<LineCredentials> credentials =
          account.channel().equals(ChannelName.LINE)
              ? LineAccountForm.of(account.credential())
              : Optional.empty();
      if (credentials.isEmpty()) {
        return refused(account);
      }
      return switch (line.botInfo(credentials.get(), CredentialCheck.DEADLINE)) {
        case LineApi.Result.Ok<LineApi.BotInfo>(LineApi.BotInfo bot) ->
            new CredentialCheck.Result.Accepted(bot.userId());
        case LineApi.Result.Refused<LineApi.BotInfo> _ ->
            new CredentialCheck.Result.Refused(
                "LINE refuses the channel access token: issue a new one and save it here.");
        case LineApi.Result.Absent<LineApi.BotInfo> _,
            LineApi.Result.Unavailable<LineApi.BotInfo> _ ->
            new CredentialCheck.Result.Unreachable();
      };
    };
  }

  /** Asks LINE how somebody calls themselves. */
  static ProfileLookup profiles(LineApi line) {
    return (account, identity) -> {
      Optional<LineCredentials> credentials =
          account.channel().equals(ChannelName.LINE)
              ? LineAccountForm.of(account.credential())
              : Optional.empty();
      if (credentials.isEmpty()) {
        return new ProfileLookup.Result.Refused(
            "The app has no usable credential for the channel " + account.channel() + ".");
      }
      return switch (line.profile(credentials.get(), identity, ProfileLookup.DEADLINE)) {
        case LineApi.Result.Ok<LineApi.Profile>(LineApi.Profile profile) ->
            new ProfileLookup.Result.Found(profile.displayName());
        case LineApi.Result.Absent<LineApi.Profile> _ -> new ProfileLookup.Result.Absent();
        case LineApi.Result.Refused<LineApi.Profile>(int _, Reason reason) ->
            new ProfileLookup.Result.Refused(reason.description());
        case LineApi.Result.Unavailable<LineApi.Profile> _ ->
            new ProfileLookup.Result.Unreachable();
      };
    };
  }

  private static CredentialCheck.Result refused(Account account) {
    return account.channel().equals(ChannelName.LINE)
        ? new CredentialCheck.Result.Refused(
            "The token or the secret has characters that LINE's never have.")
        : new CredentialCheck.Result.Unreachable();
  }
}
