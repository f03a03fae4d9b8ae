/**
 * The HTTP API: the contract for clients of the public port, and what an operator may ask of the
 * operations port. Validates fully before anything is stored, answers every failure in the
 * contract's nested form, and answers 429 and 503 only while nothing is stored.
 */
@NullMarked
package dev.throughline.api;

import org.jspecify.annotations.NullMarked;
