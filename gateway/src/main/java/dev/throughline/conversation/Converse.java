package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.Rows.ParkedRow;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Folder;
import dev.throughline.log.Log;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.Ids.ProjectId;
import dev.throughline.message.Ulids;
import dev.throughline.task.Tasks;
import dev.throughline.vault.Vault;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only reader of the log that changes what we know. A batch of entries is opened, its items are
 * decided on in order against what the database said at the start, and everything that follows is
 * written in a few statements; after a failure all of it is simply done again. Where many wait, the
 * people of the next batch are looked up while one is written; those whom this one touches, again.
 *
 * <p>What fails is set aside by (entry, lane), with everything later of that lane behind it; the
 * rest goes on.
 */
public final class Converse implements Folder {
  public static final String READER = "converse";

  private static final Logger LOG = LoggerFactory.getLogger(Converse.class);

  private final Log log;
  private final Vault vault;
  private final Ulids ulids;
  private final Tasks tasks;
  private final Directory directory;
  private final ClockDrift drift;
  private final StickerPictures pictures;
  private final OptOutLinks links;
  private final List<Reaction> reactions;
  private final ItemReader items;
  private final Quotes quotes;
  private final FreshTokens tokens = new FreshTokens();
  private final SeenEvents seen = new SeenEvents();

  /** Lanes set aside: known from the table at the start, and from our own parking since. */
  private volatile Optional<Set<Bytes>> parkedLanes = Optional.empty();

  /** Whom the last transaction may have changed something of. */
  private Set<ContactId> touched = Set.of();

  /** {@code reactions} are told of each fact in this order. */
  public Converse(
      Log log,
      Vault vault,
      Ulids ulids,
      Directory directory,
      Map<ChannelName, Channel> channels,
      ClockDrift drift,
      StickerPictures pictures,
      OptOutLinks links,
      Tasks tasks,
      List<Reaction> reactions) {
    this.log = log;
    this.vault = vault;
    this.ulids = ulids;
    this.directory = directory;
    this.drift = drift;
    this.pictures = pictures;
    this.links = links;
    this.tasks = tasks;
    this.reactions = List.copyOf(reactions);
    this.items = new ItemReader(directory, channels);
    this.quotes = new Quotes(log, channels);
  }

  @Override
  public Opened open(List<LogEntry> entries) {
    List<Item> all = new ArrayList<>();
    entries.forEach(entry -> all.addAll(items.items(entry)));
    if (entries.isEmpty()) {
      return _ -> () -> {};
    }
    return new Ready(all, entries.getFirst(), entries.getLast().index());
  }

  private final class Ready implements Opened {
    private final List<Item> items;
    private final LogEntry first;
    private final long last;
    private @Nullable FoldWork begun;
    private @Nullable Looked looked;

    Ready(List<Item> items, LogEntry first, long last) {
      this.items = items;
      this.first = first;
      this.last = last;
    }

    /** Only where no lane is set aside: else not all of the items are to be applied. */
    @Override
    public void begin(Connection transaction) throws SQLException {
      if (parkedLanes.filter(Set::isEmpty).isPresent()) {
        begun = work(transaction);
        begun.begin(items);
      }
    }

    @Override
    public void look(Connection transaction) throws SQLException {
      tokens.folding(first.index(), first.at());
      if (begun == null) {
        looked = Converse.this.look(items, transaction, parkedLanes(transaction), true);
      } else {
        begun.goOn(items, touched);
        looked = new Looked(begun, items);
      }
    }

    @Override
    public Folded fold(Connection transaction) throws SQLException {
      if (looked == null) {
        throw new IllegalStateException("applied before it was looked at");
      }
      return decide(looked, last, transaction);
    }
  }

  @Override
  public Folded foldCarefully(LogEntry entry, Connection transaction) throws SQLException {
    List<Folded> folded = new ArrayList<>();
    Set<Bytes> lanes = new HashSet<>(parkedLanes(transaction));
    List<Item> all;
    try {
      all = items.items(entry);
    } catch (RuntimeException unreadable) {
      LOG.error("entry {} cannot be read and is set aside", entry.id(), unreadable);
      park(transaction, entry, 0, Bytes.EMPTY, Optional.empty(), Optional.empty(), unreadable);
      return () -> {};
    }
    tokens.folding(entry.index(), entry.at());
    for (Item item : all) {
      Savepoint before = transaction.setSavepoint();
      try {
        Looked looked = look(List.of(item), transaction, lanes, false);
        folded.add(decide(looked, entry.index(), transaction));
      } catch (SQLException | RuntimeException failure) {
        transaction.rollback(before);
        LOG.error("item {} of entry {} is set aside", item.position(), entry.id(), failure);
        Bytes lane = lane(item);
        park(transaction, entry, item.position(), lane, project(item), app(item), failure);
        lanes.add(lane);
      }
    }
    return () -> {
      parkedLanes = Optional.of(lanes);
      folded.forEach(Folded::committed);
    };
  }

  /** What is to be applied, and what was read for it. */
  private record Looked(FoldWork work, List<Item> items) {}

