/**
 * The audit ledger without its server: Merkle tree, signed notes, checkpoints, entries, proofs and
 * the offline verifier. Depends on the JDK alone, because auditors read it.
 */
@NullMarked
package dev.throughline.ledger;

import org.jspecify.annotations.NullMarked;
