package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.Json;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Changes;
import dev.throughline.conversation.Directory;
import dev.throughline.conversation.MessageTrail;
import dev.throughline.ledger.Kind;
import dev.throughline.ledger.Subject;
import dev.throughline.log.LogEntry;
import dev.throughline.message.Assurance;
import dev.throughline.message.Bytes;
import dev.throughline.message.ChannelName;
import dev.throughline.message.DeliveryTag;
import dev.throughline.message.Ids.AccountId;
import dev.throughline.message.Ids.MessageId;
import dev.throughline.message.InboundEvent.Receipt;
import dev.throughline.message.Reason;
import dev.throughline.message.Ulids;
import dev.throughline.outbound.Course.Note;
import dev.throughline.outbound.plan.Delivery.Phase;
import dev.throughline.outbound.plan.Delivery.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The story of a message, from what is durable: the log's entries about it, opened as long as their
 * people are not erased, and the decisions of its plan.
 */
public final class Timelines {
  private final MessageTrail trail;
  private final Directory directory;
  private final Map<ChannelName, Channel> channels;

  public Timelines(MessageTrail trail, Directory directory, Map<ChannelName, Channel> channels) {
    this.trail = trail;
    this.directory = directory;
    this.channels = Map.copyOf(channels);
  }

  /** One thing that happened; {@code index} is the place in the log of what it came by. */
  private record Moment(Instant at, long index, ObjectNode json) {}

  /**
   * In the order of the log, each entry before what was decided by it.
   *
   * @param channel where entries do not say one
   */
  public List<ObjectNode> of(MessageId message, String channel) {
    List<LogEntry> entries = trail.entries(message);
    Set<String> platformIds = new HashSet<>();
    for (LogEntry entry : entries) {
      record(entry)
          .ifPresent(record ->
              record.path("platform_message_ids").forEach(id -> platformIds.add(id.asString(""))));
    }
    List<Moment> moments = new ArrayList<>();
    for (LogEntry entry : entries) {
      moments(entry, message, platformIds, channel)
          .forEach(json -> moments.add(new Moment(entry.at(), entry.index(), json)));
    }
    trail
        .plan(message)
        .map(kept -> CourseJson.of(kept.plan()))
        .ifPresent(course ->
            course
                .notes()
                .forEach(note -> moments.add(new Moment(note.at(), note.index(), json(note)))));
    return moments.stream()
        .sorted(Comparator.comparingLong(Moment::index))
        .map(moment -> {
          ObjectNode json = Json.object();
          json.put("at", moment.at().toString());
          json.setAll(moment.json());
          return json;
        })
        .toList();
  }

  /** Whether the fold has passed an entry about a message. */
  public boolean tells(MessageId message, long index) {
    return trail.holds(message, index);
  }

  /**
   * The channels by which a message that was cancelled is not sent any more; empty if it was not.
   */
  public Optional<List<String>> stopped(MessageId message) {
    return trail
        .plan(message)
        .map(kept -> CourseJson.of(kept.plan()))
        .filter(course -> course.delivery().phase() == Phase.CANCELLED)
        .map(course ->
            IntStream.range(0, course.legs().size())
                .filter(i -> isUnsent(course.delivery().steps().get(i).progress()))
                .mapToObj(i -> course.legs().get(i).recipient().channel().value())
                .toList());
  }

  private static boolean isUnsent(Progress progress) {
    return switch (progress) {
      case AHEAD, WITHDRAWN -> true;
      case SENDING, TAKEN, UNKNOWN, FAILED, SKIPPED, WITHDRAWING -> false;
    };
  }

  private List<ObjectNode> moments(
      LogEntry entry, MessageId message, Set<String> platformIds, String channel) {
    if (entry.isDamaged()) {
      return List.of();
    }
    if (entry.kind().equals(Kind.REQUEST)) {
      return List.of(moment("request"));
    }
    if (entry.kind().equals(Kind.WEBHOOK)) {
      return receipts(entry, message, platformIds);
    }
    Optional<ObjectNode> record = record(entry);
    if (record.isEmpty()) {
      return List.of();
    }
    if (entry.kind().equals(Kind.ATTEMPT)) {
      return List.of(
          about(moment("attempt"), record.get(), channel).put("attempt", entry.id().toString()));
    }
    if (entry.kind().equals(Kind.DECISION)) {
      return List.of(moment(text(record.get(), Changes.DECISION)));
    }
    return entry.kind().equals(Kind.OUTCOME)
        ? List.of(outcome(entry, record.get(), channel))
        : List.of();
  }

