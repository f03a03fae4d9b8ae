/**
 * What proves the log to somebody who does not trust its operator: signed checkpoints with their
 * tiles, published as files; receipts of single messages; and the check of everything kept against
 * everything published. Only derives, and can be rebuilt; but a signature never leaves that
 * contradicts an earlier one, whatever database it is asked for. May call {@code log}, {@code
 * vault} and {@code store}.
 */
@NullMarked
package dev.throughline.evidence;

import org.jspecify.annotations.NullMarked;
