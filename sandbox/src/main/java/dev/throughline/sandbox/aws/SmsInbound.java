package dev.throughline.sandbox.aws;

import dev.throughline.sandbox.emulator.Json;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What people send to the account's numbers: published to the number's topic, and, unless the
 * account handles opt-outs itself, understood by AWS when it is STOP or HELP.
 */
final class SmsInbound {
  private static final Set<String> STOP =
      Set.of(
          "STOP",
          "ARRET",
          "CANCEL",
          "END",
          "OPT-OUT",
          "OPTOUT",
          "QUIT",
          "REMOVE",
          "STOPALL",
          "TD",
          "UNSUBSCRIBE");
  private static final Set<String> START = Set.of("START", "UNSTOP", "SUBSCRIBE");

  private final Account account;
  private final SmsState state;
  private final SmsSending sending;
  private final Topics topics;

  SmsInbound(Account account, SmsState state, SmsSending sending, Topics topics) {
    this.account = account;
    this.state = state;
    this.sending = sending;
    this.topics = topics;
  }

  /** Returns the id of the message. */
  String bring(String from, Optional<String> to, String text) {
    SmsNumber number =
        to.isPresent()
            ? state
                .find(to.get())
                .orElseThrow(() ->
                    new IllegalArgumentException("The account has no number " + to.get() + "."))
            : state.numbers().stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The account has no number."));
    String id = account.ids.uuid().toString();
    String keyword = text.strip().split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
    if (number.twoWay() && number.twoWayTopic().isPresent()) {
      ObjectNode json = Json.object();
      json.put("originationNumber", from).put("destinationNumber", number.number());
      json.put("messageKeyword", keyword).put("messageBody", text).put("inboundMessageId", id);
      sending
          .latest(number.number(), from)
          .ifPresent(last -> json.put("previousPublishedMessageId", last));
      String _ = topics.publish(number.twoWayTopic().get(), Optional.empty(), Json.string(json));
    }
    if (!number.selfManaged()) {
      keyword(number, from, text.strip().toUpperCase(Locale.ROOT));
    }
    return id;
  }

  private void keyword(SmsNumber number, String from, String word) {
    if (STOP.contains(word)) {
      SmsState.OptOut _ = state.optOut(number.optOutList(), from, true);
      sending.say(
          number.number(), from, "You are now opted out and will no longer receive messages.");
    } else if (START.contains(word)) {
      state
          .optIn(number.optOutList(), from)
          .ifPresent(out -> sending.say(number.number(), from, "You are now opted in."));
    } else if (word.equals("HELP")) {
      sending.say(number.number(), from, "Reply STOP to receive no more messages.");
    }
  }
}
