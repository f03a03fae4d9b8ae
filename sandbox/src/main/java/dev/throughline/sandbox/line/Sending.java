package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Journal;
import dev.throughline.sandbox.emulator.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Decides whether a send is accepted, and if so does everything that follows, in one step. */
final class Sending {

  /**
   * A send whose body is valid.
   *
   * @param to for push and multicast
   * @param audience for a narrowcast, whom it reaches
   * @param unit under which it is counted
   */
  record Request(
      Endpoint endpoint,
      String requestId,
      Optional<UUID> retryKey,
      Optional<String> replyToken,
      List<String> to,
      Optional<Set<String>> audience,
      Optional<String> unit,
      List<JsonNode> messages) {}

  sealed interface Outcome {
    record Accepted(List<SentMessage> messages) implements Outcome {}

    record AlreadyAccepted(RetryKeys.Accepted first) implements Outcome {}

    record InvalidReplyToken() implements Outcome {}

    /** A push to an id that means nothing to this channel. */
    record UnknownRecipient() implements Outcome {}

    record QuotaReached() implements Outcome {}
  }

  private static final Set<String> QUOTABLE =
      Set.of("text", "textV2", "sticker", "image", "video", "template", "flex");
  private static final Set<Endpoint> MANY = Set.of(Endpoint.BROADCAST, Endpoint.NARROWCAST);
  private static final int OVERHEAD_BYTES = 300;

  private final World world;
  private final int acceptedLimit;
  private final Journal<AcceptedSend> accepted;
  private final Map<AcceptedSend.Content, AtomicInteger> times = new HashMap<>();

  Sending(World world, int acceptedLimit) {
    this.world = world;
    this.acceptedLimit = acceptedLimit;
    this.accepted =
        new Journal<>(acceptedLimit, Long.MAX_VALUE, send -> OVERHEAD_BYTES + send.text().length());
  }

  Journal<AcceptedSend> accepted() {
    return accepted;
  }

  Outcome send(Request request) {
    world.lock.lock();
    try {
      return decide(request, world.clock.instant());
    } finally {
      world.lock.unlock();
    }
  }

  private Outcome decide(Request request, Instant now) {
    boolean decidedBefore = request.endpoint == Endpoint.NARROWCAST;
    if (request.retryKey.isPresent() && !decidedBefore) {
      Optional<RetryKeys.Accepted> first = world.retryKeys.find(request.retryKey.get(), now);
      if (first.isPresent()) {
        return new Outcome.AlreadyAccepted(first.get());
      }
    }
    List<String> chats;
    switch (request.endpoint) {
      case REPLY -> {
        Optional<String> chat = world.replyTokens.chat(request.replyToken.orElse(""), now);
        if (chat.isEmpty()) {
          return new Outcome.InvalidReplyToken();
        }
        chats = List.of(chat.get());
      }
      case PUSH -> {
        if (!known(request.to.getFirst())) {
          return new Outcome.UnknownRecipient();
        }
        chats = request.to;
      }
      case MULTICAST -> chats = List.copyOf(new LinkedHashSet<>(request.to));
      default -> chats = request.audience.map(List::copyOf).orElseGet(this::everyFriend);
    }
    List<String> reached = chats.stream().filter(chat -> reachable(chat, now)).toList();
    long recipients = reached.stream().mapToLong(this::peopleIn).sum();
    boolean free = request.endpoint == Endpoint.REPLY || decidedBefore;
    if (!free && overQuota(recipients, now)) {
      return new Outcome.QuotaReached();
    }
    return new Outcome.Accepted(accept(request, chats, reached, recipients, now));
  }

  private List<SentMessage> accept(
      Request request, List<String> chats, List<String> reached, long recipients, Instant now) {
    String via = request.endpoint.label();
    boolean single = request.endpoint == Endpoint.REPLY || request.endpoint == Endpoint.PUSH;
    List<SentMessage> sent = new ArrayList<>();
    for (JsonNode message : request.messages) {
      String id = world.ids.decimal();
      boolean quotable = single && QUOTABLE.contains(message.path("type").stringValue(""));
      sent.add(
          new SentMessage(
              id,
              quotable
                  ? Optional.of(world.seals.quoteToken(chats.getFirst(), id))
                  : Optional.empty()));
    }
    for (int i = 0; i < sent.size(); i++) {
      ChatItem item =
          new ChatItem(
              sent.get(i).id(),
              now,
              via,
              "bot",
              Optional.of(request.requestId),
              Json.string(request.messages.get(i)),
              false);
      for (String chat : reached) {
        world.chats.add(chat, item);
      }
    }
    request.replyToken.ifPresent(world.replyTokens::use);
    if (request.endpoint != Endpoint.NARROWCAST) {
      request.retryKey.ifPresent(key ->
          world.retryKeys.accept(
              new RetryKeys.Accepted(
                  key,
                  now,
                  request.requestId,
                  request.endpoint == Endpoint.PUSH ? sent : List.of())));
      world.counts.sent(via, recipients, now);
    }
    Optional<String> unit = request.unit.filter(name -> world.counts.unit(name, now));
    if (unit.isPresent() || MANY.contains(request.endpoint)) {
      world.insight.sent(
          new Insight.Reach(
              request.requestId,
              via,
              now,
              unit,
              reached.size(),
              sent.stream().map(SentMessage::id).toList(),
              new HashMap<>()));
    }
    remember(request, single ? chats : request.to, sent, reached.size(), now);
    for (String chat : reached) {
      world.changed("chat", chat);
    }
    return sent;
  }

  private void remember(
      Request request, List<String> to, List<SentMessage> sent, int delivered, Instant now) {
    String text =
        request.messages.stream()
            .map(message -> Json.text(message, "text").orElseGet(() -> Json.string(message)))
            .collect(Collectors.joining("\n"));
    AtomicInteger same =
        times.computeIfAbsent(new AcceptedSend.Content(to, text), c -> new AtomicInteger());
    same.incrementAndGet();
    if (accepted.size() >= acceptedLimit) {
      var oldest = accepted.after(0, 1).entries().getFirst().value();
      if (oldest.times().decrementAndGet() == 0) {
        times.remove(oldest.content());
      }
      accepted.forgetOldest();
    }
    accepted.add(
        new AcceptedSend(
            now,
            request.endpoint.label(),
            request.requestId,
            request.retryKey,
            to,
            text,
            sent,
            delivered,
            same));
  }

  private boolean overQuota(long recipients, Instant now) {
    Optional<Long> quota = world.settings().monthlyQuota();
    return quota.isPresent()
        && recipients > 0
        && world.counts.inMonth(now) + recipients > quota.get();
  }

  private boolean known(String id) {
    return world.user(id).isPresent() || world.group(id).map(LineGroup::joined).orElse(false);
  }

  private boolean reachable(String id, Instant now) {
    return world.user(id).map(user -> user.reachable(now)).orElse(false)
        || world.group(id).map(LineGroup::joined).orElse(false);
  }

  private long peopleIn(String id) {
    return world.group(id).map(group -> (long) group.members().size()).orElse(1L);
  }

  private List<String> everyFriend() {
    return world.users().stream()
        .filter(user -> user.friendship() == Friendship.FRIEND)
        .map(LineUser::userId)
        .toList();
  }
}
