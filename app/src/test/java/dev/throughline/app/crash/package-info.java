/**
 * Kills a gateway and its PostgreSQL again and again under load, and judges by what LINE and the
 * app saw: the emulated LINE and the callback target live in this process and survive every kill.
 * Speaks to the gateway over the wire only, but for reading its ledger.
 */
@NullMarked
package dev.throughline.app.crash;

import org.jspecify.annotations.NullMarked;
