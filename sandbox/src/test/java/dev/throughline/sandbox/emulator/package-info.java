/** The parts of an emulator on their own. */
@NullMarked
package dev.throughline.sandbox.emulator;

import org.jspecify.annotations.NullMarked;
