package dev.throughline.policy;

import dev.throughline.message.ChannelName;
import dev.throughline.message.MessageClass;
import java.util.Map;

/**
 * Which consent an app's messages need.
 *
 * @param general by class; a class that is not named needs none, but that nobody opted out
 * @param own of single channels, by class
 */
public record ConsentPolicy(
    Map<MessageClass, Need> general, Map<ChannelName, Map<MessageClass, Need>> own) {
  public static final ConsentPolicy CONTRACT = new ConsentPolicy(Map.of(), Map.of());

  public ConsentPolicy {
    general = Map.copyOf(general);
    own = Map.copyOf(own);
  }

  /** What must be known of an address. */
  public enum Need {
    /** They said yes, and not no since. */
    OPT_IN,
    /** They did not say no. */
    OPT_OUT
  }

  public Need need(ChannelName channel, MessageClass sent) {
    Need usual = general.getOrDefault(sent, Need.OPT_OUT);
    return own.getOrDefault(channel, Map.of()).getOrDefault(sent, usual);
  }
}
