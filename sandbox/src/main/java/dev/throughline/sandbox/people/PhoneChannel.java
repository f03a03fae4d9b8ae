package dev.throughline.sandbox.people;

import java.util.Optional;

/** The ways in which a person can be reached, by the names that the sandbox's pages use. */
public enum PhoneChannel {
  LINE,
  WHATSAPP,
  SMS,
  EMAIL;

  public static Optional<PhoneChannel> named(String name) {
    for (PhoneChannel channel : values()) {
      if (channel.name().equals(name)) {
        return Optional.of(channel);
      }
    }
    return Optional.empty();
  }
}
