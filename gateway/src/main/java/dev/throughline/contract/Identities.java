package dev.throughline.contract;

import dev.throughline.message.ChannelName;
import dev.throughline.message.Identity;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How the contract spells people's addresses on channels. */
public final class Identities {
  public static final int MAX_LENGTH = 256;

  /** Channels whose user ids mean something within one app only (contract, 2.3). */
  private static final Set<String> APP_SCOPED = Set.of("LINE", "MESSENGER", "INSTAGRAM", "WECHAT");

  /** Channels whose addresses are phone numbers: kept without the leading plus (contract, 2.3). */
  private static final Set<String> PHONE =
      Set.of("SMS", "WHATSAPP", "RCS", "MMS", "VIBERBM", "KAKAOTALK");

  private static final int LINE_ID_LENGTH = 33;

  /** Where LINE's notification messages go. */
  private static final Pattern LINE_PHONE = Pattern.compile("\\+[1-9][0-9]{6,14}");

  private Identities() {}

  public static boolean isAppScoped(ChannelName channel) {
    return APP_SCOPED.contains(channel.value());
  }

  /** Channels whose addresses are phone numbers; empty for a channel that is none of them. */
  public static Set<ChannelName> siblings(ChannelName channel) {
    return PHONE.contains(channel.value())
        ? PHONE.stream().map(ChannelName::new).collect(Collectors.toUnmodifiableSet())
        : Set.of();
  }

  /**
   * Within which the same address is the same person's: all channels of phone numbers, or one
   * channel at all apps of a project. Empty where a project can have an address only once.
   */
  public static Optional<String> family(ChannelName channel) {
    if (PHONE.contains(channel.value())) {
      return Optional.of("phone");
    }
    return isAppScoped(channel) ? Optional.of(channel.value()) : Optional.empty();
  }

  /** The spelling under which an address is kept and found. */
  public static String normal(ChannelName channel, String value) {
    if (channel.equals(ChannelName.EMAIL)) {
      return EmailAddresses.normal(value).orElse(value);
    }
    return PHONE.contains(channel.value()) && value.startsWith("+") ? value.substring(1) : value;
  }

  /** What is wrong with a normal address, going on after the field's name. */
  public static Optional<String> problem(ChannelName channel, String normal) {
    if (normal.isEmpty()) {
      return Optional.of("is required.");
    }
    if (channel.equals(ChannelName.LINE)
        && !isLineId(normal)
        && !LINE_PHONE.matcher(normal).matches()) {
      return Optional.of(
          "must be U, C or R followed by 32 digits or letters a to f, or a phone number with +.");
    }
    if (channel.equals(ChannelName.EMAIL) && EmailAddresses.normal(normal).isEmpty()) {
      return Optional.of("must be an e-mail address, such as taro@example.com, and nothing else.");
    }
    return Optional.empty();
  }

  /** A user, a group or a room (LINE Messaging API, "source objects"); asked of a million. */
  private static boolean isLineId(String value) {
    if (value.length() != LINE_ID_LENGTH || "UCR".indexOf(value.charAt(0)) < 0) {
      return false;
    }
    for (int i = 1; i < LINE_ID_LENGTH; i++) {
      char c = value.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is a phone number on a channel whose addresses are others. */
  public static boolean isPhoneNumber(Identity identity) {
    return identity.channel().equals(ChannelName.LINE)
        && LINE_PHONE.matcher(identity.value()).matches();
  }

  /**
   * Which of somebody's addresses on a channel is meant, the first of it: a number on LINE only
   * where it is asked for, on WhatsApp always, since some of its templates go to numbers only.
   *
   * @param phone whether a number on LINE is asked for
   */
  public static Comparator<Identity> preference(boolean phone) {
    return Comparator.<Identity, Boolean>comparing(each -> isPhoneNumber(each) != phone)
        .thenComparing(Identities::isUserIdOfWhatsApp);
  }

  private static boolean isUserIdOfWhatsApp(Identity identity) {
    return identity.channel().equals(ChannelName.WHATSAPP)
        && identity.value().chars().anyMatch(c -> c < '0' || c > '9');
  }

  /** Reads {@code channel} and {@code identity}. */
  public static Identity read(Fields fields) {
    ChannelName channel = channel(fields, "channel");
    String value = normal(channel, fields.requiredString("identity", MAX_LENGTH));
    problem(channel, value)
        .ifPresent(sentence -> {
          throw fields.wrong("identity", sentence);
        });
    return new Identity(channel, value);
  }

  /** A required channel name. */
  public static ChannelName channel(Fields fields, String name) {
    return channel(fields.path(name), fields.requiredString(name, MAX_LENGTH));
  }

  public static ChannelName channel(String field, String value) {
    if (!ChannelName.isValid(value)) {
      throw new WrongFieldException(field, "must be the name of a channel, such as LINE or SMS.");
    }
    return new ChannelName(value);
  }
}
