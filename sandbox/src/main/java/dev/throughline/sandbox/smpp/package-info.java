/**
 * A message centre that speaks SMPP 3.4 on the loopback address, on jsmpp's server sessions.
 * Promises that what it answered with a message id reached the phone's network once, and that its
 * record tells what was accepted. May call {@code sandbox.emulator} and {@code sandbox.people}.
 */
@NullMarked
package dev.throughline.sandbox.smpp;

import org.jspecify.annotations.NullMarked;
