/** Tests of the benchmarks' own logic; none of them measures anything worth quoting. */
@NullMarked
package dev.throughline.bench;

import org.jspecify.annotations.NullMarked;
