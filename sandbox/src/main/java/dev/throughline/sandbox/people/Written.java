package dev.throughline.sandbox.people;

import java.util.Optional;

/**
 * What a person wrote.
 *
 * @param from the person's address on that channel
 * @param name the name that the person shows others, where the channel has one
 * @param to the address of the company that they write to; empty = the only or first one
 * @param subject of a mail
 */
public record Written(
    PhoneChannel channel,
    String from,
    String name,
    Optional<String> to,
    Optional<String> subject,
    String text) {}
