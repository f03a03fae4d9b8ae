package dev.throughline.api;

import dev.throughline.account.AccountOperations;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Route;
import java.util.ArrayList;
import java.util.List;

/** The routes under {@code …/apps/{app}/line}: what is LINE's alone (docs/line-operations.md). */
public final class LineSurface {
  private LineSurface() {}

  public static List<Route> routes(
      Api.Ground ground,
      Freshness freshness,
      AccessKeys keys,
      Directory directory,
      AccountOperations accounts) {
    Guard guard = new Guard(keys, new Tokens(ground.vault(), ground.clock()), ground.rates());
    LineAccess access = new LineAccess(directory, accounts.calls());
    List<Route> routes = new ArrayList<>();
    routes.addAll(new LineRoutes(access, accounts.calls()).routes(guard));
    routes.addAll(
        new LineJobRoutes(
                access,
                directory,
                accounts.calls(),
                accounts.jobs(),
                new Paging(ground.vault()),
                freshness,
                new IdempotencyKeys(ground.vault()))
            .routes(guard));
    return List.copyOf(routes);
  }
}
