/**
 * One order of entries: durable when {@code append} returns, the leaves of the ledger, and what
 * everything else reads. Holds the sequencer, the chain of batches, the fold with its position, and
 * the lead. May call {@code vault} and {@code store}.
 */
@NullMarked
package dev.throughline.log;

import org.jspecify.annotations.NullMarked;
