/**
 * How a message gets to its recipient: a plan's steps in order, what ends them, and what is told on
 * the way. Pure: state and event in, state and moves out; it calls nothing, and knows no clock.
 */
@NullMarked
package dev.throughline.outbound.plan;

import org.jspecify.annotations.NullMarked;
