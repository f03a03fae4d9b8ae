/** The emulated Meta, called as its documents say. */
@NullMarked
package dev.throughline.sandbox.meta;

import org.jspecify.annotations.NullMarked;
