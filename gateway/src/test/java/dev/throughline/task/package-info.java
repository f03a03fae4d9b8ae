/**
 * Tests of tasks against a real PostgreSQL: what is read, what is taken over, and in which order.
 */
@NullMarked
package dev.throughline.task;

import org.jspecify.annotations.NullMarked;
