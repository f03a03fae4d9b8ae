/**
 * The JSON of the Conversation API to and from {@code message}: used by the API, the callbacks, and
 * for content that is kept. Pure; calls nothing.
 */
@NullMarked
package dev.throughline.contract;

import org.jspecify.annotations.NullMarked;
