/** Tests of the vault against a real PostgreSQL. */
@NullMarked
package dev.throughline.vault;

import org.jspecify.annotations.NullMarked;