  /**
   * @param whole whether nothing else is done in the transaction
   */
  private Looked look(List<Item> all, Connection transaction, Set<Bytes> lanes, boolean whole)
      throws SQLException {
    List<Item> open = new ArrayList<>(all.size());
    for (Item item : all) {
      Bytes lane = lanes.isEmpty() ? Bytes.EMPTY : lane(item);
      if (!lanes.isEmpty() && lanes.contains(lane)) {
        park(
            transaction,
            item.entry(),
            item.position(),
            lane,
            project(item),
            app(item),
            new IllegalStateException("an earlier event of this lane waits"));
      } else {
        open.add(item);
      }
    }
    FoldWork work = work(transaction);
    work.load(open, whole && open.size() == all.size());
    return new Looked(work, open);
  }

  private FoldWork work(Connection transaction) {
    return new FoldWork(
        vault,
        ulids,
        directory,
        drift,
        pictures,
        links,
        quotes,
        tokens,
        seen,
        reactions,
        transaction);
  }

  private Folded decide(Looked looked, long last, Connection transaction) throws SQLException {
    FoldWork work = looked.work();
    for (Item item : looked.items()) {
      work.apply(item);
    }
    List<Ulid> replayed = work.parkedToReplay();
    for (Ulid parked : replayed) {
      replay(work, transaction, parked);
    }
    work.write();
    return () -> {
      touched = work.contacts();
      if (!replayed.isEmpty()) {
        parkedLanes = Optional.empty();
      }
      try {
        // First, so that a task that this fold made or put off does not slip past a pause.
        work.committed(last);
      } finally {
        tasks.committed(work.taskChanges());
      }
    };
  }

  /** Takes up a lane again from its oldest event on. */
  private void replay(FoldWork work, Connection transaction, Ulid parked) throws SQLException {
    List<ConverseStore.ParkedPlace> places =
        ConverseStore.takeParkedLane(transaction, READER, parked);
    List<Item> again = new ArrayList<>();
    for (ConverseStore.ParkedPlace place : places) {
      for (LogEntry entry : log.read(List.of(place.index()))) {
        for (Item item : items.items(entry)) {
          if (item.position() == place.position()) {
            again.add(item);
          }
        }
      }
    }
    work.load(again, false);
    for (Item item : again) {
      work.apply(item);
    }
  }

  private Set<Bytes> parkedLanes(Connection transaction) throws SQLException {
    if (parkedLanes.isEmpty()) {
      parkedLanes = Optional.of(ConverseStore.parkedLanes(transaction, READER));
    }
    return parkedLanes.get();
  }

  /** The lane of an item: whose events must stay in order. */
  private Bytes lane(Item item) {
    return switch (item) {
      case Item.Event event ->
          event
              .event()
              .head()
              .chat()
              .map(chat -> vault.hash(Owners.person(event.app().project(), event.app().id(), chat)))
              .orElseGet(() -> Bytes.utf8("account " + event.account().id()));
      case Item.Webhook webhook -> Bytes.utf8("webhook " + webhook.entry().id());
      case Item.Send send -> Bytes.utf8("send " + send.entry().id());
      case Item.Asked asked -> Bytes.utf8("asked " + asked.entry().id());
      case Item.Attempt attempt -> Bytes.utf8("task " + attempt.record().path("task"));
      case Item.Outcome outcome -> Bytes.utf8("task " + outcome.record().path("task"));
      case Item.Decision decision -> Bytes.utf8("decision " + decision.entry().id());
      case Item.Change change -> Bytes.utf8("change " + change.entry().id());
      case Item.Configured configured -> Bytes.utf8("configured " + configured.entry().id());
      case Item.People people -> Bytes.utf8("people " + people.entry().id());
      case Item.Alarm alarm -> Bytes.utf8("alarm " + alarm.entry().id());
    };
  }

  private static Optional<ProjectId> project(Item item) {
    return switch (item) {
      case Item.Event event -> Optional.of(event.app().project());
      case Item.Webhook webhook -> Optional.of(webhook.app().project());
      case Item.Send send -> Optional.of(send.app().project());
      case Item.Asked asked -> Optional.of(asked.app().project());
      case Item.People people -> Optional.of(people.app().project());
      case Item.Attempt _,
          Item.Outcome _,
          Item.Decision _,
          Item.Change _,
          Item.Configured _,
          Item.Alarm _ ->
          Optional.empty();
    };
  }

  private static Optional<AppId> app(Item item) {
    return switch (item) {
      case Item.Event event -> Optional.of(event.app().id());
      case Item.Webhook webhook -> Optional.of(webhook.app().id());
      case Item.Send send -> Optional.of(send.app().id());
      case Item.Asked asked -> Optional.of(asked.app().id());
      case Item.People people -> Optional.of(people.app().id());
      case Item.Attempt _,
          Item.Outcome _,
          Item.Decision _,
          Item.Change _,
          Item.Configured _,
          Item.Alarm _ ->
          Optional.empty();
    };
  }

  /** Keeps the kind of failure only: its message might quote what somebody wrote. */
  private void park(
      Connection transaction,
      LogEntry entry,
      int position,
      Bytes lane,
      Optional<ProjectId> project,
      Optional<AppId> app,
      Exception failure)
      throws SQLException {
    String error =
        failure instanceof IllegalStateException
            ? String.valueOf(failure.getMessage())
            : failure.getClass().getSimpleName();
    ConverseStore.park(
        transaction,
        READER,
        new ParkedRow(
            entry.index(), position, lane, ulids.next(), project, app, error, entry.at()));
    ConverseStore.alarm(
        transaction, "lane_parked", app.map(AppId::toString).orElse("installation"), entry.at());
  }
}
