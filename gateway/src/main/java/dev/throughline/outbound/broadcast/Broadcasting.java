package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.ContactWalk;
import dev.throughline.conversation.DecidedChanges;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.Reachability;
import dev.throughline.conversation.TemplateStore;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.media.MediaProbe;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.ProviderRates;
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
import java.util.function.Supplier;

/** The parts of broadcasts, as {@code Gateway} puts them together. */
public final class Broadcasting {
  private final Broadcasts reaction;
  private final BroadcastDesk desk;
  private final Forms forms;
  private final Clicks clicks;
  private final AudienceExpiry expiry;
  private final List<TaskHandler> handlers;

  /**
   * @param credentials what a channel needs to send as an account
   * @param rates how fast an account may send
   * @param epoch the epoch under which this node leads
   * @param base the address of the public port, without a slash at its end
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
      ProviderRates rates,
      Tasks tasks,
      LongSupplier epoch,
      Supplier<String> base) {
    BroadcastStore store = new BroadcastStore(database, vault);
    Reachability reachability = new Reachability(database, vault);
    LeftOut leftOut = new LeftOut(database, vault, reachability);
    PreparedParts parts = new PreparedParts(vault, drafts, ulids);
    this.forms = new Forms(channels, new TemplateStore(database, vault), probe);
    Members members = new Members(vault);
    Audiences audiences = new Audiences(database, vault, store, members);
    LinkStore links = new LinkStore(database, vault);
    Answers answers = new Answers(audiences, members);
    answers.reload(clock.instant());
    this.reaction = new Broadcasts(store, audiences, answers, vault, tasks);
    this.desk =
        new BroadcastDesk(
            database,
            vault,
            log,
            new DecidedChanges(database, log, drafts, ulids),
            ulids,
            clock,
            store,
            reachability,
            leftOut,
            parts,
            members,
            audiences,
            links,
            base,
            channels);
    this.clicks = new Clicks(links);
    this.expiry = new AudienceExpiry(desk, answers, clock);
    this.handlers =
        List.of(
            new ChunkHandler(
                log,
                drafts,
                ulids,
                clock,
                database,
                vault,
                directory,
                channels,
                credentials,
                epoch,
                store,
                leftOut,
                reachability,
                parts,
                forms,
                rates),
            new OwnAudienceHandler(
                log, drafts, ulids, clock, directory, channels, credentials, epoch, store, forms),
            new AudienceHandler(log, drafts, directory, store, desk, new ContactWalk(database)));
  }

  public Broadcasts reaction() {
    return reaction;
  }

  public BroadcastDesk desk() {
    return desk;
  }

  /** Counts who follows our links; to be started and closed. */
  public Clicks clicks() {
    return clicks;
  }

  /** Ends audiences; to be started and closed. */
  public AudienceExpiry expiry() {
    return expiry;
  }

  public Forms forms() {
    return forms;
  }

  public List<TaskHandler> handlers() {
    return handlers;
  }
}
