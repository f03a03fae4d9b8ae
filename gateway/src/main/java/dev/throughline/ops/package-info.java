/** For whoever runs the gateway: what is wrong with it. Looks only; sends nothing to anybody. */
@NullMarked
package dev.throughline.ops;

import org.jspecify.annotations.NullMarked;
