package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.ControlRefusal;
import java.time.Duration;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** A network whose emulator keeps the phones of its people itself, as LINE's does. */
public interface HomeNetwork {

  PhoneChannel channel();

  /** What {@link #condition(String, Condition)} can set. */
  Set<Condition> conditions();

  Condition condition(String address);

  void condition(String address, Condition condition) throws ControlRefusal;

  /**
   * {@code {"messages":[…],"next":N}}: what the company sent, oldest first; each in the network's
   * own JSON with {@code _n} and {@code _text}.
   */
  ObjectNode messages(String address, long after, Duration wait)
      throws ControlRefusal, InterruptedException;

  /** The person writes; returns the network's id of it. */
  String say(String address, String text) throws ControlRefusal;

  /** The person looks at what is on the screen. */
  void open(String address) throws ControlRefusal;

  /** Somebody new has a phone; returns their address. */
  String join(String name) throws ControlRefusal;
}
