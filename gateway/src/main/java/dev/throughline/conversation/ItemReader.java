package dev.throughline.conversation;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.ParsedWebhook;
import dev.throughline.contract.Json;
import dev.throughline.contract.SendRequests;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Rows.PartRange;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.LogEntry;
import dev.throughline.message.AppRequest;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.InboundEvent;
import dev.throughline.message.SendRequest;
import dev.throughline.message.Ulids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Opens entries into items. Never throws for what stands in them. */
final class ItemReader {
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;

  ItemReader(Directory directory, Map<ChannelName, Channel> channels) {
    this.directory = directory;
    this.channels = Map.copyOf(channels);
  }

  List<Item> items(LogEntry entry) {
    Kind kind = entry.kind();
    if (kind.equals(Kind.WEBHOOK)) {
      return webhook(entry);
    }
    if (kind.equals(Kind.REQUEST)) {
      return request(entry);
    }
    if (AskedEntries.isOne(kind)) {
      return asked(entry);
    }
    Optional<ObjectNode> json = record(entry);
    if (json.isEmpty()) {
      return List.of();
    }
    if (kind.equals(Kind.ATTEMPT)) {
      return List.of(new Item.Attempt(entry, json.get()));
    }
    if (kind.equals(Kind.OUTCOME)) {
      return withPeople(entry, json.get(), new Item.Outcome(entry, json.get()));
    }
    if (kind.equals(Kind.DECISION)) {
      return withPeople(entry, json.get(), new Item.Decision(entry, json.get()));
    }
    if (kind.equals(Kind.CONFIGURATION)) {
      return List.of(new Item.Configured(entry, json.get()));
    }
    if (kind.equals(Changes.KIND)) {
      return List.of(new Item.Change(entry, json.get()));
    }
    return List.of();
  }

  /** Each part after the first is about one person; erased ones are gone. */
  private List<Item> withPeople(LogEntry entry, ObjectNode record, Item first) {
    if (!(record.path(Changes.PEOPLE) instanceof ObjectNode people)) {
      return List.of(first);
    }
    Optional<App> app =
        Json.string(people, Changes.APP)
            .flatMap(Ulids::parse)
            .flatMap(id -> directory.app(new AppId(id)));
    Optional<ChannelName> channel =
        Json.string(people, "channel").filter(ChannelName::isValid).map(ChannelName::new);
    if (app.isEmpty() || channel.isEmpty()) {
      return List.of(first);
    }
    List<Item.Said> said = new ArrayList<>();
    for (Optional<Bytes> part : entry.parts().subList(1, entry.parts().size())) {
      part.flatMap(Json::parse).flatMap(told -> said(channel.get(), told)).ifPresent(said::add);
    }
    Instant seen = Json.string(people, Changes.SEEN).map(Instant::parse).orElse(entry.at());
    boolean friends = people.path(Changes.FRIENDS).asBoolean(false);
    return List.of(first, new Item.People(entry, app.get(), said, friends, seen));
  }

  private static Optional<Item.Said> said(ChannelName channel, JsonNode told) {
    if (told.isString()) {
      return Optional.of(
          new Item.Said(new Identity(channel, told.stringValue()), Optional.empty()));
    }
    return Json.string(told, "user")
        .map(user ->
            new Item.Said(
                new Identity(channel, user),
                Optional.of(
                    new Item.Profile(
                        told.path("name").asString(""), told.path("language").asString("")))));
  }

  private List<Item> webhook(LogEntry entry) {
    Optional<Account> account = account(entry.subject());
    Optional<App> app = account.flatMap(found -> directory.app(found.app()));
    Optional<Bytes> body = entry.body();
    if (account.isEmpty() || app.isEmpty() || body.isEmpty()) {
      // Its app was deleted, or its people were erased, before the fold came by.
      return List.of();
    }
    Channel channel = channels.get(account.get().channel());
    if (channel == null) {
      return List.of(new Item.Alarm(entry, "channel_unknown", account.get().id().toString()));
    }
    return switch (channel.parse(body.get())) {
      case ParsedWebhook.Malformed _ -> {
        List<Item> items = new ArrayList<>();
        items.add(new Item.Alarm(entry, "webhook_malformed", account.get().id().toString()));
        passOn(entry, 1, app.get(), account.get(), items);
        yield items;
      }
      case ParsedWebhook.Events events -> {
        if (isForAnother(account.get(), events.destination()) && !events.events().isEmpty()) {
          yield List.of(forAnother(entry, account.get()));
        }
        yield events(entry, body.get(), channel, app.get(), account.get(), List.of(events));
      }
      case ParsedWebhook.Several several ->
          events(entry, body.get(), channel, app.get(), account.get(), several.each());
    };
  }

  private static Item.Alarm forAnother(LogEntry entry, Account account) {
    return new Item.Alarm(entry, "webhook_for_another", account.id().toString());
  }

