/**
 * The LINE Messaging API as a {@link dev.throughline.channel.Channel}: signatures, webhook bodies,
 * text messages, reply and push, and the few other calls that set-up and diagnosis need. Nothing
 * here keeps state or retries; only {@link dev.throughline.channel.line.LineChannel#send} and
 * {@link dev.throughline.channel.line.LineApi} call out, through the {@link
 * dev.throughline.channel.Transport} that they were given.
 */
@NullMarked
package dev.throughline.channel.line;

import org.jspecify.annotations.NullMarked;
