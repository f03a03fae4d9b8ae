/** People and what they see. */
@NullMarked
package dev.throughline.sandbox.people;

import org.jspecify.annotations.NullMarked;
