/**
 * Webhooks in: the signature over the raw bytes, the owners of those bytes, and the log. Nothing is
 * parsed and nothing is decided here; 200 means durable. May call {@code channel}, {@code log} and
 * {@code conversation}.
 */
@NullMarked
package dev.throughline.inbound;

import org.jspecify.annotations.NullMarked;
