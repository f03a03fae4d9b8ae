/** The pages of the sandbox, over HTTP. */
@NullMarked
package dev.throughline.sandbox;

import org.jspecify.annotations.NullMarked;
