@NullMarked
package dev.throughline.outbound.plan;

import org.jspecify.annotations.NullMarked;
