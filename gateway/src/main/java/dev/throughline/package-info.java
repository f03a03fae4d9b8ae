/**
 * The composition root: {@link dev.throughline.Gateway} constructs every object from its
 * configuration, in order, and stops them in reverse.
 */
@NullMarked
package dev.throughline;

import org.jspecify.annotations.NullMarked;
