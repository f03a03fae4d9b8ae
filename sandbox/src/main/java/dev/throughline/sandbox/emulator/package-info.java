/**
 * What every emulated platform is made of: bounded numbered journals that can be waited on, ids,
 * strict JSON, timers, scripted faults, webhooks out and control requests in. Promises that memory
 * stays within named limits and that time and randomness come from outside. May call the JDK,
 * Jackson and Helidon only.
 */
@NullMarked
package dev.throughline.sandbox.emulator;

import org.jspecify.annotations.NullMarked;
