package dev.throughline.http;

/**
 * Answers a request on a virtual thread of its own; it may block. What it throws becomes {@link
 * HttpFailure.Unexpected}.
 */
@FunctionalInterface
public interface Handler {
  Response handle(Request request) throws Exception;
}
