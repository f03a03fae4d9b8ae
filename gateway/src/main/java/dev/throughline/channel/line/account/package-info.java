/**
 * The calls with which a LINE Official Account is managed: a table of LINE's own operations with
 * their limits, and one client for all of them, over the {@link dev.throughline.channel.Transport}
 * that it was given. It keeps no state but how often it called whom, repeats nothing, and never
 * throws for an answer.
 */
@NullMarked
package dev.throughline.channel.line.account;

import org.jspecify.annotations.NullMarked;
