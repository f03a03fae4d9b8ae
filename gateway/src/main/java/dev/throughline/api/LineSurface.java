package dev.throughline.api;

import dev.throughline.account.AccountCalls;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Route;
import java.util.ArrayList;
import java.util.List;

/** The routes under {@code …/apps/{app}/line/}: what is LINE's alone (docs/line-operations.md). */
public final class LineSurface {
  private LineSurface() {}

  public static List<Route> routes(
      Api.Ground ground, AccessKeys keys, Directory directory, AccountCalls calls) {
    Guard guard = new Guard(keys, new Tokens(ground.vault(), ground.clock()));
    LineAccess access = new LineAccess(directory, calls);
    List<Route> routes = new ArrayList<>();
    routes.addAll(new LineRoutes(access, calls).routes(guard));
    return List.copyOf(routes);
  }
}
