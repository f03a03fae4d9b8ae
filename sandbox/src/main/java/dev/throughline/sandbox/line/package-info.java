/**
 * LINE, emulated: Messaging API, access tokens, webhooks, and the people on the other side.
 * Promises to answer as LINE documents it, to keep what LINE leaves open in one list of choices,
 * and never to fall over because of a body. Written from LINE's contract alone; knows nothing of
 * the gateway.
 */
@NullMarked
package dev.throughline.sandbox.line;

import org.jspecify.annotations.NullMarked;
