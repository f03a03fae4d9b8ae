package dev.throughline.bench;

import dev.throughline.sandbox.line.LineConfig;
import dev.throughline.sandbox.line.LineEmulator;
import dev.throughline.sandbox.line.LineSettings;
import dev.throughline.sandbox.line.LineUser;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Some accounts at one emulated LINE, each with friends and with the limits that LINE publishes.
 */
final class LineAccounts implements AutoCloseable {
  private static final String CHANNEL_SECRET = "0123456789abcdef0123456789abcde%x";
  private static final String ACCESS_TOKEN = "bench-access-token-%x" + "0123456789abcdef".repeat(6);
  private static final String BOT = "Ub07b07b07b07b07b07b07b07b07b07b%x";

  /** Sends that an account holds for the judge, who looks many times a second. */
  private static final int HELD = 10_000;

  private final List<Account> accounts = new ArrayList<>();

  /** One account, and what an app needs to send from it. */
  record Account(
      LineEmulator line, String channelSecret, String accessToken, List<String> friends) {}

  /**
   * @param count at most 16
   * @param friends of each
   */
  LineAccounts(int count, int friends, InstantSource clock) {
    for (int i = 0; i < count; i++) {
      int account = i;
      List<LineUser> users =
          IntStream.range(0, friends)
              .mapToObj(n -> LineUser.friend("U%08x%024x".formatted(account + 1, n), "bench " + n))
              .toList();
      LineConfig config =
          LineConfig.channel(
                  Long.toString(1_234_567_000L + i),
                  CHANNEL_SECRET.formatted(i),
                  ACCESS_TOKEN.formatted(i),
                  BOT.formatted(i))
              .withUsers(users)
              .withSettings(LineSettings.published())
              .withHistory(history());
      accounts.add(
          new Account(
              new LineEmulator(config, clock, RandomGenerator.of("L64X128MixRandom")),
              config.channelSecret(),
              config.channelAccessToken(),
              users.stream().map(LineUser::userId).toList()));
    }
    accounts.stream().skip(1).forEach(other -> accounts.getFirst().line().answersFor(other.line()));
  }

  /** Where all of them answer. */
  URI baseUri() {
    return accounts.getFirst().line().baseUri();
  }

  List<Account> accounts() {
    return List.copyOf(accounts);
  }

  List<LineEmulator> lines() {
    return accounts.stream().map(Account::line).toList();
  }

  @Override
  public void close() {
    accounts.reversed().forEach(account -> account.line().close());
  }

  /** Only what is judged is held: a phone's screen and the raw requests are no evidence here. */
  private static LineConfig.HistoryLimits history() {
    return new LineConfig.HistoryLimits(1, 1L << 20, 100, 1L << 20, 100, 1L << 20, HELD, HELD);
  }
}
