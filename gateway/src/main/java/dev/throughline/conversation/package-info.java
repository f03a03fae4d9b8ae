/**
 * Contacts, identities, conversations, messages, friendship, and {@link
 * dev.throughline.conversation.Converse}, the only reader of the log that changes what we know.
 * Nothing here calls out: what must leave the process becomes a task. Other packages join in by
 * {@link dev.throughline.conversation.Reaction}.
 */
@NullMarked
package dev.throughline.conversation;

import org.jspecify.annotations.NullMarked;
