package dev.throughline.sandbox.line;

/**
 * Something that a page should look at again.
 *
 * @param kind {@code chat} (there is more), {@code unsent} (something old has changed), {@code
 *     users}, {@code groups}, {@code webhooks}, {@code requests}, {@code faults}, {@code settings},
 *     {@code richmenus}, {@code audiences}, {@code insight}
 * @param subject the chat, for the first two; else empty
 */
record Change(String kind, String subject) {}
