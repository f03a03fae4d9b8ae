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
    for (String path :
        List.of(
            "/conversations/{conversation}:inject-message",
            "/conversations/{conversation}:inject-event",
            "/events:send",
            "/capability:query",
            "/optins:register",
            "/optouts:register")) {
      routes.add(Route.post(PROJECT + path, absent));
    }
    for (String path :
        List.of(
            "/events",
            "/events/{event}",
            "/apps/{app}/consents/{list}",
            "/apps/{app}/consents/identities/{identity}")) {
      routes.add(Route.get(PROJECT + path, absent));
    }
    routes.add(Route.delete(PROJECT + "/events/{event}", absent));
    String templates = "/v2/projects/{project}/templates";
    routes.add(Route.get(templates, absent));
    routes.add(Route.post(templates, absent));
    routes.add(Route.get(templates + "/{template}", absent));
    routes.add(Route.put(templates + "/{template}", absent));
    routes.add(Route.delete(templates + "/{template}", absent));
    routes.add(Route.get(templates + "/{template}/translations", absent));
    return routes;
  }
}
