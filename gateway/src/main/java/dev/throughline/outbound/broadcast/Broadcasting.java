package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.ContactWalk;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Reachability;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.media.MediaProbe;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import dev.throughline.store.Database;
import dev.throughline.task.TaskHandler;
import dev.throughline.task.Tasks;
import dev.throughline.vault.Vault;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The parts of broadcasts, as {@code Gateway} puts them together. */
public final class Broadcasting {
  private final Broadcasts reaction;
  private final BroadcastDesk desk;
  private final Forms forms;
  private final List<TaskHandler> handlers;

  /**
   * @param credentials what a channel needs to send as an account
   * @param epoch the epoch under which this node leads
   */
  public Broadcasting(
      Database database,
      Vault vault,
      Log log,
      Drafts drafts,
      Ulids ulids,
      InstantSource clock,
      Directory directory,
      Map<ChannelName, Channel> channels,
      Function<Account, Optional<Channel.Credentials>> credentials,
      MediaProbe probe,
      Tasks tasks,
      LongSupplier epoch) {
    BroadcastStore store = new BroadcastStore(database, vault);
    Reachability reachability = new Reachability(database, vault);
    LeftOut leftOut = new LeftOut(database, vault, reachability);
    PreparedParts parts = new PreparedParts(database, vault, log, drafts, ulids);
    this.forms = new Forms(channels, new TemplateStore(database, vault), probe);
    this.reaction = new Broadcasts(store, vault, tasks);
    this.desk =
        new BroadcastDesk(
            database,
            vault,
            log,
            drafts,
            ulids,
            clock,
            store,
            reachability,
            leftOut,
            parts,
            channels);
    this.handlers =
        List.of(
            new ChunkHandler(
                log,
                drafts,
                ulids,
                clock,
                vault,
                directory,
                channels,
                credentials,
                epoch,
                store,
                leftOut,
                reachability,
                parts,
                forms),
            new AudienceHandler(log, drafts, directory, store, desk, new ContactWalk(database)));
  }

  public Broadcasts reaction() {
    return reaction;
  }

  public BroadcastDesk desk() {
    return desk;
  }

  public Forms forms() {
    return forms;
  }

  public List<TaskHandler> handlers() {
    return handlers;
  }
}
