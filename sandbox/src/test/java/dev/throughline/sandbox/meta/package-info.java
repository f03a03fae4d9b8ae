/** The emulator, driven by LINE's own SDK and held to LINE's own OpenAPI files. */
@NullMarked
package dev.throughline.sandbox.meta;

import org.jspecify.annotations.NullMarked;
