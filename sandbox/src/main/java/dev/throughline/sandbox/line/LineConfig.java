package dev.throughline.sandbox.line;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One emulated channel.
 *
 * @param port on the loopback address; 0 = any free one
 * @param channelSecret signs webhooks
 * @param channelAccessToken the long-lived token
 * @param botUserId {@code destination} of webhooks
 * @param users who has a phone at the start; those that the state file knows stay as it has them
 * @param stateFile where the world is kept between runs; empty = in memory only
 * @param settings what holds at the start; the state file does not keep settings
 */
public record LineConfig(
    int port,
    String channelId,
    String channelSecret,
    String channelAccessToken,
    String botUserId,
    String botName,
    List<LineUser> users,
    Optional<Path> stateFile,
    LineSettings settings,
    HistoryLimits history) {

  /**
   * How much is remembered; older entries are forgotten and readers are told how many.
   *
   * @param accepted sends that the judge of a crash test can read back
   */
  public record HistoryLimits(
      int messagesPerChat,
      long chatBytes,
      int requests,
      long requestBytes,
      int webhooks,
      long webhookBytes,
      int accepted,
      int retryKeys) {
    /** About 200 MB at most, reached only by load tests; too much beside a gateway in one heap. */
    public static final HistoryLimits DEFAULT =
        new HistoryLimits(500, 32L << 20, 20_000, 24L << 20, 20_000, 24L << 20, 100_000, 200_000);

    public HistoryLimits withJudge(int acceptedSends, int keys) {
      return new HistoryLimits(
          messagesPerChat,
          chatBytes,
          requests,
          requestBytes,
          webhooks,
          webhookBytes,
          acceptedSends,
          keys);
    }
  }

  public LineConfig {
    if (!LineUser.USER_ID.matcher(botUserId).matches()) {
      throw new IllegalArgumentException("botUserId is U and 32 lower-case hex digits");
    }
    if (channelSecret.isEmpty() || channelAccessToken.isEmpty() || channelId.isEmpty()) {
      throw new IllegalArgumentException("a channel has an id, a secret and an access token");
    }
    users = List.copyOf(users);
  }

  public static LineConfig channel(
      String channelId, String channelSecret, String channelAccessToken, String botUserId) {
    return new LineConfig(
        0,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        "Throughline sandbox",
        List.of(),
        Optional.empty(),
        LineSettings.published(),
        HistoryLimits.DEFAULT);
  }

  public LineConfig withPort(int number) {
    return new LineConfig(
        number,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        botName,
        users,
        stateFile,
        settings,
        history);
  }

  public LineConfig withBotName(String name) {
    return new LineConfig(
        port,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        name,
        users,
        stateFile,
        settings,
        history);
  }

  public LineConfig withUsers(List<LineUser> people) {
    return new LineConfig(
        port,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        botName,
        people,
        stateFile,
        settings,
        history);
  }

  public LineConfig withStateFile(Path file) {
    return new LineConfig(
        port,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        botName,
        users,
        Optional.of(file),
        settings,
        history);
  }

  public LineConfig withSettings(LineSettings other) {
    return new LineConfig(
        port,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        botName,
        users,
        stateFile,
        other,
        history);
  }

  public LineConfig withHistory(HistoryLimits limits) {
    return new LineConfig(
        port,
        channelId,
        channelSecret,
        channelAccessToken,
        botUserId,
        botName,
        users,
        stateFile,
        settings,
        limits);
  }
}