  private static ObjectNode outcome(LogEntry entry, ObjectNode record, String channel) {
    String kind = text(record, "kind");
    if (kind.equals(TimeHandler.PLAN) || kind.equals(TimeHandler.CONFIRM)) {
      return moment("time").put("channel", channel);
    }
    ObjectNode json =
        about(moment(kind.equals(ProbeHandler.KIND) ? "files" : "outcome"), record, channel);
    Json.string(record, "result").ifPresent(result -> json.put("result", result));
    if (kind.equals(SendHandler.KIND)) {
      entry.cause().ifPresent(cause -> json.put("attempt", cause.toString()));
    }
    if (record.path("reason") instanceof ObjectNode reason) {
      json.set("reason", reason);
    }
    return json;
  }

  private List<ObjectNode> receipts(LogEntry entry, MessageId message, Set<String> platformIds) {
    Optional<Account> account =
        entry.subject() instanceof Subject.Account(String id)
            ? Ulids.parse(id).flatMap(ulid -> directory.account(new AccountId(ulid)))
            : Optional.empty();
    Optional<Channel> channel =
        account.flatMap(known -> Optional.ofNullable(channels.get(known.channel())));
    Optional<Bytes> body = entry.body();
    if (channel.isEmpty() || body.isEmpty()) {
      return List.of();
    }
    return channel.get().parse(body.get()).events().stream()
        .flatMap(event -> event.receipt().stream())
        .filter(receipt -> isOf(receipt, message, platformIds))
        .map(receipt -> receipt(receipt, channel.get().name()))
        .toList();
  }

  private static boolean isOf(Receipt receipt, MessageId message, Set<String> platformIds) {
    return switch (receipt.of()) {
      case Receipt.Of.Tag(String tag) ->
          DeliveryTag.of(tag).map(DeliveryTag::message).filter(message::equals).isPresent();
      case Receipt.Of.PlatformId(String id) -> platformIds.contains(id);
    };
  }

  private static ObjectNode receipt(Receipt receipt, ChannelName channel) {
    ObjectNode json = moment("receipt").put("channel", channel.value());
    switch (receipt.news()) {
      case Receipt.News.Reached(Assurance level) ->
          json.put("reached", level.name().toLowerCase(Locale.ROOT));
      case Receipt.News.Failed(Reason reason) -> reason(json, reason);
    }
    receipt.head().occurredAt().ifPresent(time -> json.put("occurred_at", time.toString()));
    return json;
  }

  private static ObjectNode json(Note note) {
    ObjectNode json = moment(note.kind()).put("channel", note.channel());
    note.status().ifPresent(status -> json.put("status", status));
    note.reason().ifPresent(reason -> reason(json, reason));
    note.until().ifPresent(time -> json.put("until", time.toString()));
    return json;
  }

  private static ObjectNode about(ObjectNode json, JsonNode record, String channel) {
    json.put("channel", Json.string(record, "channel").orElse(channel));
    Json.string(record, "via").ifPresent(via -> json.put("via", via));
    Json.string(record, "class").ifPresent(sent -> json.put("class", sent));
    return json;
  }

  private static void reason(ObjectNode json, Reason reason) {
    json.putObject("reason")
        .put("code", reason.code().name())
        .put("description", reason.description());
  }

  private static ObjectNode moment(String kind) {
    return Json.object().put("kind", kind);
  }

  private static Optional<ObjectNode> record(LogEntry entry) {
    return entry.isDamaged() || entry.parts().isEmpty() || entry.kind().equals(Kind.WEBHOOK)
        ? Optional.empty()
        : entry
            .parts()
            .getFirst()
            .flatMap(Json::parse)
            .filter(ObjectNode.class::isInstance)
            .map(ObjectNode.class::cast);
  }

  private static String text(JsonNode json, String name) {
    return Json.string(json, name).orElse("");
  }
}
