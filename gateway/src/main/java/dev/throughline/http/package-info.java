/**
 * HTTP in both directions. The server adapter hides Helidon: a handler is a function from {@link
 * dev.throughline.http.Request} to {@link dev.throughline.http.Response}, its body already read and
 * bounded; one that never waits is called on an event loop ({@link
 * dev.throughline.http.PromptHandler}). {@link dev.throughline.http.Http} is the only way out: it
 * tells apart what certainly never left from what the other side may have acted on, and dials only
 * addresses that a {@link dev.throughline.http.TargetPolicy} has checked. Calls nothing of
 * Throughline but {@code message}.
 */
@NullMarked
package dev.throughline.http;

import org.jspecify.annotations.NullMarked;
