package dev.throughline.outbound;

import dev.throughline.channel.Channel;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content;
import dev.throughline.message.Identity;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What sends go out by.
 *
 * @param probed which contents have files that are looked at before they go out
 */
record Means(Map<ChannelName, Channel> channels, Predicate<Content.Outbound> probed) {
  Means {
    channels = Map.copyOf(channels);
  }

  /** How an address is reached; by no means at all where nobody knows its channel. */
  Channel.Way way(Identity recipient) {
    Channel channel = channels.get(recipient.channel());
    return channel == null
        ? new Channel.Way(false, Optional.empty(), false)
        : channel.way(recipient);
  }
}
