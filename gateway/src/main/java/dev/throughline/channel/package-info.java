/**
 * The contract that every channel fulfils: tell whether a webhook is authentic, parse it, render a
 * message, send it, and say what became of it. Parsing and rendering are pure functions over bytes
 * and records; only {@link dev.throughline.channel.Channel#send} calls out.
 */
@NullMarked
package dev.throughline.channel;

import org.jspecify.annotations.NullMarked;
