/**
 * Keys, and what is done with them: epoch keys outside the database, random person keys wrapped
 * under them, sealing, commitments to evidence, look-up hashes, secrets at rest. Nothing personal
 * or secret leaves the process unless it went through here. May call {@code store}.
 */
@NullMarked
package dev.throughline.vault;

import org.jspecify.annotations.NullMarked;
