/**
 * Messages to people: deciding how a send goes out, sending it once, and making of what the channel
 * says what the message's status is. Deciding is a {@link dev.throughline.conversation.Reaction};
 * sending is the task kind {@code send}. May call {@code channel}, {@code log}, {@code task}.
 */
@NullMarked
package dev.throughline.outbound;

import org.jspecify.annotations.NullMarked;
