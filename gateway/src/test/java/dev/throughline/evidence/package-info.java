/** Tests of what proves the log, against a real PostgreSQL and real files. */
@NullMarked
package dev.throughline.evidence;

import org.jspecify.annotations.NullMarked;
