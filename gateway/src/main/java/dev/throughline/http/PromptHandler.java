package dev.throughline.http;

import java.util.concurrent.CompletableFuture;

/**
 * Answers a request without ever waiting: what takes time goes on elsewhere, and completes the
 * future from there, within a deadline of its own. It is called on the thread that serves many
 * connections, so it computes for microseconds. A future that fails, and what the handler throws,
 * become {@link HttpFailure.Unexpected}.
 */
@FunctionalInterface
public interface PromptHandler {
  /** The answer, whose body is {@link Response.Body.Whole}. */
  CompletableFuture<Response> handle(Request request) throws Exception;
}
