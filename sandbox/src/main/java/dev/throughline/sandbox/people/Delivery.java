package dev.throughline.sandbox.people;

import dev.throughline.sandbox.emulator.Bytes;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * One thing that a network hands to one person.
 *
 * @param from who sends, as the network shows it: a number, a sender id, an address, an account
 * @param to the person's address on that channel: a number as {@code +81…} (a {@code wa_id} without
 *     the plus counts as the same number), a mail address, a LINE user id
 * @param id the network's id of the message; unique within the network
 * @param expires when the network gives up a phone that is off; empty = never
 */
public record Delivery(
    PhoneChannel channel,
    String from,
    String to,
    String id,
    Content content,
    Optional<Instant> expires) {

  /** What is delivered. */
  public sealed interface Content {
    /**
     * A message in the network's own JSON; the phone adds {@code _channel} and {@code _text}.
     *
     * @param text what a person reads, so that tests and screens need not know the format
     */
    record Message(ObjectNode json, String text) implements Content {}

    /**
     * A mail as it crossed the wire; the inbox takes it apart.
     *
     * @param sender the envelope's, where bounces go
     */
    record Mail(String sender, Bytes mime) implements Content {}
  }
}
