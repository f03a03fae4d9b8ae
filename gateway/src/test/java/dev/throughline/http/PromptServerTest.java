package dev.throughline.http;

import static java.util.concurrent.CompletableFuture.completedFuture;

/** The same on a listener that serves on {@link EventLoops} what it can. */
class PromptServerTest extends HttpServerTest {
  @Override
  Route postRoute(String template, Handler handler) {
    return Route.promptPost(template, request -> completedFuture(handler.handle(request)));
  }
}
