/**
 * The app's own webhooks: which facts they are told of, in the contract's words, signed, in order
 * for each contact, tried again on a published schedule, and held while their target is down.
 * Deciding is a {@link dev.throughline.conversation.Reaction}; calling is the task kind {@code
 * callback}.
 */
@NullMarked
package dev.throughline.callback;

import org.jspecify.annotations.NullMarked;
