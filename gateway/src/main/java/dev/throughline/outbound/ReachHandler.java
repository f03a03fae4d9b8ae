package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Reach;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Changes;
import dev.throughline.conversation.Directory;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.task.Outcomes;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ObjectNode;

/**
 * Looks at a channel whether somebody can be sent to. They notice nothing, so nothing is evidence.
 */
public final class ReachHandler implements TaskHandler {
  public static final String KIND = "reach";

  /** What the outcome says. */
  static final String RESULT = "result";

  static final String WHY = "why";

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int CONCURRENCY = 32;

  private final Outcomes outcomes;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;
  private final Function<Account, Optional<Channel.Credentials>> credentials;

  /**
   * @param credentials what a channel needs to ask as an account
   */
  public ReachHandler(
      Log log,
      Drafts drafts,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials) {
    this.outcomes = new Outcomes(log, drafts);
    this.directory = directory;
    this.channels = Map.copyOf(channels);
    this.credentials = credentials;
  }

  /** What looking came to, as the outcome's word. */
  enum Seen {
    YES,
    NO,
    UNTOLD,
    UNAVAILABLE
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return CONCURRENCY;
  }

  @Override
  public void run(Task task, Bytes bytes) throws InterruptedException {
    ReachBody body = ReachBody.of(bytes);
    Channel channel = channels.get(body.recipient().channel());
    Optional<Channel.Credentials> secret = directory.account(body.account()).flatMap(credentials);
    Reach reach =
        secret.isEmpty() || channel == null
            ? new Reach.Unavailable("The app has no usable credential for the channel.")
            : channel.reach(body.recipient(), secret.get(), DEADLINE);
    ObjectNode record = Outcomes.record(task, KIND);
    switch (reach) {
      case Reach.Yes() -> record.put(RESULT, Seen.YES.name());
      case Reach.No() -> record.put(RESULT, Seen.NO.name());
      case Reach.Untold() -> record.put(RESULT, Seen.UNTOLD.name());
      case Reach.Unavailable(String why) ->
          record.put(RESULT, Seen.UNAVAILABLE.name()).put(WHY, why);
    }
    task.contact().ifPresent(contact -> record.put(Changes.CONTACT, contact.toString()));
    outcomes.append(Optional.of(body.account()), record);
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    outcomes.append(Outcomes.record(task, KIND));
  }
}
