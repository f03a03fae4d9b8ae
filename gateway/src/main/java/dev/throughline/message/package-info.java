/**
 * What people say and what happened: message content, inbound events, identities, ids, delivery
 * states and reasons. Records only, with no I/O; every other package may use them.
 */
@NullMarked
package dev.throughline.message;

import org.jspecify.annotations.NullMarked;
