package dev.throughline.sandbox.line;

import dev.throughline.sandbox.emulator.Json;
import dev.throughline.sandbox.line.rules.Finding;
import dev.throughline.sandbox.line.rules.MessageRules;
import dev.throughline.sandbox.line.rules.MessageRules.Chat;
import dev.throughline.sandbox.line.rules.MessageRules.Kind;
import dev.throughline.sandbox.line.rules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reply, push, multicast, broadcast, narrowcast, and their validation. */
final class SendApi {
  private static final Pattern RECIPIENT = Pattern.compile("[UCR][0-9a-f]{32}");

  private final World world;
  private final Sending sending;
  private final Narrowcasts narrowcasts;

  SendApi(World world, Sending sending, Narrowcasts narrowcasts) {
    this.world = world;
    this.sending = sending;
    this.narrowcasts = narrowcasts;
  }

  Answer answer(Call call) {
    if (call.endpoint() == Endpoint.NARROWCAST_PROGRESS) {
      return narrowcasts.progress(call);
    }
    return call.endpoint().label().startsWith("validate-") ? validate(call) : send(call);
  }

  private Answer validate(Call call) {
    String kind = call.endpoint().label().substring("validate-".length());
    Verdict verdict =
        MessageRules.check(
            call.json(), Kind.valueOf(kind.toUpperCase(Locale.ROOT)), MessageRules.ANY_CHAT);
    return Answer.refusal(verdict).orElseGet(Answer::ok);
  }

  /**
   * The order of refusals is a choice: an accepted retry key before the body, the body before the
   * quota, the quota before the recipient's state.
   */
  private Answer send(Call call) {
    if (call.retryKey().isPresent()) {
      Optional<RetryKeys.Accepted> first =
          world.retryKeys.find(call.retryKey().get(), world.clock.instant());
      if (first.isPresent()) {
        return Answer.alreadyAccepted(first.get());
      }
    }
    return switch (call.endpoint()) {
      case REPLY -> reply(call);
      case PUSH -> push(call);
      case MULTICAST -> multicast(call);
      case NARROWCAST -> narrowcasts.start(call);
      default -> broadcast(call);
    };
  }

  private Answer reply(Call call) {
    JsonNode token = call.json().path("replyToken");
    if (!token.isMissingNode() && !token.isNull() && !token.isString()) {
      return Answer.wrongProperty("replyToken");
    }
    String replyToken = token.stringValue("");
    List<Finding> missing = new ArrayList<>();
    if (replyToken.isEmpty()) {
      missing.add(new Finding("May not be empty", "replyToken"));
    }
    Optional<String> chat = world.replyTokens.chat(replyToken, world.clock.instant());
    Optional<Answer> refusal =
        refusal(missing, MessageRules.check(call.json(), Kind.REPLY, chat(chat.orElse(""))));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return outcome(call, sending.send(request(call, Optional.of(replyToken), List.of())));
  }

  private Answer push(Call call) {
    JsonNode to = call.json().path("to");
    if (!to.isMissingNode() && !to.isNull() && !to.isString()) {
      return Answer.wrongProperty("to");
    }
    String recipient = to.stringValue("");
    List<Finding> missing = new ArrayList<>();
    if (recipient.isEmpty()) {
      missing.add(new Finding("May not be empty", "to"));
    } else if (!RECIPIENT.matcher(recipient).matches()) {
      return Answer.wrongProperty("to");
    }
    Optional<Answer> refusal =
        refusal(missing, MessageRules.check(call.json(), Kind.PUSH, chat(recipient)));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return outcome(call, sending.send(request(call, Optional.empty(), List.of(recipient))));
  }

  private Answer multicast(Call call) {
    JsonNode to = call.json().path("to");
    List<Finding> missing = new ArrayList<>();
    List<String> recipients = new ArrayList<>();
    if (to.isMissingNode() || to.isNull()) {
      missing.add(new Finding("May not be empty", "to"));
    } else if (!to.isArray()) {
      return Answer.wrongProperty("to");
    } else {
      if (to.isEmpty() || to.size() > MessageRules.MULTICAST_LIMIT) {
        missing.add(
            new Finding("Size must be between 1 and " + MessageRules.MULTICAST_LIMIT, "to"));
      }
      for (int i = 0; i < Math.min(to.size(), MessageRules.MULTICAST_LIMIT); i++) {
        String id = to.path(i).stringValue("");
        // Groups and rooms are refused like ids of the wrong shape. Unknown but well-formed ids are
        // dropped in silence: LINE's documents say both (gap G6), and this is what they describe.
        if (!LineUser.isUserId(id)) {
          return Answer.wrongProperty("to[" + i + "]");
        }
        recipients.add(id);
      }
    }
    Optional<Answer> refusal =
        refusal(missing, MessageRules.check(call.json(), Kind.MULTICAST, chat("")));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return outcome(call, sending.send(request(call, Optional.empty(), recipients)));
  }

  private Answer broadcast(Call call) {
    Optional<Answer> refusal =
        refusal(List.of(), MessageRules.check(call.json(), Kind.BROADCAST, chat("")));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    return outcome(call, sending.send(request(call, Optional.empty(), List.of())));
  }

  static Sending.Request request(Call call, Optional<String> replyToken, List<String> to) {
    return new Sending.Request(
        call.endpoint(),
        call.requestId(),
        call.retryKey(),
        replyToken,
        to,
        Optional.empty(),
        unit(call),
        List.copyOf(call.json().path("messages").values()));
  }

  private static Optional<String> unit(Call call) {
    boolean counted = call.endpoint() == Endpoint.PUSH || call.endpoint() == Endpoint.MULTICAST;
    return Optional.of(call.json().path("customAggregationUnits").path(0).stringValue(""))
        .filter(unit -> counted && !unit.isEmpty());
  }

  private Answer outcome(Call call, Sending.Outcome outcome) {
    return switch (outcome) {
      case Sending.Outcome.Accepted accepted -> {
        boolean single = call.endpoint() == Endpoint.REPLY || call.endpoint() == Endpoint.PUSH;
        if (!single) {
          yield Answer.ok();
        }
        ObjectNode body = Json.object();
        body.set("sentMessages", Answer.sentMessages(accepted.messages()));
        yield Answer.ok(body);
      }
      case Sending.Outcome.AlreadyAccepted already -> Answer.alreadyAccepted(already.first());
      case Sending.Outcome.InvalidReplyToken() -> Answer.error(400, "Invalid reply token");
      case Sending.Outcome.UnknownRecipient() -> Answer.failedToSend();
      case Sending.Outcome.QuotaReached() -> Answer.monthlyLimit();
    };
  }

  static Optional<Answer> refusal(List<Finding> first, Verdict verdict) {
    if (verdict.wrongType().isPresent() || first.isEmpty()) {
      return Answer.refusal(verdict);
    }
    List<Finding> all = new ArrayList<>(first);
    all.addAll(verdict.findings());
    return Optional.of(Answer.invalid(all));
  }

  private Chat chat(String id) {
    Optional<LineGroup> group = world.group(id);
    return new Chat() {
      @Override
      public boolean group() {
        return group.isPresent();
      }

      @Override
      public boolean member(String userId) {
        return group.isPresent() && group.get().members().contains(userId);
      }

      @Override
      public boolean quotable(String quoteToken) {
        return world.seals.isQuoteToken(id, quoteToken);
      }
    };
  }
}
