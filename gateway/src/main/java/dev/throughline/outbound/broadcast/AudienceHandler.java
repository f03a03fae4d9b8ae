package dev.throughline.outbound.broadcast;

import dev.throughline.contract.Json;
import dev.throughline.conversation.App;
import dev.throughline.conversation.ContactWalk;
import dev.throughline.conversation.Directory;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.ledger.Ulid;
import dev.throughline.log.Drafts;
import dev.throughline.log.Log;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.ContactId;
import dev.throughline.message.SendRequest.Recipient;
import dev.throughline.message.Ulids;
import dev.throughline.task.Task;
import dev.throughline.task.TaskHandler;
import dev.throughline.vault.Owner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Goes through an app's contacts for a broadcast's audience; done again from the start if need be.
 */
final class AudienceHandler implements TaskHandler {
  static final String KIND = "broadcast_audience";

  private static final int PAGE = 5_000;

  private final Log log;
  private final Drafts drafts;
  private final Directory directory;
  private final BroadcastStore store;
  private final BroadcastDesk desk;
  private final ContactWalk contacts;

  AudienceHandler(
      Log log,
      Drafts drafts,
      Directory directory,
      BroadcastStore store,
      BroadcastDesk desk,
      ContactWalk contacts) {
    this.log = log;
    this.drafts = drafts;
    this.directory = directory;
    this.store = store;
    this.desk = desk;
    this.contacts = contacts;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int concurrency() {
    return 2;
  }

  @Override
  public void run(Task task, Bytes body) throws InterruptedException {
    Optional<Broadcast> broadcast =
        Json.string(Json.object(body), "broadcast").flatMap(Ulids::parse).flatMap(store::find);
    Optional<App> app = broadcast.flatMap(b -> directory.app(b.standing().app()));
    if (broadcast.isPresent() && app.isPresent()) {
      try {
        desk.fill(app.get(), broadcast.get(), taker -> walk(app.get(), broadcast.get(), taker));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    over(task);
  }

  @Override
  public void erased(Task task) throws InterruptedException {
    over(task);
  }

  private AudienceReader.Read walk(App app, Broadcast broadcast, AudienceReader.Taker taker) {
    ContactWalk.Filter filter = filter(app, broadcast.order().audience().path("contacts"));
    Optional<ContactId> after = Optional.empty();
    long people = 0;
    while (true) {
      List<ContactId> page = contacts.after(app, filter, after, PAGE);
      for (ContactId contact : page) {
        people++;
        if (!taker.take(new Addressee(new Recipient.ByContact(contact), Map.of()))) {
          return new AudienceReader.Read(people, false);
        }
      }
      if (page.size() < PAGE) {
        return new AudienceReader.Read(people, true);
      }
      after = Optional.of(page.getLast());
    }
  }

  private static ContactWalk.Filter filter(App app, JsonNode kept) {
    List<ChannelName> channels = new ArrayList<>();
    kept.path("channels").forEach(name -> channels.add(new ChannelName(name.stringValue())));
    return new ContactWalk.Filter(
        channels.isEmpty()
            ? app.accounts().stream().map(App.Account::channel).distinct().toList()
            : channels,
        Json.string(kept, "language"),
        kept.path("friends").asBoolean(false),
        Json.string(kept, "created_from").map(Instant::parse),
        Json.string(kept, "created_until").map(Instant::parse));
  }

  private void over(Task task) throws InterruptedException {
    ObjectNode record = Json.object().put("task", task.id().toString()).put("kind", KIND);
    log.appendSurely(
        drafts
            .draft(Kind.OUTCOME, new Subject.Installation())
            .part(new Owner.Installation(), Json.bytes(record))
            .build());
  }

  static Bytes body(Ulid broadcast) {
    return Json.bytes(Json.object().put("broadcast", broadcast.toString()));
  }
}
