package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.conversation.App;
import dev.throughline.conversation.Reachability.Address;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import dev.throughline.message.MessageClass;
import dev.throughline.message.Reason;
import dev.throughline.message.SendRequest;
import dev.throughline.outbound.Outbound;
import dev.throughline.policy.Permission;
import dev.throughline.policy.RecipientZone;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How one of an audience is reached, by what is known of them beforehand. */
sealed interface Ways {
  /** What is counted. */
  String word();

  /** By whose clock it is quiet there, if this is ever held. */
  default Optional<RecipientZone> zone() {
    return Optional.empty();
  }

  /** By this address first; whoever sends each message for itself knows the rest of the way. */
  record By(Identity identity, Optional<RecipientZone> zone) implements Ways {
    @Override
    public String word() {
      return Preflight.REACHABLE + identity.channel();
    }
  }

  /** By this address, but not now: it is quiet there. */
  record Later(Identity identity, Optional<RecipientZone> zone) implements Ways {
    @Override
    public String word() {
      return Preflight.REACHABLE + identity.channel();
    }
  }

  /**
   * Not at all.
   *
   * @param why {@link #NO_ADDRESS}, {@link #BLOCKED}, or the contract's code
   */
  record None(String why) implements Ways {
    @Override
    public String word() {
      return why;
    }
  }

  /** No contact, or none with an address on a channel that the app has. */
  String NO_ADDRESS = "NO_ADDRESS";

  /** The account is known to be blocked, and there is no other way. */
  String BLOCKED = "BLOCKED";

  static Ways of(
      App app,
      SendRequest request,
      MessageClass sent,
      Map<ChannelName, Channel> channels,
      List<Address> addresses) {
    String why = NO_ADDRESS;
    for (Address address : ordered(request, addresses)) {
      Channel channel = channels.get(address.identity().channel());
      if (channel == null) {
        continue;
      }
      Optional<Reason> refusal =
          address.permission() instanceof Permission.Refused(Reason reason)
              ? Optional.of(reason)
              : Outbound.refusal(channel, address.identity(), sent);
      if (refusal.isPresent()) {
        why = refusal.get().code().name();
      } else if (address.blocked() && app.settings().knownBlock() == App.KnownBlock.FAIL) {
        why = BLOCKED;
      } else {
        return address.permission() instanceof Permission.NotBefore
            ? new Later(address.identity(), address.zone())
            : new By(address.identity(), address.zone());
      }
    }
    return new None(why);
  }

  /** As a send would try them: by its own order of channels, or as they were given. */
  private static List<Address> ordered(SendRequest request, List<Address> addresses) {
    List<ChannelName> order = request.priority();
    return order.isEmpty()
        ? addresses
        : addresses.stream()
            .filter(address -> order.contains(address.identity().channel()))
            .sorted(Comparator.comparingInt(address -> order.indexOf(address.identity().channel())))
            .toList();
  }
}
