/**
 * The command line. It starts gateway and sandbox, hands both the same clock, and mounts the
 * sandbox on the operations port, so that the gateway knows nothing of it.
 */
@NullMarked
package dev.throughline.app;

import org.jspecify.annotations.NullMarked;
