package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.message.ChannelName;
import dev.throughline.task.Draw;
import java.util.Map;
import java.util.Optional;

/**
 * How many calls a second an account makes at most: as its own settings say, else as the
 * installation's do, else as its provider publishes or tells.
 *
 * @param installation by channel and rate; 0: as many as there are
 */
public record ProviderRates(Map<ChannelName, Map<String, Integer>> installation) {
  /** As the providers publish them. */
  public static final ProviderRates PUBLISHED = new ProviderRates(Map.of());

  public ProviderRates {
    installation = Map.copyOf(installation);
  }

  /**
   * What is set for one of an account's rates, else what its provider publishes.
   *
   * @param published by {@link Channel#rates}
   */
  public int perSecond(Account account, String rate, int published) {
    return set(account, rate).orElse(published);
  }

  /** What a call of the account takes of which of its rates. */
  public Draw draw(Account account, Channel.Allowance allowance) {
    return new Draw(
        account.id(),
        allowance.rate(),
        allowance.units(),
        perSecond(account, allowance.rate(), allowance.perSecond()));
  }

  private Optional<Integer> set(Account account, String rate) {
    return Optional.ofNullable(account.rateLimits().get(rate))
        .or(() ->
            Optional.ofNullable(installation.getOrDefault(account.channel(), Map.of()).get(rate)));
  }
}
