/** Tests of the emulated message centre, driven by jsmpp's own client. */
@NullMarked
package dev.throughline.sandbox.smpp;

import org.jspecify.annotations.NullMarked;
