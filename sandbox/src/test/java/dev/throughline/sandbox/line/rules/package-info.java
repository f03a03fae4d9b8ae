/** LINE's limits on messages, as tables of cases. */
@NullMarked
package dev.throughline.sandbox.line.rules;

import org.jspecify.annotations.NullMarked;
