/**
 * What every emulated platform is made of: bounded numbered journals that can be waited on, ids,
 * strict JSON and a state file. Promises that memory stays within named limits and that time and
 * randomness come from outside. May call the JDK and Jackson only.
 */
@NullMarked
package dev.throughline.sandbox.emulator;

import org.jspecify.annotations.NullMarked;
