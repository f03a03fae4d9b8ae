/**
 * The audit ledger without its server: Merkle tree, signed notes, checkpoints, entries, proofs and
 * the offline verifier. Depends on the JDK alone, because auditors read it. What it reads it either
 * accepts whole and in its one spelling, or refuses with a {@link
 * dev.throughline.ledger.RefusedException} that says why.
 *
 * <p>A good order to read it in: {@code TreeHash}, {@code Proofs}, {@code Entry}, {@code PartLeaf},
 * {@code Note}, {@code NoteVerifier}, {@code Checkpoint}, {@code TlogProof}, {@code Receipt},
 * {@code ReceiptVerifier}. {@code docs/ledger-format.md} has the formats by example.
 */
@NullMarked
package dev.throughline.ledger;

import org.jspecify.annotations.NullMarked;
