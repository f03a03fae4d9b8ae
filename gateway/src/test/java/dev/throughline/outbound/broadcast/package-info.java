@NullMarked
package dev.throughline.outbound.broadcast;

import org.jspecify.annotations.NullMarked;
