package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.contract.AppMessages;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Effects.Sent;
import dev.throughline.conversation.Fact.StoredMessage;
import dev.throughline.conversation.Party;
import dev.throughline.message.AppMessage;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.outbound.plan.Gate;
import dev.throughline.policy.Permission;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the steps of a message may begin, as things stand now; and of those that may, what is
 * sent.
 */
final class StepGates implements Gate.Gates {
  private final Means means;
  private final Effects effects;
  private final Sent sent;
  private final Course course;
  private final Map<Integer, Ready> ready = new HashMap<>();
  private Optional<Permission.NotBefore> held = Optional.empty();

  StepGates(Means means, Effects effects, Sent sent, Course course) {
    this.means = means;
    this.effects = effects;
    this.sent = sent;
    this.course = course;
  }

  /**
   * What a step sends.
   *
   * @param rendered empty where its files are looked at first
   */
  record Ready(
      Party party,
      Account account,
      Channel.Composed composed,
      Optional<Channel.Rendered.Ready> rendered) {}

  @Override
  public Gate of(int step) {
    Optional<Instant> notBefore = course.terms().notBefore().filter(effects.at()::isBefore);
    return notBefore.isPresent() ? new Gate.NotBefore(notBefore.get()) : open(step);
  }

  /** Of a step whose gate was found open. */
  Ready ready(int step) {
    Ready known = ready.get(step);
    if (known == null) {
      throw new IllegalStateException("step " + step + " begins with its gate closed");
    }
    return known;
  }

  /** Why a step waits until then, if it is quiet so long. */
  Optional<Reason> waitsUntil(Instant time) {
    return held.filter(hold -> hold.time().equals(time))
        .map(hold -> new Reason(Reason.Code.OUTSIDE_ALLOWED_SENDING_WINDOW, hold.sentence()));
  }

  private Gate open(int step) {
    Leg leg = course.legs().get(step);
    Channel channel = means.channels().get(leg.recipient().channel());
    App app = sent.party().app();
    Optional<Account> account =
        leg.account()
            .flatMap(
                id -> app.accounts().stream().filter(each -> each.id().equals(id)).findFirst());
    if (account.isEmpty() || channel == null) {
      return closed(
          Reason.Code.CHANNEL_CONFIGURATION_MISSING,
          "The app has no credential for the channel " + leg.recipient().channel() + ".");
    }
    Optional<Party> known =
        effects.party(app.id(), leg.recipient(), sent.message().dispatch()).map(this::inPlace);
    if (known.isEmpty()) {
      return closed(
          Reason.Code.NO_CHANNEL_IDENTITY_FOR_CONTACT,
          "The recipient's address on the channel is not known any more.");
    }
    Party party = known.get();
    StoredMessage message = sent.message();
    switch (effects.permission(party, message.messageClass(), message.urgent())) {
      case Permission.Granted() -> {
        // Other things may stand in the way.
      }
      case Permission.Refused(Reason reason) -> {
        return new Gate.Closed(reason);
      }
      case Permission.NotBefore hold -> {
        held = Optional.of(hold);
        return new Gate.NotBefore(hold.time());
      }
    }
    Optional<Reason> refusal = refusal(channel, leg.recipient(), message.messageClass());
    if (refusal.isPresent()) {
      return new Gate.Closed(refusal.get());
    }
    if (effects.isBlocked(party) && app.settings().knownBlock() == App.KnownBlock.FAIL) {
      return closed(
          Reason.Code.RECIPIENT_NOT_OPTED_IN,
          "The recipient is known to have blocked the account, which the channel would not tell.");
    }
    return leg.unsaid()
        .<Gate>map(Gate.Closed::new)
        .orElseGet(() -> said(step, channel, party, account.get()));
  }

  /**
   * With the page where advertising is ended, where the channel shows one and the app names none.
   */
  private Map<String, String> properties(Channel channel, Party party) {
    Map<String, String> properties = new HashMap<>(course.terms().properties());
    if (sent.message().messageClass() == MessageClass.MARKETING) {
      channel
          .optOutProperty()
          .ifPresent(name ->
              properties.computeIfAbsent(
                  name, _ -> effects.optOutUrl(party, MessageClass.MARKETING)));
    }
    return properties;
  }

  private Gate said(int step, Channel channel, Party party, Account account) {
    Leg leg = course.legs().get(step);
    Optional<Content.Outbound> content =
        AppMessages.said(leg.content(), leg.filled(), leg.recipient().channel());
    if (content.isEmpty()) {
      return closed(
          Reason.Code.BAD_REQUEST,
          "The message says nothing on the channel " + leg.recipient().channel() + ".");
    }
    Channel.Composed composed =
        new Channel.Composed(
            sent.message().id(),
            content.get(),
            properties(channel, party),
            AppMessages.stored(leg.content()).flatMap(AppMessage::agent),
            leg.quote(),
            Optional.of(leg.recipient()));
    if (means.probed().test(content.get())) {
      ready.put(step, new Ready(party, account, composed, Optional.empty()));
      return new Gate.Open();
    }
    return switch (channel.render(Bodies.timed(effects, channel, party, account, composed))) {
      case Channel.Rendered.Impossible(Reason.Code code, String why) -> closed(code, why);
      case Channel.Rendered.Ready rendered -> {
        ready.put(step, new Ready(party, account, composed, Optional.of(rendered)));
        yield new Gate.Open();
      }
    };
  }

  /** A message stays in its conversation, whichever of a person's addresses it goes to. */
  private Party inPlace(Party party) {
    return new Party(
        party.app(),
        sent.party().contact(),
        sent.party().conversation(),
        party.identity(),
        party.key());
  }

  /** Why the channel may not be used for this at such an address, if it may not. */
  static Optional<Reason> refusal(Channel channel, Identity recipient, MessageClass sent) {
    return sent == MessageClass.MARKETING && !channel.way(recipient).advertising()
        ? Optional.of(
            new Reason(
                Reason.Code.DELIVERY_REJECTED_DUE_TO_POLICY,
                "The channel takes no advertising to such an address: notification messages of"
                    + " LINE are for what somebody waits for."))
        : Optional.empty();
  }

  private static Gate closed(Reason.Code code, String why) {
    return new Gate.Closed(new Reason(code, why));
  }
}
