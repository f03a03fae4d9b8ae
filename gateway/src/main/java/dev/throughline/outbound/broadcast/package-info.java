/**
 * One message to many: an audience in chunks of at most 500, taken one after another when their
 * time comes, so that a broadcast can be watched, paused, resumed and stopped, and survives a crash
 * without sending a chunk twice.
 */
@NullMarked
package dev.throughline.outbound.broadcast;

import org.jspecify.annotations.NullMarked;