  /** Of several accounts' events, those of ours. */
  private static List<Item> events(
      LogEntry entry,
      Bytes body,
      Channel channel,
      App app,
      Account account,
      List<ParsedWebhook.Events> all) {
    List<Item> items = new ArrayList<>();
    PartFinder parts = new PartFinder(entry, body);
    boolean another = false;
    int position = 0;
    for (ParsedWebhook.Events events : all) {
      boolean ours = !isForAnother(account, events.destination());
      another |= !ours;
      for (InboundEvent event : events.events()) {
        PartRange range = parts.next(event.head().raw());
        if (ours) {
          Instant occurred = occurredAt(event, entry.at());
          items.add(
              new Item.Event(
                  entry,
                  position,
                  app,
                  account,
                  occurred,
                  EventKey.of(account.id(), event.head(), occurred, entry.id(), position),
                  events.destination(),
                  event,
                  forwarded(channel, app, event),
                  range,
                  channel.hasWindow()));
        }
        position++;
      }
    }
    if (another) {
      items.add(forAnother(entry, account));
    }
    passOn(entry, position, app, account, items);
    return items;
  }

  private static void passOn(
      LogEntry entry, int position, App app, Account account, List<Item> items) {
    if (account.tee().isPresent()) {
      items.add(new Item.Webhook(entry, position, app, account));
    }
  }

  private static String forwarded(Channel channel, App app, InboundEvent event) {
    return app.settings().forwardUnknown() || event.head().undocumented().isEmpty()
        ? event.head().raw()
        : channel.documented(event.head().raw());
  }

  private static Instant occurredAt(InboundEvent event, Instant received) {
    // A clock that runs ahead must not open partitions of the future.
    return event
        .head()
        .occurredAt()
        .filter(time -> time.isBefore(received.plus(Duration.ofDays(1))))
        .orElse(received);
  }

  private static boolean isForAnother(Account account, Optional<String> destination) {
    return account.platformId().isPresent()
        && destination.isPresent()
        && !destination.equals(account.platformId());
  }

  private List<Item> request(LogEntry entry) {
    Optional<SendRequest> request =
        entry.body().map(SendRequests::parse).flatMap(SendRequests.Parsed::request);
    Optional<App> app = request.flatMap(r -> directory.app(r.app()));
    return app.isPresent() ? List.of(new Item.Send(entry, app.get(), request.get())) : List.of();
  }

  private List<Item> asked(LogEntry entry) {
    Optional<AppRequest> request =
        entry.body().flatMap(body -> AskedEntries.read(entry.kind(), body));
    Optional<App> app = request.flatMap(r -> directory.app(r.app()));
    return app.isPresent() ? List.of(new Item.Asked(entry, app.get(), request.get())) : List.of();
  }

  private Optional<Account> account(Subject subject) {
    return subject instanceof Subject.Account(String id)
        ? Ulids.parse(id).flatMap(ulid -> directory.account(new AccountId(ulid)))
        : Optional.empty();
  }

  private static Optional<ObjectNode> record(LogEntry entry) {
    if (entry.parts().isEmpty() || entry.parts().getFirst().isEmpty()) {
      return Optional.empty();
    }
    return Json.parse(entry.parts().getFirst().get())
        .filter(JsonNode::isObject)
        .map(ObjectNode.class::cast);
  }

  /** Finds the parts that hold each event, going through the body once. */
  private static final class PartFinder {
    private final LogEntry entry;
    private final byte[] body;
    private int searched;
    private int part;
    private int partStart;

    PartFinder(LogEntry entry, Bytes body) {
      this.entry = entry;
      this.body = body.array();
    }

    PartRange next(String raw) {
      byte[] wanted = raw.getBytes(StandardCharsets.UTF_8);
      int start = indexOf(wanted, searched);
      if (start < 0) {
        // A mail's events are told in our words; a body of one part is all of it one person's.
        return entry.parts().size() == 1 ? new PartRange(0, 1) : PartRange.NONE;
      }
      int end = start + wanted.length;
      searched = end;
      while (part < entry.parts().size() && partStart < start) {
        partStart += length(part++);
      }
      int first = part;
      while (part < entry.parts().size() && partStart < end && holdsOnly(end)) {
        partStart += length(part++);
      }
      return new PartRange(first, part);
    }

    /** Whether nothing in this part, but punctuation, comes after {@code end}. */
    private boolean holdsOnly(int end) {
      int partEnd = partStart + length(part);
      return partEnd <= end || Channel.OwnedRun.isPunctuation(body, end, partEnd);
    }

    private int length(int index) {
      return entry.parts().get(index).map(Bytes::length).orElse(0);
    }

    private int indexOf(byte[] wanted, int from) {
      int last = body.length - wanted.length;
      for (int at = from; at <= last; at++) {
        int i = 0;
        while (i < wanted.length && body[at + i] == wanted[i]) {
          i++;
        }
        if (i == wanted.length) {
          return at;
        }
      }
      return -1;
    }
  }
}
