/**
 * Tests of the log against a real PostgreSQL: order, durability, exactly-once reading, and what
 * becomes of them when connections are cut. Other packages' tests open a log by {@link
 * dev.throughline.log.TestLog}.
 */
@NullMarked
package dev.throughline.log;

import org.jspecify.annotations.NullMarked;
