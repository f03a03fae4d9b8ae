package dev.throughline.api;

import dev.throughline.http.Handler;
import dev.throughline.http.Route;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls of the contract that this version does not offer: 501 says so, where a 404 would leave a
 * client looking for its own mistake.
 */
final class AbsentRoutes {
  private static final String PROJECT = "/v1/projects/{project}";

  private AbsentRoutes() {}

  static List<Route> routes(Guard guard) {
    Handler absent =
        guard.project((project, request) -> {
          throw Refusal.unimplemented();
        });
    List<Route> routes = new ArrayList<>();
    for (String path : List.of("/conversations/{conversation}:inject-event")) {
      routes.add(Route.post(PROJECT + path, absent));
    }
    return routes;
  }
}
