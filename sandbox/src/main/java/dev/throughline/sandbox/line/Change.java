package dev.throughline.sandbox.line;

/**
 * Something that a page should look at again.
 *
 * @param kind {@code chat}, {@code users}, {@code groups}, {@code webhooks}, {@code requests},
 *     {@code faults}, {@code settings}
 * @param subject the chat, for {@code chat}; else empty
 */
record Change(String kind, String subject) {}
