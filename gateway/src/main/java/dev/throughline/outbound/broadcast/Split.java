package dev.throughline.outbound.broadcast;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Multicast;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A chunk by how its people are reached.
 *
 * @param together by one request, all on one channel
 * @param single by a message of their own
 * @param none not at all
 */
record Split(List<Identity> together, List<Addressee> single, List<LeftOut.One> none) {
  Split {
    together = List.copyOf(together);
    single = List.copyOf(single);
    none = List.copyOf(none);
  }

  /**
   * @param ways one for each of the people
   * @param same whether everybody gets the same
   */
  static Split of(
      List<Addressee> people, List<Ways> ways, Map<ChannelName, Channel> channels, boolean same) {
    List<Identity> together = new ArrayList<>();
    List<Addressee> single = new ArrayList<>();
    List<LeftOut.One> none = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      switch (ways.get(i)) {
        case Ways.None left -> none.add(new LeftOut.One(people.get(i), left.why()));
        case Ways.Later _ -> single.add(people.get(i));
        case Ways.By(Identity identity, var _) -> {
          if (same
              && multicast(channels, identity.channel())
                  .filter(many -> many.takes(identity))
                  .isPresent()
              && (together.isEmpty() || together.getFirst().channel().equals(identity.channel()))) {
            together.add(identity);
          } else {
            single.add(people.get(i));
          }
        }
      }
    }
    return new Split(together, single, none);
  }

  static Optional<Multicast> multicast(Map<ChannelName, Channel> channels, ChannelName name) {
    return Optional.ofNullable(channels.get(name)).flatMap(Channel::multicast);
  }

  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    none.forEach(one -> counts.merge(one.why(), 1L, Long::sum));
    if (!single.isEmpty()) {
      counts.put(Broadcasts.SINGLE, (long) single.size());
    }
    return counts;
  }
}
