/** Tests of the whole: the command line's parts, gateway and sandbox together. */
@NullMarked
package dev.throughline.app;

import org.jspecify.annotations.NullMarked;
