package dev.throughline.outbound;

import dev.throughline.conversation.Effects;
import dev.throughline.conversation.Party;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Reason;
import dev.throughline.policy.Suppression;
import java.util.Optional;
import java.util.Set;

/** What a channel's refusal of one message says of the address itself. */
final class Refusals {
  /** Where an address that is refused once will be refused again. */
  private static final Set<ChannelName> LASTING = Set.of(ChannelName.SMS, ChannelName.EMAIL);

  /** Where people can tell the channel that they want nothing of a sender. */
  private static final Set<ChannelName> KEEPS_LISTS =
      Set.of(ChannelName.SMS, ChannelName.EMAIL, ChannelName.WHATSAPP);

  private Refusals() {}

  /** Leaves an address alone that there is not, or whose owner wants nothing. */
  static void heard(Party party, Reason reason, Effects effects) {
    why(party.identity().channel(), reason.code()).ifPresent(why -> effects.suppress(party, why));
  }

  private static Optional<Suppression.Why> why(ChannelName channel, Reason.Code code) {
    if (code == Reason.Code.RECIPIENT_INVALID_CHANNEL_IDENTITY && LASTING.contains(channel)) {
      return Optional.of(Suppression.Why.HARD_BOUNCE);
    }
    return code == Reason.Code.RECIPIENT_NOT_OPTED_IN && KEEPS_LISTS.contains(channel)
        ? Optional.of(Suppression.Why.UNSUBSCRIBED)
        : Optional.empty();
  }
}
